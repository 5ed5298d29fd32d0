"""The folder of the modules: what in it differs from the texts, and making it the same. Touches only its own files."""

import contextlib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from layerforge.cli.leftovers import leftover_zips
from layerforge.cli.obstacles import in_the_way, not_ours, of_another_spec
from layerforge.cli.ownership import HEAD_BYTES, as_named, is_there, owner_in
from layerforge.diagnostics import Diagnostic, FindingsError, OutsideError, fail
from layerforge.files import disk_problem, write_text

_NOT_OURS: Final = frozenset({"artifacts", ".terraform", ".git"})
"""Folders in which no generated text lies."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """How the folder of the modules differs from what it should be; paths relative to it, sorted.

    Attributes:
        added: files that are missing.
        changed: generated files that say something else, conflict markers for example.
        stale: generated files that belong to nothing any more.
        leftovers: ZIPs of units that are gone. They are not committed, so they make nothing stale.
        unchanged: files that are right.
        others: owners of files that stay because their spec, which is not of this run, is there.
        before: what the files of ``changed`` and ``stale`` say; ``None`` for those of ``added``.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    stale: tuple[str, ...]
    leftovers: tuple[str, ...]
    unchanged: tuple[str, ...]
    others: tuple[str, ...] = ()
    before: Mapping[str, str | None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether a committed file differs."""
        return bool(self.added or self.changed or self.stale)


def owners(specs: Iterable[Path], out: Path) -> dict[Path, str]:
    """Return what the first line of generated files calls each spec: its path from the folder that ``out`` lies in."""
    start = out.absolute().parent
    shown = {spec: PurePosixPath(os.path.relpath(spec.absolute(), start)).as_posix() for spec in specs}
    return {spec: as_named(name) for spec, name in shown.items()}


def compare(
    out: Path, texts: Mapping[str, str], *, among: Collection[str] | None = None, ours: Collection[str] = ()
) -> Changes:
    """Return how ``out`` differs from ``texts``, the files that it should hold, by relative path.

    Only files whose first line carries the marker count, and of those only the ones that come from a spec of this run
    or from one that is not there any more. Line endings of a checkout do not count.

    Args:
        out: the folder.
        texts: what it should hold.
        among: the only names below it that can be stale, where it is a root; by default all that there are.
        ours: owners beside those that ``texts`` name whose files are to go if they are not wanted.

    Raises:
        FindingsError: ``OUT001`` a file without marker stands where one has to be written, ``OUT002`` a symbolic link,
            ``OUT003`` a folder, or a file where a folder is needed, ``OUT004`` another spec's file.
        OutsideError: ``OUT005`` a file cannot be read.
    """
    ours = {*ours, *(owner for text in texts.values() if (owner := owner_in(text)) is not None)}
    found: dict[str, list[str]] = {"added": [], "changed": [], "unchanged": []}
    problems: list[Diagnostic] = []
    before: dict[str, str] = {}
    folders: dict[str, Diagnostic | None] = {}
    for name in sorted(texts):
        problem = in_the_way(out, name, folders)
        if problem is None and (there := _read(out, name)) is not None:
            before[name] = there
            problem = None if there == texts[name] else _not_to_change(out / name, owner_in(there), out, ours)
        if problem is not None:
            problems.append(problem)
        else:
            found[_state(before.get(name), texts[name])].append(name)
    fail(FindingsError, dict.fromkeys(problems))
    others = dict.fromkeys(ours, False)
    gone = {name: _read(out, name) or "" for name in _generated(out, others, texts, among)}
    return Changes(
        **{state: tuple(names) for state, names in found.items()},
        stale=tuple(sorted(gone)),
        leftovers=leftover_zips(out, before | gone, texts),
        others=tuple(sorted(owner for owner, alive in others.items() if alive)),
        before={name: before.get(name) for name in (*found["added"], *found["changed"])} | gone,
    )


def write(out: Path, texts: Mapping[str, str]) -> Changes:
    """Make ``out`` hold ``texts`` and return what that took. Files that are right keep their time of change.

    Raises:
        FindingsError: as ``compare``; nothing was written then.
        OutsideError: the file system refused.
    """
    changes = compare(out, texts)
    carry_out(out, texts, changes)
    return changes


def carry_out(out: Path, texts: Mapping[str, str], changes: Changes) -> None:
    """Do what ``compare`` has found.

    Raises:
        OutsideError: the file system refused.
    """
    for name in (*changes.leftovers, *changes.stale):
        _remove(out, name)
    # On a file system that does not tell cases apart, what went may have been the same file as one that is to stay.
    again = [name for name in changes.unchanged if changes.stale and not (out / name).exists()]
    for name in (*changes.added, *changes.changed, *again):
        write_text(out / name, texts[name], durable=False)


def _state(before: str | None, wanted: str) -> str:
    if before is None:
        return "added"
    return "unchanged" if before == wanted else "changed"


def _not_to_change(path: Path, owner: str | None, out: Path, ours: Collection[str]) -> Diagnostic | None:
    """Return why a file that is there must not be overwritten, ``None`` if it may be."""
    if owner is None:
        return not_ours(path)
    return of_another_spec(path, owner) if owner not in ours and is_there(out, owner) else None


def _generated(
    out: Path, others: dict[str, bool], wanted: Collection[str], among: Collection[str] | None
) -> Iterator[str]:
    """Yield generated files that are not ``wanted`` and come from a spec of this run, or from one that is gone.

    ``others`` says of each owner whether its files are to stay, and gets those that are met on the way.
    """
    for relative in _names(out) if among is None else among:
        if relative in wanted or relative.endswith(".tmp"):
            continue
        path = out / relative
        if path.is_symlink() or not path.is_file():
            continue
        owner = owner_in(_head(path))
        if owner is None:
            continue
        if owner not in others:
            # What was taken for a root may be a module of another `--out`, which names its spec from one folder above.
            others[owner] = is_there(out, owner) or (among is not None and is_there(out.parent, owner))
        if not others[owner]:
            yield relative


def _names(out: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(out):
        folders[:] = sorted(name for name in folders if name not in _NOT_OURS)
        start = "" if folder == os.fspath(out) else f"{PurePosixPath(folder).relative_to(out)}/"
        yield from (f"{start}{name}" for name in files)


def _head(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return stream.read(HEAD_BYTES).decode("utf-8", "replace")
    except OSError as error:
        raise OutsideError(disk_problem(error, path, code="OUT005", verb="read")) from error


def _read(out: Path, name: str) -> str | None:
    """Return what a file says, with the line endings that we write; ``None`` where there is no file."""
    try:
        with open(f"{out}/{name}", "rb", buffering=0) as stream:  # noqa: PTH123 - thousands of them
            return stream.read().decode("utf-8", "replace").replace("\r\n", "\n")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutsideError(disk_problem(error, out / name, code="OUT005", verb="read")) from error


def _remove(out: Path, name: str) -> None:
    """Remove a file, and the folders up to ``out`` that are empty then."""
    path = out / name
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutsideError(disk_problem(error, path, code="OUT006", verb="removed")) from error
    for folder in path.parents:
        if folder == out:
            return
        remove_if_empty(folder)


def remove_if_empty(folder: Path) -> None:
    """Remove a folder in which nothing is left; somebody else's files keep it."""
    with contextlib.suppress(OSError):
        folder.rmdir()
