"""Reads the end record and the central directory of a ZIP."""

import struct
from typing import BinaryIO, Final

from layerforge.build.zip_header import (
    DEFLATED,
    DESCRIPTOR,
    EXTRA_ZIP64,
    FULL32,
    STORED,
    UTF8,
    Header,
    Refused,
    read_extras,
)

_END: Final = struct.Struct("<4s4H2IH")
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_MAX_DIRECTORY: Final = 32 << 20
_MAX_NAME: Final = 4096
_NEWEST: Final = 45
_FULL16: Final = 0xFFFF
_ENCRYPTED: Final = 0x2041  # encrypted, strongly encrypted, headers masked
_FLAGS: Final = 0x6 | DESCRIPTOR | UTF8  # two bits of DEFLATE's own, which say nothing to a reader
_METHODS: Final = {1: "shrink", 6: "implode", 9: "DEFLATE64", 12: "bzip2", 14: "LZMA", 93: "zstd", 95: "xz", 99: "AES"}


def read_directory(file: BinaryIO, size: int) -> tuple[list[Header], int]:
    """Return the members as the central directory has them, and where it begins. Their ``data`` is not known yet.

    Raises:
        Refused: the file is no ZIP, or its directory is not whole.
    """
    count, begin = _read_end(file, size)
    file.seek(begin)
    return _read_entries(file.read(size - _END.size - begin), count), begin


def _read_end(file: BinaryIO, size: int) -> tuple[int, int]:
    """Return how many members the central directory has, and where it begins."""
    tail_size = min(size, _END.size + _FULL16)
    file.seek(size - tail_size)
    tail = file.read(tail_size)
    end = tail[-_END.size :]
    if len(end) < _END.size or not end.startswith(b"PK\5\6") or end[-2:] != b"\0\0":
        raise _no_end(file, tail)
    _, disk, first_disk, here, count, length, begin, _ = _END.unpack(end)
    if _FULL16 in {here, count} or FULL32 in {length, begin} or tail[-_END.size - 20 :].startswith(b"PK\6\7"):
        raise Refused("WHEEL004", "is a ZIP64 archive: over 65,534 members or 4 GiB, far more than a layer can hold")
    if disk or first_disk or here != count:
        raise Refused("WHEEL004", "is one part of a ZIP that spans several files")
    if length > _MAX_DIRECTORY:
        raise Refused("WHEEL005", f"has a central directory of {length:,} bytes, over the {_MAX_DIRECTORY:,} allowed")
    if begin + length > size - _END.size:
        raise Refused("WHEEL002", "is cut off, or its end says more than there is")
    if begin + length < size - _END.size:
        raise Refused("WHEEL003", f"has {size - _END.size - begin - length} bytes beside its members and its directory")
    return count, begin


def _no_end(file: BinaryIO, tail: bytes) -> Refused:
    file.seek(0)
    head = file.read(512)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return Refused("WHEEL001", "is not a wheel but a web page")
    if not head:
        return Refused("WHEEL001", "is empty")
    if (at := tail.rfind(b"PK\5\6")) >= 0 and len(tail) - at >= _END.size:
        return Refused("WHEEL003", f"has {len(tail) - at - _END.size} bytes after its end")
    if head.startswith(b"PK"):
        return Refused("WHEEL002", "is cut off: the ZIP's end is missing")
    return Refused("WHEEL001", "is not a wheel: it is no ZIP file")


def _read_entries(data: bytes, count: int) -> list[Header]:
    headers, at = [], 0
    for number in range(count):
        if at + _CENTRAL.size > len(data) or data[at : at + 4] != b"PK\1\2":
            raise Refused("WHEEL005", f"has a damaged central directory at member {number + 1} of {count}")
        fields = _CENTRAL.unpack_from(data, at)
        _, _, needed, flags, method, _, _, crc32, packed, size = fields[:10]
        n_name, n_extra, n_comment, disk, _, attributes, start = fields[10:]
        at += _CENTRAL.size
        name, extra = data[at : at + n_name], data[at + n_name : at + n_name + n_extra]
        at += n_name + n_extra + n_comment
        if at > len(data):
            raise Refused("WHEEL005", f"has a damaged central directory at member {number + 1} of {count}")
        header = Header(name, flags, method, crc32, packed, size, attributes, start, 0)
        _judge(header, disk, needed & 0xFF)
        if EXTRA_ZIP64 in read_extras(header, extra) or FULL32 in {packed, size, start}:
            raise Refused("WHEEL004", f"has ZIP64 sizes in its central directory, at member `{header.shown}`")
        headers.append(header)
    if at != len(data):
        raise Refused("WHEEL005", f"has more in its central directory than the {count} members that it counts")
    return headers


def _judge(header: Header, disk: int, needed: int) -> None:
    """Refuse what no wheel needs: other methods, encryption, several files."""
    if len(header.raw_name) > _MAX_NAME:
        raise Refused("WHEEL010", f"has a member with a name of {len(header.raw_name):,} bytes")
    if disk:
        raise Refused("WHEEL004", "is one part of a ZIP that spans several files")
    if needed > _NEWEST:
        raise Refused("WHEEL009", f"has a member that needs version {needed / 10} of the ZIP format: `{header.shown}`")
    if header.flags & _ENCRYPTED:
        raise Refused("WHEEL009", f"has an encrypted member: `{header.shown}`")
    if header.flags & ~_FLAGS:
        unknown = header.flags & ~_FLAGS
        raise Refused("WHEEL009", f"has a member with unknown flags 0x{unknown:04x}: `{header.shown}`")
    if header.method not in {STORED, DEFLATED}:
        method = _METHODS.get(header.method, f"method {header.method}")
        raise Refused("WHEEL008", f"has a member compressed with {method}, where wheels use DEFLATE: `{header.shown}`")
    if header.method == STORED and header.compressed_size != header.size:
        raise Refused("WHEEL006", f"has a stored member that gives two sizes: `{header.shown}`")
