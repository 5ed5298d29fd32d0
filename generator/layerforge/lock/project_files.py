"""Reads what a pyproject.toml asks for: its dependencies, extras and dependency groups (PEP 621, PEP 735)."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from layerforge.diagnostics import Diagnostic, Location
from layerforge.files import read_bytes
from layerforge.lock.asked import Asked, read_requirement, under

_OWN: Final = ""
"""Stands for the project's own dependencies among the names of extras."""


@dataclass(kw_only=True, slots=True)
class _Project:
    """A pyproject.toml while it is read."""

    table: Mapping[str, Any]
    text: str
    shown: str
    where: Location
    name: str
    asked: list[Asked] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)

    def place(self, written: str) -> Location:
        """Return where a string stands in the file: TOML's parser keeps no positions."""
        quoted = json.dumps(written, ensure_ascii=False)
        found = next((at for at in (self.text.find(quoted), self.text.find(f"'{written}'")) if at >= 0), None)
        offset = found + 1 if found is not None else self.text.find(written)
        if offset < 0:
            return Location(file=self.shown)
        start = self.text.rfind("\n", 0, offset) + 1
        line = self.text[start:].split("\n", 1)[0].rstrip("\r")
        number = self.text.count("\n", 0, offset) + 1
        return Location(file=self.shown, line=number, column=offset - start + 1, length=len(written), text=line)


def read_pyproject(
    path: Path, shown: str, where: Location, *, extras: Sequence[str], groups: Sequence[str]
) -> tuple[list[Asked], list[Diagnostic]]:
    """Return what a pyproject.toml asks for, and what is wrong with it.

    With groups alone, the project's own dependencies are left out: a group need not belong to a package.
    """
    loaded = load_toml(path, shown, where)
    if isinstance(loaded, Diagnostic):
        return [], [loaded]
    table, text = loaded
    project = table.get("project")
    name = str(project.get("name", "")) if isinstance(project, Mapping) else ""
    read = _Project(table=table, text=text, shown=shown, where=where, name=canonicalize_name(name))
    for group in groups:
        _group(read, group, ())
    if extras or not groups:
        _dependencies(read, extras)
    return read.asked, read.problems


def load_toml(path: Path, shown: str, where: Location) -> tuple[dict[str, Any], str] | Diagnostic:
    """Return a TOML file's table and text, or what is wrong with it."""
    try:
        text = read_bytes(path).decode("utf-8-sig")
        return tomllib.loads(text), text
    except OSError as error:
        return Diagnostic(
            code="REQ010",
            message=f"`{shown}` cannot be read: {error.strerror}",
            location=where,
            hint="paths are relative to the spec",
        )
    except UnicodeDecodeError:
        hint = "save it as UTF-8: TOML knows no other encoding"
        return Diagnostic(code="REQ011", message=f"`{shown}` is not text in UTF-8", location=where, hint=hint)
    except ValueError as error:
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line, column = (int(found[1]), int(found[2])) if found else (None, None)
        reason = re.sub(r"\s*\(at .*\)$", "", str(error))
        place = Location(file=shown, line=line, column=column)
        hint = "mend the file; what made it can tell more"
        return Diagnostic(code="REQ020", message=f"`{shown}` is not TOML: {reason}", location=place, hint=hint)


