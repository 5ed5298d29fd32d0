"""The lock file: where it lies, how it is read, and the one text that a lock has."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from layerforge.diagnostics import Diagnostic, Location, OutsideError, SpecError
from layerforge.files import read_bytes
from layerforge.lock.conflicts import has_markers, heal, prefer_higher
from layerforge.lock.json_text import WRITTEN_BY_US
from layerforge.lock.positions import Source
from layerforge.lock.reader import read_text
from layerforge.lock.types import (
    LOCK_VERSION,
    ArtifactRecord,
    ExternalRecord,
    Inputs,
    Lock,
    LockedUnit,
    Pin,
    UnitId,
    section_of,
)

_SUFFIX: Final = ".lock.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredLock:
    """What a lock file holds.

    Attributes:
        lock: its units, those apart that are disputed.
        disputed: the units that must be resolved anew, as each side of a conflict has them, or as a merge without
            markers mixed them.
        conflicted: whether there are conflict markers in the file.
        exists: whether there is a file at all.
    """

    lock: Lock = field(default_factory=Lock)
    disputed: Mapping[UnitId, tuple[LockedUnit, ...]] = field(default_factory=dict)
    conflicted: bool = False
    exists: bool = True

    @property
    def preferences(self) -> tuple[Pin, ...]:
        """The pins of all sides of the disputed units, by name, the higher version first."""
        return prefer_higher(pin for sides in self.disputed.values() for unit in sides for pin in unit.inputs.pins)


def lock_path(spec: Path) -> Path:
    """Return the path of a spec's lock: ``layers.yaml`` has ``layers.lock.json`` beside it."""
    return spec.with_name(spec.stem + _SUFFIX)


def read_lock(path: Path, *, shown: str | None = None) -> StoredLock:
    """Read a lock file; none is an empty lock.

    Args:
        path: the lock file.
        shown: its path for messages; without it, relative to the working folder.

    Raises:
        OutsideError: ``LOCK001`` the file cannot be read.
        SpecError: ``LOCK002`` to ``LOCK009`` it is no lock.
    """
    name = os.path.relpath(path) if shown is None else shown
    try:
        data = read_bytes(path)
    except FileNotFoundError:
        return StoredLock(exists=False)
    except OSError as error:
        problem = Diagnostic(
            code="LOCK001",
            message=f"the lock cannot be read: {error.strerror}",
            location=Location(file=name),
            hint="see that it is a file and that you may read it",
        )
        raise OutsideError(problem) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = Diagnostic(
            code="LOCK002",
            message="the lock is not UTF-8 text",
            location=Location(file=name, line=line),
            hint=WRITTEN_BY_US,
        )
        raise SpecError(problem) from error
    if has_markers(text):
        lock, disputed = heal(text, file=name)
        return StoredLock(lock=lock, disputed=disputed, conflicted=True)
    read = read_text(Source(file=name, text=text))
    return StoredLock(lock=read.lock, disputed=read.mixed)


def dump_lock(lock: Lock) -> str:
    """Return the text of a lock: sorted keys, one field a line and one pin a line."""
    sections: dict[str, dict[str, dict[UnitId, LockedUnit]]] = {"layers": {}}
    for name, unit in sorted(lock.units.items()):
        sections.setdefault(section_of(name[1]), {}).setdefault(name[0], {})[name] = unit
    members = [(section, _units(items)) for section, items in sections.items()]
    if lock.externals:
        members.append(("externals", _object(map(_external, sorted(lock.externals.items())), 1)))
    if lock.roots:
        roots = ((path, json.dumps(region)) for path, region in sorted(lock.roots.items()))
        members.append(("roots", _object(roots, 1)))
    return _object(sorted([*members, ("version", str(LOCK_VERSION))]), 0) + "\n"


def _units(items: Mapping[str, Mapping[UnitId, LockedUnit]]) -> str:
    return _object(
        (
            (name, _object(((unit_id[1], _unit(unit_id, unit)) for unit_id, unit in units.items()), 2))
            for name, units in items.items()
        ),
        1,
    )


def _external(external: tuple[str, ExternalRecord]) -> tuple[str, str]:
    arn, record = external
    return arn, _object(((name, str(getattr(record, name))) for name in ("unzipped_size", "zipped_size")), 2)


def _unit(name: UnitId, unit: LockedUnit) -> str:
    return _object((("artifact", _artifact(unit.artifact)), ("inputs", _inputs(name, unit.inputs))), 3)


def _artifact(record: ArtifactRecord | None) -> str:
    if record is None:
        return "null"
    fields = ("format", "inputs", "sha256", "unzipped_size", "zipped_size")
    return _object(((name, json.dumps(getattr(record, name))) for name in fields), 4)


def _inputs(name: UnitId, inputs: Inputs) -> str:
    inputs = replace(inputs, pins=tuple(sorted(inputs.pins)))
    fields = ("fields", "own_files", "own_names", "own_text")
    digests = [(field, json.dumps(value)) for field in fields if (value := getattr(inputs, field)) is not None]
    if section_of(name[1]) == "functions":
        return _object(digests, 4)
    rest = (("request", json.dumps(inputs.request)), ("resolution", json.dumps(inputs.resolution(name))))
    return _object((*digests, ("pins", _pins(inputs.pins)), *rest), 4)


def _pins(pins: Iterable[Pin]) -> str:
    lines = [
        json.dumps({"file": pin.file, "name": pin.name, "sha256": pin.sha256, "version": pin.version}) for pin in pins
    ]
    return _block("[", lines, "]", 5)


def _object(members: Iterable[tuple[str, str]], depth: int) -> str:
    return _block("{", [f"{json.dumps(name)}: {value}" for name, value in members], "}", depth)


def _block(opening: str, lines: list[str], closing: str, depth: int) -> str:
    if not lines:
        return opening + closing
    inner, outer = "\n" + "  " * (depth + 1), "\n" + "  " * depth
    return opening + inner + f",{inner}".join(lines) + outer + closing
