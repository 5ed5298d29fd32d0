"""actionlint, found or built once from Go's module proxy at a pinned version."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from support.repository import ROOT
from support.tf import missing

MODULE: Final = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.7"


@pytest.fixture(scope="session")
def actionlint() -> Path:
    """The program from PATH, else from ``build/tools``, where ``go install`` puts it."""
    found = shutil.which("actionlint")
    if found:
        return Path(found)
    tools = ROOT / "build" / "tools"
    if not (tools / "actionlint").exists():
        if shutil.which("go") is None:
            missing("neither `actionlint` nor `go`, which would build it, is installed")
        env = {**os.environ, "GOBIN": str(tools), "GOFLAGS": "-mod=mod"}
        done = subprocess.run(
            ["go", "install", MODULE], env=env, capture_output=True, text=True, timeout=600, check=False
        )
        if done.returncode:
            missing(f"`go install {MODULE}` failed: {done.stderr[-400:]}")
    return tools / "actionlint"
