"""Terraform's JSON diagnostics as ours, with file and line."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from layerforge.diagnostics import Diagnostic, Location, Severity


def from_events(events: Iterable[Mapping[str, Any]], *, code: str, shown: Path) -> tuple[Diagnostic, ...]:
    """Return the diagnostics among the lines of ``test -json``, ``init -json`` and others."""
    return from_diagnostics((event["diagnostic"] for event in events if "diagnostic" in event), code=code, shown=shown)


def from_diagnostics(found: Iterable[Mapping[str, Any]], *, code: str, shown: Path) -> tuple[Diagnostic, ...]:
    """Return diagnostics in Terraform's form as ours.

    Args:
        found: as ``validate -json`` lists them.
        code: what to call them.
        shown: the module's folder as messages name it; Terraform's paths are relative to it.
    """
    return tuple(_one(item, code, shown) for item in found)


def _one(item: Mapping[str, Any], code: str, shown: Path) -> Diagnostic:
    detail = [line for line in (item.get("detail") or "").splitlines() if line.strip()]
    snippet = item.get("snippet") or {}
    values = [f"{value['traversal']} {value['statement']}" for value in snippet.get("values") or ()]
    place = _place(item.get("range"), snippet, shown)
    context = snippet.get("context")
    return Diagnostic(
        code=code,
        message=item["summary"].rstrip("."),
        severity=Severity.WARNING if item["severity"] == "warning" else Severity.ERROR,
        location=replace(place, path=context) if place is not None and context else place,
        notes=(*detail, *values),
    )


def _place(where: Mapping[str, Any] | None, snippet: Mapping[str, Any], shown: Path) -> Location | None:
    if not where or not where.get("filename"):
        return None
    start, end = where["start"], where["end"]
    lines = (snippet.get("code") or "").splitlines()
    offset = start["line"] - snippet.get("start_line", start["line"])
    text = lines[offset] if 0 <= offset < len(lines) else None
    on_one_line = end["line"] == start["line"]
    return Location(
        file=str(shown / where["filename"]),
        line=start["line"],
        column=start["column"],
        length=max(end["column"] - start["column"], 1) if on_one_line else 1,
        text=text,
    )
