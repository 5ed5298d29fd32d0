"""How effects are worded: digests cut short, sizes in round numbers, names in backquotes."""

import json
from collections.abc import Iterable, Sized
from typing import Final

from layerforge.diagnostics import plural

_SHORT: Final = 8
_LONGEST: Final = 40
MOST: Final = 4


def short(sha256: str) -> str:
    """Return the beginning of a digest."""
    return sha256[:_SHORT]


def size(number: int) -> str:
    """Return bytes for people, in powers of a thousand."""
    value, unit = float(number), "B"
    for larger in ("kB", "MB", "GB"):
        if value < 999.95:
            break
        value, unit = value / 1000, larger
    return f"{number} B" if unit == "B" else f"{value:.1f} {unit}"


def sizes(before: int, after: int) -> str:
    """Return two sizes with an arrow, or one if they look alike."""
    old, new = size(before), size(after)
    return new if old == new else f"{old} → {new}"


def are(things: Sized) -> str:
    """Return the verb for things of which something is said."""
    return "is" if len(things) == 1 else "are"


def quoted(names: Iterable[str], *, what: str = "") -> str:
    """Return names in backquotes, or, of many, how many there are."""
    listed = list(names)
    if what and len(listed) > MOST:
        return plural(len(listed), what)
    return ", ".join(f"`{name}`" for name in listed)


def both(words: Iterable[str]) -> str:
    """Return ``a``, or ``a and b``, or ``a, b and c``."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def change(name: str, before: str | None, after: str | None) -> str:
    """Return how a setting changes, with its values where both are short."""
    shown = [_value(one) for one in (before, after)]
    if any(one is None for one in shown):
        return name
    return f"{name} {shown[0]} → {shown[1]}"


def _value(expression: str | None) -> str | None:
    """Return an expression as a person would say it; ``None`` for one that is long or to be computed."""
    if expression is None or expression in ("null", '""'):
        return "none"
    if len(expression) > _LONGEST or any(sign in expression for sign in "{(\n") or expression.startswith("var."):
        return None
    try:
        plain = json.loads(expression)
    except ValueError:
        return None
    if isinstance(plain, list):
        return ", ".join(map(str, plain))
    return expression if isinstance(plain, bool) else str(plain)
