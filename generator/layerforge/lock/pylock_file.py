"""Reads a pylock.toml (PEP 751), whose pins are taken as they are."""

from collections.abc import Mapping
from typing import Any

from packaging.pylock import Pylock, PylockUnsupportedVersionError, PylockValidationError

from layerforge.diagnostics import Diagnostic, Location
from layerforge.plan.types import RequirementFile


def read_pylock(table: Mapping[str, Any], shown: str, wanted: RequirementFile) -> Pylock | list[Diagnostic]:
    """Return a pylock.toml's content (PEP 751), or what is wrong with it or with what is asked of it."""
    place = Location(file=shown)
    try:
        pylock = Pylock.from_dict(table)
    except PylockUnsupportedVersionError as error:
        hint = "write it anew in version 1.0, such as by `uv export --format pylock.toml`"
        return [Diagnostic(code="REQ026", message=f"`{shown}` cannot be used: {error}", location=place, hint=hint)]
    except PylockValidationError as error:
        hint = "make it anew by the tool that wrote it, such as `uv export --format pylock.toml`"
        return [Diagnostic(code="REQ026", message=f"`{shown}` is no pylock file: {error}", location=place, hint=hint)]
    problems = []
    for kind, asked, known in (
        ("extra", wanted.extras, pylock.extras or ()),
        ("dependency group", wanted.groups, pylock.dependency_groups or ()),
    ):
        for name in asked:
            if name not in known:
                hint = "it has: " + (", ".join(f"`{item}`" for item in known) or "none")
                code = "REQ023" if kind == "extra" else "REQ024"
                message = f"`{shown}` has no {kind} `{name}`"
                problems.append(Diagnostic(code=code, message=message, location=wanted.where, hint=hint))
    return problems or pylock
