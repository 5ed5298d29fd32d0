"""Decides which members a layer has: what is excluded, and who wins a path that several bring."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from layerforge.build.collisions import clashing_folders, different_content, folders_of, only_case_differs
from layerforge.build.content import OWN_FILES, digest_of
from layerforge.build.types import Member
from layerforge.diagnostics import Diagnostic, FindingsError, Severity
from layerforge.names import PackageName
from layerforge.plan.globs import compile_glob
from layerforge.plan.types import Exclude


@dataclass(frozen=True, kw_only=True, slots=True)
class Assembled:
    """What goes into a ZIP.

    Attributes:
        members: sorted by name, each name once.
        diagnostics: warnings.
    """

    members: tuple[Member, ...]
    diagnostics: tuple[Diagnostic, ...]


def assemble(members: Iterable[Member], exclude: Sequence[Exclude], prefer: Sequence[PackageName]) -> Assembled:
    """Return what is left of all members, whatever order they come in.

    First ``exclude`` takes out what it matches, whoever brings it. Then a path that comes several times goes to the
    strongest of ``prefer`` that brings it; else all have to bring the same bytes, and the first by name of the
    package is taken, packages before own files, executable if one of them is.

    Raises:
        FindingsError: ``BUILD001`` different content under one path, ``BUILD002`` a file where another one has a
            folder, ``BUILD005`` nothing is left.
    """
    kept, diagnostics = leave_out(members, exclude)
    chosen: dict[str, Member] = {}
    several: dict[str, list[Member]] = {}
    for member in kept:
        first = chosen.setdefault(member.name, member)
        if first is not member:
            several.setdefault(member.name, [first]).append(member)
    conflicts = []
    for name, rivals in several.items():
        winner = _winner(rivals, prefer)
        if winner is None:
            conflicts.append(rivals)
        chosen[name] = winner or min(rivals, key=_rank)
    folders = folders_of(chosen)
    errors = [*different_content(conflicts), *clashing_folders(chosen, folders)]
    if errors:
        raise FindingsError(errors)
    if not chosen:
        raise FindingsError(_nothing_left(exclude))
    ordered = tuple(chosen[name] for name in sorted(chosen))
    return Assembled(members=ordered, diagnostics=(*diagnostics, *only_case_differs(chosen, folders)))


def leave_out(members: Iterable[Member], exclude: Sequence[Exclude]) -> tuple[list[Member], list[Diagnostic]]:
    """Return the members that no glob matches, and a warning for each glob (``BUILD003``) that matches none."""
    listed = list(members)
    if not exclude:
        return listed, []
    patterns = [compile_glob(item.glob) for item in exclude]
    any_of_them = re.compile("|".join(f"(?:{pattern.pattern})" for pattern in patterns), re.DOTALL).fullmatch
    kept, idle = [], dict(enumerate(patterns))
    for member in listed:
        if not any_of_them(member.name):
            kept.append(member)
        elif idle:
            for number in [number for number, pattern in idle.items() if pattern.fullmatch(member.name)]:
                del idle[number]
    return kept, [_matches_nothing(exclude[number], listed) for number in idle]


def _winner(rivals: list[Member], prefer: Sequence[PackageName]) -> Member | None:
    """Return who gets a path; ``None`` if that cannot be said. Never depends on the order of ``rivals``."""
    by_strength = {name: number for number, name in enumerate(prefer)}
    preferred = [member for member in rivals if _distribution(member) in by_strength]
    if preferred:
        strongest = min(by_strength[_distribution(member)] for member in preferred)
        rivals = [member for member in preferred if by_strength[_distribution(member)] == strongest]
    if len({(member.size, member.crc32) for member in rivals}) > 1:
        return None
    if len(rivals) > 1 and len({digest_of(member) for member in rivals}) > 1:
        return None
    first = min(rivals, key=_rank)
    mode = max(member.mode for member in rivals)
    return first if first.mode == mode else first._replace(mode=mode)


def _rank(member: Member) -> tuple[bool, str, int, int, bytes]:
    """Order members of one path and one content, down to their compressed bytes: one wheel may bring a path twice."""
    packed = hashlib.sha256()
    for piece in member.content.chunks():
        packed.update(piece)
    return member.origin == OWN_FILES, member.origin, member.method, member.compressed_size, packed.digest()


def _distribution(member: Member) -> PackageName:
    return PackageName(member.origin.partition(" ")[0])


def _matches_nothing(exclude: Exclude, members: Sequence[Member]) -> Diagnostic:
    """Warn of a glob, with the likely one that would match: people write `tests` for `**/tests/**`."""
    glob = exclude.glob
    stem = glob.removeprefix("/").rstrip("/")
    starts = ("", "python/", "**/") if "/" in stem else ("**/", "python/")
    likely = [f"{start}{stem}{end}" for start in starts for end in ("", "/**")]
    meant = next(
        (one for one in likely if any(map(compile_glob(one).fullmatch, (item.name for item in members)))), None
    )
    return Diagnostic(
        code="BUILD003",
        severity=Severity.WARNING,
        message=f"`{glob}` excludes nothing",
        location=exclude.where,
        hint=f"`{meant}` does"
        if meant
        else "globs are over whole paths in the ZIP, such as `python/pandas/tests/**` in a layer",
    )


def _nothing_left(exclude: Sequence[Exclude]) -> Diagnostic:
    why = "`exclude` leaves nothing over" if exclude else "no package and no own file brings anything"
    return Diagnostic(
        code="BUILD005",
        message=f"there is nothing to put into the ZIP: {why}",
        hint="AWS takes no empty ZIP: exclude less, add `requirements` or `include`, or take it out of the spec",
    )
