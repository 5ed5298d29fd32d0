"""How layerforge writes files: whole or not at all, whoever is killed when. And how it reads them: with an end."""

import contextlib
import errno
import fcntl
import io
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from layerforge.diagnostics import Diagnostic, OutsideError

_BUFFER = 1 << 18
_MOST: Final = 256
"""MiB of a file that is read as a whole: no lock and no list of requirements has as many."""
_SUFFIX: Final = ".tmp"
_NAME_ROOM: Final = 48
"""Characters of a temporary file's name that come from the path: file systems allow 255 bytes in all."""
_NO_ROOM: Final = "make room on that disk; `layerforge cache prune` frees what layerforge keeps itself"
_NO_RIGHT: Final = "give yourself the right to write there, or choose another folder"
_NO_RIGHT_TO: Final = {
    "read": "give yourself the right to read it",
    "used": "give yourself the right to read and write there, or choose another folder",
}
_NO_FOLDER: Final = "a file stands where a folder is needed, or the reverse: move it away"
_HINTS: Final = {
    errno.ENOSPC: _NO_ROOM,
    errno.EDQUOT: _NO_ROOM,
    errno.EACCES: _NO_RIGHT,
    errno.EPERM: _NO_RIGHT,
    errno.EROFS: "the file system is mounted read-only: choose another folder",
    errno.ENOTDIR: _NO_FOLDER,
    errno.EISDIR: _NO_FOLDER,
    errno.EEXIST: _NO_FOLDER,
    errno.EFBIG: "files of that size are not allowed there: see `ulimit -f` and the file system's own limit",
    errno.ENAMETOOLONG: "choose a folder with a shorter path",
    errno.ENOENT: "the folder is gone, or cannot be made there: choose another",
    errno.ELOOP: "a symbolic link leads back to itself: remove it",
    errno.EMFILE: "more files may be open at once: see `ulimit -n`",
}
_OF_THE_DISK: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS})


@contextlib.contextmanager
def write_atomically(path: Path, *, durable: bool = True) -> Iterator[BinaryIO]:
    """Open a temporary file beside ``path`` for writing and move it there when the block ends well.

    A reader sees the old file or the new one, never half of one. If the block raises, or the process is killed, the
    old file stays. What killed writers of the same path left behind is removed by the next one; each writer holds a
    ``flock`` on its temporary file, so that a living one keeps its own. Parent folders are made. The file's mode
    follows the umask.

    Args:
        path: the file to write.
        durable: whether the bytes reach the disk before the name does. ``False`` saves a millisecond or more for what
            the next run makes again if the power fails now.

    Raises:
        OutsideError: ``OUT090`` the file system refused.
    """
    try:
        try:
            remove_leftovers(path)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
        fd, temporary = _create_locked(path)
    except OSError as error:
        raise OutsideError(disk_problem(error, path, code="OUT090")) from error
    stream = io.BufferedWriter(io.FileIO(fd, "wb"), _BUFFER)
    try:
        yield stream
        stream.flush()
        if durable:
            os.fsync(fd)
        os.replace(temporary, path)  # noqa: PTH105 - the boundary that tests count
        if durable:
            sync_folder(path.parent)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and (_is_of_the_disk(error) or error.filename == str(temporary)):
            raise OutsideError(disk_problem(error, path, code="OUT090")) from error
        raise
    finally:
        with contextlib.suppress(OSError):
            stream.close()


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file, but of none that may have no end.

    Raises:
        OSError: it cannot be read; it is a pipe, a socket or a device; it is too large.
    """
    status = path.stat()
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    if status.st_size > _MOST << 20:
        raise OSError(errno.EFBIG, f"it is larger than {_MOST} MiB", str(path))
    return path.read_bytes()


def write_text(path: Path, text: str, *, durable: bool = True) -> None:
    """Write ``text`` to ``path`` as UTF-8, line endings as they are, by ``write_atomically``."""
    with write_atomically(path, durable=durable) as stream:
        stream.write(text.encode())


def remove_leftovers(path: Path) -> None:
    """Remove the temporary files that killed writers of ``path`` left behind. Those of living writers stay."""
    start = f".{path.name}."[:_NAME_ROOM]
    for name in os.listdir(path.parent):  # noqa: PTH208 - names are all that is needed
        if name.startswith(start) and name.endswith(_SUFFIX):
            remove_if_unlocked(path.parent / name)


def remove_if_unlocked(path: Path) -> bool:
    """Remove a file unless somebody holds a lock on it, and return whether it went."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        if not try_lock(fd):
            return False
        path.unlink()
    except OSError:
        return False
    finally:
        os.close(fd)
    return True


def try_lock(fd: int) -> bool:
    """Take the exclusive lock of an open file, which ends with the process, and return whether nobody else holds it.

    Raises:
        OSError: the file system knows no locks.
    """
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def sync_folder(path: Path) -> None:
    """Bring a folder's names to the disk, where the file system can."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):
            os.fsync(fd)
    finally:
        os.close(fd)


def disk_problem(error: OSError, path: Path, *, code: str, verb: str = "written") -> Diagnostic:
    """Say what the file system refused, and how to mend it.

    Args:
        error: what it answered.
        path: the file or folder that the caller was at; the error's own path is shown where it differs.
        code: the diagnostic's code.
        verb: what cannot be done to it.
    """
    reason = error.strerror or str(error) or type(error).__name__
    own = error.filename if isinstance(error.filename, str) and not error.filename.endswith(_SUFFIX) else None
    notes = (f"at `{own}`",) if own and own != str(path) else ()
    hint = _HINTS.get(error.errno or 0)
    file = _file_on_the_way(Path(own or path)) if hint == _NO_FOLDER else None
    if file is not None:
        hint = f"`{file}` is a file, and a folder is needed there: move it away, or choose another folder"
    if hint == _NO_RIGHT:
        hint = _NO_RIGHT_TO.get(verb, _NO_RIGHT)
    return Diagnostic(code=code, message=f"`{path}` cannot be {verb}: {reason}", hint=hint, notes=notes)


def _file_on_the_way(path: Path) -> Path | None:
    return next((folder for folder in reversed(path.parents) if folder.is_file()), None)


def _create_locked(path: Path) -> tuple[int, Path]:
    """Create a temporary file beside ``path`` and lock it; once more if a cleaner was faster than the lock."""
    while True:
        temporary = path.with_name(f"{f'.{path.name}.'[:_NAME_ROOM]}{secrets.token_hex(8)}{_SUFFIX}")
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        try:
            with contextlib.suppress(OSError):  # without locks nobody cleans up either
                fcntl.flock(fd, fcntl.LOCK_EX)
            if os.fstat(fd).st_nlink:
                return fd, temporary
        except BaseException:
            os.close(fd)
            temporary.unlink(missing_ok=True)
            raise
        os.close(fd)


def _is_of_the_disk(error: OSError) -> bool:
    """Whether a block's error comes from writing: those of opening other files carry their names."""
    return error.filename is None and error.errno in _OF_THE_DISK
