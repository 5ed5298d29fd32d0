"""The last step of `gen` and `render`: modules and roots on disk are made, or held against, what they should be."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from layerforge.cli.console import Console
from layerforge.cli.project import Project, shown
from layerforge.cli.staleness import stale_modules
from layerforge.diagnostics import Diagnostic
from layerforge.lock.types import Lock

if TYPE_CHECKING:
    from layerforge.cli.outputs import Changes


@dataclass(frozen=True, kw_only=True, slots=True)
class Emitted:
    """What was, or is to be, written.

    Attributes:
        changes: for the folder of the modules and for each root, by the folder's absolute path; modules first.
        around: folders whose entries decide which roots there are to go.
    """

    changes: Mapping[Path, "Changes"]
    around: frozenset[Path]

    def __bool__(self) -> bool:
        """Whether a committed file differs."""
        return any(map(bool, self.changes.values()))

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that there has to be."""
        return tuple(
            folder / name
            for folder, changes in self.changes.items()
            for name in (*changes.added, *changes.changed, *changes.unchanged)
        )


def emit(project: Project, locks: Mapping[Path, Lock], out: Path, console: Console, *, check: bool) -> Emitted:
    """Render modules and roots and write what differs; with ``check`` only tell what does.

    Raises:
        FindingsError: a unit has no built artifact, or a file that is not ours stands in the way; nothing was written.
    """
    from layerforge.cli import outputs  # noqa: PLC0415
    from layerforge.cli.roots import compare_roots, roots_of, write_roots  # noqa: PLC0415
    from layerforge.cli.withdrawn import withdrawal_notes  # noqa: PLC0415
    from layerforge.render.make import render  # noqa: PLC0415

    texts = render(project.plan, locks, project.facts, owners=outputs.owners(project.specs, out))
    roots = roots_of(project.plan, project.specs, project.facts, out)
    modules, in_roots = outputs.compare(out, texts), compare_roots(roots)
    if not check:
        outputs.carry_out(out, texts, modules)
        write_roots(roots, in_roots)
    console.diagnose(withdrawal_notes(modules.withdrawn))
    emitted = Emitted(changes={Path(os.path.abspath(out)): modules, **in_roots}, around=roots.around)  # noqa: PTH100
    console.result["modules"] = _as_data(modules)
    console.result["roots"] = {shown(folder): _as_data(changes) for folder, changes in in_roots.items() if changes}
    if not check:
        _say(emitted, console)
    return emitted


def stale(emitted: Emitted) -> tuple[Diagnostic, ...]:
    """Return one finding for each file that `gen` would add, change or remove."""
    return tuple(item for folder, changes in emitted.changes.items() for item in stale_modules(changes, folder))


def _as_data(changes: "Changes") -> dict[str, list[str]]:
    return {"added": [*changes.added], "changed": [*changes.changed], "removed": [*changes.stale]}


def _say(emitted: Emitted, console: Console) -> None:
    for folder, changes in emitted.changes.items():
        for word, names in (("wrote", (*changes.added, *changes.changed)), ("removed", changes.stale)):
            for name in names:
                console.say(f"{word} {shown(folder / name)}")
