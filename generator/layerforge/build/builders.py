"""The builders, one a kind of source: each lists the members that a package puts into a ZIP. None zips or verifies."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

from layerforge.build import code, python
from layerforge.build.index import WheelIndex
from layerforge.build.types import Member
from layerforge.lock.types import Pin
from layerforge.plan.types import CodeSource, PythonSource, Source


class Builder(Protocol):
    """A module of this package."""

    def list_members(self, pin: Pin, path: Path, index: WheelIndex) -> list[Member]:
        """Return the members that one package brings."""


BUILDERS: Final[Mapping[type[Source], Builder]] = {PythonSource: python, CodeSource: code}
"""The builder for each kind of source."""
