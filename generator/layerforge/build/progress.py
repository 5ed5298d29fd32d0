"""How long work tells how far it is. What is shown, and where, is the command line's business."""

from typing import Protocol


class Progress(Protocol):
    """Hears of one piece of work at a time. All calls come from the thread that started the work."""

    def start(self, what: str, *, count: int, total_bytes: int | None = None) -> None:
        """Begin ``what`` (``fetching wheels``): so many things, and so many bytes if that is known."""

    def advance(self, amount: int, *, done: int = 0) -> None:
        """``amount`` more bytes went through, and ``done`` more things are finished."""

    def finish(self) -> None:
        """Stop, whether all went well or not."""


class Silent:
    """Shows nothing."""

    def start(self, what: str, *, count: int, total_bytes: int | None = None) -> None:
        """Ignore it."""

    def advance(self, amount: int, *, done: int = 0) -> None:
        """Ignore it."""

    def finish(self) -> None:
        """Ignore it."""
