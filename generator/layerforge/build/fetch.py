"""Brings the wheels that are missing into the store; asks nobody anything if none is."""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from layerforge.build.progress import Progress
from layerforge.build.store import Store
from layerforge.diagnostics import Diagnostic, FindingsError, LayerforgeError, OutsideError
from layerforge.lock.types import Pin
from layerforge.names import Sha256

if TYPE_CHECKING:
    from layerforge.build.crew import Crew
    from layerforge.build.download import Downloader


def fetch(
    pins: Sequence[Pin], store: Store, *, urls: Mapping[Sha256, str], root: Path, jobs: int, progress: Progress
) -> tuple[Diagnostic, ...]:
    """Bring all wheels of ``pins`` into ``store``.

    Args:
        pins: of any number of units; those that the store has cost nothing.
        store: where they go.
        urls: where wheels lie, as far as a resolution just told; for the others uv is asked.
        root: the folder of the spec, from which uv's settings are found.
        jobs: how many to fetch at once.
        progress: hears how far it is.

    Returns:
        Warnings.

    Raises:
        LayerforgeError: all that went wrong, not only the first: ``NET…``, ``STORE…``, ``WHEEL…``.
    """
    missing = [pin for pin in dict.fromkeys(pins) if not store.has(pin)]
    if not missing:
        return ()
    from layerforge.build.crew import Crew  # noqa: PLC0415 - a build with nothing to fetch needs no threads

    crew = Crew(jobs, progress)
    progress.start("fetching wheels", count=len(missing))
    warnings: tuple[Diagnostic, ...] = ()
    unasked: list[LayerforgeError] = []
    try:
        failures = _work(crew, missing, store.adopt)
        away = [pin for pin in missing if pin not in failures and not store.has(pin)]
        if away:
            found, unasked = _complete(away, urls, root)
            known = [pin for pin in away if pin.sha256 in found or not unasked]
            downloader, warnings = _downloader(found, root, crew)
            failures |= _work(crew, known, lambda pin: _bring(store, downloader, pin, found.get(pin.sha256)))
    finally:
        progress.finish()
    _raise([*unasked, *(failures[pin] for pin in missing if pin in failures)])
    return warnings


def _work(crew: "Crew", pins: Sequence[Pin], task: Callable[[Pin], bool]) -> dict[Pin, LayerforgeError]:
    """Do ``task`` for all ``pins`` in parallel, and return what went wrong with each. It says whether a pin is done."""

    def attempt(pin: Pin) -> LayerforgeError | None:
        try:
            crew.count(0, done=int(task(pin)))
        except LayerforgeError as error:
            return error
        return None

    results = crew.run([partial(attempt, pin) for pin in pins])
    return {pin: error for pin, error in zip(pins, results, strict=True) if error is not None}


def _bring(store: Store, downloader: "Downloader", pin: Pin, url: str | None) -> bool:
    """Receive one wheel from where it lies."""
    from layerforge.build.trouble import NO_URL, Trouble  # noqa: PLC0415 - a build with nothing to fetch needs none

    try:
        if url is None:
            hint = (
                "it was taken away, or uv is configured for other indexes than where the lock was made;"
                f" `layerforge lock --upgrade {pin.name}` chooses among what is there"
            )
            raise OutsideError(
                Diagnostic(
                    code=NO_URL,
                    message=f"no index that uv is configured for has `{pin.file}` with the sha256 {pin.sha256}",
                    hint=hint,
                )
            )
        store.receive(pin, lambda file: downloader.bring(pin, url, file), arrived=downloader.look)
    except Trouble as found:
        failure = OutsideError(found.diagnostic(pin, url or ""))
    else:
        return True
    raise failure


def _complete(
    pins: Sequence[Pin], urls: Mapping[Sha256, str], root: Path
) -> tuple[Mapping[Sha256, str], list[LayerforgeError]]:
    """Return ``urls`` with what uv says of the pins that are not in it, and what went wrong with asking."""
    unknown = [pin for pin in pins if pin.sha256 not in urls]
    if not unknown:
        return urls, []
    from layerforge.lock.urls import find_urls  # noqa: PLC0415 - only where a resolution has not told already

    try:
        return {**find_urls(unknown, root), **urls}, []
    except LayerforgeError as error:
        return urls, [error]


def _downloader(urls: Mapping[Sha256, str], root: Path, crew: "Crew") -> "tuple[Downloader, tuple[Diagnostic, ...]]":
    """Return what downloads, and what there is to warn about. A folder of wheels alone needs no network."""
    from layerforge.build.download import PATIENCE, Downloader  # noqa: PLC0415 - a build with nothing to fetch needs none

    transport = None
    if not all(url.startswith("file:") for url in urls.values()):
        from layerforge.build.http import open_transport  # noqa: PLC0415 - urllib3 takes longer than a small build

        transport = open_transport(root, os.environ, connections=crew.threads, patience=PATIENCE)
    downloader = Downloader(transport, PATIENCE, stop=crew.stop, count=crew.count)
    return downloader, () if transport is None else transport.warnings


def _raise(failures: Sequence[LayerforgeError]) -> None:
    """Raise all failures as one. It is our findings' family only if nothing outside failed."""
    if not failures:
        return
    diagnostics = dict.fromkeys(item for failure in failures for item in failure.diagnostics)
    outside = any(not isinstance(failure, FindingsError) for failure in failures)
    raise (OutsideError if outside else FindingsError)(diagnostics)
