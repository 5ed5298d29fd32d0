"""Patches of what a layer version may be, and of how it is read and deleted."""

import io
import json
import re
import zipfile
from contextlib import suppress
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, Shape
from moto.awslambda import models
from moto.awslambda.exceptions import UnknownLayerException
from moto.awslambda.models import LayerVersion, lambda_backends
from moto.awslambda.responses import LambdaResponse
from moto.core.common_types import TYPE_RESPONSE
from moto.s3.exceptions import MissingBucket
from moto.s3.models import FakeKey, s3_backends

from support.moto_faithful.errors import LambdaError, Replace, invalid, not_found

LARGEST_REQUEST = 69_905_067
"""Bytes of a PublishLayerVersion request: what base64 makes of 50 MiB, less one."""
LARGEST_UNZIPPED = 262_144_000
LAYER_VERSION_ARN = re.compile(
    r"arn:aws[a-zA-Z-]*:lambda:(?P<region>[a-z0-9-]*):(?P<account>\d{12}):layer:(?P<name>[a-zA-Z0-9-_]+):(?P<version>\d+)"
)


def unzipped_size(data: bytes) -> int:
    """Return the sum of the sizes of a ZIP's members in bytes."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return sum(item.file_size for item in archive.infolist())
    except zipfile.BadZipFile as error:
        raise invalid("Could not unzip uploaded file. Please check your file, then try to upload again.") from error


@cache
def _members(operation: str) -> dict[str, Shape]:
    model = botocore.session.get_session().get_service_model("lambda").operation_model(operation)
    assert model.input_shape is not None
    return dict(model.input_shape.members)


def _broken_constraint(shape: Shape, value: Any) -> str | None:  # noqa: ANN401 - any value of a request
    limits = shape.metadata
    if isinstance(value, list | str) and len(value) > limits.get("max", len(value)):
        return f"Member must have length less than or equal to {limits['max']}"
    if isinstance(value, str) and "pattern" in limits and not re.fullmatch(limits["pattern"], value):
        return f"Member must satisfy regular expression pattern: {limits['pattern']}"
    allowed = shape.member.metadata.get("enum") if isinstance(shape, ListShape) else None
    if allowed and not {*value} <= {*allowed}:
        return f"Member must satisfy constraint: [Member must satisfy enum value set: {allowed}]"
    return None


def request_constraints(replace: Replace) -> None:
    """Lengths, patterns and enumerations of the API's own model hold."""

    def hold(method: str, operation: str) -> None:
        original = getattr(LambdaResponse, method)

        def checked(self: LambdaResponse) -> Any:  # noqa: ANN401 - as the original
            request = {**json.loads(self.body), **self.uri_match}
            for name, shape in _members(operation).items():
                broken = _broken_constraint(shape, request[name]) if name in request else None
                if broken:
                    member = name[0].lower() + name[1:]
                    where = f"Value '{request[name]}' at '{member}'"
                    said = f"1 validation error detected: {where} failed to satisfy constraint: {broken}"
                    raise LambdaError("ValidationException", said)
            return original(self)

        replace(LambdaResponse, method, checked)

    hold("publish_layer_version", "PublishLayerVersion")
    hold("add_layer_version_permission", "AddLayerVersionPermission")


def direct_upload_limit(replace: Replace) -> None:
    """A request that carries more than 50 MiB of ZIP is refused."""
    original = LambdaResponse.publish_layer_version

    def publish_layer_version(self: LambdaResponse) -> TYPE_RESPONSE:
        if len(self.body) > LARGEST_REQUEST:
            message = f"Request must be smaller than {LARGEST_REQUEST} bytes for the PublishLayerVersion operation"
            raise LambdaError("RequestEntityTooLargeException", message, 413)
        return original(self)

    replace(LambdaResponse, "publish_layer_version", publish_layer_version)


def s3_object(replace: Replace) -> None:
    """An object that is not there is a refusal, and S3ObjectVersion chooses among an object's versions."""

    def find(account_id: str, partition: str, data: dict[str, Any]) -> FakeKey:
        said = "Error occurred while GetObject. S3 Error Code: {}. S3 Error Message: {}"
        try:
            found = s3_backends[account_id][partition].get_object(
                data["S3Bucket"], data["S3Key"], version_id=data.get("S3ObjectVersion")
            )
        except MissingBucket as error:
            raise invalid(said.format("NoSuchBucket", "The specified bucket does not exist")) from error
        if found is None:
            raise invalid(said.format("NoSuchKey", "The specified key does not exist."))
        return found

    replace(models, "_validate_s3_bucket_and_key", find)


def unzipped_limit(replace: Replace) -> None:
    """What is no ZIP, or unpacks to more than 250 MiB, is refused."""
    original = LayerVersion.__init__

    def __init__(self: LayerVersion, spec: dict[str, Any], account_id: str, region: str) -> None:  # noqa: N807
        original(self, spec, account_id, region)
        if unzipped_size(self.code_bytes) > LARGEST_UNZIPPED:
            raise invalid(f"Unzipped size must be smaller than {LARGEST_UNZIPPED} bytes")

    replace(LayerVersion, "__init__", __init__)


def find_version(arn: str) -> LayerVersion | None:
    """Return the version that an ARN names, of whatever account and Region, if the stand-in has it."""
    parts = LAYER_VERSION_ARN.fullmatch(arn)
    if parts is None:
        raise LambdaError("ValidationException", f"'{arn}' is not the ARN of a layer version")
    found: LayerVersion | None = lambda_backends[parts["account"]][parts["region"]].layers_versions_by_arn(arn)
    return found


def may_read(version: LayerVersion, account: str) -> bool:
    """Say whether ``account`` may use ``version``; every account is taken to be in every organization."""
    principals = [statement["Principal"] for statement in version.policy.statements]
    named = any(isinstance(item, dict) and f"::{account}:" in item["AWS"] for item in principals)
    return version.account_id == account or named or "*" in principals


def version_by_arn(replace: Replace) -> None:
    """GetLayerVersionByArn reads any version of this Region that the caller may use."""

    def get_layer_version_by_arn(self: LambdaResponse) -> str:
        version = find_version(self.querystring["Arn"][0])
        if version is None or version.region != self.region:
            raise not_found()
        if not may_read(version, self.current_account):
            message = f"User is not authorized to perform: lambda:GetLayerVersion on resource: {version.arn}"
            raise LambdaError("AccessDeniedException", message, 403)
        return json.dumps(version.get_layer_version())

    replace(LambdaResponse, "get_layer_version_by_arn", get_layer_version_by_arn)


def delete_is_idempotent(replace: Replace) -> None:
    """Deleting what is not there succeeds, and says nothing."""
    original = LambdaResponse.delete_layer_version

    def delete_layer_version(self: LambdaResponse) -> TYPE_RESPONSE:
        with suppress(UnknownLayerException):
            original(self)
        return 204, {"status": 204}, ""

    replace(LambdaResponse, "delete_layer_version", delete_layer_version)
