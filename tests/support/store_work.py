"""The work that is killed at every boundary: fetch the wheels that an environment variable lists into a store."""

import json
import os
from pathlib import Path

from layerforge.build import http
from layerforge.build.fetch import fetch
from layerforge.build.progress import Silent
from layerforge.build.store import Store
from layerforge.lock.types import Pin
from layerforge.names import PackageName, Sha256


def _rows() -> list[tuple[Pin, str]]:
    rows = json.loads(os.environ["LAYERFORGE_TEST_WHEELS"])
    return [
        (Pin(name=PackageName(name), version="1.0", file=file, sha256=Sha256(sha256)), url)
        for name, file, sha256, url in rows
    ]


def fetch_all(folder: Path) -> None:
    """Fetch, one wheel at a time, so that the order is always the same."""
    http._CHUNK = 300  # type: ignore[misc]  # several reads for a tiny wheel
    rows = _rows()
    store = Store(folder / "store")
    urls = {pin.sha256: url for pin, url in rows}
    fetch([pin for pin, _ in rows], store, urls=urls, root=folder, jobs=1, progress=Silent())


def check_store(folder: Path) -> None:
    """Raise unless all wheels are there, nothing is damaged, and nothing was left behind."""
    store = Store(folder / "store")
    assert all(store.has(pin) for pin, _ in _rows())
    assert store.verify() == ()
    left = [path.name for path in store.root.rglob("*") if path.is_file() and path.suffix not in {".whl", ".idx"}]
    assert left == [], left
