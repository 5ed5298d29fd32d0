"""The last step of `gen` and `render`: modules and roots on disk are made, or held against, what they should be."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from layerforge.cli.console import Console, wants_colour
from layerforge.cli.project import Project, shown
from layerforge.cli.staleness import stale_folders
from layerforge.diagnostics import Diagnostic
from layerforge.foresee.types import Difference
from layerforge.lock.types import Lock
from layerforge.plan.fleet_types import Plan

_FEW: Final = 4
"""Files of a folder that are named one by one."""

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

    @property
    def other_specs(self) -> frozenset[Path]:
        """The specs of other runs whose files are there too: once one is gone, its files are to go."""
        return frozenset(
            Path(os.path.normpath(folder.parent / owner))
            for folder, changes in self.changes.items()
            for owner in changes.others
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What the user wants of the generated files.

    Attributes:
        out: the folder of the modules.
        check: only tell what differs.
        since: a commit to hold them against when telling what an apply will do; ``None`` for what is there.
    """

    out: Path
    check: bool = False
    since: str | None = None


def emit(project: Project, locks: Mapping[Path, Lock], wish: Wish, console: Console) -> Emitted:
    """Render modules and roots and write what differs, or only tell what does; and tell what an apply will do.

    Raises:
        FindingsError: a unit has no built artifact, or a file that is not ours stands in the way; nothing was written.
        SpecError: there is no such commit; nothing was written.
    """
    from layerforge.cli import outputs  # noqa: PLC0415
    from layerforge.cli.roots import by_region, compare_roots, differences, roots_of, write_roots  # noqa: PLC0415
    from layerforge.render.make import render  # noqa: PLC0415

    plan, out = project.plan, wish.out
    owners = outputs.owners(project.specs, out)
    texts = render(plan, locks, project.facts, owners=owners)
    roots = roots_of(plan, project.specs, project.facts, out, locks)
    modules, in_roots = outputs.compare(out, texts), compare_roots(roots)
    start, before = "what stood here before", Difference(after=texts, before=modules.before)
    around = differences(roots, in_roots)
    if wish.since is not None:
        from layerforge.cli.since import committed  # noqa: PLC0415

        then = committed(wish.since, out, roots)
        start, before = f"commit {then.commit}", then.modules(out, texts, owners.values())
        around = then.roots(plan, project.specs, roots)
    if not wish.check:
        outputs.carry_out(out, texts, modules)
        write_roots(roots, in_roots)
    emitted = Emitted(changes={Path(os.path.abspath(out)): modules, **in_roots}, around=roots.around)  # noqa: PTH100
    console.result["modules"] = _as_data(modules)
    console.result["roots"] = {shown(folder): _as_data(changes) for folder, changes in in_roots.items() if changes}
    if not wish.check:
        _say(emitted, console)
    console.result["effects"] = []
    if before.before or around or wish.since is not None:
        _foretell(plan, before, by_region(plan, roots, around), start, console)
    return emitted


def _foretell(plan: Plan, modules: Difference, roots: Mapping[str, Difference], start: str, console: Console) -> None:
    """Tell what an apply will do where ``start`` has been applied."""
    from layerforge.cli.effects_report import effects_as_data, report  # noqa: PLC0415
    from layerforge.cli.withdrawn import withdrawal_notes  # noqa: PLC0415
    from layerforge.foresee.make import foresee  # noqa: PLC0415

    effects = foresee(plan, modules, roots)
    console.result["effects"] = effects_as_data(effects)
    console.say(report(effects, start=start, colour=wants_colour(console.stderr)))
    console.diagnose(withdrawal_notes(effects))


def stale(emitted: Emitted) -> tuple[Diagnostic, ...]:
    """Return one finding for each module and root that `gen` would change."""
    return tuple(item for folder, changes in emitted.changes.items() for item in stale_folders(changes, folder))


def _as_data(changes: "Changes") -> dict[str, list[str]]:
    return {"added": [*changes.added], "changed": [*changes.changed], "removed": [*changes.stale]}


def _say(emitted: Emitted, console: Console) -> None:
    """Say what was written and removed, a line for each module and root."""
    for folder, changes in emitted.changes.items():
        for word, names in (("wrote", (*changes.added, *changes.changed)), ("removed", changes.stale)):
            files: dict[Path, list[str]] = {}
            for name in sorted(names):
                first, _, rest = name.partition("/")
                files.setdefault(folder / first if rest else folder, []).append(rest or first)
            for place, listed in files.items():
                said = ", ".join(listed) if len(listed) <= _FEW else f"{len(listed)} files"
                console.say(f"{word} {shown(place)}: {said}")