def _dependencies(read: _Project, extras: Iterable[str], chain: tuple[str, ...] = (), marker: str = "") -> None:
    """Take the project's own dependencies, unless the chain has been there, and those of extras.

    Args:
        read: what has been read so far.
        extras: names of optional dependencies.
        chain: the extras on the way, and `_OWN` once the own dependencies are taken.
        marker: what the project itself is asked for under.
    """
    project = read.table.get("project")
    if not isinstance(project, Mapping):
        hint = "name a `group` of its `[dependency-groups]`, or list the requirements in the spec"
        _problem(read, "REQ021", f"`{read.shown}` has no `[project]` table", Location(file=read.shown), hint)
        return
    extras = tuple(extras)
    dynamic = _list(read, project.get("dynamic", []), "dynamic")
    wanted = ["dependencies"] + (["optional-dependencies"] if extras else [])
    for key in wanted:
        if key in dynamic:
            message = f"the project's `{key}` are dynamic: its build backend would have to be run to know them"
            hint = f"write them into `[project] {key}`, or name the file that they come from, such as requirements.txt"
            _problem(read, "REQ022", message, read.place(key), hint)
    if _OWN not in chain:
        chain = (*chain, _OWN)
        own = _list(read, project.get("dependencies", []), "dependencies")
        _requirements(read, own, "dependencies", chain, marker)
    optional = _lists(read, project.get("optional-dependencies", {}), "optional-dependencies") if extras else {}
    for extra in extras:
        name = canonicalize_name(extra)
        if name in optional:
            if name not in chain:
                _requirements(read, optional[name], extra, (*chain, name), marker)
            continue
        known = ", ".join(f"`{item}`" for item in sorted(optional)) or "none"
        _problem(read, "REQ023", f"`{read.shown}` has no extra `{extra}`", read.where, f"it has: {known}")


def _group(read: _Project, group: str, chain: tuple[str, ...]) -> None:
    groups = _lists(read, read.table.get("dependency-groups", {}), "dependency-groups")
    name = canonicalize_name(group)
    if name in chain:
        cycle = " → ".join([*chain, name])
        _problem(
            read, "REQ025", f"the dependency groups include each other: {cycle}", read.place(group), "break the circle"
        )
        return
    if name not in groups:
        known = ", ".join(f"`{item}`" for item in sorted(groups)) or "none"
        where = read.place(group) if chain else read.where
        _problem(read, "REQ024", f"`{read.shown}` has no dependency group `{group}`", where, f"it has: {known}")
        return
    _requirements(read, [item for item in groups[name] if not isinstance(item, Mapping)], group)
    for item in groups[name]:
        if isinstance(item, Mapping):
            included = item.get("include-group")
            if isinstance(included, str) and len(item) == 1:
                _group(read, included, (*chain, name))
            else:
                _misshapen(read, group)


def _requirements(read: _Project, items: list[Any], name: str, chain: tuple[str, ...] = (), marker: str = "") -> None:
    """Take requirements. One of the project itself stands for its dependencies, with the extras that it names."""
    for item in items:
        if not isinstance(item, str):
            _misshapen(read, name)
            continue
        asked = read_requirement(item, read.place(item))
        if isinstance(asked, Diagnostic):
            _tell(read, asked)
        elif asked.name == read.name:
            itself = Requirement(under(asked, marker).text)
            _dependencies(read, sorted(itself.extras), chain, str(itself.marker or ""))
        else:
            read.asked.append(under(asked, marker))


def _lists(read: _Project, table: Any, name: str) -> dict[str, list[Any]]:  # noqa: ANN401 - TOML
    """Return a table of lists by normalised name; complain where it is something else."""
    if not isinstance(table, Mapping):
        _misshapen(read, name)
        return {}
    return {canonicalize_name(str(key)): _list(read, items, str(key)) for key, items in table.items()}


def _list(read: _Project, items: Any, name: str) -> list[Any]:  # noqa: ANN401 - TOML
    if isinstance(items, list):
        return items
    _misshapen(read, name)
    return []


def _misshapen(read: _Project, name: str) -> None:
    hint = 'requirements are lists of texts: `dependencies = ["name==1.2.3"]`'
    _problem(read, "REQ027", f"`{name}` is no list of requirements", read.place(name), hint)


def _problem(read: _Project, code: str, message: str, where: Location, hint: str) -> None:
    _tell(read, Diagnostic(code=code, message=message, location=where, hint=hint))


def _tell(read: _Project, problem: Diagnostic) -> None:
    """Keep a problem, once however many ways lead to it."""
    if problem not in read.problems:
        read.problems.append(problem)
