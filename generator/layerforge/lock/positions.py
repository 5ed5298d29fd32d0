"""Finds where a value stands in a JSON text. Only asked when there is something to complain about."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from layerforge.diagnostics import Location

JsonPath = tuple[str | int, ...]

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_DECODER: Final = json.JSONDecoder()


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A JSON text and where it comes from.

    Attributes:
        file: the path to show.
        text: the JSON text.
        numbers: of each of its lines, the line's number in the file; ``None`` where the text is the whole file.
    """

    file: str
    text: str
    numbers: Sequence[int] | None = None

    def at(self, offset: int, *, length: int = 1, path: JsonPath = ()) -> Location:
        """Return the place of a character of the text."""
        start = self.text.rfind("\n", 0, offset) + 1
        line = self.text.count("\n", 0, start)
        return Location(
            file=self.file,
            line=(line + 1) if self.numbers is None else self.numbers[min(line, len(self.numbers) - 1)],
            column=offset - start + 1,
            length=length,
            text=self.text[start:].partition("\n")[0].rstrip("\r"),
            path=show_path(path),
        )

    def locate(self, path: JsonPath, *, key: bool = False) -> Location:
        """Return the place of a value, or of its key; of a key that is there twice, the last one.

        The text must be JSON, and the path must lead somewhere in it.
        """
        start, end = _span(self.text, path, key=key)
        return self.at(start, length=_on_one_line(self.text, start, end), path=path)


def show_path(path: JsonPath) -> str:
    """Return a path as a person writes it, such as ``layers.pandas.all.inputs.pins[0].sha256``."""
    shown = ""
    for step in path:
        shown += f"[{step}]" if isinstance(step, int) else f".{step}" if shown else step
    return shown


def _span(text: str, path: JsonPath, *, key: bool) -> tuple[int, int]:
    start, end = _skip(text, 0), len(text)
    name = (start, start + 1)
    for depth, step in enumerate(path, start=1):
        children = _members(text, start) if text[start] == "{" else _items(text, start)
        named, start, end = [child for child in children if child[0] == step][-1][1:]
        if depth == len(path):
            name = named
    if key:
        return name
    return start, end if path else start + 1


def _members(text: str, index: int) -> Iterator[tuple[str | int, tuple[int, int], int, int]]:
    """Yield key, the key's span, and the value's start and end, for each member of an object."""
    index = _skip(text, index + 1)
    while text[index] != "}":
        key, after = _DECODER.raw_decode(text, index)
        start = _skip(text, _skip(text, after) + 1)
        _, end = _DECODER.raw_decode(text, start)
        yield key, (index, after), start, end
        index = _comma(text, end)


def _items(text: str, index: int) -> Iterator[tuple[str | int, tuple[int, int], int, int]]:
    index = _skip(text, index + 1)
    number = 0
    while text[index] != "]":
        _, end = _DECODER.raw_decode(text, index)
        yield number, (index, end), index, end
        index = _comma(text, end)
        number += 1


def _comma(text: str, index: int) -> int:
    index = _skip(text, index)
    return _skip(text, index + 1) if text[index] == "," else index


def _skip(text: str, index: int) -> int:
    found = _SPACE.match(text, index)
    return found.end() if found else index


def _on_one_line(text: str, start: int, end: int) -> int:
    line_end = text.find("\n", start, end)
    return max(1, (end if line_end < 0 else start + 1) - start)
