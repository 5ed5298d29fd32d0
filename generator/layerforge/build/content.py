"""Where the bytes of members come from: a span of a wheel, a rewritten script, a file of the user's."""

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from layerforge.build.types import Member
from layerforge.build.zip_header import STORED
from layerforge.diagnostics import Diagnostic, FindingsError
from layerforge.lock.types import OwnFile

PIECE: Final = 256 << 10
OWN_FILES: Final = "own files"
"""The origin of the user's own files."""


class Span(NamedTuple):
    """Bytes that stand in a wheel of the store, compressed or not.

    Attributes:
        path: the wheel.
        offset: where they begin.
        length: how many.
    """

    path: Path
    offset: int
    length: int

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes as they stand there.

        Raises:
            FindingsError: ``BUILD011`` the wheel is not what it was.
        """
        left = self.length
        with self.path.open("rb", buffering=0) as file:
            file.seek(self.offset)
            while left:
                piece = file.read(min(left, PIECE))
                if not piece:
                    raise FindingsError(damaged(self.path))
                left -= len(piece)
                yield piece


@dataclass(frozen=True, kw_only=True, slots=True)
class Script:
    """A script whose first line names no interpreter of a machine (``#!python``): ours instead, the rest as it is."""

    span: Span
    method: int
    first_line: bytes

    def chunks(self) -> Iterator[bytes]:
        """Yield the script, uncompressed."""
        yield self.first_line
        skipping = True
        for piece in inflated(self.span, self.method):
            rest = piece
            if skipping:
                _, end, rest = piece.partition(b"\n")
                skipping = not end
            if rest:
                yield rest


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnContent:
    """A file of the user's, stored uncompressed and held against the digest that was taken when it was collected."""

    file: OwnFile

    def chunks(self) -> Iterator[bytes]:
        """Yield the file's bytes.

        Raises:
            FindingsError: ``BUILD008`` it is not the file any more that it was, ``BUILD009`` it cannot be read.
        """
        hasher = hashlib.sha256()
        size = 0
        try:
            with self.file.source.open("rb", buffering=0) as file:
                while piece := file.read(PIECE):
                    size += len(piece)
                    if size > self.file.size:
                        raise _changed(self.file)
                    hasher.update(piece)
                    yield piece
        except OSError as error:
            message = f"the own file `{self.file.source}` cannot be read: {error.strerror}"
            raise FindingsError(Diagnostic(code="BUILD009", message=message)) from error
        if hasher.hexdigest() != self.file.sha256:
            raise _changed(self.file)


def own_member(file: OwnFile) -> Member:
    """Return the member of one file of the user's; reads it once, for its CRC."""
    content = OwnContent(file=file)
    crc32 = 0
    for piece in content.chunks():
        crc32 = zlib.crc32(piece, crc32)
    return Member(
        name=file.path,
        mode=file.mode,
        method=STORED,
        crc32=crc32,
        compressed_size=file.size,
        size=file.size,
        content=content,
        origin=OWN_FILES,
    )


def inflated(content: Span, method: int) -> Iterator[bytes]:
    """Yield the uncompressed bytes of a span, at most 256 KiB at a time.

    Raises:
        FindingsError: ``BUILD011`` the wheel is not what it was.
    """
    if method == STORED:
        yield from content.chunks()
        return
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for packed in content.chunks():
            piece = inflate.decompress(packed, PIECE)
            yield piece
            while len(piece) == PIECE:
                piece = inflate.decompress(inflate.unconsumed_tail, PIECE)
                yield piece
    except zlib.error:
        raise FindingsError(damaged(content.path)) from None


def digest_of(member: Member) -> bytes:
    """Return the sha256 of a member's uncompressed bytes."""
    content = member.content
    hasher = hashlib.sha256()
    for piece in inflated(content, member.method) if isinstance(content, Span) else content.chunks():
        hasher.update(piece)
    return hasher.digest()


def damaged(path: Path) -> Diagnostic:
    """Say that a wheel of the store is not what it was when it was checked."""
    return Diagnostic(
        code="BUILD011",
        message=f"`{path.name}` in the store is not the file any more that was checked",
        hint="`layerforge cache verify --drop` removes what is damaged; the next build fetches it again",
    )


def _changed(file: OwnFile) -> FindingsError:
    return FindingsError(
        Diagnostic(
            code="BUILD008",
            message=f"the own file `{file.source}` changed while it was packed",
            hint="build again when nothing writes to it any more",
        )
    )
