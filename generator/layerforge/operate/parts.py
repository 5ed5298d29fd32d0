"""Sends a large ZIP to S3 in parts, and goes on where an earlier run was interrupted."""

import io
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layerforge.operate.aws import Access, pages, refusal
from layerforge.operate.objects import Parcel, in_base64, part_digests

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


class Slice(io.RawIOBase):
    """A stretch of a file, as a file of its own: what is sent is never in memory as a whole."""

    def __init__(self, path: Path, start: int, length: int) -> None:
        """Open the file; ``length`` bytes from ``start`` on are visible."""
        super().__init__()
        self._stream = path.open("rb")
        self._start, self._length, self._at = start, length, 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can be read again, which a repeated request does."""
        return True

    def tell(self) -> int:
        """Return the place in the stretch."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place in the stretch."""
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        return self._at

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - anything with a buffer
        """Read the next bytes of the stretch."""
        self._stream.seek(self._start + self._at)
        piece = self._stream.read(max(0, min(len(buffer), self._length - self._at)))
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
        super().close()


def send_in_parts(access: Access, parcel: Parcel, part: int, *, abort: bool) -> None:
    """Send a ZIP in parts of ``part`` bytes; parts that an interrupted upload has brought already are not sent again.

    S3 checks every part, and puts them together only where no object has the key.

    Args:
        access: to AWS.
        parcel: whose file is known to hold what the lock says.
        part: bytes.
        abort: take the parts away if it fails, instead of leaving them for the next run.

    Raises:
        ClientError: AWS refused, for the caller to word.
    """
    client = access.s3(parcel.region)
    place: Any = {"Bucket": parcel.bucket, "Key": parcel.key}
    upload = _unfinished(client, parcel) or _begun(client, place)
    try:
        _send(access, parcel, upload, part)
    except Exception:
        if abort:
            with suppress(Exception):
                client.abort_multipart_upload(**place, UploadId=upload)
        raise


def _send(access: Access, parcel: Parcel, upload: str, part: int) -> None:
    client = access.s3(parcel.region)
    place: Any = {"Bucket": parcel.bucket, "Key": parcel.key, "UploadId": upload}
    there = {item["PartNumber"]: item for item in pages(client, "list_parts", "Parts", **place)}
    sent: list[Any] = []
    for number, digest in enumerate(part_digests(parcel.path, parcel.size, part), 1):
        access.go_on()
        start, checksum = (number - 1) * part, in_base64(digest)
        length = min(part, parcel.size - start)
        tag = _tag(there.get(number, {}), length, checksum)
        if tag is None:
            with Slice(parcel.path, start, length) as stretch:
                body: Any = stretch
                tag = client.upload_part(**place, PartNumber=number, Body=body, ChecksumSHA256=checksum)["ETag"]
        sent.append({"PartNumber": number, "ETag": tag, "ChecksumSHA256": checksum})
    client.complete_multipart_upload(**place, MultipartUpload={"Parts": sent}, IfNoneMatch="*")


def _tag(item: Mapping[str, Any], length: int, checksum: str) -> str | None:
    same = item.get("Size") == length and item.get("ChecksumSHA256") == checksum
    return str(item["ETag"]) if same else None


def _begun(client: "S3Client", place: Any) -> str:  # noqa: ANN401 - parameters of a call
    return client.create_multipart_upload(
        **place, ContentType="application/zip", ChecksumAlgorithm="SHA256", ChecksumType="COMPOSITE"
    )["UploadId"]


def _unfinished(client: "S3Client", parcel: Parcel) -> str | None:
    """Return the newest upload of this very object that nobody has finished; none where we may not ask."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to import

    try:
        found = [
            item
            for item in pages(client, "list_multipart_uploads", "Uploads", Bucket=parcel.bucket, Prefix=parcel.key)
            if item["Key"] == parcel.key and item.get("ChecksumAlgorithm") == "SHA256"
        ]
    except ClientError as error:
        if refusal(error) != "AccessDenied":
            raise
        return None
    return str(max(found, key=lambda item: item["Initiated"])["UploadId"]) if found else None
