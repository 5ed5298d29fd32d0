"""Puts into words what AWS, or the way to it, refuses. No message ever holds a credential."""

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from layerforge.diagnostics import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.exceptions import BotoCoreError, ClientError

_DENIED: Final = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation", "403"}
_EXPIRED: Final = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_UNKNOWN_KEYS: Final = {
    "AuthFailure",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "InvalidToken",
    "MissingAuthenticationToken",
    "NotAuthorized",
    "OptInRequired",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_SLOW: Final = {
    "LimitExceededException",
    "RequestLimitExceeded",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TooManyUpdates",
}
_LOGINS: Final = ("SSOError", "LoginError", "TokenRetrievalError")
"""botocore's errors for logins that ran out; older versions do not have all of them."""
_ACTIONS: Final = {
    "lambda:GetLayerVersionByArn": "lambda:GetLayerVersion",
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListParts": "s3:ListMultipartUploadParts",
    "s3:UploadPart": "s3:PutObject",
}
"""IAM actions that are not called as the operations that need them (Service Authorization Reference)."""

_SECRETS: Final = re.compile(
    r"\b(?:A3T|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}\b"
    r"|(?i:x-amz-security-token|x-amz-signature|x-amz-credential|authorization|credential)\s*[=:]\s*\S+"
    r"|[A-Za-z0-9/+]{40,}={0,2}"
)
"""Key ids, signing headers, and anything as long and as dense as a secret key."""

_LOGIN: Final = "`aws sts get-caller-identity` must answer in this shell"


def from_answer(error: "ClientError", region: str | None, service: str) -> Diagnostic:
    """Return the diagnostic for an answer of AWS's that is a refusal.

    Args:
        error: as botocore raised it.
        region: that was asked; ``None`` for a global service.
        service: as botocore calls it, such as ``lambda``.
    """
    said: Mapping[str, Any] = error.response.get("Error", {})
    kind, status = str(said.get("Code", "")), error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    where = _in(region)
    action = iam_action(service, error.operation_name)
    if kind in _EXPIRED:
        return _expired()
    if kind in _UNKNOWN_KEYS:
        return Diagnostic(
            code="AWS002",
            message=f"AWS does not accept the credentials{where} (`{kind}`)",
            hint=f"{_LOGIN}; a Region that has to be enabled first, or one of another partition, says the same; "
            "so does a clock that is wrong",
        )
    if kind in _DENIED:
        return Diagnostic(
            code="AWS003",
            message=f"the credentials lack `{action}`{where}",
            hint=f"allow `{action}` in the identity's policy; a permissions boundary or a policy of the organization "
            "may deny it too",
            notes=(without_secrets(str(said.get("Message", ""))),) if said.get("Message") else (),
        )
    if kind in _SLOW:
        return Diagnostic(
            code="AWS005",
            message=f"AWS still throttles `{action}`{where} after {_tries(error)}",
            hint="something else uses the same account and Region heavily (15 requests a second for all of Lambda's "
            "control plane); run the same command again later: what is done stays done",
        )
    if status >= 500:
        return Diagnostic(
            code="AWS007",
            message=f"AWS failed at `{action}`{where} (`{kind}`, HTTP {status}) after {_tries(error)}",
            hint="run the same command again later; AWS tells of outages on its Health Dashboard",
        )
    return Diagnostic(
        code="AWS008",
        message=f"AWS refused `{action}`{where}: `{kind}`",
        notes=(without_secrets(str(said.get("Message", ""))),) if said.get("Message") else (),
    )


def from_the_way(error: "BotoCoreError", region: str | None) -> Diagnostic:
    """Return the diagnostic for a request that never got an answer, or was never sent."""
    from botocore import exceptions as known  # noqa: PLC0415 - only after an error

    if isinstance(error, known.NoCredentialsError):
        return Diagnostic(
            code="AWS001",
            message="there are no AWS credentials",
            hint=f"log in (`aws sso login`, `aws login`), or set `AWS_PROFILE` or `AWS_ACCESS_KEY_ID` and its kin; "
            f"{_LOGIN}",
        )
    logins = [getattr(known, name) for name in _LOGINS if hasattr(known, name)]
    if isinstance(error, tuple(logins)):
        return _expired()
    if isinstance(error, known.NoRegionError):
        return Diagnostic(
            code="AWS006",
            message="no AWS Region is named",
            hint="`--region eu-west-1`, `regions` in the spec, `AWS_REGION` or the profile's `region` name one",
        )
    if isinstance(error, known.HTTPClientError | known.ConnectionError):
        return _unreachable(error, region)
    unread = isinstance(error, known.CredentialRetrievalError | known.PartialCredentialsError)
    return _settings(error, "the AWS credentials cannot be read" if unread else "the AWS settings do not work")


def iam_action(service: str, operation: str) -> str:
    """Return the IAM action that an operation needs."""
    action = f"{service}:{operation}"
    return _ACTIONS.get(action, action)


def without_secrets(text: str) -> str:
    """Return a text of AWS's in one line, without what could be a key, a token or a signature."""
    return _SECRETS.sub("…", " ".join(text.split()))


def _expired() -> Diagnostic:
    return Diagnostic(
        code="AWS002",
        message="the AWS credentials have expired",
        hint=f"log in again (`aws sso login`, `aws login`, or whatever gave them); {_LOGIN}",
    )


def _settings(error: "BotoCoreError", what: str) -> Diagnostic:
    return Diagnostic(
        code="AWS009",
        message=what,
        hint=f"look at `AWS_*` in the environment and at `~/.aws/config`; {_LOGIN}",
        notes=(without_secrets(str(error)),),
    )


def _unreachable(error: "BotoCoreError", region: str | None) -> Diagnostic:
    from botocore import exceptions as known  # noqa: PLC0415 - only after an error

    url = error.kwargs.get("endpoint_url") or error.kwargs.get("proxy_url") or ""
    host = urlsplit(str(url)).hostname or "its endpoint"
    how = {
        known.SSLError: "its certificate is not trusted",
        known.ConnectTimeoutError: "no connection in time",
        known.ReadTimeoutError: "no answer in time",
        known.EndpointConnectionError: "no connection",
    }
    why = next((words for kind, words in how.items() if isinstance(error, kind)), "the connection broke")
    if isinstance(error, known.ProxyConnectionError):
        host, why = f"{host}` (the proxy)", "no connection"
    else:
        host = f"{host}`"
    return Diagnostic(
        code="AWS004",
        message=f"AWS cannot be reached{_in(region)}: `{host}, {why}",
        hint="is the Region's name right, and the network, proxy (`HTTPS_PROXY`), CA (`AWS_CA_BUNDLE`) and endpoint "
        "(`AWS_ENDPOINT_URL`) as they should be?",
    )


def _in(region: str | None) -> str:
    return "" if region is None else f" in `{region}`"


def _tries(error: "ClientError") -> str:
    retries = error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0)
    return "1 try" if not retries else f"{retries + 1} tries"
