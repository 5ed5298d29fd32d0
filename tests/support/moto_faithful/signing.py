"""Patches of code signing: signing jobs, which moto does not have, and what Lambda says of code that they signed."""

import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any, Final

from moto.awslambda.models import LambdaFunction, LayerVersion
from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time
from moto.moto_api._internal import mock_random
from moto.s3.models import S3Backend, s3_backends
from moto.signer import urls
from moto.signer.models import SignerBackend, SigningProfile
from moto.signer.responses import SignerResponse
from moto.utilities.utils import get_partition

from support.moto_faithful.errors import Replace

MANIFEST: Final = "META-INF/aws_signer_signature_v1.0.SF"
"""The member of a ZIP that holds its signature; here, who made it."""
PLATFORM: Final = "AWSLambda-SHA384-ECDSA"


class SignerError(JsonRESTError):
    """An error of the Signer API with any HTTP status."""

    def __init__(self, kind: str, message: str, status: int = 400) -> None:
        super().__init__(kind, message)
        self.code = status


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One signing job, which is over as soon as it has begun.

    Attributes:
        id: its id, also the name of the signed object.
        profile: that it signed with, in the version of that time.
        source: bucket, key and version of what it read.
        signed: bucket and key of what it wrote; ``None`` if it failed.
        reason: why it failed.
        at: seconds since 1970.
    """

    id: str
    profile: SigningProfile
    source: dict[str, str]
    signed: dict[str, str] | None
    reason: str
    at: float

    def shown(self, account: str) -> dict[str, Any]:
        """Return what DescribeSigningJob and ListSigningJobs say of it."""
        found = {
            "jobId": self.id,
            "source": {"s3": self.source},
            "platformId": self.profile.platform_id,
            "profileName": self.profile.name,
            "profileVersion": self.profile.profile_version,
            "createdAt": self.at,
            "completedAt": self.at,
            "status": "Succeeded" if self.signed else "Failed",
            "jobOwner": account,
            "jobInvoker": account,
        }
        if self.signed is None:
            return {**found, "statusReason": self.reason}
        return {**found, "signedObject": {"s3": self.signed}}


def signature_of(data: bytes) -> dict[str, str]:
    """Return the ARNs of the job and the profile's version that signed a ZIP, as Lambda names them; none for none."""
    if not data:
        return {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found: dict[str, str] = json.loads(archive.read(MANIFEST)) if MANIFEST in archive.namelist() else {}
        return found


def _sign(data: bytes, signature: dict[str, str]) -> bytes:
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(zipfile.ZipInfo(MANIFEST), json.dumps(signature))
    return buffer.getvalue()


def _refused_content(data: bytes) -> str:
    """Say why Signer does not sign some bytes; empty where it does."""
    if not data or not zipfile.is_zipfile(io.BytesIO(data)):
        return "The object is not a valid ZIP file."
    return "The object is signed already." if signature_of(data) else ""


def _profile(backend: SignerBackend, name: str) -> SigningProfile:
    profile = backend.signing_profiles.get(name)
    if profile is None:
        raise SignerError("ResourceNotFoundException", f"Signing profile {name} was not found.", 404)
    if profile.status != "Active":
        raise SignerError("ValidationException", f"Signing profile {name} is not active.")
    if profile.platform_id != PLATFORM:
        raise SignerError("ValidationException", f"Signing profile {name} does not sign objects in S3.")
    return profile


def _read(s3: S3Backend, source: dict[str, str]) -> bytes:
    bucket = s3.buckets.get(source["bucketName"])
    if bucket is None:
        raise SignerError("ValidationException", f"The bucket {source['bucketName']} does not exist.")
    if not bucket.is_versioned:
        raise SignerError("ValidationException", f"Versioning is not enabled for the bucket {bucket.name}.")
    found = s3.get_object(source["bucketName"], source["key"], version_id=source["version"])
    if found is None or not source["version"]:
        said = f"The object {source['key']} has no version {source['version']} in {bucket.name}."
        raise SignerError("ValidationException", said)
    content: bytes = found.value
    return content


def _start(self: SignerResponse) -> str:
    asked, backend = json.loads(self.body), self.signer_backend
    jobs: dict[str, Job] = backend.__dict__.setdefault("jobs", {})
    tokens: dict[str, str] = backend.__dict__.setdefault("tokens", {})
    if asked["clientRequestToken"] not in tokens:
        job = _run(self, backend, asked)
        jobs[job.id] = job
        tokens[asked["clientRequestToken"]] = job.id
    return json.dumps({"jobId": tokens[asked["clientRequestToken"]], "jobOwner": self.current_account})


def _run(self: SignerResponse, backend: SignerBackend, asked: dict[str, Any]) -> Job:
    s3 = s3_backends[self.current_account][get_partition(self.region)]
    profile = _profile(backend, asked["profileName"])
    source, destination = asked["source"]["s3"], asked["destination"]["s3"]
    data = _read(s3, source)
    if destination["bucketName"] not in s3.buckets:
        raise SignerError("ValidationException", f"The bucket {destination['bucketName']} does not exist.")
    job, signed, reason = str(mock_random.uuid4()), None, _refused_content(data)
    if not reason:
        start = f"arn:{get_partition(self.region)}:signer:{self.region}:{self.current_account}"
        by = {"SigningJobArn": f"{start}:/signing-jobs/{job}", "SigningProfileVersionArn": profile.profile_version_arn}
        signed = {"bucketName": destination["bucketName"], "key": f"{destination.get('prefix', '')}{job}.zip"}
        s3.put_object(signed["bucketName"], signed["key"], _sign(data, by))
    return Job(id=job, profile=profile, source=source, signed=signed, reason=reason, at=unix_time())


def jobs(replace: Replace) -> None:
    """A job reads one version of an object, and writes what it signed under a key of its own."""

    def describe_signing_job(self: SignerResponse) -> str:
        job = self.signer_backend.__dict__.get("jobs", {}).get(self.path.rsplit("/", 1)[-1])
        if job is None:
            raise SignerError("ResourceNotFoundException", "The signing job was not found.", 404)
        return json.dumps(job.shown(self.current_account))

    def list_signing_jobs(self: SignerResponse) -> str:
        known = self.signer_backend.__dict__.get("jobs", {}).values()
        return json.dumps({"jobs": [job.shown(self.current_account) for job in known]})

    more = {
        "{0}/signing-jobs$": SignerResponse.dispatch,
        "{0}/signing-jobs/(?P<job_id>[^/]+)$": SignerResponse.dispatch,
    }
    replace(urls, "url_paths", {**urls.url_paths, **more})
    replace(SignerResponse, "start_signing_job", _start)
    replace(SignerResponse, "describe_signing_job", describe_signing_job)
    replace(SignerResponse, "list_signing_jobs", list_signing_jobs)


def signed_layers(replace: Replace) -> None:
    """A layer version tells which job, and which version of a profile, signed its content."""
    original = LayerVersion.get_layer_version

    def get_layer_version(self: LayerVersion) -> dict[str, Any]:
        answer = original(self)
        return {**answer, "Content": {**answer["Content"], **signature_of(self.code_bytes)}}

    replace(LayerVersion, "get_layer_version", get_layer_version)


def signed_functions(replace: Replace) -> None:
    """A function tells the same of its code."""
    original = LambdaFunction.get_configuration

    def get_configuration(self: LambdaFunction, on_create: bool = False) -> dict[str, Any]:
        return {**original(self, on_create), **signature_of(getattr(self, "code_bytes", b""))}

    replace(LambdaFunction, "get_configuration", get_configuration)
