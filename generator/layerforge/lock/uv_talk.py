"""Translates what uv says: its warnings and failures become diagnostics in the words of the spec."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from packaging.utils import canonicalize_name

from layerforge.diagnostics import Diagnostic, LayerforgeError, Location, OutsideError, Severity, SpecError
from layerforge.lock.requests import Request
from layerforge.lock.targets import Platform
from layerforge.lock.uv_causes import find_cause
from layerforge.process import Finished

_BLOCK: Final = re.compile(r"(warning|error|hint): (.*)")
_USERINFO: Final = re.compile(r"(?<=://)[^/@\s]+@")
_MARKERS: Final = re.compile(r"`[^`]*platform_machine[^`]*`|(?<=\(markers: )[^)]*(?=\)$)")
_MACHINE: Final = re.compile(r"platform_machine == '(\w+)'")
_PYTHON: Final = re.compile(r"python_full_version (?:==|>=) '(\d+)\.(\d+)")
_DIRECT: Final = re.compile(r"(?:the layer depends on|you require) (.+?)(?:, we can conclude|$)")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_OUR_WORDS: Final = (
    ("your project's requirements are", "the layer's requirements are"),
    ("your project depends", "the layer depends"),
    ("your project", "the layer"),
)
_USELESS_HINTS: Final = (
    "While the active Python version is",
    "The `requires-python` value",
    "Pre-releases are available",
)
_NETWORK_HINT: Final = (
    "uv asks the indexes of `UV_DEFAULT_INDEX`, `UV_INDEX` and uv.toml; proxies are `HTTPS_PROXY` and `NO_PROXY`, a"
    " company's certificates `SSL_CERT_FILE`; without a network, name a folder of wheels in `UV_FIND_LINKS` and set"
    " `UV_NO_INDEX=1`"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Talk:
    """What uv wrote to standard error, by kind; each entry with its further lines."""

    warnings: tuple[tuple[str, ...], ...]
    errors: tuple[tuple[str, ...], ...]
    hints: tuple[tuple[str, ...], ...]
    ignored_lock: str | None


def warnings(finished: Finished, request: Request) -> tuple[Diagnostic, ...]:
    """Return uv's warnings as ours.

    Raises:
        SpecError: one of them means that something that was asked for is not there.
        OutsideError: one of them means that uv did not take our word.
    """
    talk = _listen(finished.stderr)
    if talk.ignored_lock is not None:
        message = f"`uv` did not keep the locked versions: {talk.ignored_lock}"
        hint = "this is a bug of layerforge: please report it; `lock --upgrade` goes around it"
        raise OutsideError(Diagnostic(code="UV004", message=message, hint=hint))
    found = [_warning(lines, request) for lines in talk.warnings]
    if any(item.severity is Severity.ERROR for item in found):
        raise SpecError(found)
    return tuple(dict.fromkeys(found))


def _warning(lines: tuple[str, ...], request: Request) -> Diagnostic:
    first = lines[0]
    yanked = re.match(r"`([^`=]+)==([^`]+)` is yanked(?: \(reason: \"(.*)\"\))?", first)
    if yanked:
        return Diagnostic(
            code="UV010",
            message=f"`{yanked[1]}` {yanked[2]} was yanked by its authors" + (f": {yanked[3]}" if yanked[3] else ""),
            severity=Severity.WARNING,
            location=_asked_at(request, yanked[1]),
            hint="take another version",
        )
    extra = re.match(r"The package `([^`=]+)==([^`]+)` does not have an extra named `([^`]+)`", first)
    if extra:
        where = _asked_at(request, extra[1], extra[3])
        return Diagnostic(
            code="UV011",
            message=f"`{extra[1]}` {extra[2]} has no extra `{extra[3]}`, so nothing would come of asking for it",
            severity=Severity.WARNING if where is None else Severity.ERROR,
            location=where,
            hint=None if where is None else "look at the spelling, or drop the extra",
        )
    if _ignores_settings(lines):
        raise _ignored_settings(lines, request)
    return Diagnostic(code="UV012", message=f"uv warns: {first}", severity=Severity.WARNING, notes=lines[1:])


def _ignores_settings(lines: tuple[str, ...]) -> bool:
    return "during settings discovery" in lines[0] or "minimum-libc-version" in lines[0]


def _ignored_settings(lines: tuple[str, ...], request: Request | None) -> OutsideError:
    message = "`uv` did not take the settings of the generated project, so its result cannot be used"
    origin = request.settings.origin if request is not None else None
    hint = f"one of the settings that come from {origin} is the cause" if origin else "this is a bug of layerforge"
    return OutsideError(Diagnostic(code="UV005", message=message, hint=hint, notes=lines))


def failure(finished: Finished, request: Request | None, platforms: Sequence[Platform]) -> LayerforgeError:
    """Return the error that a failure of uv's means."""
    talk = _listen(finished.stderr)
    ignored = next(filter(_ignores_settings, talk.warnings), None)
    if ignored is not None:
        return _ignored_settings(ignored, request)
    error = talk.errors[0] if talk.errors else finished.last_lines() or ("no reason given",)
    lines = tuple(_in_our_words(line, platforms) for line in error)
    hints = [" ".join(hint) for hint in talk.hints if not hint[0].startswith(_USELESS_HINTS)]
    text = " ".join([*lines, *hints])
    reasons = tuple(line.strip().removeprefix("cause: ") for line in lines[1:])
    if lines[0].startswith("No solution found"):
        return _no_solution(lines[0], reasons, hints, request)
    missing = re.match(r"(Extra|Group) `([^`]+)` is not defined in", lines[0])
    if missing:
        return SpecError(_not_in_lock(missing[1], missing[2]))
    if re.search(r"\b40[13]\b|Unauthorized|Forbidden", text):
        return OutsideError(_credentials(lines[0], reasons))
    if re.search(r"error sending request|HTTP status|Network connectivity|timed? ?out|dns error", text):
        message = f"an index cannot be reached: {_lower(lines[0])}"
        return OutsideError(Diagnostic(code="UV008", message=message, hint=_NETWORK_HINT, notes=reasons))
    origin = request.settings.origin if request is not None else None
    hint = f"settings that were carried along come from {origin}" if origin else None
    if "initialize cache" in lines[0]:
        hint = "uv keeps what it fetches there; `UV_CACHE_DIR` names a folder that can be written"
    notes = (*reasons, *hints)
    return OutsideError(Diagnostic(code="UV009", message=f"uv failed: {_lower(lines[0])}", hint=hint, notes=notes))


