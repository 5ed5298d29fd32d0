"""Writes a user's text into Markdown so that it is shown as it is, in paragraphs, table cells and code."""

import re
from functools import lru_cache
from typing import Final

_SPECIAL: Final = re.compile(r"([\\`*\[<|&~$]|(?<![^\W_])_|_(?![^\W_]))")
"""An underscore inside a word is no markup."""
_LEADING: Final = re.compile(r"^([-+=#>]|[0-9]+[.)](?=\s|$))")
_RUNS: Final = re.compile(r"`+")


@lru_cache(maxsize=8192)
def text(given: str) -> str:
    """Return ``given`` as one line of a paragraph or a table cell, with no markup in it."""
    escaped = _SPECIAL.sub(r"\\\1", _one_line(given))
    return _LEADING.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", escaped)


@lru_cache(maxsize=8192)
def code(given: str) -> str:
    """Return ``given`` as inline code that may also stand in a table cell."""
    line = _one_line(given)
    fence = "`" * (max((len(run) for run in _RUNS.findall(line)), default=0) + 1)
    padding = " " if line.startswith("`") or line.endswith("`") or not line else ""
    return f"{fence}{padding}{line}{padding}{fence}".replace("|", "\\|")


def _one_line(given: str) -> str:
    """Fold white space into single spaces and show what cannot be printed by its number."""
    folded = " ".join(given.split())
    if folded.isprintable():
        return folded
    return "".join(item if item.isprintable() else f"U+{ord(item):04X}" for item in folded)
