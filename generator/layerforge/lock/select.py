"""Chooses one wheel a package for each unit, as pip would for the target, from locks that know every wheel."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from packaging.pylock import Package, PackageSdist, PackageWheel, Pylock, PylockSelectError
from packaging.tags import Tag
from packaging.utils import BuildTag, parse_wheel_filename

from layerforge.lock.targets import Platform, asks_for_host
from layerforge.names import PackageName

_NO_WHEEL: Final = PackageSdist(name="none-0.tar.gz", url="https://packages.invalid/none-0.tar.gz", hashes={"none": ""})
"""Stands for every package's source distribution, so that a package without a fitting wheel shows as one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What a set of targets gets of one package.

    Attributes:
        package: the package as the lock has it.
        wheel: the wheel; ``None`` if no wheel fits.
    """

    package: Package
    wheel: PackageWheel | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """What one target gets, with the wheels that all targets of its unit can load.

    Attributes:
        choices: by name.
        problem: why the lock cannot be used for the target; ``None`` if it can.
    """

    choices: Mapping[PackageName, Choice] = field(default_factory=dict)
    problem: str | None = None


def select(
    pylock: Pylock,
    platform: Platform,
    tags: Sequence[Tag],
    *,
    hashes: Mapping[PackageName, frozenset[str]] | None = None,
    extras: Sequence[str] = (),
    groups: Sequence[str] | None = None,
) -> Selection:
    """Choose a wheel of every package that the target's markers bring.

    Args:
        pylock: the lock.
        platform: the target whose markers count.
        tags: what may be loaded, best first.
        hashes: by package, the digests that a file may have; other files are passed over, as pip does.
        extras: of the lock, that are asked for.
        groups: likewise; ``None`` for the lock's default groups.
    """
    packages = [_prepared(package, hashes or {}) for package in pylock.packages]
    originals = {id(package): original for package, original in zip(packages, pylock.packages, strict=True)}
    prepared = dataclasses.replace(pylock, packages=packages)
    try:
        found = list(
            prepared.select(environment=platform.environment, tags=tags, extras=extras, dependency_groups=groups)
        )
    except PylockSelectError as error:
        return Selection(problem=str(error))
    return Selection(
        choices={
            PackageName(package.name): Choice(
                package=originals[id(package)], wheel=wheel if isinstance(wheel, PackageWheel) else None
            )
            for package, wheel in found
        }
    )


def _prepared(package: Package, hashes: Mapping[PackageName, frozenset[str]]) -> Package:
    """Order a package's wheels by build tag, highest first, which `Pylock.select` does not look at but pip does."""
    if package.is_direct:
        return package
    allowed = hashes.get(PackageName(package.name))
    wheels = [wheel for wheel in package.wheels or () if allowed is None or wheel.hashes.get("sha256") in allowed]
    wheels.sort(key=_build_tag, reverse=True)
    return dataclasses.replace(package, wheels=wheels, sdist=_NO_WHEEL)


def _build_tag(wheel: PackageWheel) -> BuildTag:
    return parse_wheel_filename(wheel.filename)[2]


def host_markers(pylock: Pylock) -> list[str]:
    """Return the packages whose markers look at the kernel's release or version."""
    return [package.name for package in pylock.packages if package.marker and asks_for_host(str(package.marker))]


def why_not(package: Package, platform: Platform) -> str:
    """Say why a target can load none of a package's wheels, by the one that comes nearest."""
    wheels = [wheel.filename for wheel in package.wheels or ()]
    if not wheels:
        return "it has no wheels at all"
    reasons = {_reason(name, platform): name for name in wheels}
    for text in ("glibc", "linux_", "musllinux", "Python"):
        found = next(((reason, name) for reason, name in reasons.items() if text in reason), None)
        if found is not None:
            return f"{found[0]} (`{found[1]}`)"
    return "its wheels are for other systems or architectures"


def _reason(filename: str, platform: Platform) -> str:
    tags = parse_wheel_filename(filename)[3]
    own = {(tag.interpreter, tag.abi) for tag in platform.tags}
    loadable = [tag for tag in tags if (tag.interpreter, tag.abi) in own]
    platforms = sorted({tag.platform for tag in tags if tag.platform.endswith(f"_{platform.machine}")})
    for name in platforms:
        if loadable and name.startswith("manylinux_"):
            major, minor = name.split("_")[1:3]
            if (int(major), int(minor)) > platform.glibc:
                has = ".".join(map(str, platform.glibc))
                return f"it needs glibc {major}.{minor}, and {platform.os} has {has}"
        if loadable and name.startswith("musllinux"):
            return "it is made for musllinux, and Lambda's runtimes have glibc"
        if loadable and name.startswith("linux_"):
            return "a `linux_*` wheel does not say which glibc it needs"
    if platforms or any(tag.platform == "any" for tag in tags):
        return f"it is made for another Python than {'.'.join(map(str, platform.python))}"
    return "it is made for another system or architecture"
