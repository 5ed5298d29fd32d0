"""Which Regions a run looks at, and what it looks at in each."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from layerforge.diagnostics import Diagnostic, Severity
from layerforge.plan.fleet_types import Plan, RegionState
from layerforge.plan.types import Packaged

PUBLISHED: Final = frozenset({RegionState.ACTIVE, RegionState.RETIRED})
"""Where versions of ours are: a retired Region keeps what was published."""
KEPT_UP: Final = frozenset({RegionState.ACTIVE})
"""Where what is published should be what the lock says."""

P = TypeVar("P", bound=Packaged)


@dataclass(frozen=True, kw_only=True, slots=True)
class Look(Generic[P]):
    """What to look at.

    Attributes:
        regions: by Region, in the specs' order, what is to be looked at there.
        paused: Regions that the spec has paused and that are left alone.
    """

    regions: Mapping[str, tuple[P, ...]]
    paused: tuple[str, ...] = ()


def choose(
    plan: Plan,
    things: Sequence[P],
    *,
    asked: Sequence[str] = (),
    states: Collection[RegionState] = PUBLISHED,
    default: Callable[[], str],
) -> Look[P]:
    """Say where to look for things: where the user asks, else in the Regions of their specs, else in the default one.

    Args:
        plan: of the run.
        things: layers, or functions.
        asked: Regions that the user names; they win over the spec, paused ones too.
        states: of the spec's Regions that count.
        default: the Region of the user's configuration; only asked for when a spec names none.
    """
    fleets = {fleet.spec: fleet.regions for fleet in plan.fleets}
    found: dict[str, list[P]] = {}
    paused: dict[str, None] = {}
    fallback: str | None = None
    for thing in things:
        declared = fleets.get(thing.spec, ())
        if asked:
            here = list(asked)
        elif declared:
            here = [region.name for region in declared if region.state in states]
            paused |= {region.name: None for region in declared if region.state is RegionState.PAUSED}
        else:
            fallback = fallback or default()
            here = [fallback]
        for name in dict.fromkeys(here):
            found.setdefault(name, []).append(thing)
    return Look(regions={name: tuple(here) for name, here in found.items()}, paused=tuple(paused))


def paused_note(paused: Sequence[str], code: str) -> tuple[Diagnostic, ...]:
    """Return the note on Regions that are left alone; none for none."""
    if not paused:
        return ()
    return (
        Diagnostic(
            code=code,
            message=f"left alone, as the spec has paused {'it' if len(paused) == 1 else 'them'}: "
            f"{', '.join(f'`{name}`' for name in paused)}",
            severity=Severity.NOTE,
            hint="`--region` looks at a paused Region all the same",
        ),
    )
