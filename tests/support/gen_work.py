"""What `support.killing` kills: a whole `gen --locked` in this process, and the check of what it leaves."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from layerforge.build.store import Store
from layerforge.cli.main import run
from layerforge.lock import urls
from layerforge.lock.types import Pin
from layerforge.names import Sha256

_ask_uv = urls.find_urls
_TOLD: dict[tuple[Pin, ...], Mapping[Sha256, str]] = {}


def _asked_once(pins: Sequence[Pin], root: Path) -> Mapping[Sha256, str]:
    """Ask uv in the first run only: the others are its children, and uv is nothing that dies with us."""
    key = tuple(pins)
    if key not in _TOLD:
        _TOLD[key] = _ask_uv(pins, root)
    return _TOLD[key]


def gen_locked(folder: Path) -> None:
    """Run `gen --locked` on the project in ``folder``, with the cache beside it; one download at a time."""
    os.chdir(folder / "project")
    urls.find_urls = _asked_once
    os.environ["LAYERFORGE_CACHE_DIR"] = str(folder / "cache")
    assert run(["gen", "--locked", "--jobs", "1", "--quiet"]) == 0


def check_gen(folder: Path) -> None:
    """Hold every file against what is to be there, every ZIP against the lock, and the store against its names."""
    project = folder / "project"
    wanted = json.loads(Path(os.environ["LAYERFORGE_TEST_WANTED"]).read_text())
    assert digests(project) == wanted
    assert Store(folder / "cache").verify() == ()
    assert [path for path in _files(project) if path.name.endswith(".tmp")] == []


def digests(project: Path) -> dict[str, str]:
    """Return the sha256 of every file of a project by its path."""
    return {
        path.relative_to(project).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in _files(project)
    }


def _files(project: Path) -> Iterator[Path]:
    return (path for path in sorted(project.rglob("*")) if path.is_file())
