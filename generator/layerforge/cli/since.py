"""The generated files as a commit of git has them: what `--since` compares with."""

import io
import os
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from layerforge.cli.ownership import belongs, owner_in
from layerforge.cli.roots import Roots
from layerforge.diagnostics import Diagnostic, SpecError
from layerforge.foresee.types import Difference
from layerforge.lock.git import ask_git, find_top
from layerforge.plan.fleet_types import Plan, RegionState
from layerforge.render.roots import ROOT_FILES, root_folder, root_owner

_COUNT: Final = (".tf", ".md")
"""Files of which effects are read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Committed:
    """Generated files of a commit.

    Attributes:
        commit: its hash, cut short.
        texts: by absolute path.
    """

    commit: str
    texts: Mapping[Path, str]

    def modules(self, out: Path, texts: Mapping[str, str], ours: Iterable[str]) -> Difference:
        """Return the folder of the modules, with how it was; files of specs that are no part of the run stay out."""
        known, start = frozenset(ours), Path(os.path.abspath(out))  # noqa: PTH100 - keeps symlinks
        there = {
            path.relative_to(start).as_posix(): text
            for path, text in self.texts.items()
            if start in path.parents and belongs(out, text, known)
        }
        return _difference(there, texts)

    def roots(self, plan: Plan, specs: Iterable[Path], roots: Roots) -> dict[Path, Difference]:
        """Return each root that differs; paused ones are left as they are."""
        resting = {
            root_folder(fleet, region)
            for fleet in plan.fleets
            for region in fleet.regions
            if region.state is RegionState.PAUSED
        }
        there: dict[Path, dict[str, str]] = {}
        for path, text in self.texts.items():
            if path.name in ROOT_FILES and owner_in(text) in {root_owner(spec, path.parent) for spec in specs}:
                there.setdefault(path.parent, {})[path.name] = text
        folders = sorted({*there, *roots.texts} - resting)
        found = {folder: _difference(there.get(folder, {}), roots.texts.get(folder, {})) for folder in folders}
        return {folder: difference for folder, difference in found.items() if difference.before}


def committed(commit: str, out: Path, roots: Roots) -> Committed:
    """Return what a commit has in the folder of the modules and around the roots.

    Raises:
        SpecError: ``CLI015`` there is no such commit, or no repository.
    """
    start = Path(os.path.abspath(out))  # noqa: PTH100 - keeps symlinks
    top = find_top(start)
    said = None if top is None else ask_git(top, "rev-parse", "--verify", "--end-of-options", f"{commit}^{{commit}}")
    if top is None or said is None or said.returncode:
        raise SpecError(
            Diagnostic(
                code="CLI015",
                message=f"git knows no commit `{commit}` here",
                hint="name a commit, a branch or a tag; a shallow clone may have to fetch it first",
                notes=() if said is None else said.last_lines(),
            )
        )
    full = said.stdout.strip()
    places = (start, *roots.around, *roots.gone, *roots.texts)
    inside = [place for place in places if place == top or top in place.parents]
    return Committed(commit=full[:8], texts=dict(_texts(top, full, inside)))


def _texts(top: Path, commit: str, places: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    names = sorted({place.relative_to(top).as_posix() for place in places})
    listed = ask_git(top, "ls-tree", "-r", "-z", "--name-only", commit, "--", *names).stdout.split("\0")
    wanted = {name for name in listed if PurePosixPath(name).suffix in _COUNT}
    there = [name for name in names if name == "." or any(f"{one}/".startswith(f"{name}/") for one in wanted)]
    if not there:
        return
    packed = ask_git(top, "archive", "--format=tar", commit, "--", *there).stdout.encode(errors="surrogateescape")
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive:
            stream = archive.extractfile(member) if member.name in wanted and member.isfile() else None
            if stream is not None:
                yield top / member.name, stream.read().decode("utf-8", "replace").replace("\r\n", "\n")


def _difference(before: Mapping[str, str], after: Mapping[str, str]) -> Difference:
    names = sorted({*before, *(name for name in after if PurePosixPath(name).suffix in _COUNT)})
    return Difference(
        after=after, before={name: before.get(name) for name in names if before.get(name) != after.get(name)}
    )
