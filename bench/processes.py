"""The memory of all processes that this one has started, together, looked at while they run."""

import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

_SECONDS = 0.1


class Tree:
    """Watches the descendants of this process while a block runs.

    Attributes:
        peak: the most resident memory in bytes that they had together, pages that they share counted for each; 0 where
            the system has no ``/proc``.
    """

    def __init__(self) -> None:
        self.peak = 0
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._over.wait(_SECONDS):
            self.peak = max(self.peak, sum(memory_of(pid) for pid in descendants(os.getpid())))


def descendants(pid: int) -> Iterator[int]:
    """Yield the processes below one, as far as they are still there."""
    parents = {int(path.name): _parent(path) for path in Path("/proc").glob("[0-9]*")}
    found = {pid}
    while below := {child for child, parent in parents.items() if parent in found} - found:
        found |= below
        yield from below


def memory_of(pid: int) -> int:
    """Return the resident memory of a process in bytes; 0 if it is gone."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _parent(path: Path) -> int:
    try:
        status = (path / "status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    found = re.search(r"^PPid:\s*(\d+)", status, re.MULTILINE)
    return int(found[1]) if found else 0
