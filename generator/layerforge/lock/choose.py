"""Makes the pins of a layer's units out of its locks, and says why where it cannot."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from packaging.pylock import Package, PackageWheel, Pylock
from packaging.utils import parse_wheel_filename

from layerforge.diagnostics import Diagnostic, Location, Severity, SpecError, fail
from layerforge.lock.asked import OWN_CODE_REMEDY, WHEEL_REMEDY
from layerforge.lock.requests import Request
from layerforge.lock.select import Choice, groups_of, host_markers, select, why_not
from layerforge.lock.targets import Platform, shared_tags
from layerforge.lock.types import Pin
from layerforge.lock.url_text import without_credentials
from layerforge.names import PackageName, Sha256, Split, UnitKey
from layerforge.plan.types import Layer, Target, Unit

_FINER: Final = {Split.NONE: (Split.ARCHITECTURE, Split.TARGET), Split.ARCHITECTURE: (Split.TARGET,), Split.TARGET: ()}
_COARSER: Final = {Split.TARGET: (Split.NONE, Split.ARCHITECTURE), Split.ARCHITECTURE: (Split.NONE,), Split.NONE: ()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """The pins of each unit, where their files are, and what is worth a note."""

    pins: Mapping[UnitKey, tuple[Pin, ...]]
    urls: Mapping[Sha256, str]
    notes: tuple[Diagnostic, ...]


@dataclass(kw_only=True, slots=True)
class _Group:
    """What some targets get together.

    Attributes:
        targets: which ones.
        wheels: by package, where one wheel serves all that need it.
        misfits: by package, why no one wheel does.
        packages: by package, what the lock says of it.
        needed: by package, the targets whose markers bring it.
        problems: targets for which the lock cannot be used at all.
    """

    targets: tuple[Target, ...]
    wheels: dict[PackageName, PackageWheel] = field(default_factory=dict)
    misfits: dict[PackageName, str] = field(default_factory=dict)
    packages: dict[PackageName, Package] = field(default_factory=dict)
    needed: dict[PackageName, list[Target]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def fits(self) -> bool:
        """Whether one ZIP can serve all the targets."""
        return not self.misfits and not self.problems


@dataclass(frozen=True, kw_only=True, slots=True)
class _Locks:
    """The locks of a layer's targets, and how to choose from them."""

    layer: Layer
    request: Request
    by_target: Mapping[Target, Pylock]
    platforms: Mapping[Target, Platform]

    def group(self, targets: tuple[Target, ...]) -> _Group:
        """Choose for some targets together."""
        group = _Group(targets=targets)
        ready = self.request.ready
        tags = shared_tags([self.platforms[target] for target in targets])
        for target in targets:
            selection = select(
                self.by_target[target],
                self.platforms[target],
                tags,
                hashes=self.request.hashes,
                extras=ready.extras if ready else (),
                groups=(ready.groups or None) if ready else None,
            )
            if selection.problem is not None:
                group.problems.append(f"`{target}`: {selection.problem}")
            for name, choice in selection.choices.items():
                _add(group, name, choice, target)
        return group

    def where(self, name: PackageName) -> Location:
        """Return the place that a message about a package should show."""
        if self.request.ready is not None:
            return self.request.ready.where
        return next((item.where for item in self.request.requirements if item.name == name), self.layer.where)


def _add(group: _Group, name: PackageName, choice: Choice, target: Target) -> None:
    group.needed.setdefault(name, []).append(target)
    known = group.packages.setdefault(name, choice.package)
    if known.version != choice.package.version:
        group.misfits[name] = f"{known.version} and {choice.package.version} for different targets"
    elif choice.wheel is None:
        group.misfits.setdefault(name, "no one wheel for all")
    else:
        group.wheels.setdefault(name, choice.wheel)


def choose(layer: Layer, request: Request, by_target: Mapping[Target, Pylock], platforms: Sequence[Platform]) -> Chosen:
    """Return the pins of each unit.

    Raises:
        SpecError: packages without a wheel that fits, units whose `split` does not fit, all at once.
    """
    locks = _Locks(
        layer=layer,
        request=request,
        by_target=by_target,
        platforms={platform.target: platform for platform in platforms},
    )
    problems = [*_markers(locks), *_single(locks)]
    groups = {unit.key: locks.group(unit.targets) for unit in layer.units}
    if not problems:
        problems = [*_splits(locks, groups)]
    fail(SpecError, problems)
    pins: dict[UnitKey, tuple[Pin, ...]] = {}
    urls: dict[Sha256, str] = {}
    for unit in layer.units:
        found = [(_pin(name, wheel), wheel) for name, wheel in sorted(groups[unit.key].wheels.items())]
        pins[unit.key] = tuple(pin for pin, _ in found)
        urls |= {pin.sha256: without_credentials(wheel.url) for pin, wheel in found if wheel.url}
    fail(SpecError, _unhashed(locks, pins))
    return Chosen(pins=pins, urls=urls, notes=(*_partial(layer, groups), *_coarser(layer, pins)))


def _pin(name: PackageName, wheel: PackageWheel) -> Pin:
    version = str(parse_wheel_filename(wheel.filename)[1])
    return Pin(name=name, version=version, file=wheel.filename, sha256=Sha256(wheel.hashes["sha256"].lower()))


def _markers(locks: _Locks) -> Iterator[Diagnostic]:
    names = sorted({name for pylock in set(map(id, locks.by_target.values())) for name in _host(locks, pylock)})
    for name in names:
        yield Diagnostic(
            code="UV057",
            message=f"whether `{name}` is needed hangs on the kernel's version, which Lambda does not promise",
            location=locks.where(PackageName(name)),
            hint="ask for another version of what brings it, or override it in uv's `override-dependencies`",
        )


