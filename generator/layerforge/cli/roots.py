"""The roots of the Regions on disk: what in them differs, making it the same, and finding those that are to go."""

import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from layerforge.cli import outputs
from layerforge.cli.outputs import Changes
from layerforge.cli.project import shown
from layerforge.diagnostics import Diagnostic, FindingsError, fail
from layerforge.facts.types import Facts
from layerforge.foresee.types import Difference
from layerforge.lock.types import Lock
from layerforge.plan.fleet_types import Plan, RegionState
from layerforge.plan.regions import ROOTS
from layerforge.render.make import CONTRACT
from layerforge.render.roots import IGNORE_FILE, ROOT_FILES, render_roots, root_folder, root_owner


@dataclass(frozen=True, kw_only=True, slots=True)
class Roots:
    """The roots of a run.

    Attributes:
        texts: of each root that has to be as the spec says, by its folder.
        gone: folders that held, or may hold, a root that the spec has no more, and the owner that its files name then;
            it may also be the root of a spec that is not there any more.
        remembered: the Regions of roots that the locks name.
        around: those that are gone, and the folders that roots lie in; a new entry there may be a file, or a root, that
            is to go.
    """

    texts: Mapping[Path, Mapping[str, str]] = field(default_factory=dict)
    gone: Mapping[Path, str] = field(default_factory=dict)
    remembered: Mapping[Path, str] = field(default_factory=dict)
    around: frozenset[Path] = frozenset()


def roots_of(plan: Plan, specs: tuple[Path, ...], facts: Facts, out: Path, locks: Mapping[Path, Lock]) -> Roots:
    """Return the roots of a run, and where others of the same specs, or of deleted ones, may be left over.

    Those are found in ``roots``, beside other roots, and where the locks remember one.

    Raises:
        FindingsError: from rendering.
    """
    modules = Path(os.path.abspath(out))  # noqa: PTH100 - keeps symlinks
    texts = render_roots(plan, facts, modules=modules)
    kept = {
        root_folder(fleet, region)
        for fleet in plan.fleets
        for region in fleet.regions
        if region.state is not RegionState.RETIRED
    }
    gone: dict[Path, str] = {}
    remembered: dict[Path, str] = {}
    around: set[Path] = set()
    for spec in specs:
        places = {spec.parent / ROOTS}
        for fleet in plan.fleets:
            if fleet.spec == spec:
                folders = [root_folder(fleet, region) for region in fleet.regions]
                places |= {folder.parent for folder in folders}
                gone |= {folder: root_owner(spec, folder) for folder in folders if folder not in kept}
        around |= places
        in_lock = locks[spec].roots if spec in locks else {}
        named = {Path(os.path.normpath(spec.parent / root)): region for root, region in in_lock.items()}
        remembered |= named
        for folder in (*(folder for place in sorted(places) for folder in _folders(place)), *named):
            if folder not in kept and folder != modules and modules not in folder.parents:
                gone.setdefault(folder, root_owner(spec, folder))
    return Roots(texts=texts, gone=gone, remembered=remembered, around=frozenset({*around, *gone}))


def _folders(place: Path) -> Iterator[Path]:
    """Yield the folders in which a root may lie. A module, which alone has a contract test, is none."""
    for path in sorted(place.iterdir()) if place.is_dir() else ():
        if path.is_dir() and not path.is_symlink() and not (path / CONTRACT).exists():
            yield path


def compare_roots(roots: Roots) -> dict[Path, Changes]:
    """Return how each root differs; of the others, those of which something is to go, or another spec's is to stay.

    Raises:
        FindingsError: as for modules; every root's problems at once.
    """
    found: dict[Path, Changes] = {}
    problems: list[Diagnostic] = []
    wanted = {folder: dict(texts) for folder, texts in roots.texts.items()}
    for folder in (*wanted, *roots.gone):
        owner = roots.gone.get(folder)
        try:
            found[folder] = outputs.compare(
                folder,
                wanted.get(folder, {}),
                among=ROOT_FILES if owner is None else _to_go(folder),
                ours=() if owner is None else (owner,),
            )
        except FindingsError as error:
            problems += (replace(problem, hint=_HINTS.get(problem.code, problem.hint)) for problem in error.diagnostics)
    fail(FindingsError, dict.fromkeys(problems))
    return {folder: changes for folder, changes in found.items() if changes or changes.others or folder in wanted}


def _to_go(folder: Path) -> Collection[str]:
    """Return what goes with a root: beside files that stay, a state for one, what hides them from git stays too."""
    alone = not folder.is_dir() or all(path.name in ROOT_FILES for path in folder.iterdir())
    return ROOT_FILES if alone else tuple(name for name in ROOT_FILES if name != IGNORE_FILE)


def differences(roots: Roots, changes: Mapping[Path, Changes]) -> dict[Path, Difference]:
    """Return each root that differs from what is there."""
    return {
        folder: Difference(after=roots.texts.get(folder, {}), before=change.before)
        for folder, change in changes.items()
        if change.before
    }


def by_region(plan: Plan, roots: Roots, found: Mapping[Path, Difference]) -> dict[str, Difference]:
    """Return roots by the name of their Region, or by their folder where two specs have that Region."""
    regions = dict(roots.remembered)
    regions |= {root_folder(fleet, region): region.name for fleet in plan.fleets for region in fleet.regions}
    names = {folder: regions.get(folder, folder.name) for folder in found}
    often = Counter(names.values())
    return {names[folder] if often[names[folder]] == 1 else shown(folder): one for folder, one in found.items()}


_MOVE: Final = "move it away, or give the Region another `root` in the spec"
_HINTS: Final = {
    "OUT001": _MOVE,
    "OUT002": _MOVE,
    "OUT003": _MOVE,
    "OUT004": "give one of the Regions another `root` in its spec",
}
"""What to do about what stands in the way of a root, where the hint for modules would mislead."""


def write_roots(roots: Roots, changes: Mapping[Path, Changes]) -> None:
    """Make the roots what they should be, as far as ``changes`` says that they are not.

    Raises:
        OutsideError: the file system refused.
    """
    for folder, change in changes.items():
        outputs.carry_out(folder, roots.texts.get(folder, {}), change)
        if folder in roots.gone:
            outputs.remove_if_empty(folder)
