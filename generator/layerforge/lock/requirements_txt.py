"""Reads requirements files as pip writes them: strict, with the place of everything. See docs/adr for why our own."""

import codecs
import os
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from layerforge.diagnostics import Diagnostic, Location
from layerforge.lock.asked import OWN_CODE_REMEDY, Asked, read_requirement
from layerforge.names import SHA256, PackageName

_COMMENT: Final = re.compile(r"(?:^|\s+)#.*$")
_VARIABLE: Final = re.compile(r"\$\{([A-Z0-9_]+)\}")
_CODING: Final = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_OPTION: Final = re.compile(r"(?:^|(?<=\s))-{1,2}[A-Za-z]")
_HASH: Final = re.compile(r"(?:^|\s)--hash(?:=|\s+)(\S+)")

_HARMLESS: Final = ("--only-binary", "--prefer-binary")
"""Wheels alone are taken anyway."""

_INDEX_HINT: Final = (
    "indexes are uv's settings: `{variable}` in the environment, or `{setting}` in a `uv.toml` beside the spec"
)
_REFUSED: Final = {
    ("-i", "--index-url", "--pypi-url"): _INDEX_HINT.format(variable="UV_DEFAULT_INDEX", setting="[[index]]"),
    ("--extra-index-url",): _INDEX_HINT.format(variable="UV_INDEX", setting="[[index]]"),
    ("--no-index",): _INDEX_HINT.format(variable="UV_NO_INDEX", setting="no-index = true"),
    ("-f", "--find-links"): _INDEX_HINT.format(variable="UV_FIND_LINKS", setting="find-links"),
    ("--trusted-host",): "put `allow-insecure-host` into a `uv.toml` beside the spec",
    ("--pre",): 'put `prerelease = "allow"` into a `uv.toml` beside the spec, or ask for the version: `name==2.0rc1`',
    ("--no-binary",): "layers are made of wheels only: build the wheel once and put it into an index",
    ("-e", "--editable"): OWN_CODE_REMEDY,
}


@dataclass(kw_only=True, slots=True)
class RequirementsText:
    """What a requirements file and those that it names come to.

    Attributes:
        requirements: in the order of reading.
        constraints: likewise.
        hashes: the sha256 digests that a package's file may have.
        require_hashes: every package has to have one, as pip demands once a single one does.
        problems: all that cannot be honoured.
        files: what was read.
    """

    requirements: list[Asked] = field(default_factory=list)
    constraints: list[Asked] = field(default_factory=list)
    hashes: dict[PackageName, set[str]] = field(default_factory=dict)
    require_hashes: bool = False
    problems: list[Diagnostic] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    """A logical line: its text without comments, and where its characters stand in the file."""

    text: str
    starts: tuple[tuple[int, int, str], ...]
    """Offset in ``text``, number of the physical line, and that line as a whole."""
    file: str

    def where(self, found: str) -> Location:
        """Return the place of a part of the line."""
        offset = max(self.text.find(found), 0)
        start, number, whole = next(item for item in reversed(self.starts) if item[0] <= offset)
        shown = found.splitlines()[0] if found else whole.strip()
        column = whole.find(shown) if shown in whole else len(whole) - len(whole.lstrip()) + offset - start
        return Location(file=self.file, line=number, column=column + 1, length=max(1, len(shown)), text=whole)


def read_requirements(path: Path, shown: str, where: Location) -> RequirementsText:
    """Read a requirements file and those that it includes. ``where`` is the place that names it, ``shown`` its name."""
    text = RequirementsText()
    _read(path, shown, where, text, constraint=False, chain=())
    return text


def _read(
    path: Path, shown: str, where: Location, into: RequirementsText, *, constraint: bool, chain: tuple[Path, ...]
) -> None:
    resolved = path.resolve()
    if resolved in chain:
        into.problems.append(_problem("REQ012", f"`{shown}` includes itself", where, "take out one of the two lines"))
        return
    into.files.append(path)
    content = _decode(path, shown, where)
    if isinstance(content, Diagnostic):
        into.problems.append(content)
        return
    for raw in _logical_lines(content, shown):
        line = _expand(raw, into)
        if line is not None:
            _read_line(line, path, into, constraint=constraint, chain=(*chain, resolved))


def _decode(path: Path, shown: str, where: Location) -> str | Diagnostic:
    try:
        data = path.read_bytes()
    except OSError as error:
        hint = "paths are relative to the file that names them"
        return _problem("REQ010", f"`{shown}` cannot be read: {error.strerror}", where, hint)
    encoding = "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        declared = next((found for found in map(_CODING.match, data.split(b"\n")[:2]) if found), None)
        encoding = (
            declared[1].decode("ascii", "replace") if declared and not data.startswith(codecs.BOM_UTF8) else encoding
        )
    try:
        return data.decode(encoding)
    except (LookupError, UnicodeDecodeError):
        hint = "save it as UTF-8, or name its encoding in its first line: `# -*- coding: latin-1 -*-`"
        name = encoding.upper().removesuffix("-SIG")
        return _problem("REQ011", f"`{shown}` is not text in {name}", Location(file=shown), hint)


