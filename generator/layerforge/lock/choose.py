"""Makes the pins of a layer's units out of its locks, with notes on what else would be possible."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from packaging.pylock import PackageWheel, Pylock
from packaging.utils import parse_wheel_filename

from layerforge.diagnostics import Diagnostic, Severity, SpecError, fail
from layerforge.lock.groups import Group, Locks, groups_of
from layerforge.lock.misfits import misfits, unhashed
from layerforge.lock.requests import Request
from layerforge.lock.targets import Platform
from layerforge.lock.types import Pin
from layerforge.lock.url_text import without_credentials
from layerforge.names import PackageName, Sha256, Split, UnitKey
from layerforge.plan.types import Layer, Target

_COARSER: Final = {Split.TARGET: (Split.NONE, Split.ARCHITECTURE), Split.ARCHITECTURE: (Split.NONE,), Split.NONE: ()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """The pins of each unit, where their files are, and what is worth a note."""

    pins: Mapping[UnitKey, tuple[Pin, ...]]
    urls: Mapping[Sha256, str]
    notes: tuple[Diagnostic, ...]


def choose(layer: Layer, request: Request, by_target: Mapping[Target, Pylock], platforms: Sequence[Platform]) -> Chosen:
    """Return the pins of each unit.

    Raises:
        SpecError: packages without a wheel that fits, units whose `split` does not fit, all at once.
    """
    locks = Locks(
        layer=layer,
        request=request,
        by_target=by_target,
        platforms={platform.target: platform for platform in platforms},
    )
    groups = {unit.key: locks.group(unit.targets) for unit in layer.units}
    fail(SpecError, misfits(locks, groups))
    pins: dict[UnitKey, tuple[Pin, ...]] = {}
    urls: dict[Sha256, str] = {}
    for unit in layer.units:
        found = [(_pin(name, wheel), wheel) for name, wheel in sorted(groups[unit.key].wheels.items())]
        pins[unit.key] = tuple(pin for pin, _ in found)
        urls |= {pin.sha256: url for pin, wheel in found if (url := _url(wheel, request))}
    fail(SpecError, unhashed(locks, pins))
    return Chosen(pins=pins, urls=urls, notes=(*_partial(layer, groups), *_coarser(layer, pins)))


def _url(wheel: PackageWheel, request: Request) -> str | None:
    """Return where a wheel can be had; a path in a lock file is relative to that file."""
    if wheel.url:
        return without_credentials(wheel.url)
    if wheel.path and request.ready is not None:
        return (request.ready.path.parent / wheel.path).resolve().as_uri()
    return None


def _pin(name: PackageName, wheel: PackageWheel) -> Pin:
    version = str(parse_wheel_filename(wheel.filename)[1])
    return Pin(name=name, version=version, file=wheel.filename, sha256=Sha256(wheel.hashes["sha256"].lower()))


def _partial(layer: Layer, groups: Mapping[UnitKey, Group]) -> Iterator[Diagnostic]:
    for unit in layer.units:
        group = groups[unit.key]
        for name, needing in sorted(group.needed.items()):
            if len(needing) < len(group.targets):
                aims = ", ".join(f"`{target}`" for target in needing)
                yield Diagnostic(
                    code="UV060",
                    message=f"`{name}` is needed for {aims} only, and goes into `{unit}` for all its targets",
                    severity=Severity.NOTE,
                    location=layer.where,
                )


def _coarser(layer: Layer, pins: Mapping[UnitKey, tuple[Pin, ...]]) -> Iterator[Diagnostic]:
    """Say when a coarser `split` would hold the same packages in fewer AWS layers."""
    key_of = {target: unit.key for unit in layer.units for target in unit.targets}
    for split in _COARSER[layer.split]:
        cut = groups_of(layer.targets, split.value)
        same = all(len({pins[key_of[target]] for target in members}) == 1 for members in cut)
        if same and len(cut) < len(layer.units):
            yield Diagnostic(
                code="UV061",
                message=f"the packages of `{layer.name}` are the same for all targets"
                + ("" if split is Split.NONE else " of an architecture"),
                severity=Severity.NOTE,
                location=layer.where,
                hint=f"`split: {split.value}` would make {len(cut)} of its {len(layer.units)} AWS layers, under other"
                " names; its own files have to be the same for all then, too",
            )
            return
