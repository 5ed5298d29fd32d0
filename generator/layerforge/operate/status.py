"""Compares what is published with what the lock says, unit by unit and Region by Region."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from layerforge.names import LAYER_VERSION_ARN, Sha256
from layerforge.plan.types import Unit

_SHOWN: Final = 12
"""Digits of a digest in a sentence."""


class State(StrEnum):
    """How a unit stands in a Region."""

    PUBLISHED = "published"
    MISSING = "missing"
    OTHER = "other-content"
    OTHER_LAYERS = "other-layers"
    ELSEWHERE = "pointer-elsewhere"
    UNKNOWN = "unknown"

    @property
    def words(self) -> str:
        """The state as people read it."""
        return self.value.replace("-", " ")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What should be published of one unit of a layer.

    Attributes:
        unit: which.
        name: of the layer at AWS.
        sha256: of the ZIP that the lock records.
        parameters: the SSM parameters that should name it; empty for none.
        channels: the SSM parameters of its channels, and the version that the pins file has for each.
        signed: whether AWS Signer should have signed it.
    """

    unit: Unit
    name: str
    sha256: Sha256
    parameters: tuple[str, ...] = ()
    channels: Mapping[str, str] = field(default_factory=dict)
    signed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedFunction:
    """What a function should be.

    Attributes:
        unit: its code.
        name: of the function at AWS.
        sha256: of the ZIP that the lock records.
        layers: its layers in their order: a unit of the spec's, whose content counts, or the ARN of a chosen version;
            ``None`` for one that the spec does not tell for this Region.
        aliases: that should point to a version with that code and those layers.
        signed: whether AWS Signer should have signed its code.
    """

    unit: Unit
    name: str
    sha256: Sha256
    layers: tuple[Wanted | str | None, ...] = ()
    aliases: tuple[str, ...] = ()
    signed: bool = False


Asked = Wanted | WantedFunction


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A published version and what it holds.

    Attributes:
        arn: of the version, or of the function.
        number: of the version; ``None`` for a function's newest code.
        sha256: of the ZIP, as AWS reports it; where a signature is wanted and there, of the ZIP before it was signed.
        signing_job: the ARN of the job that signed it, where that is wanted; ``None`` for an unsigned one.
    """

    arn: str
    number: int | None
    sha256: Sha256
    signing_job: str | None = None

    def fits(self, wanted: Asked) -> bool:
        """Tell whether it is what the lock says, signed where it should be."""
        return self.sha256 == wanted.sha256 and wanted.signed == (self.signing_job is not None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What AWS holds of one unit in one Region.

    Attributes:
        pointers: the value of each parameter that there is.
        pointed: what the ARNs in them hold, as far as they are versions of this layer that exist.
        newest: the newest version; ``None`` for none, or where the parameters told all there is to know.
    """

    pointers: Mapping[str, str] = field(default_factory=dict)
    pointed: Mapping[str, Held] = field(default_factory=dict)
    newest: Held | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """How one unit stands in one Region.

    Attributes:
        region: where.
        wanted: the unit, and what the lock says.
        state: how it stands.
        held: the version that counts: the one that is pointed to, else the newest.
        detail: what is different, in words; empty where nothing is.
    """

    region: str
    wanted: Asked
    state: State
    held: Held | None = None
    detail: str = ""


def is_version_of(arn: str, name: str, region: str) -> bool:
    """Tell whether an ARN names a version of a layer in a Region."""
    parts = LAYER_VERSION_ARN.fullmatch(arn)
    return parts is not None and parts["name"] == name and parts["region"] == region


def settled(wanted: Wanted, seen: Seen) -> bool:
    """Tell whether the parameters alone show that everything is as the lock says."""
    if not wanted.parameters:
        return False
    held = [seen.pointed.get(seen.pointers.get(name, "")) for name in wanted.parameters]
    at_newest = all(one is not None and one.fits(wanted) for one in held)
    return at_newest and all(seen.pointers.get(name) == arn for name, arn in wanted.channels.items())


def judge(region: str, wanted: Wanted, seen: Seen) -> Record:
    """Say how a unit stands, from what was seen of it."""

    def record(state: State, held: Held | None = None, detail: str = "") -> Record:
        return Record(region=region, wanted=wanted, state=state, held=held, detail=detail)

    if settled(wanted, seen):
        return record(State.PUBLISHED, seen.pointed[seen.pointers[wanted.parameters[0]]])
    newest = seen.newest
    wrong = _wrong_pointer(wanted, seen)
    if newest is not None and newest.fits(wanted):
        return record(State.PUBLISHED, newest) if wrong is None else record(State.ELSEWHERE, newest, wrong)
    if newest is not None:
        return record(State.OTHER, newest, other_content(wanted, newest))
    if any(name in seen.pointers for name in wanted.parameters):
        return record(State.ELSEWHERE, None, f"there is no version of `{wanted.name}`, but {wrong}")
    return record(State.MISSING)


def _wrong_pointer(wanted: Wanted, seen: Seen) -> str | None:
    """Return what is wrong with the first parameter that does not name what it should: the lock's content, a pin."""
    for name in wanted.parameters:
        value = seen.pointers.get(name)
        if value is None:
            return f"there is no parameter `{name}`"
        held = seen.pointed.get(value)
        if held is None:
            return f"`{name}` names `{value}`, which is no version of it"
        if not held.fits(wanted):
            return f"`{name}` names version {held.number}, which {content(wanted, held)}"
    for name, arn in wanted.channels.items():
        value = seen.pointers.get(name)
        if value is None:
            return f"there is no parameter `{name}`"
        if value != arn:
            return f"`{name}` names `{value}`, the pins file has `{arn}`"
    return None


def other_content(wanted: Asked, held: Held) -> str:
    """Say what a version, or a function, holds instead of what the lock says."""
    what = "it" if held.number is None else f"version {held.number}"
    return f"{what} {content(wanted, held)}{lock_says(wanted, held)}"


def content(wanted: Asked, held: Held) -> str:
    """Say what something holds."""
    if wanted.signed and held.signing_job is None:
        return f"holds {held.sha256[:_SHOWN]}, which nobody has signed"
    return f"holds {held.sha256[:_SHOWN]}"


def lock_says(wanted: Asked, held: Held) -> str:
    """Say what it should hold, where that is something else."""
    return "" if held.sha256 == wanted.sha256 else f", the lock says {wanted.sha256[:_SHOWN]}"
