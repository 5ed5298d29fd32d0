"""Tests marked `network`: skipped with their reason where no index answers, failed where `CI` is set."""

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
MARKED = """\
import pytest
pytest_plugins = ("support.network",)

@pytest.mark.network
def test_marked():
    raise AssertionError("it ran")

def test_other():
    pass
"""


def outcome(folder: Path, **variables: str) -> str:
    (folder / "test_sample.py").write_text(MARKED)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = network\n")
    kept = {name: value for name, value in os.environ.items() if name not in {"CI", "PIP_FIND_LINKS"}}
    closed = "http://127.0.0.1:9/simple"
    env = {**kept, "PYTHONPATH": str(TESTS), "UV_DEFAULT_INDEX": closed, "PIP_INDEX_URL": closed, **variables}
    argv = [sys.executable, "-m", "pytest", "-rsf", "-p", "no:cacheprovider", "-p", "no:xdist", "test_sample.py"]
    return subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, check=False).stdout


def test_without_an_index_they_are_skipped_with_the_reason(tmp_path: Path) -> None:
    said = outcome(tmp_path)
    assert "1 passed, 1 skipped" in said
    assert "the package index that uv is configured for does not answer: " in said


def test_under_ci_they_fail_with_the_reason(tmp_path: Path) -> None:
    said = outcome(tmp_path, CI="true")
    assert "1 passed, 1 error" in said
    assert "the package index that uv is configured for does not answer: " in said
    assert "(and CI is set)" in said
    assert "it ran" not in said
