"""Collects the user's own files of a layer or a function, so that every checkout gives the same ones."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from layerforge.diagnostics import Diagnostic, Severity, SpecError
from layerforge.lock.content import read_content
from layerforge.lock.git import Kind, Listed
from layerforge.lock.includes import Wanted, find_files, kind_on_disk
from layerforge.lock.placing import Places
from layerforge.lock.types import OwnFile
from layerforge.names import LayerName, Sha256
from layerforge.plan.globs import compile_glob
from layerforge.plan.packaged import is_code, source_of
from layerforge.plan.types import Packaged

_UNFIT: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\\]")
_REFUSED: Final = {
    Kind.SYMLINK: ("OWN006", "is a symbolic link", "put a file in its place: some checkouts make a text of a link"),
    Kind.SPECIAL: ("OWN007", "is neither a file nor a folder", "a ZIP holds nothing else: move it away"),
    Kind.SUBMODULE: ("OWN011", "is a submodule that is not checked out", "run `git submodule update --init`"),
    Kind.SPARSE: ("OWN012", "is left out by the sparse checkout", "run `git sparse-checkout add` for its folder"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Collected:
    """The own files of a layer or a function.

    Attributes:
        files: sorted by path.
        untracked: those that git could track and does not, as paths from the spec's folder.
        diagnostics: warnings.
    """

    files: tuple[OwnFile, ...]
    untracked: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def collect(item: Packaged) -> tuple[OwnFile, ...]:
    """Return the own files of one layer or function, sorted by path; errors as in ``collect_all``."""
    return collect_all((item,))[item.name].files


def collect_all(items: Sequence[Packaged]) -> Mapping[LayerName, Collected]:
    """Return the own files of layers and functions: what git tracks or would track, or what ``.gitignore`` leaves.

    Modes follow from content and spec, names are in NFC, and some names are never packed (``never_packed``).

    Raises:
        SpecError: with everything that is wrong with includes and files, ``OWN001`` to ``OWN012`` and ``OWN017``.
        OutsideError: ``OWN013``, ``OWN014`` git refuses or fails.
    """
    found = find_files(items)
    collected = {item.name: _Collector(item).collect(found[item.name]) for item in items}
    problems = [item for name in collected for item in collected[name].diagnostics if item.severity is Severity.ERROR]
    if problems:
        raise SpecError(problems)
    return collected


def own_files_digest(files: Iterable[OwnFile]) -> Sha256:
    """Digest path, mode and content of own files, in whatever order they come."""
    return _digest(files, lambda file: f"{file.path}\0{file.mode:o}\0{file.sha256}")


def own_names_digest(files: Sequence[OwnFile]) -> Sha256 | None:
    """Digest the paths alone; ``None`` for no files."""
    return _digest(files, lambda file: file.path) if files else None


def own_text_digest(files: Sequence[OwnFile]) -> Sha256 | None:
    """Digest path, mode and content with CRLF as LF; ``None`` where there is no CRLF."""
    if all(file.sha256_lf is None for file in files):
        return None
    return _digest(files, lambda file: f"{file.path}\0{file.mode:o}\0{file.sha256_lf or file.sha256}")


def _digest(files: Iterable[OwnFile], line: Callable[[OwnFile], str]) -> Sha256:
    hasher = hashlib.sha256()
    for file in sorted(files, key=lambda file: file.path):
        hasher.update(f"{line(file)}\n".encode())
    return Sha256(hasher.hexdigest())


class _Collector:
    """Collects for one layer or function."""

    def __init__(self, item: Packaged) -> None:
        self._item = item
        self._globs = {glob: compile_glob(glob) for glob in source_of(item).executable}
        self._matched: set[str] = set()
        self._places = Places()

    def collect(self, includes: Sequence[Wanted]) -> Collected:
        found = [
            (file, None if listed.tracked or not wanted.asked_git else wanted.name(listed.path))
            for wanted in includes
            for listed in wanted.files
            if (file := self._file(wanted, listed)) is not None
        ]
        self._places.review()
        return Collected(
            files=tuple(sorted((file for file, _ in found), key=lambda file: file.path)),
            untracked=tuple(sorted(name for _, name in found if name is not None)),
            diagnostics=(*(item for wanted in includes for item in wanted.problems), *self._unmatched()),
        )

    def _file(self, wanted: Wanted, listed: Listed) -> OwnFile | None:
        """Return what goes into the ZIP for a listed path; ``None`` after a complaint, or where nothing lies."""
        name = wanted.name(listed.path)
        if not _fit(wanted, name):
            return None
        kind = kind_on_disk(listed.path) if listed.kind is Kind.FILE else listed.kind
        if kind is None:
            return None  # deleted, and git has not been told yet
        if kind is not Kind.FILE:
            code, what, hint = _REFUSED[kind]
            wanted.problem(code, f"`{name}` {what}", hint)
            return None
        path = self._places.take(wanted, listed)
        if path is None:
            return None
        try:
            content = read_content(listed.path)
        except OSError as error:
            wanted.problem("OWN008", f"`{name}` cannot be read: {error.strerror}", "give yourself the right to read it")
            return None
        return OwnFile(
            path=path,
            source=listed.path,
            mode=0o755 if self._is_executable(path) or content.program else 0o644,
            size=content.size,
            sha256=content.sha256,
            sha256_lf=content.sha256_lf,
        )

    def _is_executable(self, path: str) -> bool:
        matching = [glob for glob, pattern in self._globs.items() if pattern.fullmatch(path)]
        self._matched.update(matching)
        return bool(matching)

    def _unmatched(self) -> Iterator[Diagnostic]:
        for glob in self._globs:
            if glob not in self._matched:
                yield Diagnostic(
                    code="OWN016",
                    message=f"`executable` of `{self._item.name}` has `{glob}`, which matches none of its own files",
                    severity=Severity.WARNING,
                    location=self._item.where,
                    hint="globs stand for whole paths within the "
                    + ("ZIP, such as `tools/*`" if is_code(self._item) else "layer, such as `python/tools/*`"),
                )


def _fit(wanted: Wanted, name: str) -> bool:
    """Complain about a name that does not survive in every ZIP and on every disk."""
    try:
        name.encode()
    except UnicodeEncodeError:
        shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        wanted.problem("OWN010", f"the name `{shown}` is not UTF-8", "rename the file")
        return False
    found = _UNFIT.search(name)
    if found is not None:
        what = "a backslash" if found[0] == "\\" else "a control character"
        wanted.problem("OWN009", f"the name `{name}` holds {what}", "rename the file")
    return found is None
