"""Questions to the S3 API, each of an empty account that may hold other things."""

from typing import Any

from support.lambda_questions import REGION, Account, client
from support.moto_faithful.objects import sha256

PARTS = (b"a" * (5 << 20), b"b")
PLACE = {"Bucket": "artifacts", "Key": "some.zip"}


def _bucket() -> Any:  # noqa: ANN401 - boto3 makes the class at run time
    client("s3").create_bucket(Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": REGION})
    return client("s3")


def _upload(api: Any) -> tuple[str, list[dict[str, object]]]:  # noqa: ANN401 - boto3 makes the class at run time
    upload: str = api.create_multipart_upload(**PLACE, ChecksumAlgorithm="SHA256")["UploadId"]
    parts: list[dict[str, object]] = []
    for number, part in enumerate(PARTS, 1):
        given = {"PartNumber": number, "ChecksumSHA256": sha256(part)}
        tag = api.upload_part(**PLACE, UploadId=upload, Body=part, **given)["ETag"]
        parts.append({**given, "ETag": tag})
    return upload, parts


def other_bytes_than_announced(_account: Account) -> object:
    return _bucket().put_object(**PLACE, Body=b"some", ChecksumSHA256=sha256(b"other"))["ETag"]


def other_bytes_in_a_part(_account: Account) -> object:
    api = _bucket()
    upload = api.create_multipart_upload(**PLACE, ChecksumAlgorithm="SHA256")["UploadId"]
    return api.upload_part(**PLACE, UploadId=upload, PartNumber=1, Body=b"some", ChecksumSHA256=sha256(b"other"))[
        "ETag"
    ]


def checksums_of_parts(_account: Account) -> object:
    api = _bucket()
    upload, _ = _upload(api)
    listed = api.list_parts(**PLACE, UploadId=upload)["Parts"]
    return [part.get("ChecksumSHA256") for part in listed]


def checksum_of_an_object_in_parts(_account: Account) -> object:
    api = _bucket()
    upload, parts = _upload(api)
    api.complete_multipart_upload(**PLACE, UploadId=upload, MultipartUpload={"Parts": parts})
    return api.head_object(**PLACE, ChecksumMode="ENABLED")["ChecksumSHA256"]


def part_of_an_upload_that_is_over(_account: Account) -> object:
    api = _bucket()
    upload, _ = _upload(api)
    api.abort_multipart_upload(**PLACE, UploadId=upload)
    return api.upload_part(**PLACE, UploadId=upload, PartNumber=1, Body=b"late")["ETag"]


def second_object_under_a_condition(_account: Account) -> object:
    api = _bucket()
    api.put_object(**PLACE, Body=b"one")
    return api.put_object(**PLACE, Body=b"two", IfNoneMatch="*")


def second_object_in_parts_under_a_condition(_account: Account) -> object:
    api = _bucket()
    api.put_object(**PLACE, Body=b"one")
    upload, parts = _upload(api)
    return api.complete_multipart_upload(**PLACE, UploadId=upload, MultipartUpload={"Parts": parts}, IfNoneMatch="*")
