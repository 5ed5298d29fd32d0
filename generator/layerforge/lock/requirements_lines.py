"""Reads the lines of a requirements file as pip does: encodings, continuations and comments."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from layerforge.diagnostics import Diagnostic, Location
from layerforge.files import read_bytes

_COMMENT: Final = re.compile(r"(?:^|\s+)#.*$")
_CODING: Final = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A logical line: its text without comments, and where its characters stand in the file."""

    text: str
    written: str
    """The text before variables were replaced."""
    starts: tuple[tuple[int, int, str], ...]
    """Offset in ``text``, number of the physical line, and that line as a whole."""
    file: str

    def where(self, found: str) -> Location:
        """Return the place of a part of the line."""
        offset = max(self.text.find(found), 0)
        start, number, whole = next(item for item in reversed(self.starts) if item[0] <= offset)
        shown = found.splitlines()[0] if found else whole.strip()
        column = whole.find(shown) if shown in whole else len(whole) - len(whole.lstrip()) + offset - start
        return Location(file=self.file, line=number, column=column + 1, length=max(1, len(shown)), text=whole)


def decode(path: Path, shown: str, where: Location) -> str | Diagnostic:
    """Return the text of a requirements file, or why there is none: UTF-8, UTF-16 with its mark, or what it says."""
    try:
        data = read_bytes(path)
    except OSError as error:
        hint = "paths are relative to the file that names them"
        return Diagnostic(
            code="REQ010", message=f"`{shown}` cannot be read: {error.strerror}", location=where, hint=hint
        )
    encoding = "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        declared = next((found for found in map(_CODING.match, data.split(b"\n")[:2]) if found), None)
        encoding = (
            declared[1].decode("ascii", "replace") if declared and not data.startswith(codecs.BOM_UTF8) else encoding
        )
    try:
        return data.decode(encoding)
    except (LookupError, UnicodeError):
        hint = "save it as UTF-8, or name its encoding in its first line: `# -*- coding: latin-1 -*-`"
        name = encoding.upper().removesuffix("-SIG")
        message = f"`{shown}` is not text in {name}"
        return Diagnostic(code="REQ011", message=message, location=Location(file=shown), hint=hint)


def logical_lines(content: str, shown: str) -> Iterator[Line]:
    """Yield lines with continuations joined and comments removed. A comment ends a continuation, as in pip."""
    text, starts = "", []
    for number, whole in enumerate(content.splitlines(), start=1):
        starts.append((len(text), number, whole))
        is_comment = re.match(r"\s*#", whole) is not None
        if whole.endswith("\\") and not is_comment:
            text += whole[:-1]
            continue
        yield _line(text + (" " if is_comment else "") + whole, starts, shown)
        text, starts = "", []
    if starts:
        yield _line(text, starts, shown)


def _line(joined: str, starts: list[tuple[int, int, str]], shown: str) -> Line:
    text = _COMMENT.sub("", joined)
    return Line(text=text, written=text, starts=tuple(starts), file=shown)
