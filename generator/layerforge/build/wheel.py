"""Checks a wheel in full, once, when it enters the store; a build then needs its index alone."""

import base64
import hashlib
import os
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO, Final

from layerforge.build.index import WheelIndex, WheelMember
from layerforge.build.member_names import check_names
from layerforge.build.wheel_data import prove, read_whole
from layerforge.build.wheel_metadata import check_format, check_metadata, find_dist_info, read_record
from layerforge.build.zip_header import Header, Refused
from layerforge.build.zip_reader import read_headers
from layerforge.diagnostics import Diagnostic, FindingsError
from layerforge.lock.types import Pin

_MAX_TOTAL: Final = 2 << 30
_MAX_RATIO: Final = 200
_HARMLESS: Final = 64 << 20
_MAX_TEXT: Final = 32 << 20


def check_wheel(path: Path, pin: Pin) -> WheelIndex:
    """Read all of a wheel, and return the index of its files. The digest of the file as a whole is the caller's.

    Every byte of the file belongs to a member or the directory; both headers of each member agree; names are safe;
    every member inflates to the size, the CRC and, where RECORD has one, the digest that are given for it.

    Raises:
        FindingsError: ``WHEEL001`` to ``WHEEL023``, the first thing that is wrong.
    """
    try:
        with path.open("rb", buffering=0) as file:
            return _check(file, os.fstat(file.fileno()).st_size, pin)
    except Refused as refused:
        web_page = refused.code == "WHEEL001"
        hint = (
            "look at what the index serves under that name: its address, and whether it wants credentials"
            if web_page
            else f"it was published like this: pin another version of `{pin.name}`, or ask its publishers to mend it"
        )
        raise FindingsError(
            Diagnostic(code=refused.code, message=f"`{pin.file}` {refused.message}", hint=hint)
        ) from None


def _check(file: BinaryIO, size: int, pin: Pin) -> WheelIndex:
    headers = read_headers(file, size)
    _check_total(headers, size)
    members = dict(zip(check_names(headers), headers, strict=True))
    dist_info = _check_metadata(file, members, pin)
    record = members.get(f"{dist_info}/RECORD")
    digests = read_record(read_whole(file, record, _MAX_TEXT)) if record else {}
    for name, header in members.items():
        _prove(file, header, digests.get(name))
    files = (_member(name, header) for name, header in members.items() if not name.endswith("/"))
    return WheelIndex(dist_info=dist_info, members=tuple(files))


def _check_total(headers: list[Header], size: int) -> None:
    """Stop what would fill a disk, before a byte of it is inflated."""
    total = sum(header.size for header in headers)
    if total > _MAX_TOTAL or (total > _HARMLESS and total > size * _MAX_RATIO):
        raise Refused("WHEEL018", f"would unpack to {total:,} bytes from {size:,}")


def _check_metadata(file: BinaryIO, members: dict[str, Header], pin: Pin) -> str:
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename  # noqa: PLC0415 - on entry to the store only

    try:
        distribution, version, _, _ = parse_wheel_filename(pin.file)
    except InvalidWheelFilename:
        raise Refused("WHEEL020", "has not the file name of a wheel") from None
    dist_info = find_dist_info(members, distribution)
    texts = []
    for name, code in (("METADATA", "WHEEL020"), ("WHEEL", "WHEEL021")):
        if f"{dist_info}/{name}" not in members:
            raise Refused(code, f"has no `{dist_info}/{name}`")
        texts.append(read_whole(file, members[f"{dist_info}/{name}"], _MAX_TEXT))
    check_metadata(texts[0], distribution, version)
    check_format(texts[1])
    return dist_info


def _prove(file: BinaryIO, header: Header, recorded: tuple[str, str] | None) -> None:
    if recorded is None:
        return prove(file, header)
    algorithm, digest = recorded
    hasher = hashlib.new(algorithm, usedforsecurity=False)
    prove(file, header, hasher)
    if base64.urlsafe_b64encode(hasher.digest()).rstrip(b"=").decode() != digest:
        raise Refused("WHEEL022", f"has a member whose digest is not the one in RECORD: `{header.shown}`")
    return None


def _member(name: str, header: Header) -> WheelMember:
    mode = header.attributes >> 16
    return WheelMember(
        name=name,
        executable=S_ISREG(mode) and bool(mode & 0o111),
        method=header.method,
        crc32=header.crc32,
        compressed_size=header.compressed_size,
        size=header.size,
        offset=header.data,
    )
