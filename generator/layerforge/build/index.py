"""The member index of a checked wheel: what a build needs to know of it, kept beside it in the store."""

import struct
import zlib
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple

CHECK_VERSION: Final = 1
"""Raised when ``check_wheel`` learns to refuse more, so that wheels that were checked before are checked again."""

_MAGIC: Final = b"LFW2"
_HEAD: Final = struct.Struct("<4sHHIII")
_COLUMNS: Final = "?BIIII"
_WIDTH: Final = struct.calcsize(f"<{_COLUMNS}")


class WheelMember(NamedTuple):
    """One file of a wheel. A tuple, since a store reads thousands of them at each build.

    Attributes:
        name: its path in the wheel, checked: relative, POSIX, NFC.
        executable: the wheel gives it an execute bit.
        method: 0 stored, 8 DEFLATE.
        crc32: of the uncompressed bytes.
        compressed_size: bytes in the wheel.
        size: uncompressed bytes.
        offset: where its data begin in the wheel.
    """

    name: str
    executable: bool
    method: int
    crc32: int
    compressed_size: int
    size: int
    offset: int


_new_member: Final = partial(tuple.__new__, WheelMember)
"""``WheelMember._make`` without its Python frame: half the time of reading an index."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WheelIndex:
    """The files of a wheel in the order of their data; folders are left out.

    Attributes:
        dist_info: the name of its ``.dist-info`` folder.
        members: its files.
    """

    dist_info: str
    members: tuple[WheelMember, ...]


def dump_index(index: WheelIndex) -> bytes:
    """Return ``index`` as bytes: a head, then column after column, and the names, a line each."""
    names = "\n".join([index.dist_info, *(member.name for member in index.members)]).encode()
    columns = list(zip(*index.members, strict=True))[1:]
    packed = [
        struct.pack(f"<{len(index.members)}{kind}", *column) for kind, column in zip(_COLUMNS, columns, strict=False)
    ]
    body = b"".join([*packed, names])
    return _HEAD.pack(_MAGIC, CHECK_VERSION, 0, len(index.members), len(names), zlib.crc32(body)) + body


def load_index(data: bytes) -> WheelIndex:
    """Read back what ``dump_index`` made.

    Raises:
        ValueError: it is damaged, or was made by another version of the check.
    """
    if len(data) < _HEAD.size:
        raise ValueError("the index is cut off")
    magic, version, _, count, length, crc32 = _HEAD.unpack_from(data)
    if magic != _MAGIC or version != CHECK_VERSION:
        raise ValueError("the index was made by another version")
    at = _HEAD.size + count * _WIDTH
    if len(data) != at + length or zlib.crc32(memoryview(data)[_HEAD.size :]) != crc32:
        raise ValueError("the index is damaged")
    dist_info, *paths = data[at:].decode().split("\n")
    at, columns = _HEAD.size, []
    for kind in _COLUMNS:
        columns.append(struct.unpack_from(f"<{count}{kind}", data, at))
        at += count * struct.calcsize(f"<{kind}")
    return WheelIndex(dist_info=dist_info, members=tuple(map(_new_member, zip(paths, *columns, strict=True))))
