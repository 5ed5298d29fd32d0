"""What AWS, or the way to it, refuses: each message whole, and never a credential in one."""

from typing import Any

import pytest
from botocore import exceptions as known
from botocore.exceptions import BotoCoreError, ClientError
from hypothesis import given
from hypothesis import strategies as st

from layerforge.cli.messages import render_diagnostics
from layerforge.diagnostics import Diagnostic
from layerforge.operate.refusals import from_answer, from_the_way, without_secrets

KEY, TOKEN = "ASIAIOSFODNN7EXAMPLE", "FwoGZXIvYXdzEBYaDExampleSessionTokenThatIsLongEnoughToBeOne=="
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def answer(
    code: str, message: str = "", *, status: int = 400, retries: int = 0, operation: str = "ListLayerVersions"
) -> Diagnostic:
    document: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "RetryAttempts": retries},
    }
    return from_answer(ClientError(document, operation), "eu-west-1", "lambda")


def shown(diagnostic: Diagnostic) -> str:
    return render_diagnostics([diagnostic])


def test_expired() -> None:
    assert shown(answer("ExpiredTokenException", f"The security token {TOKEN} is expired")) == (
        "error[AWS002]: the AWS credentials have expired\n"
        "\n"
        "hint: log in again (`aws sso login`, `aws login`, or whatever gave them); "
        "`aws sts get-caller-identity` must answer in this shell\n"
    )


def test_unknown_keys_and_the_canonical_request_stays_out() -> None:
    told = f"The Canonical String should have been 'GET\n/\nx-amz-security-token:{TOKEN}\n' Credential={KEY}/2026"
    assert shown(answer("InvalidSignatureException", told, status=403)) == (
        "error[AWS002]: AWS does not accept the credentials in `eu-west-1` (`InvalidSignatureException`)\n"
        "\n"
        "hint: `aws sts get-caller-identity` must answer in this shell; a Region that has to be enabled first, or one "
        "of another partition, says the same; so does a clock that is wrong\n"
    )


def test_a_missing_action() -> None:
    told = (
        "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: lambda:ListLayerVersions "
        "on resource: arn:aws:lambda:eu-west-1:123456789012:layer:tools because no identity-based policy allows it"
    )
    assert shown(answer("AccessDeniedException", told, status=403)) == (
        "error[AWS003]: the credentials lack `lambda:ListLayerVersions` in `eu-west-1`\n"
        "\n"
        f"  {told}\n"
        "\n"
        "hint: allow `lambda:ListLayerVersions` in the identity's policy; a permissions boundary or a policy of the "
        "organization may deny it too\n"
    )


@pytest.mark.parametrize(
    ("service", "operation", "action"),
    [
        ("lambda", "GetLayerVersionByArn", "lambda:GetLayerVersion"),
        ("lambda", "AddLayerVersionPermission", "lambda:AddLayerVersionPermission"),
        ("s3", "HeadObject", "s3:GetObject"),
        ("s3", "UploadPart", "s3:PutObject"),
        ("ssm", "GetParameters", "ssm:GetParameters"),
    ],
)
def test_the_action_is_iams_and_not_the_apis(service: str, operation: str, action: str) -> None:
    error = ClientError({"Error": {"Code": "AccessDenied"}}, operation)
    assert from_answer(error, None, service).message == f"the credentials lack `{action}`"


def test_throttled() -> None:
    assert shown(answer("TooManyRequestsException", status=429, retries=5)) == (
        "error[AWS005]: AWS still throttles `lambda:ListLayerVersions` in `eu-west-1` after 6 tries\n"
        "\n"
        "hint: something else uses the same account and Region heavily (15 requests a second for all of Lambda's "
        "control plane); run the same command again later: what is done stays done\n"
    )


def test_aws_fails() -> None:
    assert shown(answer("ServiceException", status=500)) == (
        "error[AWS007]: AWS failed at `lambda:ListLayerVersions` in `eu-west-1` (`ServiceException`, HTTP 500) after "
        "1 try\n"
        "\n"
        "hint: run the same command again later; AWS tells of outages on its Health Dashboard\n"
    )


