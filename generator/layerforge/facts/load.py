"""Reads the data files, validates them, and answers questions about them. Standard library only, to start fast."""

import json
import re
from dataclasses import fields, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from layerforge.diagnostics import Diagnostic, Location, SpecError
from layerforge.facts.fleet_types import FunctionLimits, Handler, Partition
from layerforge.facts.rows import read_runtimes, read_systems
from layerforge.facts.types import Facts, Limits, Runtime, version_key

__all__ = ["Facts", "Limits", "Runtime", "load_facts", "version_key"]

_HERE: Final = Path(__file__).resolve().parent
_RUNTIMES: Final = _HERE / "runtimes.json"


def load_facts(extra: Path | None = None) -> Facts:
    """Return the shipped facts, with the runtimes of the user's ``--facts`` file added or replaced.

    Raises:
        SpecError: ``FACT001`` the file cannot be read, ``FACT002`` it does not have the form of ``runtimes.json``.
    """
    facts = _shipped()
    if extra is None:
        return facts
    table = _read(extra)
    try:
        systems = {
            **read_systems(_read(_RUNTIMES)["operating_systems"]),
            **read_systems(table.get("operating_systems", {})),
        }
        added = read_runtimes(table.get("runtimes"), systems)
    except ValueError as error:
        raise SpecError(_diagnostic("FACT002", f"has another form: {error}", extra)) from error
    return replace(facts, runtimes={**facts.runtimes, **added})


@cache
def _shipped() -> Facts:
    table, limits = _read(_RUNTIMES), _read(_HERE / "limits.json")
    return Facts(
        date=date.fromisoformat(table["date"]),
        runtimes=read_runtimes(table["runtimes"], read_systems(table["operating_systems"])),
        limits=Limits(**{field.name: limits[field.name] for field in fields(Limits)}),
        functions=_functions(_read(_HERE / "functions.json")),
        partitions=tuple(
            Partition(name=row["name"], pattern=re.compile(row["pattern"]), regions=tuple(row["regions"]))
            for row in _read(_HERE / "regions.json")["partitions"]
        ),
    )


def _functions(table: dict[str, Any]) -> FunctionLimits:
    values = {field.name: table[field.name] for field in fields(FunctionLimits)}
    tuples = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    handlers = {
        family: Handler(pattern=re.compile(row["pattern"]), form=row["form"])
        for family, row in table["handlers"].items()
    }
    reserved = frozenset(table["reserved_environment"])
    return FunctionLimits(**{**values, **tuples, "handlers": handlers, "reserved_environment": reserved})


def _read(path: Path) -> dict[str, Any]:
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SpecError(_diagnostic("FACT001", f"cannot be read: {error.strerror}", path)) from error
    except (ValueError, RecursionError) as error:
        raise SpecError(_diagnostic("FACT002", f"is not JSON: {error}", path)) from error
    if not isinstance(table, dict):
        raise SpecError(_diagnostic("FACT002", "holds no object", path))
    return table


def _diagnostic(code: str, message: str, path: Path) -> Diagnostic:
    return Diagnostic(
        code=code,
        message=f"the facts file {message}",
        location=Location(file=str(path)),
        hint="`--facts` takes a JSON file of the form of `layerforge/facts/runtimes.json`",
    )
