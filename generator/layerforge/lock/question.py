"""What uv is asked for a layer, and the generated project, which is all that uv gets to see of it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import tomli_w

from layerforge.lock.once import Once
from layerforge.lock.requests import Request
from layerforge.lock.targets import Glibc, Platform
from layerforge.lock.types import Pin, Upgrade
from layerforge.lock.url_text import without_credentials
from layerforge.names import PackageName

PROJECT: Final = "layerforge-generated-project"
"""The generated project's name, which no package should have."""

_FEATURE: Final = "minimum-libc-version"
_ANYWHERE: Final = "https://packages.invalid/simple"


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
        once: keeps what uv came to for other layers' questions.
    """

    request: Request
    platforms: tuple[Platform, ...]
    glibc: Glibc
    preferences: Sequence[Pin] = ()
    upgrade: Upgrade = field(default_factory=Upgrade)
    bounds: Mapping[PackageName, str] = field(default_factory=dict)
    once: Once = field(default_factory=Once)


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """All that uv gets to see of a question, and nothing of the layer that has it.

    Attributes:
        project: the generated pyproject.toml.
        words: what comes after ``uv lock``.
        head: the project without requirements, of which uv makes the head of a uv.lock; empty without preferences.
        preferences: what is added to that uv.lock.
    """

    project: str
    words: tuple[str, ...]
    head: str = ""
    preferences: str = ""


def problem_of(question: Question) -> Problem:
    """Return what uv gets to see of a question."""
    words = ["--upgrade"] if question.upgrade.everything else []
    words += [f"--upgrade-package={package}" for package in sorted(question.upgrade.packages)]
    return Problem(
        project=_project(question, [asked.text for asked in question.request.requirements]),
        words=tuple(words),
        head=_project(question, []) if question.preferences else "",
        preferences="".join(_preferences(question)),
    )


def _preferences(question: Question) -> Iterator[str]:
    """Yield the entries of a uv.lock that say which versions are preferred."""
    for name, version in sorted({(pin.name, pin.version) for pin in question.preferences}):
        for registry in _registries(name, question.request):
            entry = tomli_w.dumps({"name": name, "version": version})
            yield f"\n[[package]]\n{entry}source = {{ registry = {json.dumps(registry)} }}\n"


def _registries(name: PackageName, request: Request) -> list[str]:
    """Return the sources of a preference: uv compares them only where a package is pinned to an index."""
    pinned = {source["index"] for source in request.sources.get(name, ())}
    known = [item for item in request.settings.table.get("index", ()) if item.get("name") in pinned]
    return [without_credentials(item["url"]) for item in known if "url" in item] or [_ANYWHERE]


def _project(question: Question, dependencies: Sequence[str]) -> str:
    """Return the generated pyproject.toml."""
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
    return tomli_w.dumps({"project": project, "tool": {"uv": tool}})


def _sources(request: Request) -> dict[str, Any]:
    """Return the pins of packages to indexes. Other sources have been refused where a requirement names them."""
    return {name: entries for name, entries in request.sources.items() if entries}
