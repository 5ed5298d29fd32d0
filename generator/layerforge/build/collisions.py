"""Finds paths that cannot stand side by side in a ZIP, and says what can be done."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from layerforge.build.content import OWN_FILES
from layerforge.build.types import Member
from layerforge.diagnostics import Diagnostic, Severity

_SHOWN: Final = 10


def different_content(conflicts: Sequence[Sequence[Member]]) -> list[Diagnostic]:
    """Return ``BUILD001`` for paths that several bring with different content, once for each set of who brings them."""
    paths: dict[tuple[str, ...], list[str]] = {}
    for rivals in conflicts:
        origins = tuple(sorted({member.origin for member in rivals}))
        paths.setdefault(origins, []).append(rivals[0].name)
    return [_different(origins, sorted(paths[origins])) for origins in sorted(paths)]


def _different(origins: tuple[str, ...], paths: Sequence[str]) -> Diagnostic:
    packages = [origin for origin in origins if origin != OWN_FILES]
    who = _join([f"`{origin}`" if origin != OWN_FILES else "the own files" for origin in [*packages, *_own(origins)]])
    verb = "bring" if len(origins) > 1 else "brings"
    what = f"`{paths[0]}`" if len(paths) == 1 else f"{len(paths)} files"
    those, one = ("the one", "it") if len(paths) == 1 else ("those", "the first")
    twice = "with different content" if len(origins) > 1 else "twice, with different content"
    if len(packages) < len(origins):
        hint = "give the own file another name, or another place with `to` of its `include`"
    elif len(packages) == 1:
        hint = f"`exclude: [{paths[0]}]` leaves {one} out"
    else:
        names = [package.partition(" ")[0] for package in packages]
        hint = f"`prefer: [{names[0]}]` takes {those} of `{names[0]}`; `exclude: [{paths[0]}]` leaves {one} out"
    return Diagnostic(
        code="BUILD001",
        message=f"{who} {verb} {what} {twice}",
        hint=hint,
        notes=_list(paths) if len(paths) > 1 else (),
    )


def clashing_folders(members: Mapping[str, Member], folders: AbstractSet[str]) -> list[Diagnostic]:
    """Return ``BUILD002`` for each path that is a file of one and a folder of another."""
    return [_clash(path, members) for path in sorted(folders & members.keys())]


def _clash(path: str, members: Mapping[str, Member]) -> Diagnostic:
    below = min(name for name in members if name.startswith(f"{path}/"))
    owner, other = (_who(members[name].origin) for name in (path, below))
    return Diagnostic(
        code="BUILD002",
        message=f"`{path}` is a file of {owner} and a folder of {other}",
        hint=f"`exclude: [{path}]` leaves the file out, `exclude: [{path}/**]` the folder",
        notes=(f"in the folder: {below}",),
    )


def only_case_differs(paths: Collection[str], folders: AbstractSet[str]) -> list[Diagnostic]:
    """Return one warning (``BUILD004``) if paths differ in nothing but upper and lower case."""
    everything = {*folders, *paths}
    if len(set(map(str.casefold, everything))) == len(everything):
        return []
    folded: dict[str, list[str]] = {}
    for path in everything:
        folded.setdefault(path.casefold(), []).append(path)
    pairs = [sorted(alike) for alike in folded.values() if len(alike) > 1]
    topmost = sorted(pair for pair in pairs if len({path.rpartition("/")[0] for path in pair}) < len(pair))
    return [
        Diagnostic(
            code="BUILD004",
            severity=Severity.WARNING,
            message=f"{_join([f'`{path}`' for path in topmost[0]])} differ only in case",
            hint="Lambda tells them apart; where the ZIP is unpacked on macOS or Windows, one replaces the other",
            notes=_list([" and ".join(pair) for pair in topmost]) if len(topmost) > 1 else (),
        )
    ]


def folders_of(paths: Iterable[str]) -> set[str]:
    """Return all folders that paths lie in."""
    found: set[str] = set()
    last = ""
    for path in paths:
        folder = path.rpartition("/")[0]
        if folder == last:
            continue
        last = folder
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


def _own(origins: Sequence[str]) -> list[str]:
    return [OWN_FILES] if OWN_FILES in origins else []


def _who(origin: str) -> str:
    return "the own files" if origin == OWN_FILES else f"`{origin}`"


def _join(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _list(lines: Sequence[str]) -> tuple[str, ...]:
    more = len(lines) - _SHOWN
    return (*lines[:_SHOWN], f"and {more} more") if more > 0 else tuple(lines)
