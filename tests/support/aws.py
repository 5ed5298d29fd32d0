"""Fixtures around the stand-in for AWS; moto is imported by the first test that wants one."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.mirror import REGION

if TYPE_CHECKING:
    from support.moto_server import Aws


@pytest.fixture(scope="module")
def aws_server() -> Iterator["Aws"]:
    """The stand-in, started once a file; what it holds stays until it is reset.

    Not once a session: as long as it runs, moto is patched in this process, and some tests want to see it plain.
    """
    from support.moto_server import serving  # noqa: PLC0415 - a second of start-up for those who need it

    with serving() as aws:
        yield aws


@pytest.fixture
def aws(aws_server: "Aws") -> "Aws":
    """An empty AWS for one test."""
    aws_server.reset()
    return aws_server


@pytest.fixture
def aws_here(aws: "Aws", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Aws":
    """An empty AWS that AWS's clients of this process and its children talk to, as fast as they like."""
    settings_for(aws, tmp_path, monkeypatch)
    return aws


def settings_for(aws: "Aws", folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have AWS's clients of this process talk to the stand-in, as fast as they like, and to nothing else."""
    from layerforge.operate import aws as access  # noqa: PLC0415

    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    settings = {
        **aws.environment,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": REGION,
        "AWS_CONFIG_FILE": str(folder / "no-aws-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "no-aws-credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(access, "CONTROL_PLANE", 10_000.0)
