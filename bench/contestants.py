"""The tools that are compared: each builds the ZIP of the same wheels from warm caches, without a network."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from inputs import BENCH_BIN, Inputs, call, pinned
from measure import Cost, run

OURS_BUILD = "layerforge, the build itself"
OURS_COMMAND = "`layerforge build`"
BOUND = "copy + sha256 of the wheels (the bound)"
UV_ZIPFILE = "uv `--target` + zipfile, level 6"
PEX = "pex with a lock, flat-zipped"


def contestants(inputs: Inputs) -> dict[str, Callable[[], Cost]]:
    """Return every contestant as a function that builds once, from nothing, and tells what it cost."""
    out = inputs.folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    _lock_for_pex(inputs)
    tree, uv_zip, pip_zip = out / "tree", out / "uv.zip", out / "pip.zip"
    wheels = inputs.folder / "wheels"

    def fresh(path: Path) -> Path:
        shutil.rmtree(tree, ignore_errors=True)
        path.unlink(missing_ok=True)
        return path

    def uv() -> Cost:
        return run(
            [
                *(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--offline", "--no-index"),
                *("--find-links", str(wheels), "--no-deps", "--require-hashes", "--only-binary", ":all:"),
                *("--python-version", "3.12", "--python-platform", "x86_64-manylinux_2_28"),
                *("--target", str(tree / "python"), "--requirement", str(inputs.folder / "pins.txt")),
            ]
        )

    def pip() -> Cost:
        return run(
            [
                *(str(BENCH_BIN / "python"), "-m", "pip", "install", "--quiet", "--no-index", "--no-compile"),
                *("--find-links", str(wheels), "--no-deps", "--require-hashes", "--only-binary", ":all:"),
                *("--implementation", "cp", "--python-version", "3.12"),
                *("--platform", "manylinux_2_28_x86_64", "--platform", "manylinux2014_x86_64"),
                *("--target", str(tree / "python"), "--requirement", str(inputs.folder / "pins.txt")),
            ]
        )

    def uv_and_zipfile() -> Cost:
        fresh(uv_zip)
        return uv() + run([sys.executable, "-m", "zipfile", "-c", str(uv_zip), str(tree / "python")])

    def uv_and_zip() -> Cost:
        fresh(uv_zip)
        return uv() + run(["zip", "-qr9", str(uv_zip), "python"], cwd=tree)

    def pip_and_zip() -> Cost:
        fresh(pip_zip)
        return pip() + run(["zip", "-qr", str(pip_zip), "python"], cwd=tree)

    def pex() -> Cost:
        shutil.rmtree(out / "pex", ignore_errors=True)
        (out / "pex.zip").unlink(missing_ok=True)
        return run([*_pex(inputs, "venv", "create"), "--layout", "flat-zipped", "--prefix", "python", *_locked(inputs)])

    def command() -> Cost:
        shutil.rmtree(out / "modules", ignore_errors=True)
        spec = ["--spec", str(inputs.spec), "--out", str(out / "modules")]
        return run([sys.executable, "-m", "layerforge", "build", "--quiet", *spec], cwd=inputs.folder)

    return {
        BOUND: lambda: in_process("copy", inputs, out / "copy.bin"),
        OURS_BUILD: lambda: in_process("build", inputs, out / "ours.zip"),
        OURS_COMMAND: command,
        PEX: pex,
        UV_ZIPFILE: uv_and_zipfile,
        "pip `--target` + `zip`": pip_and_zip,
        "uv `--target` + `zip -r9`": uv_and_zip,
    }


def in_process(what: str, inputs: Inputs, destination: Path) -> Cost:
    """Run one task of in_process.py in a child and return what the task alone cost there."""
    told = ask(what, inputs, destination)
    return Cost(cpu=told["cpu"], wall=told["wall"])


def ask(what: str, inputs: Inputs, destination: Path) -> dict[str, float]:
    """Run one task of in_process.py in a child and return all it tells."""
    script = Path(__file__).with_name("in_process.py")
    argv = [sys.executable, str(script), what, str(inputs.spec), str(destination)]
    done = subprocess.run(argv, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(argv)}\nfailed:\n{done.stderr[-4000:]}")
    told: dict[str, float] = json.loads(done.stdout)
    return told


def check(inputs: Inputs) -> None:
    """Refuse a comparison in which somebody has left packages out."""
    out = inputs.folder / "out"
    built = {
        "layerforge": out / "ours.zip",
        "layerforge build": next((out / "modules").glob("*/artifacts/*.zip")),
        "uv": out / "uv.zip",
        "pip": out / "pip.zip",
        "pex": out / "pex.zip",
    }
    wanted = {"python/pandas/__init__.py", "python/numpy/__init__.py", "python/pyarrow/__init__.py"}
    for tool, path in built.items():
        with zipfile.ZipFile(path) as archive:
            missing = wanted - set(archive.namelist())
        if missing:
            sys.exit(f"the ZIP of {tool} lacks {sorted(missing)}: nothing is compared")


def _pex(inputs: Inputs, *command: str) -> list[str]:
    common = ["--no-pypi", "--find-links", str(inputs.folder / "wheels"), "--no-build", "--pex-root"]
    target = ["--complete-platform", str(inputs.folder / "platform.json")]
    return [str(BENCH_BIN / "pex3"), *command, *common, str(inputs.folder / "pex-root"), *target]


def _locked(inputs: Inputs) -> list[str]:
    return ["--lock", str(inputs.folder / "pex.lock"), "--dest-dir", str(inputs.folder / "out" / "pex")]


def _lock_for_pex(inputs: Inputs) -> None:
    lock = inputs.folder / "pex.lock"
    if not lock.exists():
        call(*_pex(inputs, "lock", "create"), "--style", "strict", "--wheel", "-o", str(lock), *pinned(inputs.folder))


def versions() -> str:
    """Return which versions were compared."""

    def first_line(*argv: str) -> str:
        done = subprocess.run(argv, check=True, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
        return done.stdout.strip().splitlines()[0]

    pip = first_line(str(BENCH_BIN / "python"), "-m", "pip", "--version").split(" from ")[0]
    zip_version = subprocess.run(["zip", "-v"], check=True, capture_output=True, text=True).stdout.splitlines()[1]
    return ", ".join(
        [
            first_line(sys.executable, "-m", "layerforge", "--version"),
            first_line(sys.executable, "-m", "uv", "--version").split(" (")[0],
            pip,
            "pex " + first_line(str(BENCH_BIN / "pex3"), "--version"),
            "zip " + zip_version.split()[3],
        ]
    )
