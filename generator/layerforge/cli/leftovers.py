"""Finds ZIPs of units that are gone. A ZIP carries no marker: its digest in the module's table proves whose it is."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

_TABLE: Final = "artifacts.tf"
_ENTRY: Final = re.compile(r'^\s*file\s*= "([^"/\\]+\.zip)"\s*^\s*sha256\s*= "([0-9a-f]{64})"', re.MULTILINE)


def leftover_zips(out: Path, before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Return the ZIPs below ``out`` that nothing names any more, relative to it, sorted.

    Args:
        out: the folder of the modules.
        before: the generated texts that are there, by relative path.
        after: those that will be.

    Returns:
        Only ZIPs with the very digest that the table of their module held: those can be built again.
    """
    return tuple(sorted(_leftovers(out, before, after)))


def _leftovers(out: Path, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for name, text in before.items():
        table = PurePosixPath(name)
        if table.name != _TABLE or after.get(name) == text:
            continue
        kept = {file for file, _ in _ENTRY.findall(after.get(name, ""))}
        folder = table.parent / "artifacts"
        for file in dict.fromkeys(file for file, _ in _ENTRY.findall(text)):
            path = out / folder / file
            known = {digest for other, digest in _ENTRY.findall(text) if other == file}
            if file not in kept and _is_plain(path) and _sha256(path) in known:
                yield (folder / file).as_posix()


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and not path.parent.is_symlink()


def _sha256(path: Path) -> str | None:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None
