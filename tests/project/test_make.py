"""The Makefile's verbs, how make finds a Python, and the requirements of old versions of make."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.repository import ROOT, text

VERBS = [
    "setup",
    "gen",
    "test",
    "lint",
    "type",
    "scan",
    "bench",
    "check",
    "schema",
    "policy-data",
    "lock-dev",
    "clean",
    "help",
]
NO_PYTHON = """\
error: no Python 3.11 or newer with the venv module was found.

Tried: $PYTHON, python3, python3.13, python3.12, python3.11, python3.14, python
hint: install one (macOS: brew install python@3.13; Debian and Ubuntu: apt install python3 python3-venv),
      or say where it is: PYTHON=/path/to/python3.12 make gen
"""


def make(*argv: str, folder: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    """Run make."""
    if shutil.which("make") is None:
        pytest.fail("make is not installed")
    whole = {**os.environ, **env}
    whole.pop("MAKEFLAGS", None)
    return subprocess.run(["make", *argv], cwd=folder, env=whole, capture_output=True, text=True, check=False)


def script(folder: Path, name: str, body: str) -> Path:
    """Write a small program."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def venv(target: Path, path: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run .ci/venv with nothing on the PATH but one folder."""
    argv = ["/bin/sh", str(ROOT / ".ci/venv"), str(target)]
    return subprocess.run(argv, env={"PATH": str(path), **env}, capture_output=True, text=True, check=False)


def test_help_lists_every_verb_with_a_sentence() -> None:
    done = make("help")
    listed = dict(re.findall(r"^make (\S+)\s+(\S.*)$", done.stdout, re.MULTILINE))
    assert done.returncode == 0
    assert set(VERBS) <= set(listed)
    phony = set(re.findall(r"^\.PHONY: (.*)$", text(Path("Makefile")), re.MULTILINE)[0].split())
    assert set(listed) == phony


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_can_be_made(verb: str) -> None:
    done = make("--dry-run", verb)
    assert (done.returncode, done.stderr) == (0, "")


def test_gen_does_not_wait_for_the_tools_of_tests(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "requirements", ".ci"):
        (tmp_path / name).symlink_to(ROOT / name)
    plan = make("--dry-run", "gen", folder=tmp_path).stdout
    assert "requirements/run.txt" in plan
    assert "requirements/dev.txt" not in plan
    assert "requirements/dev.txt" in make("--dry-run", "test", folder=tmp_path).stdout


def test_every_installation_asks_for_hashes_or_needs_no_index() -> None:
    installs = [line for line in text(Path("Makefile")).splitlines() if re.search(r"pip install|\$\(INSTALL\)", line)]
    assert len(installs) >= 6
    assert [line for line in installs if not re.search(r"--require-hashes|\$\(INSTALL\)|--no-index", line)] == []


def test_nothing_newer_than_make_3_81_is_used() -> None:
    newer = r"\.ONESHELL|\.RECIPEPREFIX|\$\(file |::=|!=|&:|\.EXTRA_PREREQS|\$\(let |\$\(intcmp "
    assert re.findall(newer, text(Path("Makefile"))) == []


def test_the_first_python_that_works_is_taken(tmp_path: Path) -> None:
    tools, target = tmp_path / "tools", tmp_path / "an environment"
    tools.mkdir()
    script(tools, "python3", "exit 1")  # too old, or without venv
    script(tools, "python3.12", f'exec "{sys.executable}" "$@"')
    done = venv(target, tools)
    assert (done.returncode, done.stderr) == (0, "")
    assert (target / "bin" / "python").exists()


def test_the_python_that_the_user_names_goes_first(tmp_path: Path) -> None:
    tools, target = tmp_path / "tools", tmp_path / "environment"
    tools.mkdir()
    asked = tmp_path / "asked"
    script(tools, "python3", f"touch '{asked}'; exit 1")
    chosen = script(tmp_path, "my python", f'exec "{sys.executable}" "$@"')
    done = venv(target, tools, PYTHON=str(chosen))
    assert (done.returncode, done.stderr) == (0, "")
    assert (target / "bin" / "python").exists()
    assert not asked.exists()


def test_an_environment_that_works_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "environment"
    (folder / "bin").mkdir(parents=True)
    script(folder / "bin", "python", f'exec "{sys.executable}" "$@"')
    done = venv(folder, tmp_path / "nothing")
    assert (done.returncode, done.stderr) == (0, "")
    assert not (folder / "pyvenv.cfg").exists()


def test_without_a_python_the_message_says_what_to_do(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "cat").symlink_to(shutil.which("cat") or "cat")
    script(tools, "python3", "exit 1")
    done = venv(tmp_path / "environment", tools)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", NO_PYTHON)
    assert not (tmp_path / "environment").exists()


def ci(folder: Path, recipe: str) -> subprocess.CompletedProcess[str]:
    """Run .ci/run over a Makefile of our own, as at the top level: below another make, make tells its folder."""
    (folder / ".ci").mkdir()
    shutil.copy2(ROOT / ".ci/run", folder / ".ci/run")
    (folder / "Makefile").write_text(f"check:\n\t@{recipe}\n", encoding="utf-8")
    ours = {"CI", "MAKEFLAGS", "MAKELEVEL", "PYTEST_ARGS"}
    env = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run([folder / ".ci/run"], cwd="/", env=env, capture_output=True, text=True, check=False)


def test_ci_sets_its_variable_uses_two_processes_and_ends_with_the_closing_line(tmp_path: Path) -> None:
    done = ci(tmp_path, "echo \"CI=$$CI $(PYTEST_ARGS)\"; echo '===== 3 passed, 1 warning in 62.10s (0:01:02) ====='")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == "CI=true --numprocesses 2"
    assert done.stdout.splitlines()[-1] == "===== 3 passed, 1 warning in 62.10s (0:01:02) ====="


def test_ci_fails_with_the_tests_and_still_ends_with_the_closing_line(tmp_path: Path) -> None:
    done = ci(tmp_path, "echo '=== 1 failed, 2 passed in 0.10s ==='; exit 1")
    assert done.returncode != 0
    assert "Error 1" in done.stdout
    assert done.stdout.splitlines()[-1] == "=== 1 failed, 2 passed in 0.10s ==="


@pytest.mark.parametrize("recipe", ["echo 'lint: wrong'; exit 2", "true"])
def test_ci_fails_when_the_tests_were_not_reached(tmp_path: Path, recipe: str) -> None:
    done = ci(tmp_path, recipe)
    assert done.returncode != 0
    assert done.stderr == "the tests were not reached\n"
