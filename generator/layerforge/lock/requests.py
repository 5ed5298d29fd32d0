"""What a layer asks for: requirements, constraints and hashes, or the pins of a lock file that is there already."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from packaging.markers import Environment
from packaging.pylock import Pylock, is_valid_pylock_path
from packaging.requirements import Requirement

from layerforge.diagnostics import Diagnostic, Location, SpecError, fail
from layerforge.lock.asked import OWN_CODE_REMEDY, WHEEL_REMEDY, Asked, read_requirement
from layerforge.lock.project_files import load_toml, read_pyproject
from layerforge.lock.pylock_file import read_pylock
from layerforge.lock.requirements_txt import read_requirements
from layerforge.lock.uv_settings import Settings, find_settings
from layerforge.names import PackageName, Sha256
from layerforge.plan.types import Layer, RequirementFile, RequirementList

_DIGEST_VERSION: Final = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadyFile:
    """A lock file whose pins are taken as they are.

    Attributes:
        path: where it lies.
        content: digest over its text, line endings aside.
        extras: of the file, that are asked for.
        groups: likewise; with groups alone the project's own dependencies are left out.
        where: the place in the spec that names it.
        pylock: a pylock's content; ``None`` for a uv.lock, which uv reads.
    """

    path: Path
    content: Sha256
    extras: tuple[str, ...]
    groups: tuple[str, ...]
    where: Location
    pylock: Pylock | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What is asked of a resolver.

    Attributes:
        requirements: in the order of the files.
        constraints: likewise.
        hashes: by package, the sha256 digests that its file may have.
        require_hashes: every package has to have one.
        ready: the lock file that answers, if the spec names one.
        settings: uv's project-level settings.
        sources: by package, the indexes that it is pinned to.
        files: all that was read for it, and the settings files that would have been if they were there.
        digest: over all that can change the answer, the targets included; over no URL.
    """

    requirements: tuple[Asked, ...] = ()
    constraints: tuple[Asked, ...] = ()
    hashes: Mapping[PackageName, frozenset[str]] = field(default_factory=dict)
    require_hashes: bool = False
    ready: ReadyFile | None = None
    settings: Settings = field(default_factory=Settings)
    sources: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    files: tuple[Path, ...] = ()
    digest: Sha256

    def wanted(self, environment: Environment) -> tuple[tuple[PackageName, tuple[str, ...]], ...]:
        """Return the names and extras that are asked for directly where ``environment`` holds; none of a lock file."""
        read = [(item.name, Requirement(item.text)) for item in self.requirements]
        return tuple(
            (name, tuple(sorted(requirement.extras)))
            for name, requirement in read
            if requirement.marker is None or requirement.marker.evaluate(dict(environment), context="requirement")  # type: ignore[arg-type]
        )


def settings_root(layer: Layer) -> Path:
    """Return the folder from which uv's settings are looked for: that of the requirements' file, or the spec's."""
    wanted = layer.source.requirements
    return (layer.root / wanted.path).parent if isinstance(wanted, RequirementFile) else layer.root


def read_request(layer: Layer) -> Request:
    """Read what a layer asks for, and the files that it names. Asks no network and starts no program.

    Raises:
        SpecError: every problem of the layer's requirements.
    """
    settings = find_settings(settings_root(layer))
    wanted = layer.source.requirements
    asked, problems, given = _from_list(wanted) if isinstance(wanted, RequirementList) else _from_file(layer, wanted)
    sources, refused = _sources(settings, asked, wanted)
    fail(SpecError, [*problems, *refused])
    files = [*given.pop("files", ()), *([layer.root / wanted.path] if isinstance(wanted, RequirementFile) else ())]
    parts: dict[str, Any] = {"requirements": tuple(asked), "settings": settings, "sources": sources, **given}
    read = tuple(dict.fromkeys(Path(os.path.abspath(item)) for item in (*files, *settings.looked_at)))  # noqa: PTH100
    return Request(**parts, files=read, digest=_digest(layer, **parts))


def _from_list(wanted: RequirementList) -> tuple[list[Asked], list[Diagnostic], dict[str, Any]]:
    read = [read_requirement(line.text, line.where) for line in wanted.lines]
    asked = [item for item in read if isinstance(item, Asked)]
    return asked, [item for item in read if isinstance(item, Diagnostic)], {}


