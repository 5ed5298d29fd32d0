"""A store, wheels and a way to fetch them, for the fetcher's tests."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from layerforge.build.fetch import fetch
from layerforge.build.progress import Progress, Silent
from layerforge.build.store import Store
from layerforge.diagnostics import Diagnostic, LayerforgeError
from layerforge.lock.types import Pin
from support.wheels import make_wheel, pin_of


@dataclass(kw_only=True)
class Workplace:
    """A folder with wheels, a store and the spec's root."""

    folder: Path
    store: Store = field(init=False)

    def __post_init__(self) -> None:
        self.store = Store(self.folder / "store")
        self.root.mkdir(parents=True, exist_ok=True)

    @property
    def root(self) -> Path:
        return self.folder / "root"

    def wheel(self, name: str = "spam", version: str = "1.0", *, size: int = 5000) -> tuple[Path, Pin]:
        """Make a wheel of about ``size`` bytes; the same one at each call."""
        noise = random.Random(f"{name} {version}").randbytes(size)
        path = make_wheel(self.folder / "wheels", name, version, files={f"{name}/noise.bin": noise})
        return path, pin_of(path)

    def fetch(
        self, urls: Mapping[Pin, str], *, jobs: int = 4, progress: Progress | None = None
    ) -> tuple[Diagnostic, ...]:
        """Fetch the pins of ``urls`` from there."""
        known = {pin.sha256: url for pin, url in urls.items()}
        return fetch(list(urls), self.store, urls=known, root=self.root, jobs=jobs, progress=progress or Silent())

    def failures(self, urls: Mapping[Pin, str]) -> tuple[Diagnostic, ...]:
        """Fetch, and return what the error says; nothing may be left of the wheels."""
        try:
            self.fetch(urls)
        except LayerforgeError as error:
            assert self.store.verify() == ()
            return error.diagnostics
        raise AssertionError("nothing failed")

    def leftovers(self) -> list[str]:
        """Return the files of the store that are neither wheels nor indexes."""
        found = (path for path in self.store.root.rglob("*") if path.is_file())
        return sorted(path.name for path in found if path.suffix not in {".whl", ".idx"})
