"""Says why a layer's packages cannot be pinned: no wheel for a target, or none that a unit's targets share."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from packaging.pylock import Package, PackageWheel

from layerforge.diagnostics import Diagnostic
from layerforge.lock.asked import OWN_CODE_REMEDY, WHEEL_REMEDY
from layerforge.lock.groups import Group, Locks, groups_of
from layerforge.lock.select import host_markers, select, why_not
from layerforge.lock.types import Pin
from layerforge.names import PackageName, Split, UnitKey
from layerforge.plan.types import Target, Unit

_FINER: Final = {Split.NONE: (Split.ARCHITECTURE, Split.TARGET), Split.ARCHITECTURE: (Split.TARGET,), Split.TARGET: ()}


def misfits(locks: Locks, groups: Mapping[UnitKey, Group]) -> list[Diagnostic]:
    """Return everything that is wrong; what no ``split`` can mend comes first and alone."""
    problems = [*_markers(locks), *_single(locks)]
    return problems or [*_splits(locks, groups)]


def _markers(locks: Locks) -> Iterator[Diagnostic]:
    names = sorted({name for pylock in set(map(id, locks.by_target.values())) for name in _host(locks, pylock)})
    for name in names:
        yield Diagnostic(
            code="UV057",
            message=f"whether `{name}` is needed hangs on the kernel's version, which Lambda does not promise",
            location=locks.where(PackageName(name)),
            hint="ask for another version of what brings it, or override it in uv's `override-dependencies`",
        )


def _host(locks: Locks, identity: int) -> list[str]:
    return next(host_markers(pylock) for pylock in locks.by_target.values() if id(pylock) == identity)


def _single(locks: Locks) -> Iterator[Diagnostic]:
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


def _reason(locks: Locks, name: PackageName, package: Package, target: Target) -> str:
    if package.wheels and name in locks.request.hashes:
        free = select(locks.by_target[target], locks.platforms[target], locks.platforms[target].tags)
        if free.choices[name].wheel is not None:
            return "no wheel that fits has one of the hashes that are given for it"
    return why_not(package, locks.platforms[target])


def _no_wheel(locks: Locks, name: PackageName, package: Package, reason: str, targets: Sequence[Target]) -> Diagnostic:
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


def _direct(locks: Locks, name: PackageName, package: Package) -> Diagnostic:
    local = package.directory is not None
    kind = "a local folder" if local else "version control" if package.vcs is not None else "a URL"
    return Diagnostic(
        code="UV053",
        message=f"`{name}` comes from {kind}, so there is no wheel of it that could be locked",
        location=locks.where(name),
        hint=OWN_CODE_REMEDY if local else WHEEL_REMEDY,
    )


def _no_digest(locks: Locks, name: PackageName, wheel: PackageWheel) -> Diagnostic:
    known = ", ".join(sorted(wheel.hashes))
    return Diagnostic(
        code="UV055",
        message=f"the index gives no sha256 of `{wheel.filename}`, only {known}",
        location=locks.where(name),
        hint="a lock knows files by their sha256: have the index give it, or put the wheel into a find-links folder",
    )


def _splits(locks: Locks, groups: Mapping[UnitKey, Group]) -> Iterator[Diagnostic]:
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


def _misfit(locks: Locks, unit: Unit, name: PackageName, reason: str, fitting: Split) -> Diagnostic:
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


def unhashed(locks: Locks, pins: Mapping[UnitKey, tuple[Pin, ...]]) -> list[Diagnostic]:
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
