"""Asks git which files it tracks or would track."""

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Final

from layerforge.diagnostics import Diagnostic, Location, OutsideError
from layerforge.process import Finished, run

_AT_ONCE: Final = 500
"""Paths in one call of git: far below what any system takes as arguments."""
_OWN_CONFIGURATION: Final = frozenset({"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"})
_SYMLINK, _SUBMODULE = "120000", "160000"


class Kind(Enum):
    """What git, or the file system, has at a path."""

    FILE = auto()
    SYMLINK = auto()
    SUBMODULE = auto()
    SPARSE = auto()
    SPECIAL = auto()


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """One path that belongs to an include.

    Attributes:
        path: absolute; bytes that are no UTF-8 as surrogates.
        kind: what should be there: of a tracked path, what git has, whatever the checkout made of it.
        tracked: whether git has it in its index.
    """

    path: Path
    kind: Kind = Kind.FILE
    tracked: bool = True


def find_top(folder: Path) -> Path | None:
    """Return the nearest folder at or above ``folder`` that holds a repository's ``.git``."""
    for candidate in (folder, *folder.parents):
        if os.path.lexists(f"{candidate}/.git"):
            return candidate
    return None


def git_is_there() -> bool:
    """Return whether there is a git to ask."""
    return shutil.which("git") is not None


def list_files(top: Path, paths: Sequence[Path], *, where: Location) -> Iterator[Listed] | None:
    """Yield what git tracks or would track at or below some paths, repositories inside of it included.

    The environment's ``GIT_*`` variables do not count: a hook of another repository may have set them.

    Args:
        top: the repository's folder.
        paths: absolute, in ``top`` or below.
        where: the place to name when git refuses.

    Returns:
        ``None`` if git says that this is no repository.

    Raises:
        OutsideError: ``OWN013`` the checkout belongs to another user, ``OWN014`` git failed.
    """
    chunks: list[str] = []
    for start in range(0, len(paths), _AT_ONCE):
        names = [os.fspath(path.relative_to(top)) for path in paths[start : start + _AT_ONCE]]
        finished = _ls_files(top, names)
        if finished.returncode:
            if "not a git repository" in finished.stderr:
                return None
            raise OutsideError(_refusal(top, finished, where))
        chunks += finished.stdout.split("\0")
    return _entries(top, chunks, where)


def _ls_files(top: Path, names: Iterable[str]) -> Finished:
    flags = ["-z", "-t", "--stage", "--cached", "--others", "--exclude-standard"]
    return ask_git(top, "ls-files", *flags, "--", *names)


def ask_git(top: Path, *words: str) -> Finished:
    """Run git in a repository and return what it said, whatever its exit status; bytes as surrogates.

    The environment's ``GIT_*`` variables do not count: a hook of another repository may have set them.
    """
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in _OWN_CONFIGURATION
    }
    environment |= {"GIT_LITERAL_PATHSPECS": "1", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    # A repository's fsmonitor is a program that git would start.
    argv = ["git", "-c", "core.fsmonitor=false", *words]
    return run(argv, cwd=top, env=environment, ok=range(256), errors="surrogateescape")


def _entries(top: Path, lines: Iterable[str], where: Location) -> Iterator[Listed]:
    seen = set()
    for line in filter(None, lines):
        tag, _, rest = line.partition(" ")
        about, _, name = rest.partition("\t") if tag != "?" else ("", "", rest)
        if name in seen:
            continue  # a merge in progress: git lists each side
        seen.add(name)
        path, mode = top / name, about.partition(" ")[0]
        if tag == "?":
            yield from _repository_inside(path, where) if name.endswith("/") else (Listed(path=path, tracked=False),)
            continue
        if mode == _SUBMODULE:
            yield from _repository_inside(path, where)
        elif mode == _SYMLINK:
            yield Listed(path=path, kind=Kind.SYMLINK)
        else:
            yield Listed(path=path, kind=Kind.SPARSE if tag == "S" and not os.path.lexists(path) else Kind.FILE)


def _repository_inside(path: Path, where: Location) -> Iterator[Listed]:
    """Yield the files of a submodule, or of another clone that lies in the tree."""
    files = list_files(path, [path], where=where) if os.path.lexists(path / ".git") else None
    if files is not None:
        yield from files
    elif path.is_dir():
        yield Listed(path=path, kind=Kind.SUBMODULE)


def _refusal(top: Path, finished: Finished, where: Location) -> Diagnostic:
    if "dubious ownership" in finished.stderr:
        return Diagnostic(
            code="OWN013",
            message=f"git does not read `{top}`, because the folder belongs to another user",
            location=where,
            hint=f"if you trust what lies there: `git config --global --add safe.directory '{top}'`",
        )
    return Diagnostic(
        code="OWN014",
        message=f"git cannot list the files in `{top}`",
        location=where,
        hint="see what `git status` says there",
        notes=finished.last_lines(),
    )
