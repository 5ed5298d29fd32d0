"""Reads one own file: its digests, its size and the mode that its content asks for."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from layerforge.names import Sha256

_CHUNK: Final = 1 << 20
_PROGRAMS: Final = (b"#!", b"\x7fELF")


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """What there is to know of a file's bytes.

    Attributes:
        size: in bytes.
        sha256: of the bytes.
        sha256_lf: of the bytes with CRLF as LF; ``None`` where there is no CRLF.
        program: whether they begin as a script or an ELF file does.
    """

    size: int
    sha256: Sha256
    sha256_lf: Sha256 | None
    program: bool


def read_content(path: Path) -> Content:
    """Read a file once, or twice where lines end in CRLF, never more than a chunk at a time.

    Raises:
        OSError: the file cannot be read.
    """
    hasher = hashlib.sha256()
    size, has_crlf, program, before = 0, False, False, b""
    with path.open("rb") as stream:
        for chunk in _chunks(stream):
            program = program if size else chunk.startswith(_PROGRAMS)
            has_crlf = has_crlf or b"\r\n" in chunk or (before == b"\r" and chunk.startswith(b"\n"))
            before = chunk[-1:]
            size += len(chunk)
            hasher.update(chunk)
        stream.seek(0)
        sha256_lf = _with_lf(stream) if has_crlf else None
    return Content(size=size, sha256=Sha256(hasher.hexdigest()), sha256_lf=sha256_lf, program=program)


def _with_lf(stream: BinaryIO) -> Sha256:
    hasher = hashlib.sha256()
    held = b""
    for chunk in _chunks(stream):
        data = held + chunk
        held = b"\r" if data.endswith(b"\r") else b""  # its LF may begin the next chunk
        hasher.update(data[: len(data) - len(held)].replace(b"\r\n", b"\n"))
    hasher.update(held)
    return Sha256(hasher.hexdigest())


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk
