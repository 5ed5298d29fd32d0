"""What the lock remembers of emitted roots: those that nobody would find again once their Region has left the spec."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from layerforge.lock.types import Lock
from layerforge.plan.fleet_types import Plan, RegionState
from layerforge.plan.regions import ROOTS


def lasting_roots(plan: Plan, spec: Path) -> dict[str, str]:
    """Return the roots of a spec that lie anywhere but in ``roots``, by their path, with their Region."""
    return dict(sorted(_lasting(plan, spec)))


def _lasting(plan: Plan, spec: Path) -> Iterator[tuple[str, str]]:
    for fleet in plan.fleets:
        for region in fleet.regions if fleet.spec == spec else ():
            root = PurePosixPath(region.root)
            if region.state is not RegionState.RETIRED and root.parent != PurePosixPath(ROOTS):
                yield root.as_posix(), region.name


def remembered_roots(plan: Plan, spec: Path, before: Mapping[str, str]) -> dict[str, str]:
    """Return the roots that there are, and those of ``before``, the old lock's: their files may be there still."""
    return dict(sorted({**before, **lasting_roots(plan, spec)}.items()))


def without_gone_roots(plan: Plan, locks: Mapping[Path, Lock]) -> dict[Path, Lock]:
    """Return the locks as they are once the files of roots that are gone have been removed."""
    return {spec: replace(lock, roots=lasting_roots(plan, spec)) for spec, lock in locks.items()}


def union_of_roots(locks: Iterable[Lock]) -> dict[str, str]:
    """Return the roots that any side of a conflict names."""
    return dict(sorted({path: region for lock in locks for path, region in lock.roots.items()}.items()))
