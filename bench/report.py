"""Markdown: tables, claims beside measurements, and the page that quotes them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

BEGIN = "<!-- bench: written by `make bench BENCH_ARGS=--update-docs` -->"
END = "<!-- bench: end -->"
_PART = re.compile(r"<!-- bench: part (\w+) -->")


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """What we promise about speed or memory, and what this run measured."""

    text: str
    wanted: str
    measured: str
    kept: bool

    @classmethod
    def at_most(cls, text: str, value: float, limit: float, unit: str) -> "Claim":
        """Claim that ``value`` is not above ``limit``."""
        return cls(text=text, wanted=f"≤ {limit:g}{unit}", measured=f"{value:.2f}{unit}", kept=value <= limit)

    @classmethod
    def at_least(cls, text: str, value: float, limit: float, unit: str) -> "Claim":
        """Claim that ``value`` is not below ``limit``."""
        return cls(text=text, wanted=f"≥ {limit:g}{unit}", measured=f"{value:.1f}{unit}", kept=value >= limit)


Measured = tuple[str, list[Claim]]
"""What a part of the bench gives: its text, and what was claimed beside what was measured."""


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; every column but the first is aligned to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def with_claims(text: str, claims: Sequence[Claim]) -> str:
    """Return the text of a part, its claims below it."""
    return f"{text}\n\n{claims_table(claims)}" if claims else text


def claims_table(claims: Sequence[Claim]) -> str:
    """Return the claims with what was wanted and what was measured."""
    rows = [[claim.text, claim.wanted, claim.measured + ("" if claim.kept else " (missed)")] for claim in claims]
    return table(["claim", "wanted", "measured"], rows)


def update(page: Path, machine: str, parts: Mapping[str, str]) -> None:
    """Write parts into the marked region of a page. Those that it has and that were not measured stay.

    Raises:
        ValueError: the page has no such region, or what would stay was measured on another machine.
    """
    before = page.read_text(encoding="utf-8")
    found = re.findall(f"{re.escape(BEGIN)}\n(.*?)\n{re.escape(END)}", before, re.DOTALL)
    if len(found) != 1:
        raise ValueError(f"{page} has not exactly one region between {BEGIN} and {END}")
    head, *rest = _PART.split(found[0])
    kept = {name: text.strip() for name, text in zip(rest[::2], rest[1::2], strict=True)}
    if kept.keys() - parts.keys() and head.strip() != machine:
        raise ValueError(f"{page} quotes another machine, so all parts have to be measured:\n{head.strip()}\n{machine}")
    written = [f"<!-- bench: part {name} -->\n\n{text}" for name, text in ({**kept, **parts}).items()]
    region = "\n\n".join([BEGIN, machine, *written, END])
    page.write_text(before.replace(f"{BEGIN}\n{found[0]}\n{END}", region), encoding="utf-8")
