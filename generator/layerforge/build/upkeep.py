"""The content store's upkeep: hash everything again, remove what nobody used for long."""

import contextlib
import hashlib
import os
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from layerforge.build.index import load_index
from layerforge.diagnostics import Diagnostic, OutsideError, Severity
from layerforge.files import disk_problem, remove_if_unlocked

INDEX_SUFFIX: Final = ".idx"
SIZE: Final = struct.Struct("<Q")
"""An index file begins with the size of its wheel."""

_IN_USE: Final = 3600.0
"""Seconds: what was used that recently is never pruned, since a build may be reading it."""

_ABANDONED: Final = 86400.0
"""Seconds after which the file of a killed process, which the next one could have resumed, is a leftover."""

_DAY: Final = 86400.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Pruned:
    """What ``prune`` removed from the store, or would remove.

    Attributes:
        wheels: the file names of the wheels, longest unused first.
        leftovers: how many files of killed processes.
        freed: bytes that this frees.
        kept: how many wheels stay.
        kept_bytes: their bytes.
    """

    wheels: tuple[str, ...]
    leftovers: int
    freed: int
    kept: int
    kept_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    wheel: Path
    size: int
    used: float

    @property
    def index(self) -> Path:
        return self.wheel.with_suffix(INDEX_SUFFIX)


def verify_store(root: Path, *, drop: bool = False) -> tuple[Diagnostic, ...]:
    """Hash every wheel of a store again, read every index, and report what is damaged, sorted by path.

    Args:
        root: the store's folder; a missing one is empty.
        drop: remove what is damaged.

    Raises:
        OutsideError: ``STORE001`` something damaged cannot be removed.
    """
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - imported where it is used: builds read this file

    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        found = [item for item in pool.map(_judge, _files(root)) if item is not None]
    if drop:
        for path, _ in found:
            _remove(path.with_suffix(INDEX_SUFFIX))
            _remove(path)
    return tuple(diagnostic for _, diagnostic in found)


def prune_store(root: Path, *, keep_days: float | None, max_bytes: int | None, dry_run: bool) -> Pruned:
    """Remove leftovers of killed processes, then wheels by the time of their last use.

    Args:
        root: the store's folder.
        keep_days: remove what was not used for so long; ``None`` for no such limit.
        max_bytes: then remove the longest unused until the rest fits; ``None`` for no such limit.
        dry_run: only say what would go.

    Raises:
        OutsideError: ``STORE001`` something cannot be removed.
    """
    now = time.time()
    entries = sorted(_entries(root), key=lambda entry: (entry.used, entry.wheel))
    total = sum(entry.size for entry in entries)
    gone: list[_Entry] = []
    for entry in entries:
        too_old = keep_days is not None and now - entry.used > keep_days * _DAY
        too_much = max_bytes is not None and total > max_bytes
        if now - entry.used > _IN_USE and (too_old or too_much):
            gone.append(entry)
            total -= entry.size
    leftovers = list(_leftovers(root, now))
    if not dry_run:
        for entry in gone:
            _remove(entry.index)
            _remove(entry.wheel)
            _remove_empty(entry.wheel.parent)
        leftovers = [(path, size) for path, size in leftovers if remove_if_unlocked(path)]
    return Pruned(
        wheels=tuple(entry.wheel.name for entry in gone),
        leftovers=len(leftovers),
        freed=sum(entry.size for entry in gone) + sum(size for _, size in leftovers),
        kept=len(entries) - len(gone),
        kept_bytes=total,
    )


def _judge(path: Path) -> tuple[Path, Diagnostic] | None:
    """Return what is wrong with a wheel or an index of the store."""
    try:
        if path.suffix == INDEX_SUFFIX:
            return _judge_index(path)
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        return None  # pruned meanwhile
    except OSError as error:
        return path, disk_problem(error, path, code="STORE001", verb="read")
    if found == path.parent.name:
        return None
    return path, Diagnostic(
        code="STORE005",
        message=f"`{path.name}` in the store is damaged: its sha256 is {found}, not {path.parent.name}",
        hint="`layerforge cache verify --drop` removes it, and the next build fetches it again",
        notes=(str(path),),
    )


def _judge_index(path: Path) -> tuple[Path, Diagnostic] | None:
    data = path.read_bytes()
    wheel = path.with_suffix(".whl")
    try:
        reason = None if data[: SIZE.size] == SIZE.pack(wheel.stat().st_size) else "is for a wheel of another size"
        load_index(data[SIZE.size :])
    except FileNotFoundError:
        reason = "has no wheel beside it"
    except ValueError as error:
        reason = f"cannot be used: {error}"
    if reason is None:
        return None
    return path, Diagnostic(
        code="STORE006",
        severity=Severity.WARNING,
        message=f"the member index of `{wheel.name}` in the store {reason}",
        hint="nothing need be done: the next build that uses the wheel checks it again and makes a new index",
        notes=(str(path),),
    )


def _files(root: Path) -> list[Path]:
    """Return all wheels and indexes of a store, sorted."""
    found = (root / "wheels").glob("??/" + "?" * 64 + "/*")
    return sorted(path for path in found if path.suffix in {".whl", INDEX_SUFFIX} and not path.name.startswith("."))


def _entries(root: Path) -> Iterator[_Entry]:
    for path in _files(root):
        if path.suffix == ".whl":
            with contextlib.suppress(FileNotFoundError):
                size, used = _stat(path)
                with contextlib.suppress(FileNotFoundError):
                    more, touched = _stat(path.with_suffix(INDEX_SUFFIX))
                    size, used = size + more, max(used, touched)
                yield _Entry(wheel=path, size=size, used=used)


def _leftovers(root: Path, now: float) -> Iterator[tuple[Path, int]]:
    """Yield what killed processes left behind long ago, with its size."""
    unfinished = (root / "wheels").glob("??/" + "?" * 64 + "/.*.tmp")
    for path in sorted([*(root / "incoming").glob("*.part"), *unfinished]):
        with contextlib.suppress(FileNotFoundError):
            size, changed = _stat(path)
            if now - changed > _ABANDONED:
                yield path, size


def _stat(path: Path) -> tuple[int, float]:
    found = path.stat()
    return found.st_size, found.st_mtime


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutsideError(disk_problem(error, path, code="STORE001", verb="removed")) from error


def _remove_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()
        folder.parent.rmdir()
