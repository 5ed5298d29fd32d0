"""Gives own files their paths within the ZIP, and sees that no two want the same one."""

import os
import unicodedata
from collections.abc import Iterator
from pathlib import PurePosixPath

from layerforge.diagnostics import Severity
from layerforge.lock.git import Listed
from layerforge.lock.includes import Wanted
from layerforge.plan.packaged import root_of


class Places:
    """The paths of a ZIP that are taken, each with the file that took it."""

    def __init__(self) -> None:
        self._taken: dict[str, tuple[Wanted, Listed]] = {}

    def take(self, wanted: Wanted, listed: Listed) -> str | None:
        """Return the path for a file, in NFC, or ``None`` and a complaint where another file has it."""
        path = unicodedata.normalize("NFC", _target(wanted, listed))
        mine = (wanted, listed)
        other = self._taken.setdefault(path, mine)
        if other is mine:
            return path
        name, before = wanted.name(listed.path), other[0].name(other[1].path)
        if name == before:
            message = f"two includes bring `{name}` to the same place, `{path}`"
            hint = "take one of the two includes out, or give it another `to`"
        elif other[0] is wanted:
            message = f"`{_escaped(before)}` and `{_escaped(name)}` have one name in Unicode's normal form C"
            hint = "rename one of the two"
        else:
            message = f"`{before}` and `{name}` both go to `{path}`"
            hint = "give one of the two includes another `to`"
        wanted.problem("OWN004", message, hint)
        return None

    def review(self) -> None:
        """Complain about files that stand where folders must be, and warn of names that differ in case alone."""
        folded: dict[str, str] = {}
        for path in sorted(self._taken):
            wanted, listed = self._taken[path]
            for parent in self._taken_above(path):
                include, file = self._taken[parent]
                message = f"`{include.name(file.path)}` goes to `{parent}`, a folder of `{wanted.name(listed.path)}`"
                include.problem("OWN004", message, "give one of the two includes another `to`")
            other = folded.setdefault(unicodedata.normalize("NFC", path.casefold()), path)
            if other != path:
                message = f"`{other}` and `{path}` are one file on disks that do not tell upper case from lower"
                wanted.problem("OWN005", message, "rename one of the two", severity=Severity.WARNING)

    def _taken_above(self, path: str) -> Iterator[str]:
        return (str(parent) for parent in PurePosixPath(path).parents if str(parent) in self._taken)


def _target(wanted: Wanted, listed: Listed) -> str:
    to, root = wanted.include.to, root_of(wanted.item)
    if listed.path == wanted.path:
        return str(PurePosixPath(root, listed.path.name if to == "." else to))
    return str(PurePosixPath(root, to, os.fspath(listed.path.relative_to(wanted.path))))


def _escaped(name: str) -> str:
    """Return a name so that equal looks can be told apart."""
    return name.encode("ascii", "backslashreplace").decode("ascii")
