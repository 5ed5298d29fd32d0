"""What stands where a generated file is to be written, and may not be touched."""

import os
import stat
from pathlib import Path
from typing import Final

from layerforge.diagnostics import Diagnostic, Location

_MOVE: Final = "move it away, or rename the layer in the spec"


def not_ours(path: Path) -> Diagnostic:
    """Return ``OUT001``: a file without marker."""
    return _obstacle("OUT001", path, "stands where a generated file belongs, and layerforge did not write it", _MOVE)


def of_another_spec(path: Path, owner: str) -> Diagnostic:
    """Return ``OUT004``: a file of a spec that is there but not part of the run."""
    hint = "rename the layer in one of the specs, or give each spec an `--out` of its own"
    return _obstacle("OUT004", path, f"comes from `{owner}`, which is not part of this run", hint)


def in_the_way(out: Path, name: str, known: dict[str, Diagnostic | None]) -> Diagnostic | None:
    """Return what keeps ``name`` from being a file below ``out``, ``None`` for nothing.

    ``OUT002`` a symbolic link on the way to it, ``OUT003`` a file where a folder is needed, or the reverse. ``known``
    remembers the answers for folders.
    """
    if (problem := _above(out, name.rpartition("/")[0], known)) is not None:
        return problem
    try:
        mode = os.lstat(f"{out}/{name}").st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISLNK(mode):
        return _link(out / name)
    if not stat.S_ISREG(mode):
        return _obstacle("OUT003", out / name, "is not a file, and a generated file belongs there", _MOVE)
    return None


def _above(out: Path, name: str, known: dict[str, Diagnostic | None]) -> Diagnostic | None:
    """Return what keeps ``name`` from being a folder below ``out``; ``out`` itself is the caller's."""
    if name and name not in known:
        folder = out / name
        above = known[name] = _above(out, name.rpartition("/")[0], known)
        if above is None and folder.is_symlink():
            known[name] = _link(folder)
        elif above is None and folder.exists() and not folder.is_dir():
            what = "is not a folder, and generated files belong into one there"
            known[name] = _obstacle("OUT003", folder, what, _MOVE)
    return known.get(name)


def _link(path: Path) -> Diagnostic:
    hint = "remove the link, or give the folder that it leads to as `--out`"
    return _obstacle("OUT002", path, "is a symbolic link, and generated files are not written through links", hint)


def _obstacle(code: str, path: Path, what: str, hint: str) -> Diagnostic:
    return Diagnostic(code=code, message=f"`{path}` {what}", location=Location(file=str(path)), hint=hint)
