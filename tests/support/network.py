"""Decides once a session whether the package index answers that uv and pip are configured for."""

import os
import subprocess
import sys
import tempfile
from functools import cache

import pytest

PACKAGE = "idna"
_SECONDS = 60


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what is marked ``network`` where there is none; fail it where ``CI`` is set."""
    if item.get_closest_marker("network") is None or (reason := why_not()) is None:
        return
    if os.environ.get("CI"):
        pytest.fail(f"{reason} (and CI is set)", pytrace=False)
    pytest.skip(reason)


@cache
def why_not() -> str | None:
    """Ask uv and pip for one small package and return why one of them cannot have it, or ``None``."""
    with tempfile.TemporaryDirectory() as folder:
        uv = ["uv", "pip", "compile", "--quiet", "--no-cache", "--no-deps", "--no-python-downloads", "-"]
        pip = ["pip", "download", "--quiet", "--no-cache-dir", "--no-deps", "--retries", "0", "--dest", folder, PACKAGE]
        for argv in (uv, pip):
            refusal = _refusal([sys.executable, "-m", *argv], folder)
            if refusal is not None:
                return f"the package index that {argv[0]} is configured for does not answer: {refusal}"
    return None


def _refusal(argv: list[str], folder: str) -> str | None:
    environment = {**os.environ, "UV_HTTP_RETRIES": "0"}
    try:
        done = subprocess.run(
            argv,
            input=PACKAGE,
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"nothing came within {_SECONDS} s"
    if done.returncode == 0:
        return None
    return (done.stderr.strip() or "it failed without a word").splitlines()[-1].strip()
