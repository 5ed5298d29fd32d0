"""Patches of S3: checksums that hold, parts that have one, uploads that are over."""

import base64
import hashlib
from typing import Any

from moto.core.common_types import TYPE_RESPONSE
from moto.core.responses import ActionResult
from moto.s3.exceptions import NoSuchUpload, S3ClientError
from moto.s3.models import FakeKey, S3Backend
from moto.s3.responses import S3Response

from support.moto_faithful.errors import Replace


class BadDigestError(S3ClientError):
    """The bytes that came are not those that were announced."""

    code = "BadDigest"

    def __init__(self) -> None:
        super().__init__("The SHA256 you specified did not match the calculated checksum.")


def sha256(content: bytes) -> str:
    """Return a digest as S3 writes it."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def checksums_hold(replace: Replace) -> None:
    """Bytes that do not have the SHA-256 of their request are refused."""

    def hold(method: str) -> None:
        original = getattr(S3Response, method)

        def checked(self: S3Response) -> TYPE_RESPONSE:
            announced = self.headers.get("x-amz-checksum-sha256")
            if announced and announced != sha256(self.body):
                raise BadDigestError
            answer: TYPE_RESPONSE = original(self)
            return answer

        replace(S3Response, method, checked)

    hold("put_object")
    hold("upload_part")


def parts_have_checksums(replace: Replace) -> None:
    """ListParts tells the SHA-256 of each part of an upload that was begun with that algorithm."""
    original = S3Response.serialized

    def serialized(self: S3Response, action_result: ActionResult) -> TYPE_RESPONSE:
        if self.data.get("Action") == "ListParts":
            result: Any = action_result.result
            upload = self.backend.get_bucket(self.bucket_name).multiparts[result["UploadId"]]
            if upload.metadata.get("x-amz-checksum-algorithm") == "SHA256":
                for part in result["Parts"]:
                    part["ChecksumSHA256"] = sha256(upload.parts[part["PartNumber"]].value)
        return original(self, action_result)

    replace(S3Response, "serialized", serialized)


def checksum_of_parts_counts_them(replace: Replace) -> None:
    """HeadObject's checksum over the parts of an object ends in their number, as GetObject's does."""
    original = S3Response.head_object

    def head_object(self: S3Response, *rest: Any, **more: Any) -> TYPE_RESPONSE:  # noqa: ANN401 - as the original
        status, headers, body = original(self, *rest, **more)
        name = "x-amz-checksum-sha256"
        count = str(headers.get("ETag", "")).strip('"').partition("-")[2]
        if count and "-" not in headers.get(name, "-"):
            headers[name] = f"{headers[name]}-{count}"
        return status, headers, body

    replace(S3Response, "head_object", head_object)


def uploads_end(replace: Replace) -> None:
    """An upload that is over, or never was, takes no part and cannot be completed."""

    def hold(method: str) -> None:
        original = getattr(S3Backend, method)

        def checked(self: S3Backend, bucket_name: str, multipart_id: str, *rest: Any) -> FakeKey | None:  # noqa: ANN401
            if multipart_id not in self.get_bucket(bucket_name).multiparts:
                raise NoSuchUpload(upload_id=multipart_id)
            answer: FakeKey | None = original(self, bucket_name, multipart_id, *rest)
            return answer

        replace(S3Backend, method, checked)

    hold("upload_part")
    hold("complete_multipart_upload")
