"""The roots that differ, before and after, read back, and what happens in their Regions."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from layerforge.diagnostics import plural
from layerforge.foresee.attachments import Lists
from layerforge.foresee.hcl_text import UnreadableError
from layerforge.foresee.module import read_module
from layerforge.foresee.regions import RootState, paused, root_changes, root_comes, root_goes, root_state
from layerforge.foresee.sides import unknown
from layerforge.foresee.types import Difference, Effect
from layerforge.foresee.words import both
from layerforge.names import Delivery, LayerName
from layerforge.plan.fleet_types import Plan, RegionState


@dataclass(frozen=True, kw_only=True, slots=True)
class Roots:
    """What could be read of the roots that differ.

    Attributes:
        states: before and after by Region, ``None`` where there is none.
        unread: what to say of the others.
    """

    states: Mapping[str, tuple[RootState | None, RootState | None]]
    unread: Mapping[str, Effect]

    @property
    def lists(self) -> dict[str, tuple[Lists, Lists]]:
        """The layers of all functions before and after, by Region."""
        return {
            region: (before.lists, after.lists)
            for region, (before, after) in self.states.items()
            if before is not None and after is not None
        }

    @property
    def called(self) -> frozenset[str]:
        """The layers and functions whose modules a root calls, which then gives them what they need."""
        return frozenset(name for _, after in self.states.values() if after is not None for name in after.calls)

    def effects(self, plan: Plan, said: Collection[str]) -> Iterator[tuple[str, tuple[Effect, ...]]]:
        """Yield what happens in each Region, ``said`` being the layers and functions of which something is said."""
        for region, effect in self.unread.items():
            yield region, (effect,)
        for region, (before, after) in self.states.items():
            if before is not None and after is not None:
                yield region, tuple(root_changes(before, after, said))
            elif after is not None:
                yield region, tuple(root_comes(_made(plan, after), pushed=_pushed(plan, after)))
            elif before is not None:
                yield region, tuple(root_goes())
        resting = [one for fleet in plan.fleets for one in fleet.regions if one.state is RegionState.PAUSED]
        if said:
            yield from ((region.name, (paused(),)) for region in resting)


def read_roots(roots: Mapping[str, Difference]) -> Roots:
    """Return what the roots that differ were and will be."""
    states: dict[str, tuple[RootState | None, RootState | None]] = {}
    unread: dict[str, Effect] = {}
    for region, difference in roots.items():
        before = {name: text for name, text in difference.after.items() if name not in difference.before}
        before |= {name: text for name, text in difference.before.items() if text is not None}
        if not any(name.endswith(".tf") for name in difference.before):
            continue
        try:
            states[region] = (_state(before), _state(difference.after))
        except UnreadableError:
            unread[region] = unknown(before)
    return Roots(states=states, unread=unread)


def _state(texts: Mapping[str, str]) -> RootState | None:
    if not any(name.endswith(".tf") for name in texts):
        return None
    try:
        return root_state(read_module(texts))
    except (RecursionError, ValueError) as error:
        raise UnreadableError from error


def _pushed(plan: Plan, root: RootState) -> bool:
    """Return whether a Region's bucket has to hold something before its root is applied."""
    vias = {layer.name: layer.publish.via for layer in plan.layers}
    vias |= {function.name: function.via for function in plan.functions if function.units}
    return any(vias.get(LayerName(name)) is Delivery.PUSHED for name in root.calls)


def _made(plan: Plan, root: RootState) -> str:
    functions = {function.name for function in plan.functions}
    counts = (
        (sum(name not in functions for name in root.calls), "layer"),
        (sum(name in functions for name in root.calls), "function"),
    )
    return both([plural(count, word) for count, word in counts if count] or ["no layers"])
