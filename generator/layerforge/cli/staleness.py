"""Says which generated files do not fit the spec and the lock."""

from pathlib import Path
from typing import TYPE_CHECKING

from layerforge.cli.project import shown
from layerforge.diagnostics import Diagnostic, Location

if TYPE_CHECKING:
    from layerforge.cli.outputs import Changes


def stale_modules(changes: "Changes", out: Path) -> tuple[Diagnostic, ...]:
    """Return one finding for each file that `gen` would add, change or remove, sorted by path."""
    kinds = (
        (changes.added, "is missing"),
        (changes.changed, "is not what the spec and the lock give"),
        (changes.stale, "belongs to nothing in the spec any more"),
    )
    found = [(name, text) for names, text in kinds for name in names]
    return tuple(
        Diagnostic(
            code="CLI010",
            message=f"`{name}` {text}",
            location=Location(file=shown(out.absolute() / name)),
            hint="run `layerforge gen` and commit what it writes",
        )
        for name, text in sorted(found)
    )
