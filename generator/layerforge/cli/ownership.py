"""Whose a generated file is: what its first line says, and whether that spec is still there."""

import os
from collections.abc import Collection
from pathlib import Path
from typing import Final

from layerforge.render.marker import CONFLICT, owner_of

HEAD_BYTES: Final = 8192
"""How much of a file is read to find its first line."""


def belongs(out: Path, text: str, ours: Collection[str]) -> bool:
    """Return whether a text is of one of these owners, or of a spec that is not there any more."""
    named = owner_in(text)
    return named is not None and (named in ours or not is_there(out, named))


def is_there(out: Path, owner: str) -> bool:
    """Return whether the spec that a file below ``out`` names is there.

    The name was made of paths as they are written: behind a symbolic link, ``..`` leads elsewhere.
    """
    named = out.absolute().parent / owner
    return named.is_file() or Path(os.path.normpath(named)).is_file()


def owner_in(text: str) -> str | None:
    """Return the spec that a text's first line names, conflict markers of git left aside."""
    line, end, rest = text[:HEAD_BYTES].partition("\n")
    while end and CONFLICT.fullmatch(line.rstrip("\r")):
        line, end, rest = rest.partition("\n")
    return owner_of(line.rstrip("\r"))
