"""Makes the lock fit the plan: resolves what changed, and leaves everything else as it is."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from layerforge.diagnostics import Diagnostic, Severity
from layerforge.facts.load import Facts
from layerforge.lock.asking import Asking, read_askings
from layerforge.lock.conflicts import prefer_higher, surviving_record
from layerforge.lock.externals import kept_externals
from layerforge.lock.line_endings import REMEDY, only_line_endings
from layerforge.lock.resolve_all import Resolve, Task, resolve_all
from layerforge.lock.roots import remembered_roots
from layerforge.lock.types import NEWEST_FORMAT, Lock, Locked, LockedUnit, Pin, Resolution, UnitId, Upgrade
from layerforge.names import LayerName
from layerforge.plan.fleet_types import Plan
from layerforge.plan.types import Layer

if TYPE_CHECKING:
    from layerforge.lock.file import StoredLock


@dataclass(frozen=True, kw_only=True, slots=True)
class _Stored:
    """What the old locks of all specs say, whichever spec a layer stands in now."""

    units: Mapping[UnitId, LockedUnit]
    disputed: Mapping[UnitId, tuple[LockedUnit, ...]] = field(default_factory=dict)

    def pins(self, name: UnitId) -> tuple[Pin, ...]:
        """Return the pins of a unit; none for one that is new, as the code of a function may be."""
        return self.units[name].inputs.pins if name in self.units else ()

    def preferences(self, layer: LayerName) -> tuple[Pin, ...]:
        """Return the pins that a layer has had in any unit, by name, the higher version first.

        For other packages they are those of disputed units: a merge may have put a unit's lines under another layer.
        """
        settled = [unit for (name, _), unit in self.units.items() if name == layer]
        sides = [unit for (name, _), units in self.disputed.items() if name == layer for unit in units]
        own = {pin for unit in (*settled, *sides) for pin in unit.inputs.pins}
        known = {pin.name for pin in own}
        others = {pin for units in self.disputed.values() for unit in units for pin in unit.inputs.pins}
        return prefer_higher({*own, *(pin for pin in others if pin.name not in known)})


def make_lock(  # noqa: PLR0913 - the resolver is for tests
    plan: Plan,
    stored: Mapping[Path, "StoredLock"],
    *,
    facts: Facts,
    upgrade: Upgrade | None = None,
    upgrade_format: bool = False,
    resolve: Resolve | None = None,
    askings: Mapping[LayerName, Asking] | None = None,
) -> Locked:
    """Return the locks that fit a plan.

    Only layers are resolved whose request differs from the lock's, that have a unit without pins, or that have a
    package which ``upgrade`` names; and these prefer the versions they have. Artifacts' records stay, stale or not.

    Args:
        plan: what the specs ask for.
        stored: the old locks by the absolute path of their specs.
        facts: the world's facts, for the resolver.
        upgrade: the packages that may move without being asked to.
        upgrade_format: build with the newest archive format what has an older one.
        resolve: the resolver; ``lock.resolve.Resolver`` by default.
        askings: what layers and functions ask, if it has been read already.

    Raises:
        LayerforgeError: what the spec names cannot be read, or a layer cannot be resolved; with all diagnostics.
    """
    wanted = upgrade or Upgrade()
    askings = read_askings(plan.packaged, None) if askings is None else askings
    old = _gather(stored)
    tasks = list(_tasks(askings.values(), old, wanted))
    resolutions = resolve_all(tasks, facts=facts, upgrade=wanted, resolve=resolve)
    units: dict[Path, dict[UnitId, LockedUnit]] = {spec: {} for spec in stored}
    for asking in askings.values():
        made = _lock_units(asking, resolutions.get(asking.item.name), old, upgrade_format=upgrade_format)
        units.setdefault(asking.item.spec, {}).update(made)
    return Locked(
        locks={
            spec: Lock(
                units=found,
                externals=kept_externals(plan, spec, stored.values()),
                roots=remembered_roots(plan, spec, stored[spec].lock.roots if spec in stored else {}),
            )
            for spec, found in units.items()
        },
        urls={digest: url for resolution in resolutions.values() for digest, url in resolution.urls.items()},
        diagnostics=(
            *(item for asking in askings.values() for item in _warnings(asking, old)),
            *dict.fromkeys(item for resolution in resolutions.values() for item in resolution.diagnostics),
            *_unknown(wanted, old.units.values(), (unit for found in units.values() for unit in found.values())),
        ),
    )


def _lock_units(
    asking: Asking, resolution: Resolution | None, old: _Stored, *, upgrade_format: bool
) -> Iterator[tuple[UnitId, LockedUnit]]:
    """Yield the units of a layer or a function, with new pins where it was resolved."""
    for unit in asking.item.units:
        name = (asking.item.name, unit.key)
        pins = old.pins(name) if resolution is None else resolution.pins[unit.key]
        kept = _keep_record(LockedUnit(inputs=asking.inputs(pins)), name, old)
        if upgrade_format and kept.format < NEWEST_FORMAT:
            kept = LockedUnit(inputs=kept.inputs)
        yield name, kept


def _gather(stored: Mapping[Path, "StoredLock"]) -> _Stored:
    return _Stored(
        units={name: unit for item in stored.values() for name, unit in item.lock.units.items()},
        disputed={name: sides for item in stored.values() for name, sides in item.disputed.items()},
    )


def _tasks(askings: Iterable[Asking], old: _Stored, upgrade: Upgrade) -> Iterator[Task]:
    """Yield what has to be resolved."""
    for asking in askings:
        layer, request = asking.item, asking.request
        if not isinstance(layer, Layer) or request is None:
            continue
        units = [old.units.get((layer.name, unit.key)) for unit in layer.units]
        if upgrade.everything or any(
            unit is None
            or unit.inputs.request != request.digest
            or any(pin.name in upgrade.packages for pin in unit.inputs.pins)
            for unit in units
        ):
            yield Task(layer=layer, request=request, preferences=old.preferences(layer.name))


def _keep_record(unit: LockedUnit, name: UnitId, old: _Stored) -> LockedUnit:
    """Give a unit the record of its artifact, fitting or stale: it also says which format the unit has."""
    if name in old.units:
        return LockedUnit(inputs=unit.inputs, artifact=old.units[name].artifact)
    return LockedUnit(inputs=unit.inputs, artifact=surviving_record(old.disputed.get(name, ()), unit))


def _warnings(asking: Asking, old: _Stored) -> Iterable[Diagnostic]:
    yield from asking.own.diagnostics
    for unit in asking.item.units:
        before = old.units.get((asking.item.name, unit.key))
        if before is not None and only_line_endings(before.inputs, asking.inputs(())):
            yield Diagnostic(
                code="LOCK030",
                message=f"own files of `{asking.item.name}` differ from the lock in nothing but their line endings",
                severity=Severity.WARNING,
                location=asking.item.where,
                hint=REMEDY,
            )
            return


def _unknown(upgrade: Upgrade, *units: Iterable[LockedUnit]) -> Iterable[Diagnostic]:
    """Warn of packages to upgrade that no unit has, before or after."""
    known = {pin.name for group in units for unit in group for pin in unit.inputs.pins}
    for package in sorted(upgrade.packages - known):
        yield Diagnostic(
            code="LOCK031",
            message=f"`{package}` was to be upgraded, but no layer has it",
            severity=Severity.WARNING,
            hint="`layerforge why PACKAGE` tells which layers have a package",
        )
