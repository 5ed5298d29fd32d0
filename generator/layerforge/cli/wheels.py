"""Brings the wheels of some units into the store: says where each can be had, and shows how far it is."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from layerforge.build.fetch import fetch
from layerforge.build.store import Store
from layerforge.cli.console import Console
from layerforge.cli.progress import progress_for
from layerforge.facts.load import Facts
from layerforge.lock.requests import read_request, settings_root
from layerforge.lock.types import Pin
from layerforge.names import Sha256
from layerforge.plan.types import Layer

if TYPE_CHECKING:
    from layerforge.build.types import Job

_DOWNLOADS = 16


def fetch_wheels(
    todo: Iterable["Job"],
    store: Store,
    urls: Mapping[Sha256, str],
    facts: Facts,
    console: Console,
    *,
    jobs: int | None,
) -> None:
    """Bring every missing wheel of some jobs into the store. Layers that share index settings are fetched together.

    Raises:
        OutsideError: a wheel cannot be had.
        FindingsError: a wheel is not what it should be.
    """
    pins: dict[Path, dict[Pin, None]] = {}
    known = dict(urls)
    for layer, wanted in _by_layer(todo):
        missing = [pin for pin in wanted if pin.sha256 not in known and not store.has(pin)]
        if missing:
            known |= _told_by_its_lock(layer, facts)
        pins.setdefault(settings_root(layer), {}).update(dict.fromkeys(wanted))
    for root, together in pins.items():
        fetch_pins(root, tuple(together), store, known, console, jobs=jobs)


def _by_layer(todo: Iterable["Job"]) -> list[tuple[Layer, tuple[Pin, ...]]]:
    layers: dict[str, tuple[Layer, dict[Pin, None]]] = {}
    for job in todo:
        if isinstance(job.packaged, Layer):
            layers.setdefault(job.packaged.name, (job.packaged, {}))[1].update(dict.fromkeys(job.pins))
    return [(layer, tuple(pins)) for layer, pins in layers.values()]


def _told_by_its_lock(layer: Layer, facts: Facts) -> Mapping[Sha256, str]:
    """Return the URLs that the layer's own uv.lock or pylock.toml gives: no index may have them. No network."""
    from layerforge.lock.resolve import Resolver  # noqa: PLC0415 - only for layers that take a lock file
    from layerforge.lock.types import Upgrade  # noqa: PLC0415

    request = read_request(layer)
    if request.ready is None:
        return {}
    return Resolver()(layer, request, facts=facts, preferences=(), upgrade=Upgrade()).urls


def fetch_pins(
    root: Path, pins: Sequence[Pin], store: Store, urls: Mapping[Sha256, str], console: Console, *, jobs: int | None
) -> None:
    """Bring the wheels of some pins into the store.

    Args:
        root: the folder from which index settings are looked for.
        pins: what to bring; what is there already costs nothing.
        store: where to.
        urls: where wheels can be had, as far as known; the rest is asked of uv.
        console: hears of warnings, and shows progress.
        jobs: downloads at a time.

    Raises:
        OutsideError: a wheel cannot be had.
        FindingsError: a wheel is not what it should be.
    """
    progress = progress_for(console)
    console.diagnose(fetch(pins, store, urls=urls, root=root, jobs=jobs or _DOWNLOADS, progress=progress))
