"""Artifacts without ZIPs, for tests of what is judged by their lists of contents."""

from collections.abc import Mapping
from pathlib import Path

from layerforge.build.types import Artifact, Entry
from layerforge.plan.types import Unit
from support import plans


def artifact(unit: Unit, files: Mapping[str, tuple[int, int]]) -> Artifact:
    """Return the artifact of a unit that holds files of some size and CRC-32, by path."""
    content = tuple(Entry(path, size, crc32, "") for path, (size, crc32) in sorted(files.items()))
    size = sum(entry.size for entry in content)
    return Artifact(
        unit=unit,
        path=Path(f"{unit.key}.zip"),
        format=1,
        sha256=plans.sha256(str(unit)),
        zipped_size=size,
        unzipped_size=size,
        content=content,
    )
