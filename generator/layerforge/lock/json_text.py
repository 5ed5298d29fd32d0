"""Parses JSON strictly and checks the form of its values, collecting every problem with its place."""

import json
import re
from collections.abc import Iterable
from typing import Any, Final, NoReturn

from layerforge.diagnostics import Diagnostic, SpecError
from layerforge.lock.positions import JsonPath, Source
from layerforge.names import SHA256, Sha256

WRITTEN_BY_US: Final = (
    "the lock is written by `layerforge lock` and not edited by hand: take the last good one from version control, "
    "or delete the file and run `layerforge gen`, which may bring newer versions"
)
_LONGEST: Final = 80
_KINDS: Final = {type(None): "null", list: "a list", float: "a number with a fraction"}


class Object(dict[str, Any]):
    """A JSON object that remembers what it was given twice.

    Attributes:
        twice: the keys in question.
        pairs: all keys and values; empty where no key is there twice.
    """

    twice: tuple[str, ...] = ()
    pairs: tuple[tuple[str, Any], ...] = ()

    def all_items(self) -> Iterable[tuple[str, Any]]:
        """Return all keys and values, also of keys that are there twice."""
        return self.pairs or self.items()


def parse(source: Source) -> object:
    """Return the parsed text.

    Raises:
        SpecError: ``LOCK002`` it is no JSON.
    """
    try:
        value: object = json.loads(source.text, object_pairs_hook=_object, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise SpecError(_no_json(source, error.msg[:1].lower() + error.msg[1:], error.pos)) from error
    except RecursionError as error:
        raise SpecError(_no_json(source, "it has too many levels", 0)) from error
    except ValueError as error:  # NaN, or a number of thousands of digits
        raise SpecError(_no_json(source, str(error).partition(":")[0], 0)) from error
    return value


def _no_json(source: Source, reason: str, offset: int) -> Diagnostic:
    return Diagnostic(
        code="LOCK002",
        message=f"the lock is not JSON: {reason}",
        location=source.at(min(offset, len(source.text))),
        hint=WRITTEN_BY_US,
    )


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"`{name}` is no number in JSON")


def _object(pairs: list[tuple[str, Any]]) -> Object:
    found = Object(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        found.twice = tuple(key for key in found if keys.count(key) > 1)
        found.pairs = tuple(pairs)
    return found


class Checker:
    """Takes values out of parsed JSON. What is not as it should be becomes a problem and a harmless stand-in.

    Attributes:
        problems: what was found.
        doubled: how often something was there twice, where that is no problem.
    """

    def __init__(self, source: Source, *, doubles: bool = False) -> None:
        """Check the values of a text; ``doubles`` says that keys may be there twice."""
        self.problems: list[Diagnostic] = []
        self.doubled = 0
        self._doubles = doubles
        self._source = source

    def fields(
        self, value: object, path: JsonPath, required: tuple[str, ...], optional: tuple[str, ...] = ()
    ) -> Object | None:
        """Return an object if it is one, having seen to its keys."""
        found = self.table(value, path)
        if found is None:
            return None
        for key in found:
            if key not in required and key not in optional:
                self.add("LOCK003", f"{_name(path)} has an unknown field `{key}`", (*path, key), key=True)
        for key in required:
            if key not in found:
                self.add("LOCK003", f"{_name(path)} has no `{key}`", path)
        return found

    def table(self, value: object, path: JsonPath) -> Object | None:
        """Return an object if it is one, with whatever keys."""
        if not isinstance(value, Object):
            self.add("LOCK003", f"{_name(path)} is {shown(value)}, not an object", path)
            return None
        for key in value.twice:
            self.twice(key, (*path, key), key=True)
        return value

    def twice(self, name: str, path: JsonPath, *, key: bool = False) -> None:
        """Note that something is there twice."""
        self.doubled += 1
        if not self._doubles:
            self.add("LOCK007", f"`{name}` is there twice", path, key=key)

    def digest(self, table: Object, key: str, path: JsonPath) -> Sha256:
        """Return a SHA-256 digest."""
        message = "a SHA-256 digest of 64 lower-case hexadecimal digits"
        return Sha256(self.text(table, key, path, SHA256, message, code="LOCK005"))

    def text(
        self, table: Object, key: str, path: JsonPath, pattern: re.Pattern[str], kind: str, *, code: str = "LOCK003"
    ) -> str:
        """Return a text that matches the pattern; empty where it does not."""
        value = table.get(key, "")
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        if key in table:
            self.add(code, f"`{key}` is {shown(value)}, not {kind}", (*path, key))
        return ""

    def count(self, table: Object, key: str, path: JsonPath, *, least: int) -> int:
        """Return a whole number that is not too small."""
        value = table.get(key, least)
        if type(value) is int and value >= least:
            return value
        self.add("LOCK003", f"`{key}` is {shown(value)}, not a whole number from {least} up", (*path, key))
        return least

    def add(self, code: str, message: str, path: JsonPath, *, key: bool = False, hint: str = WRITTEN_BY_US) -> None:
        """Note a problem with a value, or with its key."""
        where = self._source.locate(path, key=key)
        self.problems.append(Diagnostic(code=code, message=message, location=where, hint=hint))


def _name(path: JsonPath) -> str:
    if not path:
        return "the lock"
    return "a pin" if isinstance(path[-1], int) else f"`{path[-1]}`"


def shown(value: object) -> str:
    """Say what a value is, at no great length."""
    if isinstance(value, str):
        return "an empty text" if not value else f"`{value}`" if len(value) <= _LONGEST else f"`{value[:_LONGEST]}…`"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**20 else "a very large number"
    return _KINDS.get(type(value), "an object")
