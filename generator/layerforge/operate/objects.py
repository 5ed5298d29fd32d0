"""The ZIPs as objects in S3: what their keys are, whether an object is what its key says, and work on many of them."""

import base64
import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from layerforge.diagnostics import Diagnostic, LayerforgeError, OutsideError
from layerforge.names import Sha256
from layerforge.operate.aws import Access, asking, refusal
from layerforge.plan.types import Unit

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef

MIB: Final = 1 << 20
PART: Final = 64 * MIB
"""ZIPs larger than this go in parts of this size."""
GONE: Final = frozenset({"404", "NoSuchKey", "NotFound"})
_OTHERS_PARTS: Final = tuple(size * MIB for size in (5, 8, 10, 15, 16, 20, 25, 32, 50, 64, 100, 128))
"""Part sizes of other programs: Terraform's provider takes 5 MiB, the AWS CLI 8 MiB."""
_PIECE: Final = MIB
_AT_A_TIME: Final = 4


class Done(StrEnum):
    """What became of an object."""

    SENT = "sent"
    BROUGHT = "brought"
    THERE = "there already"


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """One ZIP, here and in a bucket.

    Attributes:
        unit: whose ZIP it is.
        path: of the file here.
        shown: the path as messages show it.
        sha256: of the ZIP, as the lock says.
        size: in bytes, as the lock says.
        region: of the bucket.
        bucket: its name.
        key: of the object.
    """

    unit: Unit
    path: Path
    shown: str
    sha256: Sha256
    size: int
    region: str
    bucket: str
    key: str

    @property
    def url(self) -> str:
        """The object, as AWS's own tools write it."""
        return f"s3://{self.bucket}/{self.key}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of one parcel: ``done``, or else ``problems`` and the exit code that they mean."""

    parcel: Parcel
    done: Done | None = None
    problems: tuple[Diagnostic, ...] = ()
    exit_code: int = 0


def key_of(prefix: str, unit: Unit, sha256: Sha256) -> str:
    """Return the key that the emitted modules look for."""
    return f"{prefix}/{unit.layer}/{unit.key}/{sha256}.zip"


def handle(
    access: Access,
    parcels: Sequence[Parcel],
    work: Callable[[Parcel], Done],
    *,
    first: Callable[[Parcel], None] | None = None,
) -> tuple[Outcome, ...]:
    """Do the same work on every parcel, several at a time and all Regions side by side. None hides another.

    Args:
        access: to AWS.
        parcels: in any order; that of the outcomes is the same.
        work: on one; what it raises is its outcome.
        first: asked once in each Region with one of its parcels; what it raises is the outcome of them all.
    """
    by_region: dict[str, list[Parcel]] = {}
    for parcel in parcels:
        by_region.setdefault(parcel.region, []).append(parcel)

    def kept(parcel: Parcel) -> Outcome:
        access.go_on()
        try:
            return Outcome(parcel=parcel, done=work(parcel))
        except LayerforgeError as error:
            return Outcome(parcel=parcel, problems=error.diagnostics, exit_code=error.exit_code)

    def region(name: str) -> list[Outcome]:
        if first is not None:
            first(by_region[name][0])
        return access.each(by_region[name], kept, at_a_time=_AT_A_TIME)

    answers = access.in_regions(list(by_region), region)
    found = {outcome.parcel: outcome for outcomes in answers.values.values() for outcome in outcomes}
    for name, problems in answers.problems.items():
        for parcel in by_region[name]:
            found[parcel] = Outcome(parcel=parcel, problems=problems, exit_code=OutsideError.exit_code)
    return tuple(found[parcel] for parcel in parcels)


def in_base64(digest: bytes) -> str:
    """Return a digest as S3 writes it."""
    return base64.b64encode(digest).decode()


def pieces_of(path: Path, start: int = 0, length: int | None = None) -> Iterator[bytes]:
    """Yield a file's bytes, or ``length`` of them from ``start``."""
    left = math.inf if length is None else length
    with path.open("rb") as stream:
        stream.seek(start)
        while left > 0 and (piece := stream.read(int(min(_PIECE, left)))):
            left -= len(piece)
            yield piece


def digest_of(pieces: Iterator[bytes]) -> bytes:
    """Return the sha256 of bytes that come in pieces."""
    hasher = hashlib.sha256()
    for piece in pieces:
        hasher.update(piece)
    return hasher.digest()


def part_digests(path: Path, size: int, part: int) -> tuple[bytes, ...]:
    """Return the sha256 of each part of a file that is cut into parts of ``part`` bytes."""
    return tuple(digest_of(pieces_of(path, start, part)) for start in range(0, size, part))


def look(access: Access, parcel: Parcel) -> "HeadObjectOutputTypeDef | None":
    """Return what S3 says of a parcel's object; ``None`` if there is none.

    Raises:
        OutsideError: AWS could not be asked.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to import

    with asking(parcel.region, "s3"):
        try:
            return access.s3(parcel.region).head_object(Bucket=parcel.bucket, Key=parcel.key, ChecksumMode="ENABLED")
        except ClientError as error:
            if refusal(error) in {*GONE, "NoSuchBucket"}:
                return None
            if refusal(error) == "403":
                raise OutsideError(_kept_secret(parcel)) from error
            raise


def _kept_secret(parcel: Parcel) -> Diagnostic:
    return Diagnostic(
        code="PUSH010",
        message=f"S3 does not tell whether `{parcel.url}` is there (HTTP 403)",
        hint="allow `s3:GetObject` on the objects and `s3:ListBucket` on the bucket: without the second, S3 answers so "
        "for every object that is not there",
    )


def other_content(access: Access, parcel: Parcel, head: "HeadObjectOutputTypeDef", part: int) -> str | None:
    """Say what an object holds instead of the ZIP; ``None`` where it is proven to hold the ZIP.

    Proof is a SHA-256 that S3 has computed itself: of the whole object, or, of an object that came in parts, the one
    over its parts, computed here again from the ZIP. An object without either is read.

    Raises:
        OutsideError: AWS could not be asked.
    """
    if head["ContentLength"] != parcel.size:
        return f"{head['ContentLength']} bytes, the lock says {parcel.size}"
    said = head.get("ChecksumSHA256", "")
    whole, _, count = said.partition("-")
    if whole and not count:
        found = base64.b64decode(whole).hex()
    elif count.isdecimal() and _is_cut_from(parcel, whole, int(count), part):
        found = parcel.sha256
    else:
        found = digest_of(_read(access, parcel)).hex()
    return None if found == parcel.sha256 else f"sha256 `{found}`, the lock says `{parcel.sha256}`"


def _is_cut_from(parcel: Parcel, checksum: str, count: int, part: int) -> bool:
    for size in dict.fromkeys((part, *_OTHERS_PARTS)):
        if math.ceil(parcel.size / size) == count:
            digests = part_digests(parcel.path, parcel.size, size)
            if in_base64(hashlib.sha256(b"".join(digests)).digest()) == checksum:
                return True
    return False


def _read(access: Access, parcel: Parcel) -> Iterator[bytes]:
    with asking(parcel.region, "s3"):
        body: Any = access.s3(parcel.region).get_object(Bucket=parcel.bucket, Key=parcel.key)["Body"]
        yield from body.iter_chunks(_PIECE)
