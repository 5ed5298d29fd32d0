"""Checks all functions of a run: their budgets, and what their layers take from each other, each thing said once."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from layerforge.build.types import Artifact
from layerforge.diagnostics import Diagnostic
from layerforge.facts.load import Limits
from layerforge.lock.types import Lock, UnitId
from layerforge.plan.function_types import Function, OwnLayer
from layerforge.verify.budget import check_budget
from layerforge.verify.conflicts import Clash, describe, find_clashes, find_shadows
from layerforge.verify.overlay import Overlays
from layerforge.verify.parts import known_sizes


def concerns(function: Function, built: Collection[UnitId]) -> bool:
    """Return whether a function consists of any of the units that were built, or of nothing that is built here."""
    own = {(item.layer, item.unit) for item in function.layers if isinstance(item, OwnLayer)}
    own |= {(unit.layer, unit.key) for unit in function.units}
    return not own or not own.isdisjoint(built)


def check_functions(
    functions: Sequence[Function],
    artifacts: Mapping[UnitId, Artifact],
    locks: Mapping[Path, Lock],
    limits: Limits,
) -> tuple[Diagnostic, ...]:
    """Return what ``check_budget`` and ``check_conflicts`` say of functions; of layers that several share, once.

    Args:
        functions: any.
        artifacts: the ZIPs that are there; without them the lock tells sizes and versions of packages.
        locks: by the absolute path of their specs; of each spec of a function.
        limits: of AWS.
    """
    found: list[Diagnostic] = []
    for spec in dict.fromkeys(function.spec for function in functions):
        mine = [function for function in functions if function.spec == spec]
        sizes = known_sizes(locks[spec], artifacts.values())
        overlays = Overlays(artifacts, locks[spec].units)
        shared: dict[tuple[UnitId, UnitId], tuple[Clash, list[Function]]] = {}
        for function in mine:
            found += check_budget(function, sizes, limits)
            for clash in find_clashes(function, overlays):
                shared.setdefault((clash.lower, clash.upper), (clash, []))[1].append(function)
            found += find_shadows(function, overlays)
        found += [item for clash, having in shared.values() for item in describe(clash, having)]
    return tuple(found)
