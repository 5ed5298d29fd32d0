"""Turns diagnostics into text for people and into plain data for machines."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from layerforge.diagnostics import Diagnostic, Location, Severity, plural

_RESET = "\x1b[0m"
_COLOURS = {Severity.ERROR: "\x1b[1;31m", Severity.WARNING: "\x1b[1;33m", Severity.NOTE: "\x1b[1;36m"}
_DIM = "\x1b[34m"
_WIDEST = 140


@dataclass(frozen=True, kw_only=True, slots=True)
class Painter:
    """Puts colour around words, or leaves them plain."""

    colour: bool

    def severity(self, severity: Severity, text: str) -> str:
        """Return ``text`` in the colour of a severity."""
        return f"{_COLOURS[severity]}{text}{_RESET}" if self.colour else text

    def gutter(self, text: str) -> str:
        """Return ``text`` in the colour of line numbers and frames."""
        return f"{_DIM}{text}{_RESET}" if self.colour else text


def render_diagnostics(diagnostics: Iterable[Diagnostic], *, colour: bool = False) -> str:
    """Return all diagnostics as a text that ends with a newline, a blank line between them; empty for none."""
    painter = Painter(colour=colour)
    return "\n".join(_render(item, painter) for item in diagnostics)


def hints_once(diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Return diagnostics for people: where neighbours have one code and one hint, only the last of them has it."""
    return [
        replace(item, hint=None) if after is not None and (item.code, item.hint) == (after.code, after.hint) else item
        for item, after in zip_longest(diagnostics, diagnostics[1:])
    ]


def _render(item: Diagnostic, painter: Painter) -> str:
    head = painter.severity(item.severity, f"{item.severity}[{item.code}]")
    lines = [f"{head}: {printable(item.message)}"]
    if item.location is not None:
        lines += _excerpt(item.location, painter)
    if item.notes:
        lines += ["", *(f"  {printable(note)}" for note in item.notes)]
    if item.hint is not None:
        lines += ["", f"hint: {printable(item.hint)}"]
    return "\n".join(lines) + "\n"


def _excerpt(where: Location, painter: Painter) -> list[str]:
    place = printable(where.file)
    for number in (where.line, where.column if where.line is not None else None):
        if number is not None:
            place += f":{number}"
    width = len(str(where.line or 0))
    lines = [f"{' ' * width}{painter.gutter('-->')} {place}" + (f" ({printable(where.path)})" if where.path else "")]
    if where.line is None or where.text is None:
        return lines
    text, column = _window(where.text, where.column or 1)
    bar = painter.gutter(f"{' ' * width} |")
    lines += [bar, f"{painter.gutter(f'{where.line} |')} {printable(text)}".rstrip()]
    if where.column is not None:
        before = _columns(printable(text[: column - 1]))
        marked = text[column - 1 : column - 1 + where.length]
        carets = max(1, _columns(printable(marked)))
        lines.append(f"{bar} {' ' * before}{painter.severity(Severity.ERROR, '^' * carets)}")
    return lines


def _window(text: str, column: int) -> tuple[str, int]:
    """Cut a very long line around the column, so that the caret stays in sight."""
    text = text.expandtabs(1).rstrip("\r\n")
    if len(text) <= _WIDEST:
        return text, column
    start = max(0, column - 1 - _WIDEST // 2)
    cut = text[start : start + _WIDEST]
    shown = ("…" if start else "") + cut + ("…" if start + _WIDEST < len(text) else "")
    return shown, column - start + (1 if start else 0)


def _columns(text: str) -> int:
    """Return how many terminal columns a text takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def printable(text: str) -> str:
    r"""Return ``text`` with every character that could drive a terminal written as ``\xNN`` or ``\uNNNN``."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def as_data(item: Diagnostic) -> dict[str, Any]:
    """Return a diagnostic as plain data for ``--json``."""
    where = item.location
    return {
        "code": item.code,
        "severity": str(item.severity),
        "message": item.message,
        "hint": item.hint,
        "notes": list(item.notes),
        "location": None
        if where is None
        else {
            "file": where.file,
            "line": where.line,
            "column": where.column,
            "length": where.length,
            "path": where.path,
        },
    }


def from_data(data: dict[str, Any]) -> Diagnostic:
    """Return the diagnostic that ``as_data`` wrote down; the line's text is not kept."""
    where = data["location"]
    return Diagnostic(
        code=data["code"],
        message=data["message"],
        severity=Severity(data["severity"]),
        location=None if where is None else Location(**where),
        hint=data["hint"],
        notes=tuple(data["notes"]),
    )


def tally(diagnostics: Iterable[Diagnostic]) -> str:
    """Return a count such as ``2 errors, 1 warning``; empty when there is nothing to count."""
    counts = dict.fromkeys(Severity, 0)
    for item in diagnostics:
        counts[item.severity] += 1
    return ", ".join(plural(count, kind) for kind, count in counts.items() if count)
