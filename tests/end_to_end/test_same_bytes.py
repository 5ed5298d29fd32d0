"""The promise: the same inputs give the same ZIP, whatever the machine's settings are."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from support.scene import SPEC, Scene


@pytest.fixture
def locked(scene: Scene) -> dict[str, str]:
    scene.run("gen")
    return scene.digests()


def build_anew(scene: Scene, top: Path, *argv: str, umask: int = 0o022, **env: str) -> dict[str, str]:
    """Copy the project without what was built to ``top`` and build it there from the lock."""
    shutil.copytree(scene.top, top, ignore=shutil.ignore_patterns("modules"), dirs_exist_ok=True)
    other = Scene(top=top, wheels=scene.wheels, index=scene.index, home=scene.home, python=scene.python)
    before = os.umask(umask)
    try:
        other.run("gen", "--locked", *argv, **env)
    finally:
        os.umask(before)
    return other.digests()


@pytest.mark.parametrize("umask", [0o022, 0o002, 0o077])
def test_umask(scene: Scene, locked: dict[str, str], tmp_path: Path, umask: int) -> None:
    assert build_anew(scene, tmp_path / "there", umask=umask) == locked


@pytest.mark.parametrize(
    "env",
    [
        {"TZ": "Pacific/Kiritimati"},
        {"LC_ALL": "C", "LANG": "C"},
        {"LC_ALL": "tr_TR.UTF-8"},
        {"PYTHONHASHSEED": "1"},
        {"PYTHONHASHSEED": "4242"},
        {"PYTHONUTF8": "0", "LC_ALL": "POSIX"},
    ],
    ids=str,
)
def test_environment(scene: Scene, locked: dict[str, str], tmp_path: Path, env: dict[str, str]) -> None:
    assert build_anew(scene, tmp_path / "there", **env) == locked


@pytest.mark.parametrize("name", ["with spaces", "näh 名前", "deep/er/and/deep/er"])
def test_checkout_path(scene: Scene, locked: dict[str, str], tmp_path: Path, name: str) -> None:
    assert build_anew(scene, tmp_path / name) == locked


@pytest.mark.parametrize("jobs", ["1", "8"])
def test_jobs_and_a_cold_store(scene: Scene, locked: dict[str, str], tmp_path: Path, jobs: str) -> None:
    cold = str(tmp_path / "cold")
    assert build_anew(scene, tmp_path / "there", "--jobs", jobs, LAYERFORGE_CACHE_DIR=cold) == locked


def test_requirement_order(scene: Scene, locked: dict[str, str], tmp_path: Path) -> None:
    top = tmp_path / "there"
    shutil.copytree(scene.top, top, ignore=shutil.ignore_patterns("modules"))
    (top / "layers.yaml").write_text(SPEC.replace("[alpha, native-thing]", "[native-thing, alpha]"))
    other = Scene(top=top, wheels=scene.wheels, index=scene.index, home=scene.home)
    other.run("gen", "--locked")
    assert other.digests() == locked


def git(top: Path, *argv: str) -> None:
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.invalid"]
    subprocess.run(["git", *who, *argv], cwd=top, check=True, capture_output=True)


@pytest.mark.parametrize("setting", ["core.fileMode=false", "core.autocrlf=false", "core.symlinks=false"])
def test_git_checkouts(scene: Scene, tmp_path: Path, setting: str) -> None:
    (scene.top / ".gitattributes").write_text("* -text\n")
    git(scene.top, "init", "-q")
    git(scene.top, "add", "--", "src", "layers.yaml", ".gitattributes")
    git(scene.top, "commit", "-qm", "first")
    scene.run("gen")
    git(scene.top, "add", "--", "layers.lock.json")
    git(scene.top, "commit", "-qm", "lock")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "-c", setting, str(scene.top), str(clone))
    for path in clone.glob("src/own/*"):
        path.chmod(0o777 if setting.startswith("core.fileMode") else 0o600)
    other = Scene(top=clone, wheels=scene.wheels, index=scene.index, home=scene.home)
    other.run("gen", "--locked")
    assert other.digests() == scene.digests()


def test_autocrlf_is_the_same_where_gitattributes_says_so_and_named_where_not(scene: Scene, tmp_path: Path) -> None:
    git(scene.top, "init", "-q")
    git(scene.top, "add", "--", "src", "layers.yaml")
    git(scene.top, "commit", "-qm", "first")
    scene.run("gen")
    git(scene.top, "add", "--", "layers.lock.json")
    git(scene.top, "commit", "-qm", "lock")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "-c", "core.autocrlf=true", str(scene.top), str(clone))
    other = Scene(top=clone, wheels=scene.wheels, index=scene.index, home=scene.home)
    said = other.run("gen", "--locked", code=1).stderr
    assert "line endings" in said
    assert ".gitattributes" in said
    (scene.top / ".gitattributes").write_text("* text=auto eol=lf\n")
    git(scene.top, "add", "--", ".gitattributes")
    git(scene.top, "commit", "-qm", "line endings")
    again = tmp_path / "again"
    git(tmp_path, "clone", "-q", "-c", "core.autocrlf=true", str(scene.top), str(again))
    mended = Scene(top=again, wheels=scene.wheels, index=scene.index, home=scene.home)
    mended.run("gen", "--locked")
    assert mended.digests() == scene.digests()
