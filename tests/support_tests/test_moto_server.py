"""The stand-in for AWS as a server: its log, and that each test finds it empty."""

import base64
import io
import json
import urllib.error
import urllib.request
import zipfile

import pytest

from support.mirror import REGION
from support.moto_server import Aws
from support.trouble import Refusal


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("python/a.py", "")
    return buffer.getvalue()


def test_calls_are_logged_in_order_with_what_matters(aws: Aws) -> None:
    api, s3 = aws.client("lambda"), aws.client("s3")
    s3.create_bucket(Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_versioning(Bucket="artifacts", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="artifacts", Key="a/b.zip", Body=_zip())
    api.publish_layer_version(LayerName="utils", Content={"ZipFile": _zip()})
    api.publish_layer_version(LayerName="utils", Content={"S3Bucket": "artifacts", "S3Key": "a/b.zip"})
    api.add_layer_version_permission(
        LayerName="utils", VersionNumber=2, StatementId="one", Action="lambda:GetLayerVersion", Principal="*"
    )
    api.get_layer_version_policy(LayerName="utils", VersionNumber=2)
    aws.client("ssm").put_parameter(Name="/layers/utils", Value="x", Type="String")
    aws.client("sts").get_caller_identity()

    assert aws.log.actions() == [
        "CreateBucket",
        "PutBucketVersioning",
        "PutObject",
        "PublishLayerVersion",
        "PublishLayerVersion",
        "AddLayerVersionPermission",
        "PutParameter",
    ]
    assert [call.parameters["Key"] for call in aws.log.writes("PutObject")] == ["a/b.zip"]
    grant = aws.log.writes("AddLayerVersionPermission")[0]
    assert grant.method == "POST"
    assert grant.status in {200, 201}
    assert grant.parameters == {
        "LayerName": "utils",
        "VersionNumber": "2",
        "StatementId": "one",
        "Action": "lambda:GetLayerVersion",
        "Principal": "*",
    }
    assert aws.log.writes("PutParameter")[0].parameters["Name"] == "/layers/utils"
    assert "GetCallerIdentity" in [call.action for call in aws.log.calls]


def test_refused_calls_are_logged_with_their_status(aws: Aws) -> None:
    api = aws.client("lambda")
    with pytest.raises(api.exceptions.InvalidParameterValueException, match="Could not unzip"):
        api.publish_layer_version(LayerName="utils", Content={"ZipFile": b"no zip"})
    assert [(call.action, call.status) for call in aws.log.calls] == [("PublishLayerVersion", 400)]


def _ask(aws: Aws, *, invocation: str) -> int:
    content = {"ZipFile": base64.b64encode(_zip()).decode()}
    signed = (
        f"AWS4-HMAC-SHA256 Credential=testing/20261121/{REGION}/lambda/aws4_request, SignedHeaders=host, Signature=0"
    )
    request = urllib.request.Request(
        f"{aws.url}/2018-10-31/layers/utils/versions",
        data=json.dumps({"Content": content}).encode(),
        headers={"Authorization": signed, "Content-Type": "application/json", "amz-sdk-invocation-id": invocation},
    )
    with urllib.request.urlopen(request) as answer:
        version: int = json.load(answer)["Version"]
    return version


def test_what_a_client_asks_again_is_done_once(aws: Aws) -> None:
    assert [_ask(aws, invocation=name) for name in ("first", "first", "second")] == [1, 1, 2]
    assert aws.log.actions() == ["PublishLayerVersion"] * 2
    aws.reset()
    assert _ask(aws, invocation="first") == 1


def test_what_was_refused_is_tried_again(aws: Aws) -> None:
    aws.trouble.refusals.append(
        Refusal(action="PublishLayerVersion", kind="TooManyRequestsException", status=429, times=1)
    )
    with pytest.raises(urllib.error.HTTPError, match="429"):
        _ask(aws, invocation="first")
    assert _ask(aws, invocation="first") == 1


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_gets_an_empty_aws(aws: Aws, turn: int) -> None:
    api = aws.client("lambda")
    assert api.list_layers()["Layers"] == []
    assert api.publish_layer_version(LayerName="utils", Content={"ZipFile": _zip()})["Version"] == 1
    assert aws.log.actions() == ["PublishLayerVersion"]
