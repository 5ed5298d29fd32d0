"""Questions about code signing, each of an empty account with a bucket that keeps versions and a profile."""

import io
import zipfile
from typing import Any

from support.lambda_questions import OWN, REGION, Account, client, make_zip

JOB = {
    "profileName": "releases",
    "destination": {"s3": {"bucketName": "artifacts", "prefix": "signed/"}},
}
PLATFORM = "AWSLambda-SHA384-ECDSA"


def _object(content: bytes, *, versions: bool = True) -> dict[str, str]:
    """Put an object, and a later one under the same key; return the source that names the first."""
    s3 = client("s3")
    s3.create_bucket(Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": REGION})
    if versions:
        s3.put_bucket_versioning(Bucket="artifacts", VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket="artifacts", Key="some.zip", Body=content).get("VersionId", "null")
    s3.put_object(Bucket="artifacts", Key="some.zip", Body=make_zip(b"later"))
    return {"bucketName": "artifacts", "key": "some.zip", "version": first}


def _job(source: dict[str, str], **more: object) -> dict[str, Any]:
    signer = client("signer")
    signer.put_signing_profile(profileName="releases", platformId=PLATFORM)
    job = signer.start_signing_job(**{**JOB, "source": {"s3": source}, **more})["jobId"]
    answer: dict[str, Any] = signer.describe_signing_job(jobId=job)
    return answer


def _signed(content: bytes) -> dict[str, str]:
    place = _job(_object(content))["signedObject"]["s3"]
    return {"S3Bucket": place["bucketName"], "S3Key": place["key"]}


def what_a_job_wrote(_account: Account) -> object:
    """Whether the key ends in the job, and what is in the ZIP: the version of the source that was named, and more."""
    job = _job(_object(make_zip(b"first")))
    place = job["signedObject"]["s3"]
    body = client("s3").get_object(Bucket=place["bucketName"], Key=place["key"])["Body"].read()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return (
            job["status"],
            place["key"] == f"signed/{job['jobId']}.zip",
            archive.read("python/a.py"),
            archive.namelist(),
        )


def jobs_that_were_started(_account: Account) -> object:
    source = _object(make_zip())
    for token in ("one", "two", "two"):
        _job(source, clientRequestToken=token)
    return [job["source"]["s3"] == source for job in client("signer").list_signing_jobs()["jobs"]]


def a_job_with_an_unknown_profile(_account: Account) -> object:
    return _job(_object(make_zip()), profileName="no_such_profile")


def a_job_with_a_canceled_profile(_account: Account) -> object:
    source = {"s3": _object(make_zip())}
    client("signer").put_signing_profile(profileName="old", platformId=PLATFORM)
    client("signer").cancel_signing_profile(profileName="old")
    return client("signer").start_signing_job(**{**JOB, "profileName": "old", "source": source})


def a_job_of_a_bucket_without_versions(_account: Account) -> object:
    return _job(_object(make_zip(), versions=False))


def a_job_of_a_version_that_is_not_there(_account: Account) -> object:
    return _job({**_object(make_zip()), "version": "other"})


def a_job_of_something_that_is_no_zip(_account: Account) -> object:
    job = _job(_object(b"some text"))
    return job["status"], "signedObject" in job, job["statusReason"]


def a_job_that_nobody_started(_account: Account) -> object:
    return client("signer").describe_signing_job(jobId="12345678-1234-1234-1234-123456789012")


def who_signed_a_layer(account: Account) -> object:
    account.publish("plain")
    account.publish("signed", Content=_signed(make_zip()))
    said = [account.api.get_layer_version(LayerName=name, VersionNumber=1)["Content"] for name in ("plain", "signed")]
    return [(one.get("SigningJobArn") == _arn(), "SigningProfileVersionArn" in one) for one in said]


def who_signed_a_function(account: Account) -> object:
    place = _signed(make_zip())
    body = client("s3").get_object(Bucket=place["S3Bucket"], Key=place["S3Key"])["Body"].read()
    said = [account.function("plain"), account.function("signed", code=body)]
    return [(one.get("SigningJobArn") == _arn(), "SigningProfileVersionArn" in one) for one in said]


def _arn() -> str:
    (job,) = client("signer").list_signing_jobs()["jobs"]
    return f"arn:aws:signer:{REGION}:{OWN}:/signing-jobs/{job['jobId']}"
