"""What a builder lists, and what a build gives."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from layerforge.diagnostics import Diagnostic
from layerforge.lock.types import OwnFile, Pin
from layerforge.names import Sha256
from layerforge.plan.types import Packaged, Unit


class Content(Protocol):
    """Bytes of one member, read again at each call, in chunks of bounded size."""

    def chunks(self) -> Iterator[bytes]:
        """Yield the member's stored bytes (compressed if ``Member.method`` says so), in order."""


class Member(NamedTuple):
    """One file of a ZIP, before it is written. A tuple, as a layer has thousands.

    Attributes:
        name: path in the ZIP, POSIX, NFC, UTF-8.
        mode: 0o644 or 0o755.
        method: 0 stored, 8 DEFLATE, as in APPNOTE.TXT.
        crc32: of the uncompressed bytes.
        compressed_size: bytes that ``content`` yields.
        size: uncompressed bytes.
        content: where the bytes come from.
        origin: the distribution (``numpy 1.26.4``), or ``own files``, that brings it.
    """

    name: str
    mode: int
    method: int
    crc32: int
    compressed_size: int
    size: int
    content: Content
    origin: str


class Entry(NamedTuple):
    """One line of a content list: path in the ZIP, uncompressed size in bytes, CRC-32, and who brought it."""

    path: str
    size: int
    crc32: int
    origin: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Artifact:
    """A built ZIP.

    Attributes:
        unit: what it was built for.
        path: where it lies.
        format: the number of the archive format.
        sha256: of the ZIP.
        zipped_size: in bytes.
        unzipped_size: sum of its members' sizes in bytes.
        content: its members, sorted by path.
        diagnostics: warnings, such as a glob that matches nothing.
    """

    unit: Unit
    path: Path
    format: int
    sha256: Sha256
    zipped_size: int
    unzipped_size: int
    content: tuple[Entry, ...]
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One unit to build: the plan's part, its pins and its own files.

    Attributes:
        packaged: the layer or function as planned.
        unit: the one of its units to build.
        pins: the wheels; the store has them.
        own_files: the user's own files.
        format: the number of the archive format.
        destination: where the ZIP goes.
        expected: the digest that the lock records for these inputs and this format; ``None`` for a first build.
    """

    packaged: Packaged
    unit: Unit
    pins: tuple[Pin, ...]
    own_files: tuple[OwnFile, ...]
    format: int
    destination: Path
    expected: Sha256 | None = None
