"""Lists files where there is no git to ask: by the rules in ``.gitignore`` files."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from layerforge.lock.git import Kind, Listed
from layerforge.lock.ignore_rules import Rule, read_rules
from layerforge.lock.never_packed import never_packed

_IGNORE_FILE: Final = ".gitignore"

_Rules = tuple[tuple[Path, tuple[Rule, ...]], ...]
"""The rules of each ignore file with its folder, outermost first."""


def walk(path: Path, *, top: Path, code: bool = False) -> Iterator[Listed]:
    """Yield the files at or below a path that no ``.gitignore`` from ``top`` on ignores.

    Args:
        path: where to look.
        top: the folder of the first ``.gitignore`` that counts.
        code: they are a function's code.

    Raises:
        OSError: a folder cannot be read.
    """
    rules: _Rules = ()
    above = [parent for parent in reversed(path.parents) if parent.is_relative_to(top)]
    for folder, inner in zip(above, [*above[1:], path], strict=True):
        rules = _with_rules_of(folder, rules)
        if _ignored(inner, rules, is_folder=inner != path or path.is_dir()):
            return
    if path.is_dir():
        yield from _below(path, rules, code=code)
    else:
        yield Listed(path=path, kind=_kind(path.lstat().st_mode), tracked=False)


def _below(folder: Path, rules: _Rules, *, code: bool) -> Iterator[Listed]:
    rules = _with_rules_of(folder, rules)
    with os.scandir(folder) as entries:
        names = sorted(entries, key=lambda entry: entry.name)
    for entry in names:
        path = folder / entry.name
        is_folder = entry.is_dir(follow_symlinks=False)
        if never_packed([entry.name], code=code) or _ignored(path, rules, is_folder=is_folder):
            continue
        if is_folder:
            yield from _below(path, rules, code=code)
        else:
            yield Listed(path=path, kind=_kind(entry.stat(follow_symlinks=False).st_mode), tracked=False)


def _kind(mode: int) -> Kind:
    return Kind.SYMLINK if stat.S_ISLNK(mode) else Kind.FILE if stat.S_ISREG(mode) else Kind.SPECIAL


def _with_rules_of(folder: Path, rules: _Rules) -> _Rules:
    try:
        text = (folder / _IGNORE_FILE).read_text(encoding="utf-8", errors="surrogateescape")
    except (FileNotFoundError, IsADirectoryError):
        return rules
    return (*rules, (folder, read_rules(text)))


def _ignored(path: Path, rules: _Rules, *, is_folder: bool) -> bool:
    """Return what the last rule says that speaks of the path; inner files come after outer ones."""
    for folder, own in reversed(rules):
        name = path.relative_to(folder).as_posix()
        for rule in reversed(own):
            if rule.speaks_of(name, is_folder=is_folder):
                return rule.ignores
    return False
