"""A layer is what ``pip install --target`` makes of the same wheels, but for a written list, and imports."""

import hashlib
import os
import platform
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from layerforge.build.make import build
from layerforge.build.progress import Silent
from layerforge.build.types import Job
from support import plans
from support.pip_tree import Tree, as_a_layer, install, pip, read_tree
from support.wheel_store import WheelStore, as_store
from support.wheels import make_wheel

CORPUS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).resolve().parents[1] / "corpus.toml").read_text(encoding="utf-8")
)["packages"]
NAMES = [package["name"] for package in CORPUS]
BY_NAME = dict(zip(NAMES, CORPUS, strict=True))


def unpacked_layer(wheel: Path, folder: Path) -> Path:
    """Build a layer of one wheel, unpack it, and return the folder that would be ``/opt``."""
    store = WheelStore([wheel])
    layer = plans.layer("corpus")
    job = Job(
        packaged=layer, unit=layer.units[0], pins=store.pins, own_files=(), format=1, destination=folder / "layer.zip"
    )
    build([job], as_store(store), parallel=1, progress=Silent())
    opt = folder / "opt"
    with zipfile.ZipFile(job.destination) as archive:
        for info in archive.infolist():
            Path(archive.extract(info, opt)).chmod(info.external_attr >> 16 & 0o777)
    return opt


def compare(layer: Tree, expected: Tree) -> None:
    assert sorted(layer) == sorted(expected)
    assert [path for path in expected if layer[path] != expected[path]] == []


def test_every_scheme_is_where_pip_puts_it(tmp_path: Path) -> None:
    wheel = make_wheel(
        tmp_path,
        "my-pkg",
        "1.0",
        files={
            "my_pkg/__init__.py": b"",
            "my_pkg/run.sh": b"#!/bin/sh\n",
            "my_pkg/a.pyc": b"1",
            "my_pkg/__init__.pyc": b"",
        },
        executable=["my_pkg/run.sh"],
        data={
            "purelib/pure/x.py": b"",
            "platlib/plat/x.so": b"",
            "data/share/x.json": b"{}",
            "data/bin/tool": b"#!python\n",
            "data/include/x.h": b"",
            "data/lib/x.so": b"",
            "headers/x.h": b"",
        },
        scripts={"run": b"#!python -E\nimport x\n", "tool.sh": b"#!/bin/sh\n"},
        entry_points="[console_scripts]\nmade = my_pkg:main\n",
    )
    layer = read_tree(unpacked_layer(wheel, tmp_path))
    assert {"python/lib/x.so", "python/bin/tool", "bin/run", "bin/tool.sh", "python/share/x.json"} < layer.keys()
    compare(layer, as_a_layer(install(wheel, tmp_path / "pip"), wheel))


@pytest.fixture(scope="session")
def wheels(pytestconfig: pytest.Config) -> dict[str, Path]:
    """Return the corpus' wheels for the running Python, fetched once."""
    assert pytestconfig.cache is not None
    folder = pytestconfig.cache.mkdir(f"corpus-{sys.version_info.major}.{sys.version_info.minor}")
    if missing := NAMES - known(folder).keys():
        wanted = folder / "requirements.txt"
        lines = (f"{name}=={BY_NAME[name]['version']}{_hashes(BY_NAME[name])}\n" for name in sorted(missing))
        wanted.write_text("".join(lines), encoding="utf-8")
        pip("download", "--quiet", "--require-hashes", "--dest", str(folder), "--requirement", str(wanted))
    return known(folder)


def known(folder: Path) -> dict[str, Path]:
    by_digest = {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in folder.glob("*.whl")}
    found = {}
    for package in CORPUS:
        paths = [by_digest[digest] for digest in package["sha256"] if digest in by_digest]
        if paths:
            found[package["name"]] = paths[0]
    return found


def _hashes(package: dict[str, Any]) -> str:
    return "".join(f" --hash=sha256:{digest}" for digest in package["sha256"])


def test_the_corpus_is_varied() -> None:
    assert len(set(NAMES)) == len(NAMES) >= 30
    assert sorted(NAMES) == NAMES
    assert all(need in BY_NAME for package in CORPUS for need in package["needs"])


@pytest.fixture(scope="session")
def opt(wheels: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that gives the unpacked layer of a package."""

    @cache
    def unpack(name: str) -> Path:
        return unpacked_layer(wheels[name], tmp_path_factory.mktemp(name))

    return unpack


@pytest.mark.network
@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_layer_is_what_pip_installs(
    name: str, wheels: dict[str, Path], opt: Callable[[str], Path], tmp_path: Path
) -> None:
    compare(read_tree(opt(name)), as_a_layer(install(wheels[name], tmp_path), wheels[name]))


@pytest.mark.network
@pytest.mark.slow
@pytest.mark.parametrize("name", [package["name"] for package in CORPUS if package["imports"]])
def test_what_is_in_a_layer_imports(name: str, opt: Callable[[str], Path], tmp_path: Path) -> None:
    if (sys.platform, platform.machine(), sys.implementation.name) != ("linux", "x86_64", "cpython"):
        pytest.skip("the corpus' wheels are for CPython on Linux and x86_64")
    folders = [str(opt(part) / "python") for part in (name, *BY_NAME[name]["needs"])]
    code = f"import importlib; [importlib.import_module(name) for name in {BY_NAME[name]['imports']!r}]"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(folders), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
