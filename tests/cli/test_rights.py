"""Files and folders that may not be read or written: each is named, nothing is lost, and the next run goes on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SPEC = """\
version: 1
layers:
  a: {runtimes: [python3.12], split: none, source: {ecosystem: python, include: [src/pkg]}}
"""
PLACE = """\
 --> layers.yaml:3:82 (layers.a.source.include[0].path)
  |
3 |   a: {runtimes: [python3.12], split: none, source: {ecosystem: python, include: [src/pkg]}}
  |                                                                                  ^^^^^^^
"""
SEE = "hint: see that it is a file and that you may read it"
READ = "hint: give yourself the right to read it"
UNWRITABLE = "cannot be written: Permission denied"
WRITE = "hint: give yourself the right to write there, or choose another folder"
AS_SOMEBODY = """\
import ctypes, os, sys
if os.geteuid() == 0:  # root gives up what passes over modes; others have nothing to lose
    PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2
    for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        if ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            sys.exit(77)
os.execv(sys.executable, [sys.executable, "-m", "layerforge", *sys.argv[1:]])
"""


def gen(folder: Path, *more: str) -> tuple[int, str]:
    """Run `layerforge gen` as somebody whom modes bind, and return its exit code and what it said."""
    done = subprocess.run(
        [sys.executable, "-c", AS_SOMEBODY, "gen", *more],
        cwd=folder,
        env={**os.environ, "LAYERFORGE_CACHE_DIR": str(folder / "cache"), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rights")
    (folder / "src/pkg").mkdir(parents=True)
    (folder / "src/pkg/__init__.py").write_text("X = 0\n")
    (folder / "layers.yaml").write_text(SPEC)
    status, said = gen(folder)
    if status == 77:
        pytest.skip("this root may not give up its rights")
    assert (status, "error" in said) == (0, False)
    return folder


@pytest.mark.skipif(sys.platform != "linux" and os.geteuid() == 0, reason="root keeps its rights here")
@pytest.mark.parametrize(
    ("path", "mode", "code", "said"),
    [
        ("layers.yaml", 0, 2, "error[SPEC001]: the spec cannot be read: Permission denied\n --> layers.yaml\n"),
        (
            "layers.lock.json",
            0,
            3,
            f"error[LOCK001]: the lock cannot be read: Permission denied\n --> layers.lock.json\n\n{SEE}\n",
        ),
        (
            "src/pkg/__init__.py",
            0,
            2,
            f"error[OWN008]: `src/pkg/__init__.py` cannot be read: Permission denied\n{PLACE}\n{READ}\n",
        ),
        ("src/pkg", 0, 2, f"error[OWN008]: `src/pkg/.gitignore` cannot be read: Permission denied\n{PLACE}\n{READ}\n"),
        (
            "modules/a/main.tf",
            0,
            3,
            f"error[OUT005]: `modules/a/main.tf` cannot be read: Permission denied\n\n{READ}\n",
        ),
        (
            "modules/a/artifacts",
            0o555,
            3,
            f"error[OUT090]: `modules/a/artifacts/all.zip` {UNWRITABLE}\n\n  in `a/all`\n\n{WRITE}\n",
        ),
        (
            "modules/a",
            0o555,
            3,
            f"error[OUT090]: `modules/a/artifacts.tf` cannot be written: Permission denied\n\n{WRITE}\n",
        ),
        (".", 0o555, 3, f"error[OUT090]: `layers.lock.json` cannot be written: Permission denied\n\n{WRITE}\n"),
    ],
    ids=lambda value: str(value).split(":")[0],
)
def test_what_may_not_be_used_is_named_and_nothing_is_lost(
    project: Path, path: str, mode: int, code: int, said: str
) -> None:
    code_file = project / "src/pkg/__init__.py"
    code_file.write_text(f"X = {int(code_file.read_text()[4:]) + 1}\n")
    before = (project / path).stat().st_mode
    (project / path).chmod(mode)
    try:
        returned, told = gen(project, "--quiet")
    finally:
        (project / path).chmod(before)
    assert (returned, told) == (code, f"{said}\n1 error\n")
    assert gen(project, "--quiet") == (0, "")
    assert gen(project, "--check", "--quiet") == (0, "")
    assert not list(project.rglob("*.tmp"))
