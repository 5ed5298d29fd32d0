"""Markdown: tables, claims beside measurements, and the region of the README that quotes them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

BEGIN = "<!-- bench: written by `make bench BENCH_ARGS=--update-readme` -->"
END = "<!-- bench: end -->"


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


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; every column but the first is aligned to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def claims_table(claims: Sequence[Claim]) -> str:
    """Return the claims with what was wanted and what was measured."""
    rows = [[claim.text, claim.wanted, claim.measured + ("" if claim.kept else " (missed)")] for claim in claims]
    return table(["claim", "wanted", "measured"], rows)


def update(readme: Path, text: str) -> None:
    """Replace the marked region of the README.

    Raises:
        ValueError: the README has no such region.
    """
    before = readme.read_text(encoding="utf-8")
    region = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    if len(region.findall(before)) != 1:
        raise ValueError(f"{readme} has not exactly one region between {BEGIN} and {END}")
    readme.write_text(region.sub(lambda _: f"{BEGIN}\n\n{text}\n\n{END}", before), encoding="utf-8")
