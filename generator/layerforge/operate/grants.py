"""Compares the policies of published layer versions with the grants of the spec. By meaning, never by statement id."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from layerforge.names import LayerName
from layerforge.operate.policies import Policy, in_words
from layerforge.plan.types import Grant, Layer, PublicGrant


class Kind(StrEnum):
    """In what way a version's policy differs from the spec."""

    MISSING = "missing"
    EXTRA = "extra"
    PUBLIC = "public"
    UNKNOWN = "unknown"
    ACTION = "action"
    CONDITION = "condition"


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """One layer at AWS whose versions are audited.

    Attributes:
        name: at AWS.
        label: the unit as messages name it, or again the name for a layer that no spec has.
        layer: the spec's layer; ``None`` for one that no spec has.
        wanted: the grants that every version should have, and no others.
    """

    name: str
    label: str
    layer: LayerName | None
    wanted: frozenset[Grant]


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """One published version of a layer.

    Attributes:
        region: where.
        name: the layer's name at AWS.
        number: the version's.
        arn: of the version.
    """

    region: str
    name: str
    number: int
    arn: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One way in which a version's policy is not what the spec says.

    Attributes:
        kind: which.
        what: the grant, or what is odd, in words.
        grant: the grant that is missing or too much; ``None`` for what no spec can say.
        sid: the statement that holds it; ``None`` where something is missing.
    """

    kind: Kind
    what: str
    grant: Grant | None
    sid: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Audited:
    """A version with its policy as it was read."""

    subject: Subject
    version: Version
    policy: Policy

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What differs from the spec."""
        return compare(self.policy, self.subject.wanted)


def compare(policy: Policy, wanted: frozenset[Grant]) -> tuple[Difference, ...]:
    """Return what a policy lacks and what it has too much: what is missing first, then in the policy's order."""
    given = {grant for statement in policy.statements for grant in statement.gives}
    found = [
        Difference(kind=Kind.MISSING, what=in_words(grant), grant=grant, sid=None) for grant in by_key(wanted - given)
    ]
    for statement in policy.statements:
        for grant in by_key(statement.gives - wanted):
            kind = Kind.PUBLIC if isinstance(grant, PublicGrant) else Kind.EXTRA
            found.append(Difference(kind=kind, what=in_words(grant), grant=grant, sid=statement.sid))
        for oddity, words in statement.odd:
            found.append(Difference(kind=Kind(oddity.value), what=words, grant=None, sid=statement.sid))
    return tuple(found)


def subjects(layers: Iterable[Layer], prefix: str) -> tuple[Subject, ...]:
    """Return the layers at AWS that the spec's layers are, as modules with ``name_prefix`` call them."""
    return tuple(
        Subject(name=f"{prefix}{unit.aws_name}", label=str(unit), layer=layer.name, wanted=frozenset(layer.grants))
        for layer in layers
        for unit in layer.units
    )


def left_over(names: Sequence[str]) -> tuple[Subject, ...]:
    """Return layers at AWS that no spec has any more: nobody should have a grant on them."""
    return tuple(Subject(name=name, label=name, layer=None, wanted=frozenset()) for name in dict.fromkeys(names))


def by_key(grants: Iterable[Grant]) -> list[Grant]:
    """Return grants in the order that the spec's are kept in."""
    return sorted(grants, key=lambda grant: grant.key)
