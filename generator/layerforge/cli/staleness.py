"""Says which modules and roots do not fit the spec and the lock."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from layerforge.cli.project import shown
from layerforge.diagnostics import Diagnostic, Location

if TYPE_CHECKING:
    from layerforge.cli.outputs import Changes

_KINDS: Final = {"added": "missing", "changed": "different", "stale": "not wanted any more"}


def stale_folders(changes: "Changes", out: Path) -> tuple[Diagnostic, ...]:
    """Return one finding for each module, or root, that `gen` would change, sorted by name; its notes name the files.

    Args:
        changes: how a folder differs from what it should be.
        out: the folder: that of the modules, or a root.
    """
    found: dict[str, dict[str, list[str]]] = {}
    for state in _KINDS:
        for name in getattr(changes, state):
            folder, file = name.split("/", 1) if "/" in name else ("", name)
            found.setdefault(folder, {}).setdefault(state, []).append(file)
    whole = {name.partition("/")[0] if "/" in name else "" for name in (*changes.unchanged, *changes.changed)}
    return tuple(
        _finding(out.absolute() / name, files, whole=name not in whole) for name, files in sorted(found.items())
    )


def _finding(folder: Path, files: dict[str, list[str]], *, whole: bool) -> Diagnostic:
    """Return the finding for one folder; ``whole`` says that all of it is missing, or not wanted any more."""
    message = "is not what the spec and the lock give"
    if whole and len(files) == 1:
        message = "is missing" if "added" in files else "belongs to nothing in the spec any more"
    return Diagnostic(
        code="CLI010",
        message=f"`{folder.name}` {message}",
        location=Location(file=shown(folder)),
        hint="run `layerforge gen` and commit what it writes",
        notes=tuple(f"{_KINDS[state]}: {', '.join(f'`{name}`' for name in names)}" for state, names in files.items()),
    )
