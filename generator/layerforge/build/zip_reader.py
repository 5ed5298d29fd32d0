"""Reads the structure of a ZIP strictly: every byte is accounted for, and both headers of each member say the same.

``zipfile`` is made to get at data in spite of faults; this is made to find them (APPNOTE.TXT 6.3.10).
"""

import struct
from typing import BinaryIO, Final

from layerforge.build.zip_directory import read_directory
from layerforge.build.zip_header import DESCRIPTOR, EXTRA_ZIP64, FULL32, Header, Refused, read_extras

_LOCAL: Final = struct.Struct("<4s5H3I2H")
_SIZES64: Final = struct.Struct("<QQ")


def read_headers(file: BinaryIO, size: int) -> list[Header]:
    """Return the members of a ZIP file in the order of their data.

    Raises:
        Refused: ``WHEEL001`` to ``WHEEL009``: it is no ZIP, or not one in which everything fits together.
    """
    headers, end = read_directory(file, size)
    headers.sort(key=lambda header: header.start)
    first = headers[0].start if headers else end
    if first:
        raise Refused("WHEEL003", f"has {first} bytes before its first member")
    following = [*(header.start for header in headers[1:]), end]
    return [_read_local(file, header, until) for header, until in zip(headers, following, strict=False)]


def _read_local(file: BinaryIO, header: Header, following: int) -> Header:
    """Hold the local header, and the descriptor after the data, against the central directory."""
    file.seek(header.start)
    head = file.read(_LOCAL.size)
    if len(head) < _LOCAL.size or not head.startswith(b"PK\3\4"):
        raise Refused("WHEEL005", f"has no local header where its directory says so, for `{header.shown}`")
    _, _, flags, method, _, _, crc32, packed, size, n_name, n_extra = _LOCAL.unpack(head)
    name, extra = file.read(n_name), file.read(n_extra)
    sizes = _local_sizes(header, packed, size, read_extras(header, extra))
    described = bool(flags & DESCRIPTOR)
    _compare(header, ("name", "flags", "method"), (header.raw_name, header.flags, header.method), (name, flags, method))
    central = header[3:6]
    pairs = zip(central, (crc32, *sizes), strict=True)
    local = tuple(ours if described and not theirs else theirs for ours, theirs in pairs)
    _compare(header, ("CRC", "compressed size", "size"), central, local)
    data = header.start + _LOCAL.size + n_name + n_extra
    left = following - data - header.compressed_size
    if left < 0:
        raise Refused("WHEEL007", f"has members that overlap, after `{header.shown}`")
    if described:
        file.seek(data + header.compressed_size)
        _check_descriptor(header, file.read(left) if left <= 24 else b"", left)
    elif left:
        raise Refused("WHEEL003", f"has {left} bytes between its members, after `{header.shown}`")
    return header._replace(data=data)


def _compare(header: Header, names: tuple[str, ...], ours: tuple[object, ...], theirs: tuple[object, ...]) -> None:
    for name, central, local in zip(names, ours, theirs, strict=True):
        if central != local:
            raise Refused("WHEEL006", f"has two headers that disagree on the {name} of `{header.shown}`")


def _local_sizes(header: Header, packed: int, size: int, extras: dict[int, bytes]) -> tuple[int, int]:
    """Return compressed size and size of a local header; some writers give them as ZIP64 there and only there."""
    if EXTRA_ZIP64 not in extras:
        return packed, size
    if len(extras[EXTRA_ZIP64]) != _SIZES64.size:
        raise Refused("WHEEL005", f"has a member with damaged extra fields: `{header.shown}`")
    size64, packed64 = _SIZES64.unpack(extras[EXTRA_ZIP64])
    if packed not in {packed64, FULL32} or size not in {size64, FULL32}:
        raise Refused("WHEEL006", f"has a local header that gives two sizes for `{header.shown}`")
    return packed64, size64


def _check_descriptor(header: Header, found: bytes, length: int) -> None:
    """Compare a data descriptor: with or without signature, sizes of 4 or of 8 bytes; its length tells which."""
    width = {12: "I", 16: "I", 20: "Q", 24: "Q"}.get(length)
    if width is None:
        where = "no room for" if length < 12 else f"{length} bytes instead of"
        raise Refused("WHEEL003", f"has {where} a data descriptor after `{header.shown}`")
    said = (header.crc32, header.compressed_size, header.size)
    if found not in {struct.pack(f"<I2{width}", *said), struct.pack(f"<4sI2{width}", b"PK\7\x08", *said)}:
        raise Refused("WHEEL006", f"has a data descriptor that disagrees with the directory on `{header.shown}`")
