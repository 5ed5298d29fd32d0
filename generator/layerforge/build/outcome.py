"""Brings together what the builds of many units have to say: one message for one thing."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import TypeVar

from layerforge.build.types import Artifact
from layerforge.diagnostics import Diagnostic, FindingsError, LayerforgeError
from layerforge.plan.types import Packaged, Unit

_T = TypeVar("_T")


def gather(futures: Sequence[Future[_T]], units: Sequence[Unit | None]) -> list[_T]:
    """Return all results, or raise all that went wrong.

    What several units say alike is said once, with the units in a note.

    Args:
        futures: of the work.
        units: what each is for; ``None`` for no unit.

    Raises:
        LayerforgeError: of the family of the first error; an exception of another kind is raised as it is.
    """
    said: dict[Diagnostic, list[Unit]] = {}
    families: list[type[LayerforgeError]] = []
    results = []
    for future, unit in zip(futures, units, strict=True):
        try:
            results.append(future.result())
        except LayerforgeError as error:
            families.append(type(error))
            for diagnostic in error.diagnostics:
                said.setdefault(diagnostic, []).extend([unit] if unit else [])
    if families:
        family = FindingsError if FindingsError in families else families[0]
        raise family(_with_units(diagnostic, found) for diagnostic, found in said.items())
    return results


def merge_warnings(artifacts: Sequence[Artifact], items: Sequence[Packaged]) -> tuple[Artifact, ...]:
    """Return the artifacts with each warning once, and a glob reported idle only where it is so in all units."""
    idle: dict[Diagnostic, int] = {}
    for artifact in artifacts:
        for diagnostic in artifact.diagnostics:
            idle[diagnostic] = idle.get(diagnostic, 0) + 1
    merged, said = [], set()
    for artifact, item in zip(artifacts, items, strict=True):
        kept = []
        for diagnostic in artifact.diagnostics:
            everywhere = diagnostic.code != "BUILD003" or idle[diagnostic] == len(item.units)
            if everywhere and diagnostic not in said:
                said.add(diagnostic)
                kept.append(diagnostic)
        merged.append(replace(artifact, diagnostics=tuple(kept)))
    return tuple(merged)


def _with_units(diagnostic: Diagnostic, units: Sequence[Unit]) -> Diagnostic:
    """Add the units in question, unless the message names its unit already."""
    shown = [f"`{unit}`" for unit in units]
    if not units or shown[0] in diagnostic.message:
        return diagnostic
    return replace(diagnostic, notes=(*diagnostic.notes, f"in {' and '.join(shown)}"))
