"""The generated project that uv locks, and the pylock that comes out of it."""

import json
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import tomli_w
from packaging.pylock import Pylock, PylockValidationError
from packaging.version import Version

from layerforge.diagnostics import Diagnostic, OutsideError
from layerforge.lock.requests import Request
from layerforge.lock.targets import Glibc, Platform
from layerforge.lock.types import Pin, Upgrade
from layerforge.lock.url_text import without_credentials
from layerforge.lock.uv import run_uv
from layerforge.lock.uv_talk import failure, warnings
from layerforge.names import PackageName

PROJECT: Final = "layerforge-generated-project"
"""The generated project's name, which no package should have."""

_FEATURE: Final = "minimum-libc-version"
_ANYWHERE: Final = "https://packages.invalid/simple"
EXPORT: Final = ("export", "--frozen", "--no-header", "--format", "pylock.toml")


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What uv is asked to resolve together.

    Attributes:
        request: what the layer asks for.
        platforms: the targets, all with one C library.
        glibc: its version.
        preferences: versions to keep where they fit.
        upgrade: what may leave them.
        bounds: upper bounds on versions, by package.
    """

    request: Request
    platforms: tuple[Platform, ...]
    glibc: Glibc
    preferences: Sequence[Pin] = ()
    upgrade: Upgrade = field(default_factory=Upgrade)
    bounds: Mapping[PackageName, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What uv came to: one lock for all the question's targets, and what it had to say."""

    pylock: Pylock
    diagnostics: tuple[Diagnostic, ...]


def ask(question: Question) -> Answer:
    """Have uv lock a generated project.

    Raises:
        SpecError: there is no solution, with uv's reasons.
        OutsideError: uv or an index failed.
    """
    with tempfile.TemporaryDirectory(prefix="layerforge-") as name:
        folder = Path(name)
        found = _lock(folder, question)
        return Answer(pylock=export(["--no-default-groups", "--no-emit-project"], folder), diagnostics=found)


def newest(question: Question) -> dict[PackageName, Version]:
    """Return the highest version of each package that a question comes to, and nothing else of the answer."""
    with tempfile.TemporaryDirectory(prefix="layerforge-") as name:
        folder = Path(name)
        _lock(folder, question)
        packages = tomllib.loads((folder / "uv.lock").read_text("utf-8"))["package"]
    found: dict[PackageName, Version] = {}
    for package in packages:
        version = Version(package["version"])
        found[package["name"]] = max(version, found.get(package["name"], version))
    return found


def _lock(folder: Path, question: Question) -> tuple[Diagnostic, ...]:
    if question.preferences:
        _seed(folder, question)
    _write_project(folder, question, [asked.text for asked in question.request.requirements])
    words = ["--upgrade"] if question.upgrade.everything else []
    words += [f"--upgrade-package={package}" for package in sorted(question.upgrade.packages)]
    locked = run_uv(["lock", *words], cwd=folder)
    if locked.returncode:
        raise failure(locked, question.request, question.platforms)
    return warnings(locked, question.request)


def export(words: Sequence[str], folder: Path) -> Pylock:
    """Return the lock of a project as a pylock, without resolving anything.

    Only where an index gives no digests uv has to download the files to have them.
    """
    finished = run_uv([*EXPORT, *words, "--offline"], cwd=folder)
    if finished.returncode and "to compute missing hashes" in finished.stderr:
        finished = run_uv([*EXPORT, *words], cwd=folder)
    if finished.returncode:
        raise failure(finished, None, ())
    try:
        return Pylock.from_dict(tomllib.loads(finished.stdout))
    except (ValueError, PylockValidationError) as error:
        message = f"`uv export` gave a lock that cannot be read: {error}"
        hint = "this is a bug of layerforge or of uv: please report it with uv's version"
        raise OutsideError(Diagnostic(code="UV003", message=message, hint=hint)) from error


def _seed(folder: Path, question: Question) -> None:
    """Leave a uv.lock that uv takes preferences from.

    uv itself writes its head, from a project without requirements: options that differ make it ignore the rest.
    """
    _write_project(folder, question, [])
    head = run_uv(["lock"], cwd=folder)
    if head.returncode:
        raise failure(head, question.request, question.platforms)
    versions = sorted({(pin.name, pin.version) for pin in question.preferences})
    with (folder / "uv.lock").open("a", encoding="utf-8") as stream:
        for name, version in versions:
            for registry in _registries(name, question.request):
                entry = tomli_w.dumps({"name": name, "version": version})
                stream.write(f"\n[[package]]\n{entry}source = {{ registry = {json.dumps(registry)} }}\n")


def _registries(name: PackageName, request: Request) -> list[str]:
    """Return the sources of a preference: uv compares them only where a package is pinned to an index."""
    pinned = {source["index"] for source in request.sources.get(name, ())}
    known = [item for item in request.settings.table.get("index", ()) if item.get("name") in pinned]
    return [without_credentials(item["url"]) for item in known if "url" in item] or [_ANYWHERE]


def _write_project(folder: Path, question: Question, dependencies: Sequence[str]) -> None:
    markers = [platform.marker for platform in question.platforms]
    project: dict[str, Any] = {
        "name": PROJECT,
        "version": "0",
        "requires-python": ">=3.8",
        "dependencies": list(dependencies),
    }
    settings = question.request.settings
    tool: dict[str, Any] = {
        **settings.where,
        **settings.results,
        "package": False,
        "no-build": True,
        "fork-strategy": "fewest",
        "preview-features": [_FEATURE],
        _FEATURE: {"glibc": ".".join(map(str, question.glibc))},
        "environments": markers,
        "required-environments": markers,
        "sources": _sources(question.request),
    }
    bounds = [f"{name}<={version}" for name, version in sorted(question.bounds.items())]
    own = [asked.text for asked in question.request.constraints]
    tool["constraint-dependencies"] = [*tool.get("constraint-dependencies", ()), *own, *bounds]
    text = tomli_w.dumps({"project": project, "tool": {"uv": tool}})
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")


def _sources(request: Request) -> dict[str, Any]:
    """Return the pins of packages to indexes. Other sources have been refused where a requirement names them."""
    return {name: entries for name, entries in request.sources.items() if entries}
