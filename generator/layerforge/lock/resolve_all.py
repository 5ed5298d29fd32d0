"""Resolves many layers: side by side, and those one after the other that ask for the same."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from layerforge.diagnostics import LayerforgeError
from layerforge.facts.load import Facts
from layerforge.lock.asking import raise_all
from layerforge.lock.types import Pin, Resolution, Upgrade
from layerforge.names import LayerName, Sha256
from layerforge.plan.types import Layer

if TYPE_CHECKING:
    from layerforge.lock.requests import Request

_AT_ONCE: Final = 8
"""Resolutions at a time: the index answers slowly, and each starts a program."""


class Resolve(Protocol):
    """Resolves one layer, as ``lock.resolve.Resolver`` does."""

    def __call__(
        self, layer: Layer, request: "Request", /, *, facts: Facts, preferences: Sequence[Pin], upgrade: Upgrade
    ) -> Resolution:
        """Return the pins of each unit, or raise."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A layer to resolve, what it asks for, and the pins that it has had."""

    layer: Layer
    request: "Request"
    preferences: tuple[Pin, ...]


def resolve_all(
    tasks: Sequence[Task], *, facts: Facts, upgrade: Upgrade, resolve: Resolve | None
) -> Mapping[LayerName, Resolution]:
    """Return what came out, in the order of the tasks.

    Layers that ask for the same share a resolver, which asks uv once for all of them. Each is judged by itself: its
    units may be cut otherwise, and what is wrong stands at its own place.

    Raises:
        LayerforgeError: with the diagnostics of all layers that cannot be resolved.
    """
    if not tasks:
        return {}
    alike: dict[tuple[Sha256, tuple[Pin, ...]], list[Task]] = {}
    for task in tasks:
        alike.setdefault((task.request.digest, task.preferences), []).append(task)

    def together(members: Sequence[Task]) -> list[tuple[LayerName, Resolution | LayerforgeError]]:
        shared = resolve or _resolver()
        return [(task.layer.name, _result(shared, task, facts, upgrade)) for task in members]

    with ThreadPoolExecutor(max_workers=min(_AT_ONCE, 2 * (os.cpu_count() or 1), len(alike))) as pool:
        results = dict(pair for pairs in pool.map(together, alike.values()) for pair in pairs)
    in_order = {task.layer.name: results[task.layer.name] for task in tasks}
    raise_all([result for result in in_order.values() if isinstance(result, LayerforgeError)])
    return {name: result for name, result in in_order.items() if isinstance(result, Resolution)}


def _result(resolve: Resolve, task: Task, facts: Facts, upgrade: Upgrade) -> Resolution | LayerforgeError:
    try:
        return resolve(task.layer, task.request, facts=facts, preferences=task.preferences, upgrade=upgrade)
    except LayerforgeError as error:
        return error


def _resolver() -> Resolve:
    from layerforge.lock.resolve import Resolver  # noqa: PLC0415 - only where there is something to resolve

    return Resolver()
