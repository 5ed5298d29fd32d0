"""Reads requirements files as pip writes them: strict, with the place of everything. See docs/adr for why our own."""

import os
import re
import shlex
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from layerforge.diagnostics import Diagnostic, Location
from layerforge.lock.asked import OWN_CODE_REMEDY, Asked, read_requirement
from layerforge.lock.requirements_lines import Line, decode, logical_lines
from layerforge.names import SHA256, PackageName

_VARIABLE: Final = re.compile(r"\$\{([A-Z0-9_]+)\}")
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
    content = decode(path, shown, where)
    if isinstance(content, Diagnostic):
        into.problems.append(content)
        return
    for raw in logical_lines(content, shown):
        line = _expand(raw, into)
        if line is not None:
            _read_line(line, path, into, constraint=constraint, chain=(*chain, resolved))


def _expand(line: Line, into: RequirementsText) -> Line | None:
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


def _read_line(line: Line, path: Path, into: RequirementsText, *, constraint: bool, chain: tuple[Path, ...]) -> None:
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
    line: Line,
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


def _read_requirement_line(line: Line, text: str, into: RequirementsText, *, constraint: bool) -> None:
    requirement, options = _cut(text)
    asked = read_requirement(requirement, line.where(requirement.strip()), _cut(line.written)[0])
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


def _cut(text: str) -> tuple[str, str]:
    """Cut a line into its requirement and its options."""
    cut = _OPTION.search(text)
    return (text[: cut.start()], text[cut.start() :]) if cut else (text, "")


def _read_hashes(line: Line, options: str, asked: Asked, into: RequirementsText) -> None:
    given = _HASH.findall(options)
    if not given:
        return
    into.require_hashes = True
    digests = into.hashes.setdefault(asked.name, set())
    wrong = [value for value in given if not _is_hash(value)]
    for value in wrong:
        hint = "a hash reads `--hash=sha256:` and 64 hexadecimal digits"
        into.problems.append(_problem("REQ017", f"`{value}` is no hash", line.where(value), hint))
    digests |= {value[7:].lower() for value in given if value not in wrong and value.startswith("sha256:")}
    if not digests and not wrong:
        hint = "add the sha256: `pip-compile --generate-hashes` and `uv pip compile --generate-hashes` write it"
        message = f"`{asked.name}` has no sha256 hash, and a lock knows files by their sha256"
        into.problems.append(_problem("REQ018", message, asked.where, hint))


def _is_hash(value: str) -> bool:
    """Whether a value is a hash as pip takes it; those other than sha256 may stand beside one."""
    algorithm, _, digest = value.partition(":")
    if algorithm == "sha256":
        return SHA256.fullmatch(digest.lower()) is not None
    return algorithm in {"sha384", "sha512"} and bool(digest)


def _problem(code: str, message: str, where: Location, hint: str) -> Diagnostic:
    return Diagnostic(code=code, message=message, location=where, hint=hint)
