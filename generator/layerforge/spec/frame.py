"""A mapping or list while it is being read."""

from dataclasses import dataclass
from typing import Any

from layerforge.spec.positions import Span, SpecPath


@dataclass(slots=True)
class Frame:
    """One level of a document's nesting.

    Attributes:
        path: the way to it; ``None`` for the document itself, which holds one value.
        into: the list or mapping that it becomes; ``None`` where it is thrown away.
        start: where it begins.
        keyed: whether it is a mapping.
        key: the key whose value comes next; ``None`` while a key comes next.
        skip: the next value is thrown away.
    """

    path: SpecPath | None
    into: Any
    start: Span
    keyed: bool
    key: str | None = None
    skip: bool = False

    @property
    def awaits_key(self) -> bool:
        """Whether a key comes next."""
        return self.keyed and self.key is None

    @property
    def drops(self) -> bool:
        """Whether the next value is thrown away."""
        return self.skip or self.into is None

    @property
    def next_path(self) -> SpecPath:
        """The way to the next value; to the mapping itself while a key comes next."""
        if self.path is None:
            return ()
        if self.keyed:
            return self.path if self.key is None else (*self.path, self.key)
        return (*self.path, len(self.into or ()))

    def put(self, value: Any) -> None:  # noqa: ANN401 - any part of a document
        """Take the next value."""
        if self.keyed:
            if not self.drops:
                self.into[self.key] = value
            self.key, self.skip = None, False
        elif self.into is not None:
            self.into.append(value)

    def skip_next(self) -> None:
        """Take whatever comes next for the value of a key that cannot be used."""
        self.key, self.skip = self.key or "", True
