"""Whose a generated file is: what its first line says, and whether that spec is still there."""

import os
import unicodedata
from collections.abc import Collection
from pathlib import Path
from typing import Final

from layerforge.render.marker import CONFLICT, owner_of

HEAD_BYTES: Final = 8192
"""How much of a file is read to find its first line."""


def as_named(path: str) -> str:
    """Return a path as the first line of a generated file names it, the same in every locale and Unicode form."""
    return unicodedata.normalize("NFC", os.fsencode(path).decode(errors="backslashreplace"))


def belongs(out: Path, text: str, ours: Collection[str]) -> bool:
    """Return whether a text is of one of these owners, or of a spec that is not there any more."""
    named = owner_in(text)
    return named is not None and (named in ours or not is_there(out, named))


def is_there(out: Path, owner: str) -> bool:
    """Return whether the spec that a file below ``out`` names is there.

    The name was made of paths as they are written: behind a symbolic link, ``..`` leads elsewhere. A spec that
    cannot be looked for may be there.
    """
    named = out.absolute().parent / owner
    try:
        return any(_is_file(path) for path in (named, Path(os.path.normpath(named))))
    except OSError:
        return True


def _is_file(path: Path) -> bool:
    """Return whether there is such a file, in any spelling that a first line names the same way."""
    places = [Path(path.anchor)]
    for part in path.parts[1:]:
        places = [found for place in places for found in _spellings(place, part)]
    return any(place.is_file() for place in places)


def _spellings(folder: Path, name: str) -> list[Path]:
    if (folder / name).exists():
        return [folder / name]
    return [entry for entry in folder.iterdir() if as_named(entry.name) == name] if folder.is_dir() else []


def owner_in(text: str) -> str | None:
    """Return the spec that a text's first line names, conflict markers of git left aside."""
    line, end, rest = text[:HEAD_BYTES].partition("\n")
    while end and CONFLICT.fullmatch(line.rstrip("\r")):
        line, end, rest = rest.partition("\n")
    return owner_of(line.rstrip("\r"))