def test_any_other_refusal() -> None:
    assert shown(answer("InvalidParameterValueException", "this is not\n  right")) == (
        "error[AWS008]: AWS refused `lambda:ListLayerVersions` in `eu-west-1`: `InvalidParameterValueException`\n"
        "\n"
        "  this is not right\n"
    )


LOG_IN = "`aws sts get-caller-identity` must answer in this shell"
WAYS: list[tuple[BotoCoreError, str, str]] = [
    (
        known.NoCredentialsError(),
        "AWS001: there are no AWS credentials",
        f"log in (`aws sso login`, `aws login`), or set `AWS_PROFILE` or `AWS_ACCESS_KEY_ID` and its kin; {LOG_IN}",
    ),
    (
        known.UnauthorizedSSOTokenError(),
        "AWS002: the AWS credentials have expired",
        f"log in again (`aws sso login`, `aws login`, or whatever gave them); {LOG_IN}",
    ),
    (
        known.TokenRetrievalError(provider="sso", error_msg="Token has expired and refresh failed"),
        "AWS002: the AWS credentials have expired",
        f"log in again (`aws sso login`, `aws login`, or whatever gave them); {LOG_IN}",
    ),
    (
        known.NoRegionError(),
        "AWS006: no AWS Region is named",
        "`--region eu-west-1`, `regions` in the spec, `AWS_REGION` or the profile's `region` name one",
    ),
    (
        known.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
        "AWS009: the AWS credentials cannot be read",
        f"look at `AWS_*` in the environment and at `~/.aws/config`; {LOG_IN}",
    ),
    (
        known.ProfileNotFound(profile="prod"),
        "AWS009: the AWS settings do not work",
        f"look at `AWS_*` in the environment and at `~/.aws/config`; {LOG_IN}",
    ),
]
REACH = (
    "is the Region's name right, and the network, proxy (`HTTPS_PROXY`), CA (`AWS_CA_BUNDLE`) and endpoint "
    "(`AWS_ENDPOINT_URL`) as they should be?"
)
URL = "https://lambda.eu-west-1.amazonaws.com/2018-10-31/layers"
WAYS += [
    (error, f"AWS004: AWS cannot be reached in `eu-west-1`: `{host}`{why}", REACH)
    for error, host, why in [
        (
            known.EndpointConnectionError(endpoint_url=URL, error="refused"),
            "lambda.eu-west-1.amazonaws.com",
            ", no connection",
        ),
        (known.ConnectTimeoutError(endpoint_url=URL), "lambda.eu-west-1.amazonaws.com", ", no connection in time"),
        (known.ReadTimeoutError(endpoint_url=URL), "lambda.eu-west-1.amazonaws.com", ", no answer in time"),
        (known.ConnectionClosedError(endpoint_url=URL), "lambda.eu-west-1.amazonaws.com", ", the connection broke"),
        (
            known.SSLError(endpoint_url=URL, error="self-signed"),
            "lambda.eu-west-1.amazonaws.com",
            ", its certificate is not trusted",
        ),
        (
            known.ProxyConnectionError(proxy_url="http://someone:hunter2@proxy.example:3128"),
            "proxy.example",
            " (the proxy), no connection",
        ),
        (known.HTTPClientError(error="something"), "its endpoint", ", the connection broke"),
    ]
]


@pytest.mark.parametrize(("error", "message", "hint"), WAYS, ids=lambda value: type(value).__name__)
def test_what_never_got_an_answer(error: BotoCoreError, message: str, hint: str) -> None:
    diagnostic = from_the_way(error, "eu-west-1")
    assert f"{diagnostic.code}: {diagnostic.message}" == message
    assert diagnostic.hint == hint
    assert "hunter2" not in repr(diagnostic)


@given(st.text(max_size=30), st.sampled_from([KEY, SECRET, f"X-Amz-Security-Token={TOKEN}"]), st.text(max_size=30))
def test_no_secret_gets_through(before: str, secret: str, after: str) -> None:
    shown = without_secrets(f"{before} {secret} {after}")
    assert KEY not in shown
    assert SECRET not in shown
    assert TOKEN not in shown


def test_what_is_no_secret_stays() -> None:
    text = "User: arn:aws:sts::123456789012:assumed-role/deploy/session is not authorized (request 1f3c-22)"
    assert without_secrets(text) == text
