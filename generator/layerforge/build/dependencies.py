"""Which package brings which: read from the METADATA of the wheels that a unit consists of."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from layerforge.build.content import Span, inflated
from layerforge.build.store import StoredWheel
from layerforge.names import PackageName

if TYPE_CHECKING:
    from packaging.markers import Environment

Chain = tuple[PackageName, ...]
"""From a direct requirement to a package, both included."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """One line of Requires-Dist: a package, and the extras of it that are wanted."""

    name: PackageName
    extras: frozenset[str] = frozenset()


def chains(
    graph: Mapping[PackageName, Iterable[PackageName]], roots: Iterable[PackageName], to: PackageName
) -> list[Chain]:
    """Return the shortest chain from each root that leads to a package, shortest first, then by name."""
    found: list[Chain] = []
    for root in sorted(set(roots)):
        came_from: dict[PackageName, PackageName | None] = {root: None}
        queue = deque([root])
        while queue and to not in came_from:
            here = queue.popleft()
            for following in sorted(graph.get(here, ())):
                if following not in came_from:
                    came_from[following] = here
                    queue.append(following)
        if to in came_from:
            chain = [to]
            while (before := came_from[chain[-1]]) is not None:
                chain.append(before)
            found.append(tuple(reversed(chain)))
    return sorted(found, key=lambda chain: (len(chain), chain))


def dependency_graph(
    wheels: Iterable[StoredWheel], roots: Iterable[Need], environment: "Environment"
) -> dict[PackageName, set[PackageName]]:
    """Return who needs whom in one environment, extras followed from the roots on.

    Args:
        wheels: what the unit consists of.
        roots: its direct requirements.
        environment: the markers of one of its targets.
    """
    requirements = {PackageName(wheel.pin.name): _requires(wheel) for wheel in wheels}
    graph: dict[PackageName, set[PackageName]] = {name: set() for name in requirements}
    queue, seen = deque(roots), set()
    while queue:
        need = queue.popleft()
        if need in seen or need.name not in requirements:
            continue
        seen.add(need)
        for line in requirements[need.name]:
            following = _applies(line, need.extras, environment)
            if following is not None and following.name in requirements:
                graph[need.name].add(following.name)
                queue.append(following)
    return graph


def _applies(line: str, extras: frozenset[str], environment: "Environment") -> Need | None:
    """Return what a line of Requires-Dist asks for in an environment, or ``None`` if its marker says no."""
    from packaging.requirements import Requirement  # noqa: PLC0415 - only `why` reads requirements of wheels
    from packaging.utils import canonicalize_name  # noqa: PLC0415

    requirement = Requirement(line)
    if requirement.marker is not None and not any(
        requirement.marker.evaluate({**cast("dict[str, str]", environment), "extra": extra})
        for extra in (extras or {""})
    ):
        return None
    return Need(name=PackageName(canonicalize_name(requirement.name)), extras=frozenset(requirement.extras))


def _requires(wheel: StoredWheel) -> tuple[str, ...]:
    from packaging.metadata import parse_email  # noqa: PLC0415 - only `why` reads metadata of wheels

    name = f"{wheel.index.dist_info}/METADATA"
    member = next(item for item in wheel.index.members if item.name == name)
    content = Span(wheel.path, member.offset, member.compressed_size)
    raw, _ = parse_email(b"".join(inflated(content, member.method)))
    return tuple(raw.get("requires_dist", ()))
