"""Turns includes of layers and code of functions into lists of files: where they lie, and who is asked about them."""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from layerforge.diagnostics import Diagnostic, OutsideError, Severity
from layerforge.lock.git import Kind, Listed, find_top, git_is_there, list_files
from layerforge.lock.never_packed import never_packed
from layerforge.lock.walk import walk
from layerforge.names import LayerName
from layerforge.plan.packaged import is_code, source_of, word_for
from layerforge.plan.types import Include, Packaged

_ARCHIVES: Final = {".7z", ".gz", ".jar", ".tar", ".tgz", ".war", ".whl", ".zip"}


@dataclass(kw_only=True, slots=True)
class Wanted:
    """An include on its way to files. The folder of a function's code is one.

    Attributes:
        item: whose include it is.
        include: as the plan has it.
        path: absolute.
        root: the spec's folder.
        top: the repository's folder; ``None`` where there is none.
        files: what was found, without what is never packed.
        problems: what is wrong with the include or its files.
        asked_git: whether git answered.
    """

    item: Packaged
    include: Include
    path: Path
    root: Path
    top: Path | None = None
    files: list[Listed] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    asked_git: bool = False

    def problem(self, code: str, message: str, hint: str, *, severity: Severity = Severity.ERROR) -> None:
        """Note what is wrong."""
        self.problems.append(
            Diagnostic(code=code, message=message, severity=severity, location=self.include.where, hint=hint)
        )

    @property
    def noun(self) -> str:
        """What the spec calls it."""
        return "code" if is_code(self.item) else "include"

    def name(self, path: Path) -> str:
        """Return a path as messages show it, relative to the spec's folder."""
        return os.path.relpath(path, self.root)


def find_files(items: Sequence[Packaged]) -> Mapping[LayerName, list[Wanted]]:
    """Return the includes of each layer and function, by its name, with their files. Git is asked once a repository.

    Raises:
        OutsideError: ``OWN013``, ``OWN014`` git refuses or fails, once for each repository.
    """
    roots = {root: root.resolve() for root in {item.root for item in items}}
    found = {
        item.name: [_begin(include, item, roots[item.root]) for include in source_of(item).include] for item in items
    }
    ready = [wanted for includes in found.values() for wanted in includes if not wanted.problems]
    _ask_git([wanted for wanted in ready if wanted.top is not None])
    for wanted in ready:
        if not wanted.asked_git:
            _walk(wanted)
        wanted.files.sort(key=lambda listed: os.fsencode(listed.path))
        if not wanted.files and not wanted.problems:
            _say_why_empty(wanted)
    return found


def _begin(include: Include, item: Packaged, root: Path) -> Wanted:
    """Judge the include's own path; ``root`` is the spec's folder without symbolic links."""
    path = Path(os.path.normpath(root / include.path))
    wanted = Wanted(item=item, include=include, path=path, root=root)
    shown, word, verb = f"the {wanted.noun} `{include.path}`", word_for(item), "name" if is_code(item) else "include"
    link = next(filter(os.path.islink, _steps(path, root)), None)  # no error where a folder is closed
    if link is not None:
        wanted.problem("OWN006", f"`{wanted.name(Path(link))}` is a symbolic link", f"{verb} what it points to")
    elif not os.path.lexists(path):
        wanted.problem("OWN001", f"{shown} does not exist", "paths start at the folder of the spec")
    elif root.is_relative_to(path):
        message = f"{shown} holds the spec itself, with its lock and its modules"
        wanted.problem("OWN003", message, f"put the {word}'s code into a folder of its own and {verb} that")
    elif kind_on_disk(path) is Kind.SPECIAL:
        wanted.problem("OWN007", f"`{include.path}` is neither a file nor a folder", f"a {word} holds nothing else")
    elif name := never_packed(PurePosixPath(include.path).parts, code=is_code(item)):
        message = f"{shown} holds nothing to pack: `{name}` is never part of a {word}"
        wanted.problem("OWN002", message, f"{verb} the code itself")
    elif is_code(item) and path.suffix.lower() in _ARCHIVES:
        message = f"{shown} is an archive already, and would be packed into another one"
        wanted.problem("OWN017", message, "name the folder that it was made of, or put it into a bucket and name that")
    else:
        wanted.top = find_top(path if kind_on_disk(path) is None else path.parent)
    return wanted


def _steps(path: Path, root: Path) -> Iterator[str]:
    """Yield the path and those of its parents that the spec's folder does not share, outermost first."""
    step = os.path.commonpath((path, root))
    for part in PurePosixPath(os.path.relpath(path, step)).parts:
        step = os.path.join(step, part)  # noqa: PTH118 - many of them, as texts
        yield step


def _ask_git(includes: Iterable[Wanted]) -> None:
    refused: list[Diagnostic] = []
    by_top: dict[Path, list[Wanted]] = {}
    for wanted in includes:
        if wanted.top is not None:
            by_top.setdefault(wanted.top, []).append(wanted)
    if by_top and not git_is_there():
        first = next(iter(by_top.values()))[0]
        message = f"git is not installed: `.gitignore` alone decides what belongs to a {word_for(first.item)}"
        hint = "install git: it knows of files that are tracked although they are ignored"
        first.problem("OWN015", message, hint, severity=Severity.WARNING)
        return
    for top, group in by_top.items():
        try:
            listed = list_files(top, sorted({wanted.path for wanted in group}), where=group[0].include.where)
            if listed is not None:
                _hand_out(listed, group)
        except OutsideError as error:
            refused += error.diagnostics
    if refused:
        raise OutsideError(refused)


def _hand_out(listed: Iterable[Listed], group: Iterable[Wanted]) -> None:
    """Give each file to the includes that it lies in."""
    by_path: dict[Path, list[Wanted]] = {}
    for wanted in group:
        wanted.asked_git = True
        by_path.setdefault(wanted.path, []).append(wanted)
    for item in listed:
        for path in (item.path, *item.path.parents):
            for wanted in by_path.get(path, ()):
                if not never_packed(item.path.relative_to(path).parts, code=is_code(wanted.item)):
                    wanted.files.append(item)


def _walk(wanted: Wanted) -> None:
    top = wanted.top or (wanted.root if wanted.path.is_relative_to(wanted.root) else wanted.path.parent)
    try:
        wanted.files += walk(wanted.path, top=top, code=is_code(wanted.item))
    except OSError as error:
        name = wanted.name(Path(error.filename or wanted.path))
        wanted.problem("OWN008", f"`{name}` cannot be read: {error.strerror}", "give yourself the right to read it")


def _say_why_empty(wanted: Wanted) -> None:
    shown = wanted.include.path
    if stat.S_ISDIR(wanted.path.lstat().st_mode) and not any(wanted.path.iterdir()):
        hint = f"put the code there, or {'name another folder' if is_code(wanted.item) else 'take the include out'}"
        wanted.problem("OWN002", f"the {wanted.noun} `{shown}` is an empty folder", hint)
        return
    message = f"the {wanted.noun} `{shown}` holds nothing to pack: all that lies there is ignored"
    hint = "take it out of `.gitignore`"
    if wanted.asked_git:
        hint = f"{hint}, or track it with `git add --force`; `git check-ignore -v {shown}/*` tells the rule"
    wanted.problem("OWN002", message, hint)


def kind_on_disk(path: Path) -> Kind | None:
    """Return what lies at a path; ``None`` for nothing, or for a folder."""
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISDIR(mode):
        return None
    return Kind.SYMLINK if stat.S_ISLNK(mode) else Kind.FILE if stat.S_ISREG(mode) else Kind.SPECIAL