def _from_file(layer: Layer, wanted: RequirementFile) -> tuple[list[Asked], list[Diagnostic], dict[str, Any]]:
    path = layer.root / wanted.path
    shown = os.path.normpath(os.path.join(os.path.dirname(layer.where.file), wanted.path))  # noqa: PTH118, PTH120
    if path.name == "uv.lock" or is_valid_pylock_path(path):
        ready, problems = _ready(path, shown, wanted)
        return [], problems, {} if ready is None else {"ready": ready}
    if path.name == "pyproject.toml":
        asked, problems = read_pyproject(path, shown, wanted.where, extras=wanted.extras, groups=wanted.groups)
        return asked, problems, {}
    if path.suffix == ".toml" or path.name.endswith((".lock", ".cfg", ".py")):
        hint = "it takes a requirements.txt, a `pyproject.toml`, a `uv.lock`, a `pylock.toml` or a `pylock.<name>.toml`"
        problem = Diagnostic(
            code="REQ030",
            message=f"`{shown}` is no kind of file that requirements come from",
            location=wanted.where,
            hint=hint,
        )
        return [], [problem], {}
    text = read_requirements(path, shown, wanted.where)
    given = {
        "constraints": tuple(text.constraints),
        "hashes": {name: frozenset(digests) for name, digests in text.hashes.items()},
        "require_hashes": text.require_hashes,
        "files": text.files,
    }
    return text.requirements, text.problems, given


def _ready(path: Path, shown: str, wanted: RequirementFile) -> tuple[ReadyFile | None, list[Diagnostic]]:
    loaded = load_toml(path, shown, wanted.where)
    if isinstance(loaded, Diagnostic):
        return None, [loaded]
    table, text = loaded
    pylock: Pylock | None = None
    if path.name != "uv.lock":
        read = read_pylock(table, shown, wanted)
        if isinstance(read, list):
            return None, read
        pylock = read
    ready = ReadyFile(
        path=path,
        content=Sha256(hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()),
        extras=wanted.extras,
        groups=wanted.groups,
        where=wanted.where,
        pylock=pylock,
    )
    return ready, []


def _sources(
    settings: Settings, asked: list[Asked], wanted: RequirementList | RequirementFile
) -> tuple[dict[str, list[dict[str, Any]]], list[Diagnostic]]:
    """Return the indexes that packages are pinned to, and refuse sources that are no index."""
    extras = set(wanted.extras) if isinstance(wanted, RequirementFile) else set()
    groups = set(wanted.groups) if isinstance(wanted, RequirementFile) else set()
    pinned: dict[str, list[dict[str, Any]]] = {}
    problems = []
    if settings.table.get("no-sources") is True:
        return {}, []
    for item in {item.name: item for item in asked}.values():
        for source in settings.sources.get(item.name, ()):
            if source.get("extra", "") not in {"", *extras} or source.get("group", "") not in {"", *groups}:
                continue
            if "index" in source:
                kept = {key: value for key, value in source.items() if key in {"index", "marker"}}
                pinned.setdefault(item.name, []).append(kept)
                continue
            local = "path" in source or "workspace" in source
            what = "a local folder" if local else "no index"
            problems.append(
                Diagnostic(
                    code="REQ031",
                    message=f"`[tool.uv.sources]` takes `{item.name}` from {what}",
                    location=item.where,
                    hint=OWN_CODE_REMEDY if local else WHEEL_REMEDY,
                    notes=(f"the source stands in {settings.origin}",),
                )
            )
    return pinned, problems


def _digest(  # noqa: PLR0913 - the parts of a request
    layer: Layer,
    *,
    requirements: tuple[Asked, ...],
    settings: Settings,
    sources: Mapping[str, Any],
    constraints: tuple[Asked, ...] = (),
    hashes: Mapping[PackageName, frozenset[str]] | None = None,
    require_hashes: bool = False,
    ready: ReadyFile | None = None,
) -> Sha256:
    results = settings.results if ready is None else {}
    parts = {
        "version": _DIGEST_VERSION,
        "targets": sorted(map(str, layer.targets)),
        "requirements": sorted({item.text for item in requirements}),
        "constraints": sorted({item.text for item in constraints}),
        "hashes": {name: sorted(digests) for name, digests in (hashes or {}).items()},
        "require-hashes": require_hashes,
        "ready": [ready.content, sorted(ready.extras), sorted(ready.groups)] if ready else [],
        "settings": {key: _sorted(value) for key, value in results.items()},
        "sources": {name: _sorted(entries) for name, entries in sources.items()},
    }
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), default=str)
    return Sha256(hashlib.sha256(text.encode()).hexdigest())


def _sorted(value: Any) -> Any:  # noqa: ANN401 - TOML
    if isinstance(value, list):
        return sorted(value, key=lambda item: json.dumps(item, sort_keys=True, default=str))
    return value
