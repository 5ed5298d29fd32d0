"""Reads the data files, validates them, and answers questions about them. Standard library only, to start fast."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from layerforge.diagnostics import Diagnostic, Location, SpecError
from layerforge.names import RUNTIME_ID, Architecture, RuntimeId

_HERE: Final = Path(__file__).resolve().parent


@dataclass(frozen=True, kw_only=True, slots=True)
class Runtime:
    """One AWS runtime.

    Attributes:
        id: AWS's identifier.
        family: ``python``, ``nodejs``, ``java``, ``ruby``, ``dotnet``, ``go`` or ``provided``.
        version: the language's version, such as ``3.12``; ``None`` where the identifier has none.
        os: the operating system's key.
        glibc: the C library's version on it, as ``(2, 34)``.
        preview: offered without support.
        deprecation: no security patches from this day on; ``None`` while not scheduled.
        block_create: no new functions from this day on.
        block_update: no updates of functions from this day on.
        architectures: what AWS offers it on.
        patch_floor: the lowest full version that AWS runs (``3.12.0``), for ``python_full_version`` markers.
        provider_minimum: the first version of the Terraform AWS provider that knows it; ``None`` if not known.
    """

    id: RuntimeId
    family: str
    version: str | None
    os: str
    glibc: tuple[int, int]
    preview: bool
    deprecation: date | None
    block_create: date | None
    block_update: date | None
    architectures: tuple[Architecture, ...]
    patch_floor: str | None
    provider_minimum: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Quotas and field sizes of AWS, in bytes, characters or pieces as the names say."""

    layers_per_function: int
    unzipped_bytes: int
    direct_upload_zipped_bytes: int
    layer_name_characters: int
    description_characters: int
    license_characters: int
    compatible_runtimes: int
    statement_id_characters: int
    ssm_name_characters: int
    ssm_arn_characters: int
    ssm_levels: int
    provider_floor: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What is known of the world, and as of when."""

    date: date
    runtimes: Mapping[RuntimeId, Runtime]
    limits: Limits

    def runtime(self, runtime_id: RuntimeId) -> Runtime:
        """Return what is known of a runtime; of one that is not in the table what is likely.

        An unknown runtime is taken for the next one of its family: on the newest operating system, on both
        architectures, without dates. The plan warns about it.

        Raises:
            ValueError: the text is no runtime identifier.
        """
        known = self.runtimes.get(runtime_id)
        return known if known is not None else self._likely(runtime_id)

    @property
    def newest_provider_minimum(self) -> str:
        """The highest version of the AWS provider that any known runtime is known to need."""
        known = [row.provider_minimum for row in self.runtimes.values() if row.provider_minimum is not None]
        return max((*known, self.limits.provider_floor), key=version_key)

    def _likely(self, runtime_id: RuntimeId) -> Runtime:
        parts = RUNTIME_ID.fullmatch(runtime_id)
        if parts is None:
            raise ValueError(f"{runtime_id!r} is not a runtime identifier")
        newest = max(self.runtimes.values(), key=lambda row: row.glibc)
        version = parts["version"]
        return Runtime(
            id=runtime_id,
            family=parts["family"],
            version=None if version is None else version.removesuffix(".x"),
            os=newest.os,
            glibc=newest.glibc,
            preview=False,
            deprecation=None,
            block_create=None,
            block_update=None,
            architectures=tuple(Architecture),
            patch_floor=f"{version}.0" if version is not None and parts["family"] == "python" else None,
            provider_minimum=None,
        )


def version_key(version: str) -> tuple[int, ...]:
    """Return a version of numbers and dots as something that sorts."""
    return tuple(int(part) for part in version.split("."))


def load_facts(extra: Path | None = None) -> Facts:
    """Return the shipped facts, with the runtimes of the user's ``--facts`` file added or replaced.

    Raises:
        SpecError: ``FACT001`` the file cannot be read, ``FACT002`` it does not have the form of ``runtimes.json``.
    """
    facts = _shipped()
    if extra is None:
        return facts
    added = _runtimes(_read(extra), extra)
    return Facts(date=facts.date, runtimes={**facts.runtimes, **added}, limits=facts.limits)


@cache
def _shipped() -> Facts:
    table = _read(_HERE / "runtimes.json")
    limits = _read(_HERE / "limits.json")
    return Facts(
        date=date.fromisoformat(table["date"]),
        runtimes=_runtimes(table, _HERE / "runtimes.json"),
        limits=Limits(**{field.name: limits[field.name] for field in fields(Limits)}),
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SpecError(_diagnostic("FACT001", f"cannot be read: {error.strerror}", path)) from error
    except ValueError as error:
        raise SpecError(_diagnostic("FACT002", f"is not JSON: {error}", path)) from error
    if not isinstance(table, dict):
        raise SpecError(_diagnostic("FACT002", "holds no object", path))
    return table


def _runtimes(table: dict[str, Any], path: Path) -> dict[RuntimeId, Runtime]:
    try:
        systems = {**_shipped_systems(), **table.get("operating_systems", {})}
        return {RuntimeId(row["id"]): _runtime(row, systems) for row in table["runtimes"]}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SpecError(_diagnostic("FACT002", f"has not the form of `runtimes.json`: {error!r}", path)) from error


@cache
def _shipped_systems() -> dict[str, dict[str, str]]:
    systems: dict[str, dict[str, str]] = _read(_HERE / "runtimes.json")["operating_systems"]
    return systems


def _runtime(row: dict[str, Any], systems: dict[str, dict[str, str]]) -> Runtime:
    if not RUNTIME_ID.fullmatch(row["id"]) and "-" not in row["id"]:
        raise ValueError(f"{row['id']!r} is not a runtime identifier")
    major, minor = systems[row["os"]]["glibc"].split(".")
    return Runtime(
        id=RuntimeId(row["id"]),
        family=str(row["family"]),
        version=row.get("version"),
        os=row["os"],
        glibc=(int(major), int(minor)),
        preview=bool(row.get("preview", False)),
        deprecation=_day(row.get("deprecation")),
        block_create=_day(row.get("block_create")),
        block_update=_day(row.get("block_update")),
        architectures=tuple(Architecture(item) for item in row["architectures"]),
        patch_floor=row.get("patch_floor"),
        provider_minimum=row.get("provider_minimum"),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _diagnostic(code: str, message: str, path: Path) -> Diagnostic:
    return Diagnostic(
        code=code,
        message=f"the facts file {message}",
        location=Location(file=str(path)),
        hint="`--facts` takes a JSON file of the form of `layerforge/facts/runtimes.json`",
    )
