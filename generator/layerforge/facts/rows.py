"""One row of the table of runtimes, checked field by field, to a `Runtime`."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, TypeVar

from layerforge.facts.types import Runtime
from layerforge.names import RUNTIME_ID, Architecture, RuntimeId

_VERSION: Final = re.compile(r"\d+(?:\.\d+)*", re.ASCII)
_GLIBC: Final = re.compile(r"(\d+)\.(\d+)", re.ASCII)
_OLD: Final = "nodejs4.3-edge"
_NEEDED: Final = ("id", "family", "os", "architectures")
_OPTIONAL: Final = (
    "version",
    "preview",
    "deprecation",
    "block_create",
    "block_update",
    "patch_floor",
    "provider_minimum",
)

Systems = Mapping[str, tuple[int, int]]
"""The C library's version by operating system."""

T = TypeVar("T")


def read_systems(table: object) -> dict[str, tuple[int, int]]:
    """Return the operating systems of a facts file.

    Raises:
        ValueError: with what is wrong, to be read by people.
    """
    if not isinstance(table, dict):
        raise ValueError("`operating_systems` must be an object")  # noqa: TRY004 - one kind of error for the caller
    systems = {}
    for name, row in table.items():
        found = _GLIBC.fullmatch(str(row.get("glibc"))) if isinstance(row, dict) else None
        if found is None:
            raise ValueError(f'the operating system `{name}` needs its C library: `{{"glibc": "2.34"}}`')
        systems[name] = (int(found[1]), int(found[2]))
    return systems


def read_runtimes(rows: object, systems: Systems) -> dict[RuntimeId, Runtime]:
    """Return the runtimes of a facts file.

    Raises:
        ValueError: with what is wrong, to be read by people.
    """
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("`runtimes` must be a list of objects")
    runtimes: dict[RuntimeId, Runtime] = {}
    for row in rows:
        runtime = _runtime(row, systems)
        if runtime.id in runtimes:
            raise ValueError(f"the runtime `{runtime.id}` stands in it twice")
        runtimes[runtime.id] = runtime
    return runtimes


def _runtime(row: dict[str, Any], systems: Systems) -> Runtime:
    name = row.get("id")
    if not isinstance(name, str) or not (RUNTIME_ID.fullmatch(name) or name == _OLD):
        raise ValueError(f"`{name}` is not a runtime identifier")
    if missing := [field for field in _NEEDED if field not in row]:
        raise ValueError(f"the runtime `{name}` lacks `{missing[0]}`")
    if unknown := [field for field in row if field not in (*_NEEDED, *_OPTIONAL)]:
        raise ValueError(f"the runtime `{name}` has an unknown field `{unknown[0]}`")

    def take(field: str, read: Callable[[Any], T], default: T) -> T:
        value = row.get(field)
        try:
            return default if value is None else read(value)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"`{field}` of the runtime `{name}` cannot be `{value}`") from error

    return Runtime(
        id=RuntimeId(name),
        family=take("family", _text, ""),
        version=take("version", _version, None),
        os=take("os", _text, ""),
        glibc=take("os", systems.__getitem__, (0, 0)),
        preview=take("preview", _flag, default=False),
        deprecation=take("deprecation", date.fromisoformat, None),
        block_create=take("block_create", date.fromisoformat, None),
        block_update=take("block_update", date.fromisoformat, None),
        architectures=take("architectures", _architectures, ()),
        patch_floor=take("patch_floor", _version, None),
        provider_minimum=take("provider_minimum", _version, None),
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError
    return value


def _version(value: object) -> str | None:
    if not isinstance(value, str) or not _VERSION.fullmatch(value):
        raise TypeError
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _architectures(value: object) -> tuple[Architecture, ...]:
    if not isinstance(value, list) or not value:
        raise TypeError
    return tuple(Architecture(item) for item in value)
