"""What stands in an argument of a resource, as far as a scan can tell: a value, nothing, or an expression."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

REFERENCE = re.compile(
    r"(?<![\w.\-@:])(?:(?:var|local|module|data|each|count|path|self|terraform)\.[A-Za-z_]"
    r"|(?:aws|random|terraform|null|archive|external|local)_\w+\.[A-Za-z_])"
)
_CALL = re.compile(r"(?<![\w.\-])(?:provider::\w+::)?[a-z][a-z0-9_]*\(")
_BRACKETS = re.compile(r"^[\[{(].*[\])}]", re.DOTALL)
_OPERATOR = re.compile(r"\s(?:\?|==|!=|&&|\|\|)\s|\[\*\]")


def is_expression(text: str) -> bool:
    """Tell whether a text that checkov gives still is, or holds, something that Terraform would evaluate.

    checkov drops the ``${}`` around what it has looked at, so a text alone does not always tell. In doubt it is taken
    for an expression, and then the answer of a rule is that it does not know.
    """
    if "${" in text or "%{" in text:
        return True
    return bool(REFERENCE.search(text) or _CALL.search(text) or _BRACKETS.match(text) or _OPERATOR.search(text))


@dataclass(frozen=True)
class Value:
    """One argument, or one element of a list.

    Attributes:
        known: whether the value is certain.
        value: what it is, where it is known; ``None`` for an argument that is not there, or null.
        text: the expression, where it is not known; empty if nothing is known of that either.
    """

    known: bool
    value: Any = None
    text: str = ""

    @property
    def absent(self) -> bool:
        """Whether it is certain that there is no value."""
        return self.known and self.value is None

    @property
    def words(self) -> str | None:
        """The value as a text without space around it; ``None`` where it is not known, or no text."""
        if not self.known or isinstance(self.value, bool) or not isinstance(self.value, (str, int)):
            return None
        return str(self.value).strip()

    @property
    def truth(self) -> bool | None:
        """The value of a switch; ``None`` where it is not known, or none."""
        if self.known and isinstance(self.value, bool):
            return self.value
        return {"true": True, "false": False}.get((self.words or "").lower())


NOTHING = Value(known=True)
UNKNOWN = Value(known=False)


def expression(text: str) -> Value:
    """Return an argument of which only the expression is known, without the ``${}`` around it."""
    bare = text.strip()
    if bare.startswith("${") and bare.endswith("}") and bare.count("${") == 1:
        bare = bare[2:-1].strip()
    return Value(known=False, text=bare)


def from_source(raw: Any) -> Value:
    """Return what checkov's reading of an HCL argument means: it wraps most in a list of one."""
    while isinstance(raw, list) and len(raw) == 1 and not isinstance(raw[0], list):
        raw = raw[0]
    if isinstance(raw, str) and is_expression(raw):
        return expression(raw)
    if raw == [] or raw is None:
        return NOTHING
    if raw in ("None", "null"):  # what checkov leaves of a condition that it has worked out
        return UNKNOWN
    if isinstance(raw, (list, dict)):
        return UNKNOWN
    return Value(known=True, value=raw)


def elements_from_source(raw: Any) -> tuple[Value, ...] | None:
    """Return the elements of a list in HCL; ``None`` where it is not known which there are."""
    if raw is None:
        return ()
    if isinstance(raw, list) and len(raw) == 1:
        raw = raw[0]
    if isinstance(raw, list):
        if raw and isinstance(raw[0], list) and len(raw[0]) == len(raw):
            raw = raw[0]  # where checkov has worked one element out, it puts the whole list into its place
        return tuple(from_source(one) if not isinstance(one, list) else UNKNOWN for one in raw)
    return () if raw in (None, "") else None


def elements_from_plan(raw: Any) -> tuple[Value, ...]:
    """Return the elements of a list in a plan; null elements are not known before the apply."""
    listed: Sequence[Any] = raw if isinstance(raw, list) else [] if raw is None else [raw]
    return tuple(UNKNOWN if one is None else Value(known=True, value=one) for one in listed)
