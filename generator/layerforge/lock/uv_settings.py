"""The user's uv settings: found as uv finds them, and carried into the generated project that is resolved."""

import functools
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from layerforge.diagnostics import Diagnostic, Location, SpecError
from layerforge.files import read_bytes
from layerforge.lock.uv_keys import CHANGES_RESULTS, PROJECT_ONLY, SAYS_WHERE, misspelt
from layerforge.paths import expanded

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexUrl:
    """One place of packages as a settings file writes it: an index, or a find-links page or folder.

    Attributes:
        name: of a named index.
        url: relative paths made absolute; may hold credentials, hence not shown.
    """

    name: str | None
    url: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The project-level settings of uv that apply to a folder.

    Attributes:
        origin: the file that they come from; ``None`` where there is none.
        table: what is carried, relative paths made absolute.
        sources: ``[tool.uv.sources]``: per package what it is pinned to.
        looked_at: every file that was read, or would have been if it were there.
    """

    origin: Path | None = None
    table: Mapping[str, Any] = field(default_factory=dict, repr=False)
    sources: Mapping[str, Any] = field(default_factory=dict, repr=False)
    looked_at: tuple[Path, ...] = ()

    @property
    def where(self) -> dict[str, Any]:
        """The part that says where packages come from."""
        return {key: self.table[key] for key in SAYS_WHERE if key in self.table}

    @property
    def results(self) -> dict[str, Any]:
        """The part that changes what a resolution comes to."""
        return {key: self.table[key] for key in CHANGES_RESULTS if key in self.table}


def without_config(environment: Mapping[str, str]) -> bool:
    """Tell whether uv is told to read no settings file at all."""
    return environment.get("UV_NO_CONFIG", "").lower() in {"1", "true", "t", "yes", "y", "on"}


def find_settings(folder: Path) -> Settings:
    """Return the settings that uv would apply in a folder: ``UV_CONFIG_FILE``, or the nearest file upward.

    A ``uv.toml`` wins over the ``[tool.uv]`` beside it. A ``pyproject.toml`` without ``[tool.uv]`` is passed over.

    Raises:
        SpecError: ``UV030`` a settings file cannot be read.
    """
    chosen = os.environ.get("UV_CONFIG_FILE")
    if chosen:
        path = Path(chosen).absolute()
        return replace(_settings(path, _toml(path), {}), looked_at=(path,))
    if without_config(os.environ):
        return Settings()
    looked_at: list[Path] = []
    for place in (folder.absolute(), *folder.absolute().parents):
        own, project = place / "uv.toml", place / "pyproject.toml"
        looked_at += [own, project]
        tool = _tool_uv(project) if project.is_file() else None
        if own.is_file():
            return replace(_settings(own, _toml(own), tool or {}), looked_at=tuple(looked_at))
        if tool is not None:
            found = _workspace_settings(project, tool)
            origin = () if found.origin is None else (found.origin,)
            return replace(found, looked_at=tuple(dict.fromkeys([*looked_at, *origin])))
    return Settings(looked_at=tuple(looked_at))


def find_indexes(folder: Path) -> tuple[IndexUrl, ...]:
    """Return the places of packages that uv's settings files name: those for a folder, the user's and the system's.

    Raises:
        SpecError: ``UV030`` a settings file cannot be read.
    """
    tables = (find_settings(folder).table, *machine_tables())
    return tuple(place for table in tables for place in _indexes(table))


def machine_tables() -> tuple[Mapping[str, Any], ...]:
    """Return the user's and the system's settings. uv applies them by itself, so they are not carried."""
    if os.environ.get("UV_CONFIG_FILE") or without_config(os.environ):
        return ()
    return tuple(_settings(path, _toml(path), {}).table for path in _machine_files())


def _indexes(table: Mapping[str, Any]) -> list[IndexUrl]:
    named = [IndexUrl(name=item.get("name"), url=str(item["url"])) for item in table.get("index", ()) if "url" in item]
    single = [table["index-url"]] if "index-url" in table else []
    others = [*single, *table.get("extra-index-url", ()), *table.get("find-links", ())]
    return named + [IndexUrl(name=None, url=str(url)) for url in others]


def _machine_files() -> list[Path]:
    """Return the user's and the system's uv.toml, as far as they exist, nearest first."""
    user = expanded(os.environ.get("XDG_CONFIG_HOME") or "~/.config") / "uv" / "uv.toml"
    shared = [
        Path(item) / "uv" / "uv.toml" for item in os.environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":") if item
    ]
    system = next((path for path in (*shared, Path("/etc/uv/uv.toml")) if path.is_file()), None)
    return [path for path in (user, system) if path is not None and path.is_file()]


def _workspace_settings(project: Path, tool: Mapping[str, Any]) -> Settings:
    """Return a project's settings; a workspace's member takes its root's, and its own sources (uv's own rule)."""
    member = project.parent
    if "workspace" not in tool:
        for place in member.parents:
            root = place / "pyproject.toml"
            above = _tool_uv(root) if root.is_file() else None
            if above is not None and _is_member(member, place, above.get("workspace")):
                outer = place / "uv.toml"
                table = _toml(outer) if outer.is_file() else above
                found = _settings(outer if outer.is_file() else root, table, above)
                own = _settings(project, {}, tool).sources
                return Settings(origin=found.origin, table=found.table, sources={**found.sources, **own})
    return _settings(project, tool, tool)


def _is_member(member: Path, root: Path, workspace: object) -> bool:
    if not isinstance(workspace, Mapping):
        return False
    inside = any(member in root.glob(str(glob)) for glob in workspace.get("members", ()))
    return inside and not any(member in root.glob(str(glob)) for glob in workspace.get("exclude", ()))


def _settings(path: Path, table: Mapping[str, Any], project: Mapping[str, Any]) -> Settings:
    merged = {key: value for key, value in project.items() if key in PROJECT_ONLY} | dict(table)
    for key, meant in misspelt(merged):
        raise SpecError(_unreadable(path, f"says `{key}`, which uv does not know", meant))
    carried = {key: merged[key] for key in (*CHANGES_RESULTS, *SAYS_WHERE) if key in merged}
    try:
        return Settings(
            origin=path,
            table={key: _absolute(key, value, path.parent) for key, value in carried.items()},
            sources=_sources(merged.get("sources", {})),
        )
    except (AttributeError, TypeError, ValueError) as error:
        raise SpecError(_unreadable(path, f"has a form that uv does not know: {error}")) from error


def _sources(table: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    from packaging.utils import canonicalize_name  # noqa: PLC0415 - the fetcher reads settings and needs no packaging

    return {
        canonicalize_name(name): [dict(item) for item in (entry if isinstance(entry, list) else [entry])]
        for name, entry in table.items()
    }


def _absolute(key: str, value: Any, folder: Path) -> Any:  # noqa: ANN401 - TOML
    if key == "index":
        return [{**item, "url": _place(item["url"], folder)} if "url" in item else dict(item) for item in value]
    if key in {"find-links", "extra-index-url"}:
        return [_place(item, folder) for item in value]
    if key == "index-url":
        return _place(value, folder)
    if key == "cache-dir":
        return str(folder / expanded(value))
    return value


def _place(text: str, folder: Path) -> str:
    """Return a URL as it is, and a path absolute."""
    return text if _SCHEME.match(text) else str(folder / expanded(text))


def _tool_uv(project: Path) -> Mapping[str, Any] | None:
    tool = _toml(project).get("tool", {})
    table = tool.get("uv") if isinstance(tool, Mapping) else None
    return table if isinstance(table, Mapping) else None


def _toml(path: Path) -> Mapping[str, Any]:
    try:
        return _parsed(read_bytes(path).decode("utf-8-sig"))
    except OSError as error:
        raise SpecError(_unreadable(path, f"cannot be read: {error.strerror}")) from error
    except ValueError as error:
        raise SpecError(_unreadable(path, f"is not TOML: {error}")) from error


@functools.lru_cache(maxsize=16)
def _parsed(text: str) -> Mapping[str, Any]:
    """Parse TOML, once for all layers that have the same file above them."""
    return tomllib.loads(text)


def _unreadable(path: Path, message: str, hint: str | None = None) -> Diagnostic:
    return Diagnostic(
        code="UV030",
        message=f"uv's settings file {message}",
        location=Location(file=str(path)),
        hint=hint or "`layerforge` carries uv's settings into what it resolves, so it has to read them",
    )
