"""Stand-ins for what the lock stage asks of others: requests without files, resolutions without an index."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from layerforge.diagnostics import LayerforgeError
from layerforge.facts.load import Facts
from layerforge.lock.file import StoredLock, dump_lock, lock_path, read_lock
from layerforge.lock.types import Locked, Pin, Resolution, Upgrade
from layerforge.names import PackageName, Sha256
from layerforge.plan.types import Layer, RequirementList
from support import plans


@dataclass(frozen=True, kw_only=True, slots=True)
class FakeRequest:
    """What a layer asks for, by name alone."""

    names: tuple[str, ...]
    digest: Sha256


def read_fake_request(layer: Layer) -> FakeRequest:
    """Return a request whose digest follows the requirements and the targets."""
    assert isinstance(layer.source.requirements, RequirementList)
    names = tuple(line.text for line in layer.source.requirements.lines)
    return FakeRequest(names=names, digest=plans.sha256(f"{sorted(names)} {sorted(map(str, layer.targets))}"))


@dataclass(kw_only=True, slots=True)
class FakeResolver:
    """Resolves names to the versions of an index of its own, or to preferred ones.

    Attributes:
        newest: the newest version by name; ``1.0`` for any other.
        needs: what a package brings along.
        refuses: what to raise, by layer.
        calls: layer, preferences and upgrade of each call, by layer.
        urls: to give with each resolution.
        diagnostics: likewise.
        together: a barrier that as many calls must reach at once.
    """

    newest: dict[str, str] = field(default_factory=dict)
    needs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    refuses: dict[str, LayerforgeError] = field(default_factory=dict)
    calls: dict[str, tuple[tuple[Pin, ...], Upgrade]] = field(default_factory=dict)
    together: threading.Barrier | None = None

    def __call__(
        self, layer: Layer, request: FakeRequest, *, facts: Facts, preferences: Sequence[Pin], upgrade: Upgrade
    ) -> Resolution:
        assert layer.name not in self.calls
        self.calls[layer.name] = (tuple(preferences), upgrade)
        if self.together:
            self.together.wait(timeout=20)
        if layer.name in self.refuses:
            raise self.refuses[layer.name]
        names = {*request.names, *(other for name in request.names for other in self.needs.get(name, ()))}
        pins = tuple(self._pin(name, preferences, upgrade) for name in sorted(names))
        return Resolution(
            pins={unit.key: pins for unit in layer.units}, urls={pin.sha256: f"file:///{pin.file}" for pin in pins}
        )

    def _pin(self, name: str, preferences: Sequence[Pin], upgrade: Upgrade) -> Pin:
        if not (upgrade.everything or PackageName(name) in upgrade.packages):
            for pin in preferences:
                if pin.name == name:
                    return pin
        return plans.pin(name, self.newest.get(name, "1.0"))


def store(locked: Locked, folder: Path) -> Mapping[Path, StoredLock]:
    """Write locks and read them again, as two runs of the command line do."""
    stored = {}
    for number, (spec, lock) in enumerate(locked.locks.items()):
        path = lock_path(folder / str(number) / spec.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dump_lock(lock), encoding="utf-8")
        stored[spec] = read_lock(path)
    return stored