def _logical_lines(content: str, shown: str) -> Iterator[_Line]:
    """Yield lines with continuations joined and comments removed. A comment ends a continuation, as in pip."""
    text, starts = "", []
    for number, whole in enumerate(content.splitlines(), start=1):
        starts.append((len(text), number, whole))
        is_comment = re.match(r"\s*#", whole) is not None
        if whole.endswith("\\") and not is_comment:
            text += whole[:-1]
            continue
        yield _Line(text=_COMMENT.sub("", text + (" " if is_comment else "") + whole), starts=tuple(starts), file=shown)
        text, starts = "", []
    if starts:
        yield _Line(text=_COMMENT.sub("", text), starts=tuple(starts), file=shown)


def _expand(line: _Line, into: RequirementsText) -> _Line | None:
    """Replace ``${NAME}`` by the environment, and leave out empty lines."""
    if not line.text.strip():
        return None
    unset = [name for name in _VARIABLE.findall(line.text) if name not in os.environ]
    for name in unset:
        hint = f"set `{name}`, or write the value itself: a lock should not depend on who makes it"
        into.problems.append(_problem("REQ013", f"`{name}` is not set", line.where(f"${{{name}}}"), hint))
    if unset:
        return None
    return replace(line, text=_VARIABLE.sub(lambda found: os.environ[found[1]], line.text))


def _read_line(line: _Line, path: Path, into: RequirementsText, *, constraint: bool, chain: tuple[Path, ...]) -> None:
    text = line.text.strip()
    if not text.startswith("-"):
        _read_requirement_line(line, text, into, constraint=constraint)
        return
    option, value = _split_option(text)
    if option in {"-r", "--requirement", "-c", "--constraint"}:
        _include(line, option, value, path, into, constraint=constraint, chain=chain)
    elif option == "--require-hashes":
        into.require_hashes = True
    elif option not in _HARMLESS:
        hint = next((words for names, words in _REFUSED.items() if option in names), "take the line out")
        into.problems.append(_problem("REQ014", f"`{option}` cannot be honoured", line.where(option), hint))


def _include(  # noqa: PLR0913 - one frame of a walk over files
    line: _Line,
    option: str,
    value: str,
    path: Path,
    into: RequirementsText,
    *,
    constraint: bool,
    chain: tuple[Path, ...],
) -> None:
    where = line.where(value or option)
    if not value or "://" in value or "\0" in value:
        why = ", not a URL" if "://" in value else ", and no path holds a NUL character" if value else ""
        message = f"`{option}` takes the path of a file{why}"
        into.problems.append(_problem("REQ015", message, where, "put the file beside this one"))
        return
    shown = os.path.normpath(os.path.join(os.path.dirname(line.file), value))  # noqa: PTH118, PTH120 - as shown
    _read(
        path.parent / value, shown, where, into, constraint=constraint or option in {"-c", "--constraint"}, chain=chain
    )


def _split_option(text: str) -> tuple[str, str]:
    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()
    first = words[0]
    if first.startswith("--"):
        option, _, value = first.partition("=")
    else:
        option, value = first[:2], first[2:].removeprefix("=")
    return option, value or (words[1] if len(words) > 1 else "")


def _read_requirement_line(line: _Line, text: str, into: RequirementsText, *, constraint: bool) -> None:
    cut = _OPTION.search(text)
    requirement, options = (text[: cut.start()], text[cut.start() :]) if cut else (text, "")
    asked = read_requirement(requirement, line.where(requirement.strip()))
    others = _HASH.sub("", options).strip()
    if others:
        option = _split_option(others)[0]
        hint = "take it out: wheels are not built, so nothing would come of it"
        into.problems.append(_problem("REQ014", f"`{option}` cannot be honoured", line.where(option), hint))
    if isinstance(asked, Diagnostic):
        into.problems.append(asked)
        return
    if constraint and "[" in asked.text.split(";")[0]:
        hint = "constraints limit versions: leave the extra out"
        into.problems.append(_problem("REQ016", f"the constraint on `{asked.name}` has an extra", asked.where, hint))
        return
    (into.constraints if constraint else into.requirements).append(asked)
    _read_hashes(line, options, asked, into)


def _read_hashes(line: _Line, options: str, asked: Asked, into: RequirementsText) -> None:
    given = _HASH.findall(options)
    if not given:
        return
    into.require_hashes = True
    digests = into.hashes.setdefault(asked.name, set())
    for value in given:
        algorithm, _, digest = value.partition(":")
        if algorithm == "sha256" and SHA256.fullmatch(digest.lower()):
            digests.add(digest.lower())
        elif algorithm not in {"sha256", "sha384", "sha512"} or not digest:
            hint = "a hash reads `--hash=sha256:` and 64 hexadecimal digits"
            into.problems.append(_problem("REQ017", f"`{value}` is no hash", line.where(value), hint))
    if not digests:
        hint = "add the sha256: `pip-compile --generate-hashes` and `uv pip compile --generate-hashes` write it"
        message = f"`{asked.name}` has no sha256 hash, and a lock knows files by their sha256"
        into.problems.append(_problem("REQ018", message, asked.where, hint))


def _problem(code: str, message: str, where: Location, hint: str) -> Diagnostic:
    return Diagnostic(code=code, message=message, location=where, hint=hint)
