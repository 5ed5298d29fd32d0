"""A project with an index of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.scene import Scene, make_scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A fresh project, nothing locked yet."""
    with make_scene(tmp_path) as made:
        yield made
