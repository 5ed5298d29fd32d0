"""The sizes of layer versions that are not built here: which are wanted, which are known, and who is asked."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from layerforge.lock.types import ExternalRecord, Lock
from layerforge.plan.fleet_types import Plan, RegionState
from layerforge.plan.function_types import PinnedLayer

if TYPE_CHECKING:
    from layerforge.lock.file import StoredLock

Ask = Callable[[Sequence[str]], Mapping[str, ExternalRecord]]
"""Tells the sizes of the layer versions with these ARNs, as far as it can."""


def external_arns(plan: Plan, spec: Path) -> tuple[str, ...]:
    """Return the ARNs, sorted, whose sizes a spec's functions count and the spec itself does not declare."""
    layers = (layer for function in plan.functions if function.spec == spec for layer in function.layers)
    pinned = (layer for layer in layers if isinstance(layer, PinnedLayer) and layer.size is None)
    return tuple(sorted({arn for layer in pinned for arn in layer.arns.values()}))


def kept_externals(plan: Plan, spec: Path, stored: Iterable["StoredLock"]) -> Mapping[str, ExternalRecord]:
    """Return what any lock knows of the ARNs that a spec wants to know of."""
    known = {arn: record for one in stored for arn, record in one.lock.externals.items()}
    return {arn: known[arn] for arn in external_arns(plan, spec) if arn in known}


def unknown_externals(plan: Plan, locks: Mapping[Path, Lock]) -> tuple[str, ...]:
    """Return the ARNs, sorted, that no lock knows of and that AWS can be asked about."""
    return tuple(sorted({arn for spec, lock in locks.items() for arn in _unknown(plan, spec, lock)}))


def ask_externals(plan: Plan, locks: Mapping[Path, Lock], ask: Ask) -> dict[Path, Lock]:
    """Return the locks with the sizes of those layer versions too that no lock knew of. A known one is never asked."""
    wanted = unknown_externals(plan, locks)
    told = ask(wanted) if wanted else {}
    return {
        spec: replace(
            lock,
            externals={**lock.externals, **{arn: told[arn] for arn in _unknown(plan, spec, lock) if arn in told}},
        )
        for spec, lock in locks.items()
    }


def _unknown(plan: Plan, spec: Path, lock: Lock) -> Iterator[str]:
    """Yield what to ask AWS: nothing in Regions that are paused, which may be out of reach, or retired."""
    regions = {region.name: region.state for fleet in plan.fleets if fleet.spec == spec for region in fleet.regions}
    for arn in external_arns(plan, spec):
        state = regions.get(arn.split(":")[3], RegionState.ACTIVE)
        if arn not in lock.externals and state is RegionState.ACTIVE:
            yield arn
