"""The lock: what every unit consists of, by digest. No URL, host, date or path of a machine."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from layerforge.diagnostics import Diagnostic
from layerforge.names import LayerName, PackageName, Sha256, UnitKey
from layerforge.plan.function_types import CODE

LOCK_VERSION = 1
"""The version of the lock file's own layout."""

NEWEST_FORMAT = 1
"""The newest archive format. New units take it; a unit with an artifact keeps its own until ``--upgrade-format``."""

UnitId = tuple[LayerName, UnitKey]


def section_of(key: UnitKey) -> str:
    """Return the section of the lock that a unit of this key stands in."""
    return "functions" if key == CODE else "layers"


NO_REQUEST: Final = Sha256(hashlib.sha256().hexdigest())
"""The request of a function's code: nothing is asked of a resolver."""


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
        own_names: digest over the paths of the own files alone; ``None`` where there are none. Only tells in a message
            what kind of change there was, as does the next one.
        own_text: like ``own_files``, with CRLF in their content as LF; ``None`` where there is no CRLF.
    """

    pins: tuple[Pin, ...]
    request: Sha256
    own_files: Sha256
    fields: Sha256
    own_names: Sha256 | None = None
    own_text: Sha256 | None = None

    @property
    def digest(self) -> Sha256:
        """One digest over what goes into the ZIP: pins, own files and fields. The request alone moves no byte."""
        hasher = hashlib.sha256()
        for pin in self.pins:
            hasher.update(f"{pin.name}\0{pin.version}\0{pin.file}\0{pin.sha256}\n".encode())
        hasher.update(f"own-files\0{self.own_files}\nfields\0{self.fields}\n".encode())
        return Sha256(hasher.hexdigest())

    def resolution(self, unit: UnitId) -> Sha256:
        """One digest over a unit, its request and its pins. The lock holds it, so that what a merge mixed shows."""
        hasher = hashlib.sha256(f"{unit[0]}/{unit[1]}\0{self.request}\n".encode())
        for pin in self.pins:
            hasher.update(f"{pin.name}\0{pin.version}\0{pin.file}\0{pin.sha256}\n".encode())
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

    @property
    def format(self) -> int:
        """The archive format to build it with: that of the artifact's record, stale or not, else the newest."""
        return NEWEST_FORMAT if self.artifact is None else self.artifact.format


@dataclass(frozen=True, kw_only=True, slots=True)
class ExternalRecord:
    """How large somebody else's layer version is, as AWS was asked once. A version never changes.

    Attributes:
        zipped_size: bytes of its ZIP, as AWS says.
        unzipped_size: the sum of its files' sizes in bytes, as the ZIP's own directory says.
    """

    zipped_size: int
    unzipped_size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Lock:
    """What ``<spec>.lock.json`` holds for one spec file.

    Attributes:
        units: of its layers and, with the key ``code``, of its functions.
        externals: layer versions of others, by ARN, as far as AWS was asked.
        roots: emitted roots outside of ``roots``, by their path from the spec's folder, with their Region.
    """

    units: Mapping[UnitId, LockedUnit] = field(default_factory=dict)
    externals: Mapping[str, ExternalRecord] = field(default_factory=dict)
    roots: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnFile:
    """One file of the user's, as it goes into a layer or a function's code.

    Attributes:
        path: within the ZIP, POSIX, NFC, such as ``python/shared_utils/log.py``.
        source: where it lies.
        mode: 0o644 or 0o755.
        size: in bytes.
        sha256: of its content.
        sha256_lf: of its content with CRLF as LF; ``None`` where that is the same.
    """

    path: str
    source: Path
    mode: int
    size: int
    sha256: Sha256
    sha256_lf: Sha256 | None = None


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Upgrade:
    """What may leave its locked version: nothing, everything, or some packages.

    Attributes:
        everything: all packages; then ``packages`` does not matter.
        packages: these alone.
    """

    everything: bool = False
    packages: frozenset[PackageName] = frozenset()

    def __bool__(self) -> bool:
        """Tell whether anything is to be upgraded."""
        return self.everything or bool(self.packages)


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolution:
    """What a layer's request came to.

    Attributes:
        pins: of each unit of the layer, sorted by name.
        urls: where each pin's wheel can be had, by its sha256, without credentials; never written anywhere.
        diagnostics: warnings and notes, in the order in which a reader should see them.
    """

    pins: Mapping[UnitKey, tuple[Pin, ...]]
    urls: Mapping[Sha256, str] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
