"""Shows how far long work is: one moving line on a terminal, nothing where nobody watches."""

import time
from typing import TextIO

from layerforge.build.progress import Progress, Silent
from layerforge.cli.console import Console

_EVERY = 0.1
_MEGABYTE = 1_000_000


def progress_for(console: Console) -> Progress:
    """Return a moving line for a terminal, or silence."""
    return Line(console.stderr) if console.interactive() else Silent()


class Line:
    """One line that is written again and again: what is done, how many things, how many megabytes."""

    def __init__(self, stream: TextIO) -> None:
        """Show on ``stream``, a terminal."""
        self._stream = stream
        self._what = ""
        self._count = self._done = self._bytes = 0
        self._total: int | None = None
        self._shown_at = 0.0

    def start(self, what: str, *, count: int, total_bytes: int | None = None) -> None:
        """Begin a piece of work."""
        self._what, self._count, self._total = what, count, total_bytes
        self._done = self._bytes = 0
        self._show()

    def advance(self, amount: int, *, done: int = 0) -> None:
        """Go on by some bytes and finished things; the terminal hears of it ten times a second."""
        self._bytes += amount
        self._done += done
        if time.monotonic() - self._shown_at >= _EVERY:
            self._show()

    def finish(self) -> None:
        """Take the line away."""
        self._stream.write("\r\x1b[K")
        self._stream.flush()

    def _show(self) -> None:
        self._shown_at = time.monotonic()
        size = f"{self._bytes / _MEGABYTE:.1f}"
        if self._total is not None:
            size += f"/{self._total / _MEGABYTE:.1f}"
        self._stream.write(f"\r\x1b[K{self._what}: {self._done}/{self._count}, {size} MB")
        self._stream.flush()
