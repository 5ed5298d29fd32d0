"""Where every key and value of a spec stands: a table beside the plain data."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from layerforge.diagnostics import Location

_PLAIN_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")

SpecPath = tuple[str | int, ...]
"""The way to a value: keys and list indexes from the top."""


class Span(NamedTuple):
    """A stretch of the text, counted from 0 in characters; the end is past the last one."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Positions:
    """The places of one file's keys and values.

    Attributes:
        file: the path for messages.
        lines: the file's lines without their ends.
        keys: by the path of the value that the key names.
        values: by path. Mappings and lists in block style have none: their key stands for them.
    """

    file: str
    lines: tuple[str, ...]
    keys: Mapping[SpecPath, Span] = field(default_factory=dict)
    values: Mapping[SpecPath, Span] = field(default_factory=dict)

    def key(self, path: SpecPath) -> Location:
        """Return the place of a value's key, or of the value itself where it has none."""
        return self._locate(path, (self.keys, self.values))

    def value(self, path: SpecPath) -> Location:
        """Return the place of a value, of its key where the value has no place of its own, or of what it is part of."""
        return self._locate(path, (self.values, self.keys))

    def order(self, path: SpecPath) -> tuple[int, int]:
        """Return something that sorts values as the file does."""
        while path:
            for table in (self.values, self.keys):
                if (span := table.get(path)) is not None:
                    return span[:2]
            path = path[:-1]
        return (0, 0)

    def at(self, span: Span, path: SpecPath = ()) -> Location:
        """Return a stretch of the text as a location; what runs over several lines ends with its first one."""
        text = self.lines[span.line] if span.line < len(self.lines) else ""
        end = span.end_column if span.end_line == span.line else len(text.rstrip())
        return Location(
            file=self.file,
            line=span.line + 1,
            column=span.column + 1,
            length=max(1, end - span.column),
            text=text,
            path=show_path(path),
        )

    def whole(self) -> Location:
        """Return the file as a whole."""
        return Location(file=self.file)

    def _locate(self, path: SpecPath, tables: tuple[Mapping[SpecPath, Span], ...]) -> Location:
        part = path
        while part:
            for table in tables:
                if (span := table.get(part)) is not None:
                    return self.at(span, path)
            part = part[:-1]
        return self.whole()


def show_path(path: SpecPath) -> str:
    """Return a path as people write it: ``layers.pandas.source.requirements[0]``."""
    shown = ""
    for part in path:
        if isinstance(part, int):
            shown += f"[{part}]"
        elif _PLAIN_KEY.fullmatch(part):
            shown += f".{part}" if shown else part
        else:
            shown += f"[{json.dumps(part, ensure_ascii=False)}]"
    return shown
