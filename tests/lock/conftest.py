"""Fixtures of the lock stage's tests."""

import os
from pathlib import Path

import pytest

from support.checkouts import Checkout, repository


@pytest.fixture
def no_own_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep this machine's git configuration and environment out of a test."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def checkout(tmp_path: Path, no_own_configuration: None) -> Checkout:
    """Return an empty repository."""
    return repository(tmp_path / "project")


@pytest.fixture
def no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide git."""
    empty = tmp_path / "empty-path"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))
