"""Tells when own files differ from the lock in their line endings alone, and what to do about it."""

from typing import Final

from layerforge.lock.types import Inputs

REMEDY: Final = (
    "make line endings the same on every checkout: put the line `* text=auto eol=lf` into `.gitattributes`, run "
    "`git add --renormalize .`, commit, delete the included files and get them back with `git checkout -- .`"
)


def only_line_endings(locked: Inputs, now: Inputs) -> bool:
    """Return whether own files have other bytes than the locked ones, and the same with CRLF taken as LF."""
    if locked.own_files == now.own_files:
        return False
    return (locked.own_text or locked.own_files) == (now.own_text or now.own_files)
