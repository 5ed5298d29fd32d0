"""Compares two units as Lambda lays one over the other: what the upper one replaces, and which packages differ."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from layerforge.build.collisions import folders_of
from layerforge.build.python import ROOT
from layerforge.build.types import Artifact
from layerforge.lock.types import LockedUnit, UnitId
from layerforge.names import PackageName

_IMPORTABLE: Final = re.compile(r"(?P<name>[^/.]+)(?:/__init__)?(?:\.pyc?|(?:\.[^/.]+)?\.so)")
_SITE: Final = re.compile(r"python/(?:lib/python3\.[0-9]+/site-packages/)?(?P<rest>.+)")
_METADATA: Final = re.compile(r"(?P<name>[^/]+)-(?P<version>[^/-]+)\.dist-info/METADATA")
_SEPARATORS: Final = re.compile(r"[-_.]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Overlay:
    """What is not the same in a lower and an upper unit.

    Attributes:
        versions: packages that both have in different versions: name, the lower one's version, the upper one's.
        files: paths that both have with different content, sorted.
        clashes: paths that are a file of one and a folder of the other, sorted.
    """

    versions: tuple[tuple[PackageName, str, str], ...] = ()
    files: tuple[str, ...] = ()
    clashes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there is anything."""
        return bool(self.versions or self.files or self.clashes)


class Overlays:
    """Compares the ZIPs of one run, as far as they are there. What many functions ask alike is compared once."""

    def __init__(self, artifacts: Mapping[UnitId, Artifact], units: Mapping[UnitId, LockedUnit]) -> None:
        """Compare ``artifacts``; ``units`` has the versions of their packages as the lock words them."""
        self._artifacts = artifacts
        self._units = units
        self._contents: dict[UnitId, dict[str, tuple[int, int]]] = {}
        self._folders: dict[UnitId, set[str]] = {}
        self._overlays: dict[tuple[UnitId, UnitId], Overlay] = {}
        self._modules: dict[UnitId, frozenset[str]] = {}
        self._packages: dict[UnitId, Mapping[PackageName, str]] = {}

    def between(self, lower: UnitId, upper: UnitId) -> Overlay:
        """Return what differs where ``upper`` is laid over ``lower``."""
        found = self._overlays.get((lower, upper))
        if found is None:
            found = self._overlays[lower, upper] = self._compare(lower, upper)
        return found

    def modules(self, unit: UnitId) -> frozenset[str]:
        """Return the top-level names that a unit of a layer brings to be imported, folders of any kind among them."""
        found = self._modules.get(unit)
        if found is None:
            rests = [parts["rest"] for path in self._content(unit) if (parts := _SITE.fullmatch(path)) is not None]
            folders = {rest.partition("/")[0] for rest in rests if "/" in rest}
            found = frozenset({*modules_of(rests), *filter(str.isidentifier, folders)})
            self._modules[unit] = found
        return found

    def packages(self, unit: UnitId) -> Mapping[PackageName, str]:
        """Return the versions of the packages whose metadata are in a unit of a layer: `exclude` may leave some out."""
        found = self._packages.get(unit)
        if found is None:
            locked = self._units.get(unit)
            pinned = {} if locked is None else {pin.name: pin.version for pin in locked.inputs.pins}
            there = versions_in(path.removeprefix(ROOT) for path in self._content(unit) if path.startswith(ROOT))
            found = self._packages[unit] = {name: pinned.get(name, version) for name, version in there.items()}
        return found

    def code(self, unit: UnitId) -> tuple[frozenset[str], Mapping[PackageName, str]]:
        """Return what a function's code brings to be imported, and the versions of packages that lie in it."""
        content = self._content(unit)
        return modules_of(content), versions_in(content)

    def _compare(self, lower: UnitId, upper: UnitId) -> Overlay:
        below, above = self._content(lower), self._content(upper)
        clashes = (self._below(upper) & below.keys()) | (self._below(lower) & above.keys())
        return Overlay(
            versions=self._versions(lower, upper),
            files=tuple(sorted(path for path in below.keys() & above.keys() if below[path] != above[path])),
            clashes=tuple(sorted(clashes)),
        )

    def _versions(self, lower: UnitId, upper: UnitId) -> tuple[tuple[PackageName, str, str], ...]:
        below, above = self.packages(lower), self.packages(upper)
        both = sorted(below.keys() & above.keys())
        return tuple((name, below[name], above[name]) for name in both if below[name] != above[name])

    def _content(self, unit: UnitId) -> Mapping[str, tuple[int, int]]:
        """Return size and CRC-32 of a unit's files; nothing if its ZIP is not there."""
        found = self._contents.get(unit)
        if found is None:
            artifact = self._artifacts.get(unit)
            content = () if artifact is None else artifact.content
            found = self._contents[unit] = {path: (size, crc32) for path, size, crc32, _ in content}
        return found

    def _below(self, unit: UnitId) -> set[str]:
        found = self._folders.get(unit)
        if found is None:
            found = self._folders[unit] = folders_of(self._content(unit))
        return found


def modules_of(paths: Iterable[str]) -> frozenset[str]:
    """Return the names of the modules and regular packages that stand at the top of a tree.

    A folder without ``__init__`` is none: Python goes on looking for a package of that name.
    """
    return frozenset(parts["name"] for path in paths if (parts := _IMPORTABLE.fullmatch(path)) is not None)


def versions_in(paths: Iterable[str]) -> Mapping[PackageName, str]:
    """Return the packages whose metadata lie at the top of a tree, with their versions."""
    found = (_METADATA.fullmatch(path) for path in paths)
    return {
        PackageName(_SEPARATORS.sub("-", parts["name"]).lower()): parts["version"]
        for parts in found
        if parts is not None
    }
