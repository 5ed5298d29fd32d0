"""What an apply will do, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Subject(StrEnum):
    """What an effect happens to."""

    LAYER = "layer"
    FUNCTION = "function"
    REGION = "Region"


class Kind(StrEnum):
    """What happens. These words are in ``--json``."""

    NEW = "new"
    LEFT = "left"
    RENAMED = "renamed"
    VERSION = "version"
    NEW_UNIT = "new unit"
    UNIT_LEFT = "unit left"
    WORDS = "words wait"
    GRANT_ADDED = "grant added"
    GRANT_LEFT = "grant left"
    PARAMETERS = "parameters"
    DELIVERY = "delivery"
    CODE = "code"
    SETTINGS = "settings"
    LAYERS = "layers"
    FOLLOWS = "follows"
    PUBLISHES = "publishes"
    RESOURCES = "resources"
    INPUTS = "inputs"
    PROVIDER = "provider"
    BUCKET = "bucket"
    PAUSED = "paused"
    UNKNOWN = "not known"


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """One thing that happens.

    Attributes:
        kind: what.
        text: the same for people, one sentence without a full stop.
        unit: of a layer; empty where it happens to all of it.
        loud: whether something at AWS is deleted that is not kept elsewhere.
        before: what there was, such as a digest; ``None`` for nothing.
        after: what there will be.
    """

    kind: Kind
    text: str
    unit: str = ""
    loud: bool = False
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Affected:
    """A layer, function or Region and what happens to it, never nothing."""

    subject: Subject
    name: str
    effects: tuple[Effect, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Effects:
    """What an apply will do where everything has been applied as it was before.

    Attributes:
        affected: layers, functions, Regions, each sorted by name.
        untouched: how many layers and functions nothing happens to.
    """

    affected: tuple[Affected, ...]
    untouched: Mapping[Subject, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """A folder of generated files after, and how it was before.

    Attributes:
        after: every text by relative path.
        before: the old text of each file that differs, or is to go; ``None`` for one that was not there.
    """

    after: Mapping[str, str]
    before: Mapping[str, str | None]
