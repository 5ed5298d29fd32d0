"""Whoever is killed whenever: the next run gives what the lock says, and the store is sound."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.gen_work import check_gen, digests, gen_locked
from support.killing import Deaths, kill_everywhere
from support.scene import Scene

SPEC = """\
version: 1
layers:
  tools:
    runtimes: [python3.12]
    architectures: [x86_64]
    source: {ecosystem: python, requirements: [native-thing], include: [src/own]}
"""


@pytest.fixture
def fast_disk(tmp_path: Path) -> Iterator[Path]:
    """Where hundreds of runs do not wait for fsync: in memory, if there is such a place."""
    memory = Path("/dev/shm")  # noqa: S108
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        yield Path(folder)


def deaths_of(scene: Scene, seed: Path, tmp_path: Path, fast_disk: Path, monkeypatch: pytest.MonkeyPatch) -> Deaths:
    wanted = tmp_path / "wanted.json"
    wanted.write_text(json.dumps(digests(scene.top)))
    for name, value in scene.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("UV_FIND_LINKS", str(scene.wheels))
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("LAYERFORGE_TEST_WANTED", str(wanted))
    return kill_everywhere(gen_locked, check_gen, fast_disk, seed)


@pytest.mark.slow
def test_killed_at_every_boundary_of_a_cold_locked_gen(
    scene: Scene, tmp_path: Path, fast_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.spec(SPEC)
    scene.run("gen")
    seed = tmp_path / "seed"
    shutil.copytree(scene.top, seed / "project", ignore=shutil.ignore_patterns("modules"))
    deaths = deaths_of(scene, seed, tmp_path, fast_disk, monkeypatch)
    assert deaths.failures == ()
    kinds = Counter(deaths.points)
    files = len(digests(scene.top / "modules")) + 2  # the ZIP among them; a wheel and its index
    assert kinds["before replace"] == kinds["after replace"] >= files
    assert kinds["amid write"] >= files
    assert kinds["before fsync"] >= 1  # what is generated can be generated again


@pytest.mark.slow
def test_killed_at_every_boundary_of_a_warm_gen_after_a_change(
    scene: Scene, tmp_path: Path, fast_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.spec(SPEC)
    scene.run("gen")
    before = tmp_path / "before"
    shutil.copytree(scene.top, before)
    (scene.top / "src/own/log.py").write_text("LOUD = True\n")
    scene.run("gen")
    seed = tmp_path / "seed"
    shutil.copytree(scene.top, seed / "project", ignore=shutil.ignore_patterns("modules"))
    shutil.copytree(before / "modules", seed / "project/modules")
    shutil.copytree(scene.home / "cache", seed / "cache")
    deaths = deaths_of(scene, seed, tmp_path, fast_disk, monkeypatch)
    assert deaths.failures == ()
    assert Counter(deaths.points)["before replace"] >= 2


@pytest.mark.slow
def test_eight_at_once_all_succeed(scene: Scene) -> None:
    scene.run("lock")
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "layerforge", "gen"],
            cwd=scene.top,
            env=scene.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for _ in range(8)
    ]
    said = [process.communicate()[0].decode() for process in running]
    assert [process.returncode for process in running] == [0] * 8, said
    together = scene.digests()
    for path in scene.top.glob("modules/*/artifacts/*.zip"):
        path.unlink()
    scene.run("gen", "--locked")
    assert scene.digests() == together
    assert not list(scene.top.glob("modules/words/artifacts/.*"))
