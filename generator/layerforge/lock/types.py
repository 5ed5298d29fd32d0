"""The lock: what every unit consists of, by digest. No URL, host, date or path of a machine."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from layerforge.diagnostics import Diagnostic
from layerforge.names import LayerName, PackageName, Sha256, UnitKey

LOCK_VERSION = 1
"""The version of the lock file's own layout."""


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Pin:
    """One locked package of a unit: one wheel.

    Attributes:
        name: normalised (PEP 503).
        version: normalised (PEP 440).
        file: the wheel's file name.
        sha256: of the wheel.
    """

    name: PackageName
    version: str
    file: str
    sha256: Sha256


@dataclass(frozen=True, kw_only=True, slots=True)
class Inputs:
    """All that shapes the bytes of one unit's ZIP.

    Attributes:
        pins: sorted by name.
        request: digest over what was asked of the resolver (requirements, constraints, targets), so that a changed
            request is seen without a network.
        own_files: digest over path, mode and sha256 of the user's own files.
        fields: digest over the spec's fields that shape bytes (exclude, prefer).
    """

    pins: tuple[Pin, ...]
    request: Sha256
    own_files: Sha256
    fields: Sha256

    @property
    def digest(self) -> Sha256:
        """One digest over what goes into the ZIP: pins, own files and fields. The request alone moves no byte."""
        hasher = hashlib.sha256()
        for pin in self.pins:
            hasher.update(f"{pin.name}\0{pin.version}\0{pin.file}\0{pin.sha256}\n".encode())
        hasher.update(f"own-files\0{self.own_files}\nfields\0{self.fields}\n".encode())
        return Sha256(hasher.hexdigest())


@dataclass(frozen=True, kw_only=True, slots=True)
class ArtifactRecord:
    """What a build of the inputs gave.

    Attributes:
        inputs: the digest of the inputs that it was built from.
        format: the number of the archive format.
        sha256: of the ZIP.
        zipped_size: bytes of the ZIP.
        unzipped_size: sum of the members' sizes in bytes.
    """

    inputs: Sha256
    format: int
    sha256: Sha256
    zipped_size: int
    unzipped_size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LockedUnit:
    """One unit in the lock. ``artifact`` is ``None`` until it was built, and stale if its inputs' digest differs."""

    inputs: Inputs
    artifact: ArtifactRecord | None = None

    @property
    def built(self) -> ArtifactRecord | None:
        """The artifact's record if it belongs to the inputs as they are."""
        record = self.artifact
        return record if record is not None and record.inputs == self.inputs.digest else None


UnitId = tuple[LayerName, UnitKey]


@dataclass(frozen=True, kw_only=True, slots=True)
class Lock:
    """The units of one spec file, as ``<spec>.lock.json`` holds them."""

    units: Mapping[UnitId, LockedUnit] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnFile:
    """One file of the user's, as it goes into a layer.

    Attributes:
        path: within the layer, POSIX, NFC, such as ``python/shared_utils/log.py``.
        source: where it lies.
        mode: 0o644 or 0o755.
        size: in bytes.
        sha256: of its content.
    """

    path: str
    source: Path
    mode: int
    size: int
    sha256: Sha256


@dataclass(frozen=True, kw_only=True, slots=True)
class Locked:
    """What the lock stage gives: the locks by spec file (absolute), where each wheel can be had, and what to tell.

    Attributes:
        locks: the new lock of each spec file of the plan.
        urls: the URL of wheels by their sha256, as far as a resolution just told them; never written anywhere.
        diagnostics: warnings and notes (held-back packages, versions that differ between targets, …).
    """

    locks: Mapping[Path, Lock]
    urls: Mapping[Sha256, str] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
