"""The other Python interpreters of a machine, and layerforge run by them."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = ("3.11", "3.12", "3.13", "3.14")


@cache
def interpreters() -> dict[str, str]:
    """Return the path of an interpreter of each version that is on PATH or that uv finds, without downloads."""
    from uv import find_uv_bin  # noqa: PLC0415

    found = {}
    for version in VERSIONS:
        asked = subprocess.run(
            [find_uv_bin(), "python", "find", "--no-python-downloads", "--no-project", "--system", version],
            capture_output=True,
            text=True,
            check=False,
        )
        path = asked.stdout.strip() or _pyenv(version) or shutil.which(f"python{version}") or ""
        works = path and subprocess.run([path, "-c", "import ssl, venv"], capture_output=True, check=False)
        if works and works.returncode == 0:
            found[version] = path
    return found


def _pyenv(version: str) -> str | None:
    """Find what pyenv has installed without having chosen it for this folder."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    found = sorted(root.glob(f"versions/{version}.*/bin/python{version}"))
    return str(found[-1]) if found else None


def need_several() -> dict[str, str]:
    """Return the interpreters; skip, or fail where ``CI`` is set, if there is only one."""
    found = interpreters()
    if len(found) < 2:
        reason = f"only Python {', '.join(found)} is here; install another of {', '.join(VERSIONS)}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def environment_of(version: str, folder: Path) -> str:
    """Make a virtual environment with layerforge's own dependencies and return its interpreter."""
    from uv import find_uv_bin  # noqa: PLC0415

    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        return sys.executable
    uv, python = find_uv_bin(), folder / version / "bin" / "python"
    subprocess.run(
        [uv, "venv", "-q", "--no-project", "--python", interpreters()[version], folder / version], check=True
    )
    wanted = ["--requirement", ROOT / "requirements/build.txt", "--requirement", ROOT / "requirements/run.txt"]
    install = [uv, "pip", "install", "-q", "--python", python]
    subprocess.run([*install, "--require-hashes", *wanted], check=True)
    subprocess.run([*install, "--no-deps", "--no-build-isolation", "--editable", ROOT], check=True)
    return str(python)
