"""Puts ZIPs into buckets: only what the lock names, only where nothing is. Nothing is ever replaced or deleted."""

import time
from collections.abc import Sequence
from typing import Final

from layerforge.diagnostics import Diagnostic, FindingsError, OutsideError, fail
from layerforge.operate.aws import Access, asking, refusal
from layerforge.operate.objects import (
    PART,
    Done,
    Outcome,
    Parcel,
    digest_of,
    handle,
    in_base64,
    look,
    other_content,
    pieces_of,
)
from layerforge.operate.parts import send_in_parts

_TAKEN: Final = "PreconditionFailed"
_BUSY: Final = frozenset({"ConditionalRequestConflict", "NoSuchUpload"})
"""Somebody else is putting the same object there at this moment, or has just finished the upload that we share."""
_TRIES: Final = 4
_WAIT_SECONDS: Final = 0.5


def push(access: Access, parcels: Sequence[Parcel], *, part: int = PART, abort: bool = False) -> tuple[Outcome, ...]:
    """Send every ZIP that is not there yet.

    Args:
        access: to AWS.
        parcels: what goes where.
        part: ZIPs larger than this many bytes go in parts of this size.
        abort: take the parts of an upload away that fails.

    Raises:
        FindingsError: ``PUSH003`` a ZIP is not there, ``PUSH004`` one is not what the lock says; nothing was sent.
    """
    by_path = {parcel.path: parcel for parcel in parcels}
    fail(FindingsError, [item for found in access.each(by_path.values(), _wrong_here) for item in found])
    return handle(
        access,
        parcels,
        lambda parcel: _pushed(access, parcel, part, abort=abort),
        first=lambda parcel: _check_bucket(access, parcel),
    )


def _wrong_here(parcel: Parcel) -> tuple[Diagnostic, ...]:
    try:
        found = digest_of(pieces_of(parcel.path)).hex()
    except FileNotFoundError:
        return (
            Diagnostic(
                code="PUSH003",
                message=f"there is no `{parcel.shown}`",
                hint=f"`layerforge build {parcel.unit.layer}` makes it",
            ),
        )
    if found == parcel.sha256:
        return ()
    return (
        Diagnostic(
            code="PUSH004",
            message=f"`{parcel.shown}` has sha256 `{found}`, the lock says `{parcel.sha256}`",
            hint=f"nothing was sent; `layerforge build {parcel.unit.layer}` makes the right one",
        ),
    )


def _check_bucket(access: Access, parcel: Parcel) -> None:
    """See that there is a bucket, and where; what we may not ask is left to the upload."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to import

    region, bucket = parcel.region, parcel.bucket
    with asking(region, "s3"):
        try:
            home = access.s3(region).head_bucket(Bucket=bucket).get("BucketRegion", region)
        except ClientError as error:
            if refusal(error) in {"404", "NoSuchBucket"}:
                raise OutsideError(no_bucket(parcel, "PUSH005")) from error
            if refusal(error) not in {"403", "AccessDenied"}:
                raise
            return
    if home != region:
        raise OutsideError(
            Diagnostic(
                code="PUSH006",
                message=f"the bucket `{bucket}` lies in `{home}`, not in `{region}`",
                hint="Lambda takes ZIPs only from a bucket of its own Region: give each Region a bucket of its own "
                f"(`regions.{region}.bucket` in the spec, or `--region {region} --bucket NAME`)",
            )
        )


def no_bucket(parcel: Parcel, code: str) -> Diagnostic:
    """Return the diagnostic for a bucket that does not exist."""
    return Diagnostic(
        code=code,
        message=f"there is no bucket `{parcel.bucket}`",
        hint="is its name right (`bucket` of the Region in the spec, or `--bucket`), and are the credentials those of "
        "the right account? layerforge makes no buckets",
    )


def _pushed(access: Access, parcel: Parcel, part: int, *, abort: bool) -> Done:
    for wait in range(_TRIES):
        if _stands(access, parcel, part):
            return Done.THERE
        if _sent(access, parcel, part, abort=abort):
            return Done.SENT
        time.sleep(wait * _WAIT_SECONDS)
    if _stands(access, parcel, part):
        return Done.THERE
    raise OutsideError(
        Diagnostic(
            code="PUSH008",
            message=f"somebody else is putting `{parcel.url}` there at the same time",
            hint="run the same command again when they are done",
        )
    )


def _stands(access: Access, parcel: Parcel, part: int) -> bool:
    head = look(access, parcel)
    if head is None:
        return False
    found = other_content(access, parcel, head, part)
    if found is not None:
        raise FindingsError(
            Diagnostic(
                code="PUSH007",
                message=f"`{parcel.url}` holds something else: {found}",
                hint="nothing was replaced; find out who put it there, delete it by hand (`aws s3api delete-object "
                f"--bucket {parcel.bucket} --key {parcel.key}`) and push again",
            )
        )
    return True


def _sent(access: Access, parcel: Parcel, part: int, *, abort: bool) -> bool:
    """Send a ZIP; false if somebody else has sent it in the meantime, or is about to."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to import

    with asking(parcel.region, "s3"):
        try:
            if parcel.size > part:
                send_in_parts(access, parcel, part, abort=abort)
            else:
                _send_whole(access, parcel)
        except ClientError as error:
            if refusal(error) not in {_TAKEN, *_BUSY}:
                raise
            return False
    return True


def _send_whole(access: Access, parcel: Parcel) -> None:
    with parcel.path.open("rb") as body:
        access.s3(parcel.region).put_object(
            Bucket=parcel.bucket,
            Key=parcel.key,
            Body=body,
            ContentType="application/zip",
            ChecksumAlgorithm="SHA256",
            ChecksumSHA256=in_base64(bytes.fromhex(parcel.sha256)),
            IfNoneMatch="*",
        )
