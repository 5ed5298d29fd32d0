"""Values in messages: in backquotes, in one line, and not too long."""

import re
from typing import Any, Final

LONGEST: Final = 80
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def show(value: str) -> str:
    """Return a text in backquotes: what cannot be printed by its number, what is long without its middle."""
    clipped = value if len(value) <= LONGEST else f"{value[: LONGEST - 20]}…{value[-19:]}"
    return f"`{_CONTROL.sub(_escaped, clipped)}`"


def kind(value: Any) -> str:  # noqa: ANN401 - any part of a document
    """Return what a part of a document is, in words."""
    if isinstance(value, str):
        return "text"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else "a mapping"


def listing(words: list[str] | tuple[str, ...], last: str = "and") -> str:
    """Return words in backquotes as a sentence lists them."""
    quoted = [show(word) for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {last} {quoted[-1]}" if quoted else ""


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