def _host(locks: _Locks, identity: int) -> list[str]:
    return next(host_markers(pylock) for pylock in locks.by_target.values() if id(pylock) == identity)


def _single(locks: _Locks) -> Iterator[Diagnostic]:
    """Find what no `split` can mend: packages that have no wheel for a target at all."""
    said: dict[tuple[PackageName, str], list[Target]] = {}
    for target in locks.layer.targets:
        group = locks.group((target,))
        for problem in group.problems:
            yield Diagnostic(
                code="UV056",
                message=f"the lock file is not made for {problem}",
                location=locks.layer.where if locks.request.ready is None else locks.request.ready.where,
                hint="make it for this target too, or drop the target from the layer",
            )
        for name, package in group.packages.items():
            if package.is_direct:
                yield _direct(locks, name, package)
            elif name in group.misfits:
                said.setdefault((name, _reason(locks, name, package, target)), []).append(target)
            elif "sha256" not in group.wheels[name].hashes:
                yield _no_digest(locks, name, group.wheels[name])
    for (name, reason), targets in said.items():
        yield _no_wheel(locks, name, locks.group(tuple(targets[:1])).packages[name], reason, targets)


def _reason(locks: _Locks, name: PackageName, package: Package, target: Target) -> str:
    if package.wheels and name in locks.request.hashes:
        free = select(locks.by_target[target], locks.platforms[target], locks.platforms[target].tags)
        if free.choices[name].wheel is not None:
            return "no wheel that fits has one of the hashes that are given for it"
    return why_not(package, locks.platforms[target])


def _no_wheel(locks: _Locks, name: PackageName, package: Package, reason: str, targets: Sequence[Target]) -> Diagnostic:
    aims = ", ".join(f"`{target}`" for target in targets)
    hint = f"ask for another version, drop the target, or build a wheel for it: {WHEEL_REMEDY}"
    if not package.wheels:
        return Diagnostic(
            code="UV013",
            message=f"`{name}` {package.version} is there as source only, and layers are made of wheels",
            location=locks.where(name),
            hint=WHEEL_REMEDY,
        )
    if locks.request.ready is not None:
        hint = "lock another version there (the newest may be too new for the runtime), or drop the target"
    if "hashes" in reason:
        hint = "add the hash of its wheel: `uv pip compile --generate-hashes --universal` writes those of all files"
    return Diagnostic(
        code="UV050",
        message=f"`{name}` {package.version} has no wheel that {aims} can load: {reason}",
        location=locks.where(name),
        hint=hint,
    )


def _direct(locks: _Locks, name: PackageName, package: Package) -> Diagnostic:
    local = package.directory is not None
    kind = "a local folder" if local else "version control" if package.vcs is not None else "a URL"
    return Diagnostic(
        code="UV053",
        message=f"`{name}` comes from {kind}, so there is no wheel of it that could be locked",
        location=locks.where(name),
        hint=OWN_CODE_REMEDY if local else WHEEL_REMEDY,
    )


def _no_digest(locks: _Locks, name: PackageName, wheel: PackageWheel) -> Diagnostic:
    known = ", ".join(sorted(wheel.hashes))
    return Diagnostic(
        code="UV055",
        message=f"the index gives no sha256 of `{wheel.filename}`, only {known}",
        location=locks.where(name),
        hint="a lock knows files by their sha256: have the index give it, or put the wheel into a find-links folder",
    )


def _splits(locks: _Locks, groups: Mapping[UnitKey, _Group]) -> Iterator[Diagnostic]:
    """Find the units whose targets cannot share one ZIP, and name the `split` that fits."""
    if all(group.fits for group in groups.values()):
        return
    layer = locks.layer
    fitting = next(
        split
        for split in (*_FINER[layer.split], Split.TARGET)
        if split is Split.TARGET or all(locks.group(cut).fits for cut in groups_of(layer.targets, split.value))
    )
    for unit in layer.units:
        for name, reason in sorted(groups[unit.key].misfits.items()):
            yield _misfit(locks, unit, name, reason, fitting)


def _misfit(locks: _Locks, unit: Unit, name: PackageName, reason: str, fitting: Split) -> Diagnostic:
    files = {}
    for target in unit.targets:
        own = locks.group((target,)).wheels.get(name)
        if own is not None:
            files[target] = own.filename
    first = next(iter(files.values()), "")
    several = "for different targets" in reason
    what = (
        f"comes as {reason}"
        if several
        else f"has no wheel that all its targets can load (`{first}` is for one of them)"
    )
    return Diagnostic(
        code="UV051",
        message=f"`{name}` does not fit one ZIP for `{unit}`: it {what}",
        location=locks.layer.where,
        hint=f"set `split: {fitting.value}` for `{unit.layer}`",
        notes=tuple(f"{target}: {file}" for target, file in files.items()),
    )


def _unhashed(locks: _Locks, pins: Mapping[UnitKey, tuple[Pin, ...]]) -> list[Diagnostic]:
    """Find packages without a hash where one package has one: pip then wants them for all, and so do we."""
    request = locks.request
    if not request.require_hashes:
        return []
    names = sorted({pin.name for found in pins.values() for pin in found} - request.hashes.keys())
    return [
        Diagnostic(
            code="REQ019",
            message=f"`{name}` has no hash, and where one requirement has one, all packages need one",
            location=locks.where(name),
            hint="`uv pip compile --generate-hashes --universal` writes the hashes of everything that is needed",
        )
        for name in names
    ]


def _partial(layer: Layer, groups: Mapping[UnitKey, _Group]) -> Iterator[Diagnostic]:
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
