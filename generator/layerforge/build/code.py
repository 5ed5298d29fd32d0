"""The builder of a function's code: own files and nothing else, so that no package has a place in it."""

from pathlib import Path
from typing import NoReturn

from layerforge.build.index import WheelIndex
from layerforge.lock.types import Pin


def list_members(pin: Pin, path: Path, index: WheelIndex) -> NoReturn:
    """Refuse: the lock has no pins for code, and own files need no builder.

    Raises:
        ValueError: always.
    """
    raise ValueError(f"{pin.name} is part of no function's code ({path}, {len(index.members)} files)")
