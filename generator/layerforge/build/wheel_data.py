"""Reads the data of a wheel's members, and proves them: they inflate, and sizes, CRC and digest are as given."""

import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final, Protocol

from layerforge.build.zip_header import STORED, Header, Refused

_READ: Final = 256 << 10
_INFLATE: Final = 1 << 20


class Hasher(Protocol):
    """What ``hashlib`` gives."""

    def update(self, data: bytes, /) -> None:
        """Take more data."""


def prove(file: BinaryIO, header: Header, hasher: Hasher | None = None) -> None:
    """Read all data of a member, a piece at a time.

    Raises:
        Refused: ``WHEEL015`` to ``WHEEL017``.
    """
    crc32 = 0
    for piece in pieces(file, header):
        crc32 = zlib.crc32(piece, crc32)
        if hasher:
            hasher.update(piece)
    if crc32 != header.crc32:
        raise Refused("WHEEL016", f"has a member with a wrong CRC: `{header.shown}`")


def read_whole(file: BinaryIO, header: Header, limit: int) -> bytes:
    """Return the content of a member that has to be small.

    Raises:
        Refused: ``WHEEL018`` it is larger than ``limit``, or as for ``pieces``.
    """
    if header.size > limit:
        raise Refused("WHEEL018", f"has {header.size:,} bytes in `{header.shown}`, over the {limit:,} allowed")
    return b"".join(pieces(file, header))


def pieces(file: BinaryIO, header: Header) -> Iterator[bytes]:
    """Yield the uncompressed bytes of a member, at most 1 MiB at a time and never more than it says it has.

    Raises:
        Refused: ``WHEEL015`` its stream is damaged, ``WHEEL017`` its size is another one.
    """
    file.seek(header.data)
    total = 0
    for piece in _stored(file, header) if header.method == STORED else _inflated(file, header):
        total += len(piece)
        if total > header.size:
            raise Refused(
                "WHEEL017", f"has a member that is larger than the {header.size:,} bytes it gives: `{header.shown}`"
            )
        yield piece
    if total != header.size:
        raise Refused("WHEEL017", f"has a member of {total:,} bytes that gives {header.size:,}: `{header.shown}`")


def _stored(file: BinaryIO, header: Header) -> Iterator[bytes]:
    left = header.compressed_size
    while left:
        piece = file.read(min(left, _READ))
        if not piece:
            raise Refused("WHEEL002", f"is cut off within `{header.shown}`")
        left -= len(piece)
        yield piece


def _inflated(file: BinaryIO, header: Header) -> Iterator[bytes]:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for packed in _stored(file, header):
            if inflate.eof:
                raise Refused("WHEEL015", f"has bytes after the end of a DEFLATE stream: `{header.shown}`")
            piece = inflate.decompress(packed, _INFLATE)
            yield piece
            while len(piece) == _INFLATE:
                piece = inflate.decompress(inflate.unconsumed_tail, _INFLATE)
                yield piece
    except zlib.error:
        raise Refused("WHEEL015", f"has a member that does not inflate: `{header.shown}`") from None
    if inflate.unused_data:
        raise Refused("WHEEL015", f"has bytes after the end of a DEFLATE stream: `{header.shown}`")
    if not inflate.eof:
        raise Refused("WHEEL015", f"has a DEFLATE stream without an end: `{header.shown}`")
