"""What some of a layer's targets get together: the wheels that all of them can load, and where there is none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from packaging.pylock import Package, PackageWheel, Pylock

from layerforge.diagnostics import Location
from layerforge.lock.requests import Request
from layerforge.lock.select import Choice, select
from layerforge.lock.targets import Platform, shared_tags
from layerforge.names import PackageName
from layerforge.plan.types import Layer, Target


@dataclass(kw_only=True, slots=True)
class Group:
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
class Locks:
    """The locks of a layer's targets, and how to choose from them."""

    layer: Layer
    request: Request
    by_target: Mapping[Target, Pylock]
    platforms: Mapping[Target, Platform]

    def group(self, targets: tuple[Target, ...]) -> Group:
        """Choose for some targets together."""
        group = Group(targets=targets)
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


def _add(group: Group, name: PackageName, choice: Choice, target: Target) -> None:
    group.needed.setdefault(name, []).append(target)
    known = group.packages.setdefault(name, choice.package)
    if known.version != choice.package.version:
        group.misfits[name] = f"{known.version} and {choice.package.version} for different targets"
    elif choice.wheel is None:
        group.misfits.setdefault(name, "no one wheel for all")
    else:
        group.wheels.setdefault(name, choice.wheel)


def groups_of(targets: Iterable[Target], key: str) -> list[tuple[Target, ...]]:
    """Cut targets as a ``split`` of that name does, in their order."""
    cut: dict[str, list[Target]] = {}
    for target in targets:
        name = {"target": str(target), "architecture": target.architecture.value, "none": ""}[key]
        cut.setdefault(name, []).append(target)
    return [tuple(members) for members in cut.values()]
