"""Fixtures of the build's tests."""

import os
from pathlib import Path

import pytest

from layerforge.build import download
from layerforge.build.patience import Patience

_GIVEN = ("PROXY", "NETRC", "SSL_", "CA_BUNDLE")


@pytest.fixture
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Take away what this machine sets for networks; the home folder is an empty one, and returned."""
    for name in list(os.environ):
        if name.startswith("UV_") or any(part in name.upper() for part in _GIVEN):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(home / "shared"))
    return home


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> Patience:
    """Have the fetcher wait for almost nothing."""
    patience = Patience(first_pause=0.01, longest_pause=0.02, longest_wait=2, connect=10, read=10)
    monkeypatch.setattr(download, "PATIENCE", patience)
    return patience