def _no_solution(first: str, reasons: tuple[str, ...], hints: list[str], request: Request | None) -> LayerforgeError:
    text = " ".join(reasons)
    refused = next((hint for hint in hints if "401" in hint or "403" in hint), None)
    if refused is not None:
        return OutsideError(_credentials(refused.removesuffix("."), reasons))
    places = _places(text, request)
    where = places[0] if places else None
    others = tuple(f"asked for at {item.file}:{item.line}: {(item.text or '').strip()}" for item in places[1:])
    notes = (*reasons, *others)
    if "network was disabled" in " ".join(hints):
        message, hint = "packages are not in uv's cache, and uv is told to stay offline", "unset `UV_OFFLINE`"
        return OutsideError(Diagnostic(code="UV008", message=message, hint=hint, notes=notes))
    cause = find_cause(text)
    if cause is not None:
        return SpecError(replace(cause, location=where, notes=notes))
    split = re.search(r"\(markers: (.*)\)$", first)
    message = "the requirements have no solution" + (f" for {split[1]}" if split else "")
    hint = "loosen one of the requirements; the notes say which exclude each other"
    return SpecError(Diagnostic(code="UV006", message=message, location=where, hint=hint, notes=(*notes, *hints)))


def _not_in_lock(kind: str, name: str) -> Diagnostic:
    code, what = ("REQ023", "extra") if kind == "Extra" else ("REQ024", "dependency group")
    hint = "look at the spelling; `uv lock` takes up what is new in the `pyproject.toml`"
    return Diagnostic(code=code, message=f"the `uv.lock` has no {what} `{name}`", hint=hint)


def _credentials(text: str, reasons: tuple[str, ...]) -> Diagnostic:
    return Diagnostic(
        code="UV016",
        message=f"an index refuses the credentials, or wants some: {_lower(text)}",
        hint="give them by `UV_INDEX_<NAME>_USERNAME` and `UV_INDEX_<NAME>_PASSWORD`, in the index's URL, by netrc, or"
        " by `UV_KEYRING_PROVIDER=subprocess`",
        notes=reasons,
    )


def _places(text: str, request: Request | None) -> list[Location]:
    """Return the places of the direct requirements that uv's reasons name."""
    if request is None:
        return []
    named: set[str] = {canonicalize_name(name) for clause in _DIRECT.findall(text) for name in _NAME.findall(clause)}
    return [item.where for item in request.requirements if item.name in named]


def _asked_at(request: Request, name: str, extra: str | None = None) -> Location | None:
    wanted: str = canonicalize_name(name)
    for item in request.requirements:
        extras = re.search(r"\[(.*?)\]", item.text.split(";")[0])
        if item.name == wanted and (extra is None or (extras and canonicalize_name(extra) in extras[1].split(","))):
            return item.where
    return None


def _listen(stderr: str) -> _Talk:
    blocks: dict[str, list[list[str]]] = {"warning": [], "error": [], "hint": []}
    current: list[str] | None = None
    ignored = None
    for raw in _USERINFO.sub("", stderr).splitlines():
        line = raw.rstrip()
        begins = _BLOCK.match(line)
        if begins:
            current = [begins[2]]
            blocks[begins[1]].append(current)
        elif line and line[0].isspace() and current is not None:
            current.append(line)
        elif line:
            current = None
            ignored = line if line.startswith("Ignoring existing lockfile") else ignored
    found = {kind: tuple(tuple(lines) for lines in entries) for kind, entries in blocks.items()}
    return _Talk(warnings=found["warning"], errors=found["error"], hints=found["hint"], ignored_lock=ignored)


def _in_our_words(line: str, platforms: Sequence[Platform]) -> str:
    for theirs, ours in _OUR_WORDS:
        line = line.replace(theirs, ours)
    return _MARKERS.sub(lambda found: _target(found[0], platforms), line)


def _target(marker: str, platforms: Sequence[Platform]) -> str:
    machine, python = _MACHINE.search(marker), _PYTHON.search(marker)
    for platform in platforms:
        fits = machine is not None and platform.machine == machine[1]
        if fits and python is not None and platform.python == (int(python[1]), int(python[2])):
            return f"`{platform.target}`" if marker.startswith("`") else str(platform.target)
    return marker


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
