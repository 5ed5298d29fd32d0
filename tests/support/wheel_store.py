"""A store in memory: wheels where they lie, checked when they are added. For tests of what comes after fetching."""

from collections.abc import Iterable
from pathlib import Path
from typing import cast

from layerforge.build import make
from layerforge.build.progress import Silent
from layerforge.build.store import Store, StoredWheel
from layerforge.build.types import Artifact, Job
from layerforge.build.wheel import check_wheel
from layerforge.lock.types import Pin
from support import plans
from support.wheels import pin_of


class WheelStore:
    """Answers as ``Store`` does, for the wheels that were added."""

    def __init__(self, wheels: Iterable[Path] = ()) -> None:
        self._stored: dict[Pin, StoredWheel] = {}
        for wheel in wheels:
            self.add(wheel)

    def add(self, path: Path) -> Pin:
        """Check a wheel, and return its pin."""
        pin = pin_of(path)
        self._stored[pin] = StoredWheel(pin=pin, path=path, index=check_wheel(path, pin))
        return pin

    @property
    def pins(self) -> tuple[Pin, ...]:
        """All pins, sorted as in a lock."""
        return tuple(sorted(self._stored))

    def open_wheel(self, pin: Pin) -> StoredWheel:
        """Return a wheel."""
        return self._stored[pin]


def as_store(fake: WheelStore) -> Store:
    """Tell the type checker that the fake will do."""
    return cast("Store", fake)


def built_from(wheels: Path, destination: Path, expected: str | None) -> Artifact:
    """Build a layer of all wheels of a folder; nothing is known from an earlier build."""
    store = WheelStore(sorted(wheels.glob("*.whl")))
    layer = plans.layer("some")
    job = Job(
        packaged=layer,
        unit=layer.units[0],
        pins=store.pins,
        own_files=(),
        format=1,
        destination=destination,
        expected=expected,
    )
    [artifact] = make.build([job], as_store(store), parallel=2, progress=Silent())
    return artifact
