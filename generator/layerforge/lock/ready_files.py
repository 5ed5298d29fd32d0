"""Takes the pins of a uv.lock or pylock.toml as they are: nothing is resolved, only read and checked."""

import dataclasses
from functools import partial
from pathlib import Path
from typing import Final

from packaging.pylock import Package, Pylock

from layerforge.diagnostics import Diagnostic, Severity, SpecError
from layerforge.lock.once import Once
from layerforge.lock.requests import ReadyFile, Request
from layerforge.lock.uv import run_uv
from layerforge.lock.uv_project import export
from layerforge.plan.types import Layer

_STALE: Final = ("needs to be updated", "No solution found")


def read_ready(layer: Layer, request: Request, once: Once) -> Pylock:
    """Return the content of the lock file that a layer names.

    Local folders that the layer's ``include`` brings are left out: they are in the layer already.

    Raises:
        SpecError: ``UV058`` a uv.lock does not belong to the pyproject.toml beside it any more, ``REQ023``, ``REQ024``
            it has no such extra or group.
        OutsideError: uv cannot read it.
    """
    ready = request.ready
    if ready is None:
        raise ValueError("the request names no lock file")
    if ready.pylock is not None:
        return _without_included(ready.pylock, ready, layer)
    _check_fresh(ready, once)
    words = ["--no-default-groups", "--no-emit-project"]
    words += [f"--extra={extra}" for extra in ready.extras]
    only = "--group" if ready.extras else "--only-group"
    words += [f"{only}={group}" for group in ready.groups]
    folder = ready.path.parent
    try:
        pylock = once(("export", folder, *words), partial(export, words, folder))
    except SpecError as error:
        raise SpecError(dataclasses.replace(item, location=ready.where) for item in error.diagnostics) from error
    return _without_included(pylock, ready, layer)


def _check_fresh(ready: ReadyFile, once: Once) -> None:
    """Compare a uv.lock with its pyproject.toml, as far as that can be done without a network.

    uv needs a Python that the project allows for that, and a lock that is fresh passes without any cache. Where there
    is no such Python, nothing is known and nothing is said.
    """
    folder, words = ready.path.parent, ("lock", "--check", "--offline", "--no-build")
    checked = once(("check", folder), partial(run_uv, words, cwd=folder, any_python=True))
    if checked.returncode == 0 or not any(words in checked.stderr for words in _STALE):
        return
    raise SpecError(
        Diagnostic(
            code="UV058",
            message="the `uv.lock` does not belong to the `pyproject.toml` beside it any more",
            severity=Severity.ERROR,
            location=ready.where,
            hint=f"run `uv lock` in {ready.path.parent}",
        )
    )


def _without_included(pylock: Pylock, ready: ReadyFile, layer: Layer) -> Pylock:
    included = [(layer.root / include.path).resolve() for include in layer.source.include]
    kept = [package for package in pylock.packages if not _is_included(package, ready.path.parent, included)]
    return dataclasses.replace(pylock, packages=kept)


def _is_included(package: Package, folder: Path, included: list[Path]) -> bool:
    if package.directory is None:
        return False
    place = (folder / package.directory.path / (package.directory.subdirectory or "")).resolve()
    return any(place == item or place in item.parents or item in place.parents for item in included)
