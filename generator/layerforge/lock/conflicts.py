"""Reads a lock that a version control system left with conflict markers in it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NoReturn

from layerforge.diagnostics import Diagnostic, SpecError
from layerforge.lock.positions import Source
from layerforge.lock.reader import read_text
from layerforge.lock.roots import union_of_roots
from layerforge.lock.types import ArtifactRecord, ExternalRecord, Lock, LockedUnit, Pin, UnitId

_MARKER: Final = re.compile(r"(?P<sign><{7,}|\|{7,}|={7,}|>{7,})(?: [^\r\n]*)?\r?\n?")
_ANY_MARKER: Final = re.compile(r"^(?:<{7,}|\|{7,}|={7,}|>{7,})(?: .*)?\r?$", re.MULTILINE)
_MOST_SIDES: Final = 16

_Line = tuple[int, str]
"""A line's number in the file, and its text with its end."""


def has_markers(text: str) -> bool:
    """Return whether a text holds a conflict marker. No line of a lock can look like one."""
    return _ANY_MARKER.search(text) is not None


def heal(text: str, *, file: str) -> tuple[Lock, Mapping[UnitId, tuple[LockedUnit, ...]]]:
    """Return what the sides of a conflicted lock agree on, and what each says of the rest.

    A unit that only some sides have stays as it is: whether it belongs is for the spec to say.

    Raises:
        SpecError: ``LOCK009`` the markers do not fit together; or one side alone is no lock.
    """
    lines = list(enumerate(re.findall(r"[^\n]*\n|[^\n]+", text), start=1))
    sides = [
        read_text(
            Source(file=file, text="".join(part for _, part in side), numbers=[number for number, _ in side]), side=True
        )
        for side in _all_sides(lines, file)
    ]
    units: dict[UnitId, LockedUnit] = {}
    disputed: dict[UnitId, tuple[LockedUnit, ...]] = {}
    for name in sorted({name for side in sides for name in (*side.lock.units, *side.mixed)}):
        whole = dict.fromkeys(side.lock.units[name] for side in sides if name in side.lock.units)
        mixed = dict.fromkeys(unit for side in sides for unit in side.mixed.get(name, ()))
        missing = any(name in side.mixed and name not in side.lock.units for side in sides)
        if missing or len({(unit.inputs.pins, unit.inputs.request) for unit in whole}) > 1:
            disputed[name] = (*whole, *mixed)
        else:
            units[name] = _settle(tuple(whole))
    locks = [side.lock for side in sides]
    return Lock(units=units, externals=_externals(locks), roots=union_of_roots(locks)), disputed


def _externals(sides: Sequence[Lock]) -> Mapping[str, ExternalRecord]:
    """Return what sides know of layers of others. What they differ in is asked of AWS again: one of them is wrong."""
    found: dict[str, set[ExternalRecord]] = {}
    for side in sides:
        for arn, record in side.externals.items():
            found.setdefault(arn, set()).add(record)
    return {arn: records.pop() for arn, records in found.items() if len(records) == 1}


def prefer_higher(pins: Iterable[Pin]) -> tuple[Pin, ...]:
    """Return pins by name, each once, the higher version of a package first."""
    unique = sorted(set(pins))
    if len({pin.name for pin in unique}) == len({(pin.name, pin.version) for pin in unique}):
        return tuple(unique)
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415 - only where versions differ

    def rank(pin: Pin) -> tuple[bool, Version, str]:
        try:
            return True, Version(pin.version), pin.version
        except InvalidVersion:
            return False, Version("0"), pin.version

    unique.sort(key=rank, reverse=True)
    return tuple(sorted(unique, key=lambda pin: pin.name))


def _settle(versions: Sequence[LockedUnit]) -> LockedUnit:
    """Return what versions of a unit come down to that have the same pins: one that was built, if any was."""
    best = max(versions, key=lambda unit: (unit.built is not None, unit.artifact is not None, unit.format))
    rivals = {
        unit.artifact for unit in versions if unit.built and (unit.inputs, unit.format) == (best.inputs, best.format)
    }
    return best if len(rivals) < 2 else replace(best, artifact=None)


def surviving_record(versions: Iterable[LockedUnit], unit: LockedUnit) -> ArtifactRecord | None:
    """Return the record that a disputed unit keeps now that its inputs are known.

    It is that of the side which had these very inputs, else a stale one of the highest format: it says with which
    format the unit is built.
    """
    records = [version.artifact for version in versions if version.artifact is not None]
    fitting = {record for record in records if record.inputs == unit.inputs.digest}
    best = max((record.format for record in fitting or records), default=0)
    candidates = [record for record in (fitting or records) if record.format == best]
    if fitting and len(candidates) > 1:
        return None
    return min(candidates, key=lambda record: record.sha256, default=None)


def _all_sides(lines: list[_Line], file: str) -> list[list[_Line]]:
    """Return the file as each side has it, of nested conflicts too."""
    done: dict[str, list[_Line]] = {}
    waiting = [lines]
    while waiting:
        current = waiting.pop(0)
        if any(_MARKER.fullmatch(text) for _, text in current):
            waiting[:0] = _Cut(file).sides(current)
        else:
            done.setdefault("".join(text for _, text in current), current)
        if len(waiting) + len(done) > _MOST_SIDES:
            _broken(file, current[0], "the conflict has too many sides")
    return list(done.values())


@dataclass(kw_only=True, slots=True)
class _Conflict:
    """The conflict that a walk over the lines is in: where it opened, its section, how many are open inside."""

    opened: _Line
    section: str = "<"
    inside: int = 0


class _Cut:
    """Splits lines with outermost conflicts into two texts; conflicts inside of these stay."""

    def __init__(self, file: str) -> None:
        self._file = file

    def sides(self, lines: Iterable[_Line]) -> Iterator[list[_Line]]:
        ours: list[_Line] = []
        theirs: list[_Line] = []
        conflict: _Conflict | None = None
        for line in lines:
            found = _MARKER.fullmatch(line[1])
            sign = found["sign"][0] if found else ""
            if conflict is None:
                if sign == "<":
                    conflict = _Conflict(opened=line)
                elif sign:
                    _broken(self._file, line, f"`{sign * 7}` without a `{'<' * 7}` before it")
                else:
                    ours.append(line)
                    theirs.append(line)
            elif conflict.inside or sign in {"", "<"}:
                conflict.inside += {"<": 1, ">": -1}.get(sign, 0)
                {"<": ours, "=": theirs}.get(conflict.section, []).append(line)
            else:
                conflict = self._step(conflict, sign, line)
        if conflict is not None:
            _broken(self._file, conflict.opened, f"`{'<' * 7}` without its `{'>' * 7}`")
        yield from (ours, theirs)

    def _step(self, conflict: _Conflict, sign: str, line: _Line) -> _Conflict | None:
        """Go on to the conflict's next section."""
        if (conflict.section, sign) not in {("<", "|"), ("<", "="), ("|", "="), ("=", ">")}:
            _broken(self._file, line, f"`{sign * 7}` where it cannot stand")
        return None if sign == ">" else replace(conflict, section=sign)


def _broken(file: str, line: _Line, reason: str) -> NoReturn:
    number, text = line
    raise SpecError(
        Diagnostic(
            code="LOCK009",
            message=f"the conflict markers in the lock do not fit together: {reason}",
            location=Source(file=file, text=text, numbers=[number]).at(0, length=max(1, len(text.rstrip()))),
            hint="take the lock of one branch whole, such as with `git checkout --ours`, then run `layerforge gen`",
        )
    )
