"""Which versions of a Terraform provider a configuration allows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_CLAUSE = re.compile(r"\s*(=|!=|>=|<=|>|<|~>)?\s*v?(\d+(?:\.\d+){0,2})(-[\w.]+)?\s*")
_LOCKED = re.compile(r'provider\s+"[^"]*/hashicorp/aws"\s*\{[^}]*?\bversion\s*=\s*"([^"]+)"', re.DOTALL)

Version = tuple[int, int, int]


@dataclass(frozen=True)
class Range:
    """The versions from ``lowest`` on and below ``end``; ``None`` for no end."""

    lowest: Version = (0, 0, 0)
    end: Version | None = None

    def and_also(self, other: Range) -> Range:
        """Return what both allow."""
        ends = [end for end in (self.end, other.end) if end is not None]
        return Range(max(self.lowest, other.lowest), min(ends) if ends else None)


def version(text: str) -> Version:
    """Return a version such as ``6.21`` as three numbers."""
    major, minor, patch, *_ = (*(int(part) for part in text.split(".")), 0, 0, 0)
    return major, minor, patch


def allowed(constraints: Iterable[str]) -> Range | None:
    """Return what all the constraints allow; ``None`` where one of them cannot be read, or there is none."""
    found: Range | None = None
    for constraint in constraints:
        for clause in constraint.split(","):
            parts = _CLAUSE.fullmatch(clause)
            if parts is None:
                return None
            one = _range(parts[1] or "=", parts[2])
            found = one if found is None else found.and_also(one)
    return found


def _range(operator: str, text: str) -> Range:
    low = version(text)
    following = (low[0], low[1], low[2] + 1)
    if operator == "=":
        return Range(low, following)
    if operator == ">=":
        return Range(low)
    if operator == ">":
        return Range(following)
    if operator == "<":
        return Range(end=low)
    if operator == "<=":
        return Range(end=following)
    if operator == "~>":
        ends = {1: (low[0] + 1, 0, 0), 2: (low[0], low[1] + 1, 0)}
        return Range(low, ends.get(text.count(".")))
    return Range()  # != leaves no gap that matters here


def locked(folder: Path) -> str | None:
    """Return the version of the AWS provider in a folder's dependency lock file; ``None`` if there is none."""
    try:
        text = (folder / ".terraform.lock.hcl").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    found = _LOCKED.search(text)
    return found[1] if found else None
