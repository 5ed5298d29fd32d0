"""Reads from AWS Signer what a job has signed: a signed ZIP has another digest than the one in the lock."""

import re
from typing import Final

from layerforge.names import Sha256
from layerforge.operate.aws import Access, asking
from layerforge.plan.types import Unit

_JOB: Final = re.compile(r"arn:aws[a-z-]*:signer:(?P<region>[a-z0-9-]+):[0-9]{12}:/signing-jobs/(?P<id>.+)")
_KEY: Final = re.compile(r"(?:.+/)?(?P<layer>[^/]+)/(?P<unit>[^/]+)/(?P<sha256>[0-9a-f]{64})\.zip")


def signed_digest(access: Access, job: str, unit: Unit) -> Sha256 | None:
    """Return the digest of the ZIP that a job has signed for a unit, as the key of its source names it.

    Terraform has held the object to that digest before it was signed; nobody can read it from the signed one.

    Args:
        access: to AWS.
        job: its ARN.
        unit: whose ZIP it should have signed.

    Returns:
        ``None`` for a job that is not there, and for one that has signed anything else.

    Raises:
        OutsideError: AWS could not be asked.
    """
    parts = _JOB.fullmatch(job)
    if parts is None:
        return None
    client = access.signer(parts["region"])
    with asking(parts["region"], "signer"):
        try:
            answer = client.describe_signing_job(jobId=parts["id"])
        except client.exceptions.ResourceNotFoundException:
            return None
    key = _KEY.fullmatch(answer["source"]["s3"]["key"])
    if key is None or (key["layer"], key["unit"]) != (unit.layer, unit.key):
        return None
    return Sha256(key["sha256"])
