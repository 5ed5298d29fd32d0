"""The examples: what is committed is what every machine and every Python makes of them."""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.pythons import ROOT, environment_of, need_several

EXAMPLES = ("quickstart", "data-science", "fleet")
SPECS = [word for name in EXAMPLES for word in ("--spec", f"examples/{name}/layers.yaml")]


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store for all tests of the session: the user's own if it is set, else one that starts empty."""
    chosen = os.environ.get("LAYERFORGE_CACHE_DIR")
    return Path(chosen) if chosen else tmp_path_factory.mktemp("store")


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Path]:
    """A copy of what git tracks, in a folder whose name is no plain one."""
    top = tmp_path / "a checkout — ünïcode"
    top.mkdir()
    listed = subprocess.run(
        ["git", "ls-files", "-z", "examples", "modules"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (top / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, top / name)
    yield top
    shutil.rmtree(top)


def locked_digests(top: Path) -> dict[str, str]:
    found = {}
    for name in EXAMPLES:
        lock = json.loads((top / f"examples/{name}/layers.lock.json").read_text())
        for layer, units in (lock["layers"] | lock.get("functions", {})).items():
            found |= {f"{layer}/{key}": unit["artifact"]["sha256"] for key, unit in units.items()}
    return found


def built_digests(top: Path) -> dict[str, str]:
    found = {}
    for path in top.glob("modules/*/artifacts/*.zip"):
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        found[f"{path.parts[-3]}/{path.stem}"] = digest
    return found


def gen(python: str, top: Path, store: Path, *argv: str, **env: str) -> None:
    done = subprocess.run(
        [python, "-m", "layerforge", "gen", *SPECS, *argv],
        cwd=top,
        env={**os.environ, "LAYERFORGE_CACHE_DIR": str(store), **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def modules(top: Path) -> dict[str, bytes]:
    return {
        path.relative_to(top).as_posix(): path.read_bytes()
        for path in sorted(top.glob("modules/**/*"))
        if path.is_file() and path.parent.name != "artifacts"
    }


@pytest.mark.network
@pytest.mark.slow
def test_every_python_makes_what_is_committed(checkout: Path, store: Path, tmp_path: Path) -> None:
    committed = modules(checkout)
    for number, version in enumerate(need_several()):
        for path in checkout.glob("modules/*/artifacts/*.zip"):
            path.unlink()
        python = environment_of(version, tmp_path / "pythons")
        umask = os.umask((0o022, 0o002, 0o077)[number % 3])
        try:
            gen(python, checkout, store, "--locked", TZ=f"Etc/GMT-{number}", PYTHONHASHSEED=str(number), LC_ALL="C")
        finally:
            os.umask(umask)
        assert built_digests(checkout) == locked_digests(checkout), version
        assert modules(checkout) == committed, version


@pytest.mark.network
@pytest.mark.slow
def test_a_fresh_resolution_keeps_the_committed_locks(checkout: Path, store: Path) -> None:
    before = {name: (checkout / f"examples/{name}/layers.lock.json").read_bytes() for name in EXAMPLES}
    gen(sys.executable, checkout, store)
    assert {name: (checkout / f"examples/{name}/layers.lock.json").read_bytes() for name in EXAMPLES} == before


@pytest.mark.network
@pytest.mark.slow
@pytest.mark.skipif(platform.machine() != "x86_64", reason="the layer for this machine is the x86_64 one")
def test_the_data_science_layer_works_under_its_python(checkout: Path, store: Path, tmp_path: Path) -> None:
    gen(sys.executable, checkout, store, "--locked")
    python = need_several().get("3.12")
    if python is None:
        pytest.skip("Python 3.12, which the layer is for, is not here")
    opt = tmp_path / "opt"
    with zipfile.ZipFile(checkout / "modules/data-science/artifacts/python312-x86-64.zip") as archive:
        archive.extractall(opt)
    code = (
        "import numpy as np, pandas as pd, pyarrow as pa\n"
        "frame = pd.DataFrame({'day': pd.to_datetime(['2026-01-01', '2026-01-02']), 'n': np.arange(2)})\n"
        "table = pa.Table.from_pandas(frame)\n"
        "print(table.to_pandas().n.sum(), frame.day.dt.tz_localize('Europe/Berlin').iloc[0].isoformat())\n"
    )
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(opt / "python"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([python, "-S", "-c", code], env=env, capture_output=True, text=True, check=False)
    assert done.stdout == "1 2026-01-01T00:00:00+01:00\n", done.stderr


def test_what_is_committed_is_fresh() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "layerforge", "gen", "--check", *SPECS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
