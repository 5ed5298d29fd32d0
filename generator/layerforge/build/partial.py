"""A wheel on its way into the store: one file a digest, locked by who fills it, resumed by the next one."""

import contextlib
import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from layerforge.files import try_lock
from layerforge.names import Sha256

SUFFIX: Final = ".part"
PATIENCE = 30.0
"""Seconds without a new byte after which one no longer waits for another process that fills the same file."""

_CHUNK = 1 << 18
_PAUSE = 0.05


class Partial:
    """An open file that grows, with the digest of what it holds.

    Attributes:
        path: where it lies.
        size: its bytes.
        resumed: whether some of them are from a process before.
    """

    def __init__(self, path: Path, fd: int) -> None:
        """Take over an open, locked file and read what it holds already."""
        self.path = path
        self._fd = fd
        self._hasher = hashlib.sha256()
        self.size = 0
        while chunk := os.read(fd, _CHUNK):
            self._hasher.update(chunk)
            self.size += len(chunk)
        self.resumed = self.size > 0

    @property
    def sha256(self) -> Sha256:
        """The digest of the bytes so far."""
        return Sha256(self._hasher.hexdigest())

    def write(self, chunk: bytes) -> None:
        """Append ``chunk``."""
        view = memoryview(chunk)
        while view:
            written = os.write(self._fd, view)
            self._hasher.update(view[:written])
            self.size += written
            view = view[written:]

    def restart(self) -> None:
        """Drop all bytes."""
        os.ftruncate(self._fd, 0)
        os.lseek(self._fd, 0, os.SEEK_SET)
        self._hasher = hashlib.sha256()
        self.size = 0
        self.resumed = False

    def first(self, count: int) -> bytes:
        """Return the first ``count`` bytes."""
        return os.pread(self._fd, count, 0)

    def sync(self) -> None:
        """Bring the bytes to the disk."""
        os.fsync(self._fd)

    def drop(self) -> None:
        """Remove the file: its bytes are of no use."""
        self.path.unlink(missing_ok=True)


@contextlib.contextmanager
def open_partial(folder: Path, sha256: Sha256, *, arrived: Callable[[], bool]) -> Iterator[Partial | None]:
    """Open and lock the file that a wheel is gathered in; wait while another process gathers the same one.

    The lock ends with its holder, so a killed process blocks nobody, and what it gathered is taken over. From a
    holder that stands still for ``PATIENCE`` seconds, and where the file system knows no locks, one goes one's own
    way with a file of one's own.

    Args:
        folder: where such files lie.
        sha256: of the wheel.
        arrived: tells whether the wheel is in the store by now; may raise to end the wait.

    Yields:
        The file, or ``None`` if the wheel arrived.
    """
    fd, path = _locked(folder, sha256, arrived)
    if fd is None:
        yield None
        return
    try:
        yield Partial(path, fd)
    finally:
        os.close(fd)


def _locked(folder: Path, sha256: Sha256, arrived: Callable[[], bool]) -> tuple[int | None, Path]:
    """Return an open, locked file descriptor and its path, or none if the wheel arrived."""
    shared = folder / f"{sha256}{SUFFIX}"
    seen, since = -1, time.monotonic()
    while not arrived():
        fd = _open(shared)
        try:
            mine = try_lock(fd)
        except OSError:
            os.close(fd)
            break
        if mine and _is_at(fd, shared):
            return fd, shared
        size = os.fstat(fd).st_size
        os.close(fd)
        if mine:
            continue
        if size != seen:
            seen, since = size, time.monotonic()
        elif time.monotonic() - since > PATIENCE:
            break
        time.sleep(_PAUSE)
    else:
        return None, shared
    own = folder / f"{sha256}-{secrets.token_hex(8)}{SUFFIX}"
    fd = _open(own)
    with contextlib.suppress(OSError):
        try_lock(fd)
    return fd, own


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)


def _is_at(fd: int, path: Path) -> bool:
    """Whether the open file is still the one at ``path``: its former holder may have moved it into the store."""
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    mine = os.fstat(fd)
    return (mine.st_ino, mine.st_dev) == (there.st_ino, there.st_dev)
