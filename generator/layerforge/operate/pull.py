"""Brings ZIPs from a bucket: only what the lock names reaches its place, and only whole."""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Final

from layerforge.diagnostics import Diagnostic, FindingsError, OutsideError
from layerforge.files import write_atomically
from layerforge.operate.aws import Access, asking, refusal
from layerforge.operate.objects import GONE, MIB, Done, Outcome, Parcel, digest_of, handle, pieces_of
from layerforge.operate.push import no_bucket

_TRIES: Final = 5
"""How often in a row a connection may break without a byte having come."""


def pull(access: Access, parcels: Sequence[Parcel]) -> tuple[Outcome, ...]:
    """Bring every ZIP that is not here yet."""
    return handle(access, parcels, lambda parcel: _pulled(access, parcel))


def _pulled(access: Access, parcel: Parcel) -> Done:
    if _is_here(parcel):
        return Done.THERE
    hasher = hashlib.sha256()
    pieces = _pieces(access, parcel)
    first = next(pieces, b"")  # before a file is opened: most refusals come now
    size = 0
    with write_atomically(parcel.path) as stream:
        for piece in chain([first], pieces):
            hasher.update(piece)
            size += len(piece)
            if size <= parcel.size:  # of a wrong object only the digest is wanted
                stream.write(piece)
        if hasher.hexdigest() != parcel.sha256:
            raise FindingsError(_other(parcel, hasher.hexdigest()))
    return Done.BROUGHT


def _is_here(parcel: Parcel) -> bool:
    try:
        return digest_of(pieces_of(parcel.path)).hex() == parcel.sha256
    except FileNotFoundError:
        return False


def _pieces(access: Access, parcel: Parcel) -> Iterator[bytes]:
    """Yield an object's bytes; where the connection breaks, go on with the byte after the last."""
    from botocore.exceptions import HTTPClientError, IncompleteReadError  # noqa: PLC0415 - slow to import

    at, failures, tag = 0, 0, ""
    while True:
        body, tag = _opened(access, parcel, at, tag)
        try:
            for piece in body.iter_chunks(MIB):
                access.go_on()
                yield piece
                at, failures = at + len(piece), 0
        except (HTTPClientError, IncompleteReadError) as error:
            failures += 1
            if failures == _TRIES:
                raise OutsideError(_broken(parcel, at)) from error
        else:
            return


def _opened(access: Access, parcel: Parcel, at: int, tag: str) -> tuple[Any, str]:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to import

    more: Any = {"Range": f"bytes={at}-", "IfMatch": tag} if at else {}
    with asking(parcel.region, "s3"):
        try:
            answer = access.s3(parcel.region).get_object(Bucket=parcel.bucket, Key=parcel.key, **more)
        except ClientError as error:
            if refusal(error) == "NoSuchBucket":
                raise OutsideError(no_bucket(parcel, "PULL003")) from error
            if refusal(error) in GONE:
                raise FindingsError(_missing(parcel)) from error
            raise
    return answer["Body"], answer["ETag"]


def _missing(parcel: Parcel) -> Diagnostic:
    name = parcel.unit.layer
    return Diagnostic(
        code="PULL004",
        message=f"`{parcel.url}` is not there",
        hint=f"`layerforge push {name}` puts it there; `layerforge build {name}` makes the same ZIP here",
    )


def _other(parcel: Parcel, found: str) -> Diagnostic:
    return Diagnostic(
        code="PULL005",
        message=f"`{parcel.url}` has sha256 `{found}`, the lock says `{parcel.sha256}`",
        hint=f"`{parcel.shown}` is as it was; find out who put that object there, delete it by hand (`aws s3api "
        f"delete-object --bucket {parcel.bucket} --key {parcel.key}`) and push the right one",
    )


def _broken(parcel: Parcel, at: int) -> Diagnostic:
    return Diagnostic(
        code="PULL006",
        message=f"the connection to `{parcel.url}` broke {_TRIES} times in a row after {at} of {parcel.size} bytes",
        hint="run the same command again; what was brought whole stays",
    )
