"""Reads the text of a lock: strictly, and with everything that is wrong with it at once."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from layerforge.diagnostics import SpecError, in_file_order
from layerforge.lock.json_text import Checker, Object, parse, shown
from layerforge.lock.positions import JsonPath, Source
from layerforge.lock.types import (
    LOCK_VERSION,
    NEWEST_FORMAT,
    NO_REQUEST,
    ArtifactRecord,
    ExternalRecord,
    Inputs,
    Lock,
    LockedUnit,
    Pin,
    UnitId,
)
from layerforge.names import LAYER_NAME, LAYER_VERSION_ARN, REGION, LayerName, PackageName, Sha256, UnitKey
from layerforge.plan.function_types import CODE

_NEWER: Final = "install the layerforge that wrote it, or a newer one"

_UNIT_KEY: Final = re.compile(rf"(?!{CODE}$)[a-z0-9][a-z0-9_]*(?:-[a-z0-9_]+)*")
_CODE_KEY: Final = re.compile(CODE)
_PACKAGE: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_VERSION: Final = re.compile(r"[0-9][0-9a-z.!+]*")
_TAG: Final = r"[A-Za-z0-9_.]+"
_WHEEL: Final = re.compile(rf"(?P<name>{_TAG})-[A-Za-z0-9_.!+]+(?:-[0-9][A-Za-z0-9_.]*)?-{_TAG}-{_TAG}-{_TAG}\.whl")
_ROOT: Final = re.compile(r"(?:(?!\.\.?(?:/|$))[^/\\\x00-\x1f]+(?:/(?=.)|$))+")
_SEPARATORS: Final = re.compile(r"[-_.]+")
_OWN: Final = ("fields", "own_files")
_OWN_MORE: Final = ("own_names", "own_text")
_NONE: Final = Inputs(pins=(), request=Sha256(""), own_files=Sha256(""), fields=Sha256(""))


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """What a text holds.

    Attributes:
        lock: the units that are as somebody resolved them.
        mixed: those whose pins do not belong together, merged line by line or edited; and, of one side of a
            conflict, those that are there twice and differ. There, a unit may be in ``lock`` as well.
    """

    lock: Lock
    mixed: Mapping[UnitId, tuple[LockedUnit, ...]]


def read_text(source: Source, *, side: bool = False) -> Read:
    """Return what a lock's text holds. Where it is one side of a conflict, merged lines may be there twice.

    Raises:
        SpecError: ``LOCK002`` no JSON, ``LOCK003`` another form, ``LOCK004`` a newer version of the lock's layout,
            ``LOCK005`` no digest, ``LOCK006`` no wheel's file name, ``LOCK007`` something is there twice,
            ``LOCK008`` a newer archive format.
    """
    reader = _Reader(Checker(source, doubles=side))
    reader.document(parse(source))
    if reader.check.problems:
        raise SpecError(in_file_order(reader.check.problems, [source.file]))
    whole = {name: units[0] for name, units in reader.whole.items() if len(set(units)) == 1}
    rivals = {name: units for name, units in reader.whole.items() if name not in whole}
    names = {**rivals, **reader.mixed}
    mixed = {name: (*rivals.get(name, ()), *reader.mixed.get(name, ())) for name in names}
    return Read(lock=Lock(units=whole, externals=reader.externals, roots=reader.roots), mixed=mixed)


class _Reader:
    """Turns parsed JSON into a lock."""

    def __init__(self, check: Checker) -> None:
        self.check = check
        self.whole: dict[UnitId, list[LockedUnit]] = {}
        self.mixed: dict[UnitId, list[LockedUnit]] = {}
        self.externals: dict[str, ExternalRecord] = {}
        self.roots: dict[str, str] = {}

    def document(self, value: object) -> None:
        version = value.get("version") if isinstance(value, Object) else None
        if type(version) is int and version > LOCK_VERSION:  # which may mean anything: judge nothing else
            message = f"the lock has version {shown(version)}, and this layerforge knows versions up to {LOCK_VERSION}"
            self.check.add("LOCK004", message, ("version",), hint=_NEWER)
            return
        root = self.check.fields(value, (), ("layers", "version"), ("externals", "functions", "roots")) or Object()
        self.check.count(root, "version", (), least=1)
        for name, keys in self._named(root.get("layers", Object()), ("layers",), LAYER_NAME, "the name of a layer"):
            for key, unit in self._named(keys, ("layers", name), _UNIT_KEY, "the key of a unit"):
                self._unit((LayerName(name), UnitKey(key)), unit, ("layers", name, key))
        functions = root.get("functions", Object())
        for name, keys in self._named(functions, ("functions",), LAYER_NAME, "the name of a function"):
            for key, unit in self._named(keys, ("functions", name), _CODE_KEY, f"`{CODE}`"):
                self._unit((LayerName(name), UnitKey(key)), unit, ("functions", name, key))
        externals = root.get("externals", Object())
        for arn, sizes in self._named(externals, ("externals",), LAYER_VERSION_ARN, "the ARN of a layer version"):
            self._external(arn, sizes, ("externals", arn))
        roots = root.get("roots", Object())
        for path, region in self._named(roots, ("roots",), _ROOT, "the path of a root"):
            if isinstance(region, str) and REGION.fullmatch(region):
                self.roots[path] = region
            else:
                self.check.add("LOCK003", f"`{path}` is {shown(region)}, not the name of a Region", ("roots", path))

    def _named(
        self, value: object, path: JsonPath, pattern: re.Pattern[str], kind: str
    ) -> Iterator[tuple[str, object]]:
        """Yield the members of an object whose keys are names."""
        for key, member in (self.check.table(value, path) or Object()).all_items():
            if pattern.fullmatch(key):
                yield key, member
            else:
                self.check.add("LOCK003", f"`{key}` is not {kind}", (*path, key), key=True)

    def _unit(self, name: UnitId, value: object, path: JsonPath) -> None:
        doubled = self.check.doubled
        unit = self.check.fields(value, path, ("artifact", "inputs")) or Object()
        record = None if unit.get("artifact") is None else self._artifact(unit["artifact"], (*path, "artifact"))
        if "inputs" not in unit:
            inputs, fits = _NONE, False
        elif name[1] == CODE:
            inputs, fits = self._code_inputs(unit["inputs"], (*path, "inputs")), True
        else:
            inputs, resolution = self._inputs(unit["inputs"], (*path, "inputs"))
            fits = resolution == inputs.resolution(name)
        is_whole = fits and self.check.doubled == doubled
        (self.whole if is_whole else self.mixed).setdefault(name, []).append(LockedUnit(inputs=inputs, artifact=record))

    def _external(self, arn: str, value: object, path: JsonPath) -> None:
        table = self.check.fields(value, path, ("unzipped_size", "zipped_size")) or Object()
        self.externals[arn] = ExternalRecord(
            zipped_size=self.check.count(table, "zipped_size", path, least=0),
            unzipped_size=self.check.count(table, "unzipped_size", path, least=0),
        )

    def _inputs(self, value: object, path: JsonPath) -> tuple[Inputs, str]:
        """Return a unit's inputs, and the digest that its request and pins had when they were resolved."""
        table = self.check.fields(value, path, (*_OWN, "pins", "request", "resolution"), _OWN_MORE)
        if table is None:
            return _NONE, ""
        pins, request = self._pins(table.get("pins", []), (*path, "pins")), self.check.digest(table, "request", path)
        inputs = Inputs(pins=pins, request=request, **self._digests(table, path))
        return inputs, self.check.digest(table, "resolution", path)

    def _code_inputs(self, value: object, path: JsonPath) -> Inputs:
        """Return the inputs of a function's code, which has own files and nothing else."""
        table = self.check.fields(value, path, _OWN, _OWN_MORE)
        return _NONE if table is None else Inputs(pins=(), request=NO_REQUEST, **self._digests(table, path))

    def _digests(self, table: Object, path: JsonPath) -> dict[str, Any]:
        there = (*_OWN, *(key for key in _OWN_MORE if key in table))
        return {key: self.check.digest(table, key, path) for key in there}

    def _pins(self, value: object, path: JsonPath) -> tuple[Pin, ...]:
        if not isinstance(value, list):
            self.check.add("LOCK003", f"`pins` is {shown(value)}, not a list", path)
            return ()
        pins: list[Pin] = []
        for index, item in enumerate(value):
            pin = self._pin(item, (*path, index))
            if pin.name and pin.name in {other.name for other in pins}:
                self.check.twice(pin.name, (*path, index))
            pins.append(pin)
        return tuple(sorted(pins))

    def _pin(self, value: object, path: JsonPath) -> Pin:
        table = self.check.fields(value, path, ("file", "name", "sha256", "version")) or Object()
        name = self.check.text(table, "name", path, _PACKAGE, "a normalised package name")
        file = self.check.text(table, "file", path, _WHEEL, "the file name of a wheel", code="LOCK006")
        if name and file and _SEPARATORS.sub("-", file.partition("-")[0]).lower() != name:
            self.check.add("LOCK006", f"the wheel `{file}` is not one of `{name}`", (*path, "file"))
        version = self.check.text(table, "version", path, _VERSION, "a normalised version")
        return Pin(name=PackageName(name), version=version, file=file, sha256=self.check.digest(table, "sha256", path))

    def _artifact(self, value: object, path: JsonPath) -> ArtifactRecord | None:
        fields = ("format", "inputs", "sha256", "unzipped_size", "zipped_size")
        table = self.check.fields(value, path, fields)
        if table is None:
            return None
        number = self.check.count(table, "format", path, least=1)
        if number > NEWEST_FORMAT:
            message = (
                f"the artifact has archive format {shown(number)}, and this layerforge builds up to {NEWEST_FORMAT}"
            )
            self.check.add("LOCK008", message, (*path, "format"), hint=_NEWER)
        return ArtifactRecord(
            inputs=self.check.digest(table, "inputs", path),
            format=number,
            sha256=self.check.digest(table, "sha256", path),
            zipped_size=self.check.count(table, "zipped_size", path, least=0),
            unzipped_size=self.check.count(table, "unzipped_size", path, least=0),
        )
