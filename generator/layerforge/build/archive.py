"""Writes ZIPs: the only place that does. Archive format 1 is written down in ``docs/archive-format-1.md``."""

import hashlib
import os
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final

from layerforge.build.content import Span, damaged
from layerforge.build.types import Member
from layerforge.build.zip_header import DEFLATED, STORED, UTF8
from layerforge.diagnostics import Diagnostic, FindingsError
from layerforge.names import Sha256

FORMATS: Final = frozenset({1})
"""The archive formats that can be written."""

_LOCAL: Final = struct.Struct("<4s5H3I2H")
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_END: Final = struct.Struct("<4s4H2IH")
_MADE_BY_UNIX: Final = 3 << 8 | 20
_NEEDS: Final = {STORED: 10, DEFLATED: 20}
_MIDNIGHT: Final = 0
_FIRST_DAY: Final = 1 << 5 | 1  # 1980-01-01
_REGULAR_FILE: Final = 0o100000
_MOST_MEMBERS: Final = 0xFFFF
_MOST_BYTES: Final = 0xFFFFFFFF

_BATCH: Final = 512 << 10
_LARGE: Final = 128 << 10
_MOST_OPEN: Final = 64


class ArchiveWriter:
    """Writes one ZIP of format 1 into a stream, in one pass, and digests it on the way.

    Small pieces are gathered, so that neither the stream nor the digest is called for each of them; large ones go
    through as they are read. Memory holds one batch and the central directory.
    """

    def __init__(self, stream: BinaryIO) -> None:
        """Write to ``stream``, from where it stands."""
        self._stream = stream
        self._hasher = hashlib.sha256()
        self._gathered: list[bytes] = []
        self._pending = 0
        self._written = 0
        self._directory: list[bytes] = []
        self._wheels: dict[Path, int] = {}

    def write(self, members: Sequence[Member]) -> tuple[Sha256, int]:
        """Write the whole ZIP, and return its sha256 and its size in bytes.

        Args:
            members: sorted by name, each name once.

        Raises:
            FindingsError: ``BUILD006`` it would be too large, or what reading a member raises.
        """
        check_size(members)
        try:
            for member in members:
                self._add(member)
            self._end()
        finally:
            self._close()
        return Sha256(self._hasher.hexdigest()), self._written

    def _add(self, member: Member) -> None:
        name, mode, method, crc32, packed, size, content, _ = member
        raw = name.encode()
        fields = (_NEEDS[method], 0 if name.isascii() else UTF8, method, _MIDNIGHT, _FIRST_DAY,
                  crc32, packed, size, len(raw), 0)  # fmt: skip
        start = self._written + self._pending
        self._directory.append(
            _CENTRAL.pack(b"PK\1\2", _MADE_BY_UNIX, *fields, 0, 0, 0, (_REGULAR_FILE | mode) << 16, start) + raw
        )
        self._put(_LOCAL.pack(b"PK\3\4", *fields) + raw)
        if type(content) is Span:
            self._copy(content)
        else:
            for piece in content.chunks():
                self._put(piece)
        if self._written + self._pending != start + _LOCAL.size + len(raw) + packed:
            raise ValueError(f"{name} is not of {packed} bytes")

    def _copy(self, span: Span) -> None:
        path, offset, left = span
        wheel = self._wheels.get(path)
        if wheel is None:
            wheel = self._open(path)
        while left:
            piece = os.pread(wheel, min(_BATCH, left), offset)
            if not piece:
                raise FindingsError(damaged(path))
            self._put(piece)
            left -= len(piece)
            offset += len(piece)

    def _put(self, piece: bytes) -> None:
        if len(piece) >= _LARGE:
            self._flush()
            self._pass_on(piece)
            return
        self._gathered.append(piece)
        self._pending += len(piece)
        if self._pending >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        if self._pending:
            self._pass_on(b"".join(self._gathered))
            self._gathered.clear()
            self._pending = 0

    def _pass_on(self, piece: bytes) -> None:
        self._hasher.update(piece)
        self._stream.write(piece)
        self._written += len(piece)

    def _end(self) -> None:
        start = self._written + self._pending
        for entry in self._directory:
            self._put(entry)
        count, length = len(self._directory), self._written + self._pending - start
        self._put(_END.pack(b"PK\5\6", 0, 0, count, count, length, start, 0))
        self._flush()

    def _open(self, path: Path) -> int:
        if len(self._wheels) >= _MOST_OPEN:
            self._close()
        try:
            self._wheels[path] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            raise FindingsError(damaged(path)) from None
        return self._wheels[path]

    def _close(self) -> None:
        for wheel in self._wheels.values():
            os.close(wheel)
        self._wheels.clear()


def check_size(members: Sequence[Member]) -> None:
    """Refuse what a ZIP without 64 bit extensions cannot hold; Lambda's own limits are far below.

    Raises:
        FindingsError: ``BUILD006``.
    """
    size = _END.size + sum(_LOCAL.size + _CENTRAL.size + member.compressed_size for member in members)
    size += 2 * sum(len(member.name.encode()) for member in members)
    if len(members) > _MOST_MEMBERS:
        what = f"{len(members):,} files, and a ZIP holds at most {_MOST_MEMBERS:,}"
    elif large := [member for member in members if member.size >= _MOST_BYTES]:
        what = f"a file of {large[0].size:,} bytes, `{large[0].name}`, and a ZIP holds less than 4 GiB"
    elif size >= _MOST_BYTES:
        what = f"{size:,} bytes zipped, and a ZIP holds less than 4 GiB"
    else:
        return
    raise FindingsError(
        Diagnostic(
            code="BUILD006",
            message=f"the ZIP has {what}",
            hint="leave files out with `exclude`, or cut it into several layers",
        )
    )
