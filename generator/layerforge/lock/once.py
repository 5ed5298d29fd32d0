"""Work that several layers want alike is done once."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from layerforge.diagnostics import LayerforgeError

T = TypeVar("T")


class Once:
    """Keeps what came of a piece of work, an error too, under a key that names all that it hangs on."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._done: dict[Hashable, Any] = {}

    def __call__(self, key: Hashable, work: Callable[[], T]) -> T:
        """Return what came of the work, now or before."""
        if key not in self._done:
            try:
                self._done[key] = work()
            except LayerforgeError as error:
                self._done[key] = error
        found = self._done[key]
        if isinstance(found, LayerforgeError):
            raise found
        result: T = found
        return result
