"""YAML's own complaints in words that help."""

import re
from typing import Final

from yaml import MarkedYAMLError, YAMLError
from yaml.reader import ReaderError

from layerforge.diagnostics import Diagnostic
from layerforge.spec.positions import Positions, Span

_FIRST_CHARACTERS: Final = {
    "\t": ("a tab cannot indent YAML", "indent with spaces"),
    "*": ("a value that begins with `*` is an alias in YAML", 'put it into quotes: `"**/tests/**"`'),
    "&": ("a value that begins with `&` is an anchor in YAML", "put it into quotes"),
    "@": ("a value cannot begin with `@` in YAML", "put it into quotes"),
    "`": ("a value cannot begin with a backquote in YAML", "put it into quotes"),
    "%": ("a value cannot begin with `%` in YAML", "put it into quotes"),
}
_FLOW: Final = (
    "write `,` between values and close the bracket; "
    'a value with `[`, `]`, `{`, `}` or `,` goes into quotes: `"requests[socks]==2.32.3"`'
)
_HINTS: Final = {
    "mapping values": "put a value that holds `: ` into quotes, and a space after each key's colon",
    "sequence entries": "begin a list on the line after its key, or write `[a, b]`",
    "flow sequence": _FLOW,
    "flow mapping": _FLOW,
    "flow node": _FLOW,
    "unexpected end of stream": "close the quotes",
    "escape": "write `\\\\` for a backslash in double quotes, or use single quotes",
    "incompatible YAML": "leave the `%YAML` line out",
    "document start": "leave the `...` line out: a spec is one document",
    "could not find expected ':'": "write `key: value`, with a space after the colon",
}
_CONFLICT: Final = re.compile(r"<{7}( .*)?")
_OTHERWISE: Final = "check indentation, quotes and colons from here upwards"


def explain(error: YAMLError, places: Positions) -> Diagnostic:
    """Return what keeps the text from being YAML, with its place, ``SPEC005``."""
    for number, text in enumerate(places.lines):
        if _CONFLICT.fullmatch(text):
            return Diagnostic(
                code="SPEC005",
                message="a merge left conflict markers in the spec",
                location=places.at(Span(number, 0, number, len(text))),
                hint="settle the spec by hand; then `layerforge gen` makes lock and modules whole, markers or not",
            )
    if not isinstance(error, MarkedYAMLError):
        reason = error.reason if isinstance(error, ReaderError) else str(error)
        return Diagnostic(code="SPEC005", message=f"the spec is not YAML: {reason}", location=places.whole())
    mark = error.problem_mark or error.context_mark
    start = error.context_mark or error.problem_mark
    first = _character(places, start.line, start.column) if start is not None else ""
    problem = error.problem or "it cannot be read"
    message, hint = _FIRST_CHARACTERS.get(first, ("", ""))
    at_start = "any token" in problem or "alphabetic" in problem
    if message and at_start:
        mark = start
    else:
        message = f"the spec is not YAML: {problem}" + (f" {error.context}" if error.context else "")
        hint = _hint(f"{problem} {error.context}")
    if mark is None:
        return Diagnostic(code="SPEC005", message=message, location=places.whole(), hint=hint)
    line, column = _visible(places, mark.line, mark.column)
    if start is not None and (line, column) != (mark.line, mark.column) and (start.line, start.column) < (line, column):
        line, column = start.line, start.column  # what was begun here does not end
    where = places.at(Span(line, column, line, column + 1))
    return Diagnostic(code="SPEC005", message=message, location=where, hint=hint)


def _visible(places: Positions, line: int, column: int) -> tuple[int, int]:
    """Return a place, or the last character of the text if there is nothing from the place on."""
    if any(text.strip() for text in places.lines[line + 1 :]) or _character(places, line, column).strip():
        return line, column
    filled = [index for index, text in enumerate(places.lines[: line + 1]) if text.strip()]
    return (filled[-1], len(places.lines[filled[-1]].rstrip()) - 1) if filled else (line, column)


def _hint(complaint: str) -> str:
    return next((hint for part, hint in _HINTS.items() if part in complaint), _OTHERWISE)


def _character(places: Positions, line: int, column: int) -> str:
    text = places.lines[line] if line < len(places.lines) else ""
    return text[column : column + 1]
