"""Reads ``.gitignore`` files as git does (gitignore(5), wildmatch), for where there is no git to ask."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_WILDCARD: Final = re.compile(r"[*?\[\\]")
_DOUBLE_STAR: Final = re.compile(r"\*{2,}(/|\Z|(?=\\/))")
_CLASSES: Final = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\s",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One line of a ``.gitignore``.

    Attributes:
        pattern: for the whole path from the file's folder, or for the last name alone.
        by_name: whether it is for the last name alone.
        folders_only: whether it speaks of folders alone.
        ignores: ``False`` for a line that begins with ``!``.
    """

    pattern: re.Pattern[str]
    by_name: bool
    folders_only: bool
    ignores: bool

    def speaks_of(self, path: str, *, is_folder: bool) -> bool:
        """Return whether the rule is about this very path; what lies below it is not asked about."""
        if self.folders_only and not is_folder:
            return False
        return self.pattern.fullmatch(path.rpartition("/")[2] if self.by_name else path) is not None


def read_rules(text: str) -> tuple[Rule, ...]:
    """Return the rules of a ``.gitignore``; lines that can match nothing are left out."""
    return tuple(_rules(text.removeprefix("\ufeff")))


def _rules(text: str) -> Iterator[Rule]:
    for line in text.split("\n"):
        glob = _without_blanks(line.removesuffix("\r"))
        if glob.startswith("#"):
            continue
        ignores = not glob.startswith("!")
        glob = glob if ignores else glob[1:]
        folders_only = glob.endswith("/")
        glob = glob[:-1] if folders_only else glob
        pattern = _translate(glob.removeprefix("/")) if glob else None
        if pattern is not None:
            yield Rule(
                pattern=re.compile(pattern, re.DOTALL),
                by_name="/" not in glob,
                folders_only=folders_only,
                ignores=ignores,
            )


def _without_blanks(line: str) -> str:
    """Take blanks off the end but those behind a backslash."""
    end = len(line.rstrip(" "))
    backslashes = end - len(line[:end].rstrip("\\"))
    return line[: end + (1 if backslashes % 2 and end < len(line) else 0)]


def _translate(glob: str) -> str | None:
    """Return a regular expression for a glob, or ``None`` for one that git never matches."""
    first = _WILDCARD.search(glob)
    prefix = first.start() if first else 0  # git takes literal beginnings off, so that `a**/b` has a `**` of its own
    found = ""
    index = 0
    while index < len(glob):
        char = glob[index]
        stars = _DOUBLE_STAR.match(glob, index) if index in {0, prefix} or glob[index - 1] == "/" else None
        if stars is not None:
            found += "(?:.*/)?" if stars[1] else ".*"
            index = stars.end()
        elif char == "*":
            index = len(glob) - len(glob[index:].lstrip("*"))
            found += "[^/]*"
        elif char == "[":
            inside = _class(glob, index + 1)
            if inside is None:
                return None
            found += inside[0]
            index = inside[1]
        elif char == "\\" and index + 1 == len(glob):
            return None
        else:
            index += char == "\\"
            found += "[^/]" if char == "?" else re.escape(glob[index])
            index += 1
    return found


def _class(glob: str, start: int) -> tuple[str, int] | None:
    """Translate a bracket expression; return where it ends too, or ``None`` if it does not."""
    inverted = glob[start : start + 1] in {"!", "^"}
    index = first = start + inverted
    members = ""
    while index < len(glob) and (glob[index] != "]" or index == first):
        named = re.compile(r"\[:([^]]*):\]").match(glob, index)
        if named is not None:
            if named[1] not in _CLASSES:
                return None
            members += _CLASSES[named[1]]
            index = named.end()
            continue
        low, index = _member(glob, index)
        high = low
        if glob[index : index + 1] == "-" and glob[index + 1 : index + 2] not in {"", "]"}:
            high, index = _member(glob, index + 1)
        if low <= high:
            members += f"{re.escape(low)}-{re.escape(high)}"
    if index >= len(glob):
        return None
    if not members:
        return ("[^/]" if inverted else "(?!)"), index + 1
    return (f"[^/{members}]" if inverted else f"(?!/)[{members}]"), index + 1


def _member(glob: str, index: int) -> tuple[str, int]:
    index += glob[index] == "\\" and index + 1 < len(glob)
    return glob[index], index + 1
