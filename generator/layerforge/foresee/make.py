"""Foresees what an apply will do: generated files before and after, read back and held against each other. Pure."""

from collections.abc import Collection, Iterator, Mapping

from layerforge.foresee.attachments import list_changes, list_in_readme, own_list_changes
from layerforge.foresee.function_state import FunctionState
from layerforge.foresee.functions import function_changes, function_comes, function_goes
from layerforge.foresee.layer_state import LayerState
from layerforge.foresee.layers import grants_go, layer_changes, layer_comes, layer_goes
from layerforge.foresee.roots import read_roots
from layerforge.foresee.sides import Sides, names_of, read_folder
from layerforge.foresee.types import Affected, Difference, Effect, Effects, Kind, Subject
from layerforge.foresee.words import quoted
from layerforge.names import identifier
from layerforge.plan.fleet_types import Plan
from layerforge.plan.function_types import Function, OwnLayer

_PUBLISHED = frozenset({Kind.VERSION, Kind.RENAMED, Kind.NEW_UNIT})
_OF_CALLERS = frozenset({Kind.INPUTS, Kind.PROVIDER})

Found = Mapping[str, tuple[Effect, ...]]
"""What happens, by the name of the layer, function or Region."""


def foresee(plan: Plan, modules: Difference, roots: Mapping[str, Difference]) -> Effects:
    """Return what an apply will do, in a state in which everything has been applied as it was before.

    Args:
        plan: what the specs mean now.
        modules: the folder of the modules.
        roots: the roots that differ, by the name of their Region.
    """
    around = read_roots(roots)
    called, listed = around.called, around.lists
    planned = {function.name: function for function in plan.functions}
    sides = {name: read_folder(name, modules) for name in names_of(modules)}
    renamed, inherited = _renamed(sides), _inherited(sides)
    layers = {
        name: _needed(
            (*_layer(one, known=name not in planned), *renamed.get(name, ()), *inherited.get(name, ())),
            name in called,
        )
        for name, one in sides.items()
    }
    gone = {name: one for name, one in sides.items() if name not in planned and one.unknown is None}
    functions = {name: tuple(_function(one, ())) for name, one in gone.items()}
    rooted = {function.name for fleet in plan.fleets if fleet.regions for function in fleet.functions}
    for name, function in planned.items():
        lists = list_changes(name, listed) if name in rooted else _own_list(name, plan, modules)
        followed = (*_followed(function, layers), *lists)
        if name in sides or followed:
            both = sides.get(name) or read_folder(name, modules)
            functions[name] = _needed(_function(both, followed), name in called)
    said = {name for found in (layers, functions) for name, effects in found.items() if effects}
    return Effects(
        affected=(
            *_affected(Subject.LAYER, layers),
            *_affected(Subject.FUNCTION, functions),
            *_affected(Subject.REGION, dict(around.effects(plan, said))),
        ),
        untouched={
            Subject.LAYER: sum(not layers.get(layer.name) for layer in plan.layers),
            Subject.FUNCTION: sum(not functions.get(name) for name in planned),
        },
    )


def _affected(subject: Subject, found: Found) -> Iterator[Affected]:
    for name, effects in sorted(found.items()):
        if effects:
            yield Affected(subject=subject, name=name, effects=effects)


def _layer(sides: Sides, *, known: bool) -> Iterator[Effect]:
    """Yield what happens to a layer; what cannot be read is told here unless it is ``known`` to be something else."""
    old = sides.before if isinstance(sides.before, LayerState) else None
    new = sides.after if isinstance(sides.after, LayerState) else None
    if sides.unknown is not None and known:
        yield sides.unknown
        yield from grants_go(sides.grants)
    elif old is not None and new is not None:
        yield from layer_changes(old, new)
    elif new is not None:
        yield from layer_comes(new)
    elif old is not None:
        yield from layer_goes(old)


def _function(sides: Sides, layers: tuple[Effect, ...]) -> Iterator[Effect]:
    old = sides.before if isinstance(sides.before, FunctionState) else None
    new = sides.after if isinstance(sides.after, FunctionState) else None
    if sides.unknown is not None:
        yield sides.unknown
    elif old is not None and new is not None:
        yield from function_changes(old, new, layers)
    elif new is not None:
        yield from function_comes(new)
    elif old is not None:
        yield from function_goes(old)


def _followed(function: Function, layers: Found) -> Iterator[Effect]:
    """Yield one effect for the layers of a function that get new versions: it takes them in the same apply."""
    names = [
        item.layer
        for item in function.layers
        if isinstance(item, OwnLayer)
        and any(effect.kind in _PUBLISHED and effect.unit == item.unit for effect in layers.get(item.layer, ()))
    ]
    if names:
        several = "s" if names[1:] else ""
        text = f"takes the new version{several} of {quoted(names)}"
        yield Effect(kind=Kind.FOLLOWS, text=text, after=", ".join(names))


def _own_list(name: str, plan: Plan, modules: Difference) -> Iterator[Effect]:
    """Yield how the list changes that a function of a spec without Regions is to be given."""
    readme = f"{name}/README.md"
    before, after = modules.before.get(readme), modules.after.get(readme)
    if before is not None and after is not None:
        names = {identifier(layer.name): layer.name for layer in plan.layers}
        yield from own_list_changes(list_in_readme(before, names), list_in_readme(after, names))


def _needed(effects: Collection[Effect] | Iterator[Effect], called: bool) -> tuple[Effect, ...]:  # noqa: FBT001
    """Return effects without what callers have to do where the caller is a root that is emitted too."""
    return tuple(effect for effect in effects if not (called and effect.kind in _OF_CALLERS))


def _renamed(sides: Mapping[str, Sides]) -> dict[str, tuple[Effect, ...]]:
    """Return what to say of new layers that have the content of one that leaves."""
    gone = {
        one.before.content: name
        for name, one in sides.items()
        if isinstance(one.before, LayerState) and one.after is None
    }
    found: dict[str, tuple[Effect, ...]] = {}
    for name, one in sides.items():
        if isinstance(one.after, LayerState) and one.before is None and (old := gone.get(one.after.content)):
            text = f"it has the content of `{old}`, which leaves; for AWS it is another layer, with versions of its own"
            found[name] = (Effect(kind=Kind.RENAMED, text=text, before=old, after=name),)
    return found


def _inherited(sides: Mapping[str, Sides]) -> dict[str, tuple[Effect, ...]]:
    """Return what to say of layers that make a parameter which another one gives up in the same apply."""
    given: dict[str, str] = {}
    for name, one in sides.items():
        if isinstance(one.before, LayerState):
            kept = one.after.parameters if isinstance(one.after, LayerState) else ()
            given |= {parameter: name for parameter in one.before.parameters if parameter not in kept}
    found: dict[str, tuple[Effect, ...]] = {}
    for name, one in sides.items():
        made = one.after.parameters if isinstance(one.after, LayerState) else ()
        if givers := sorted({given[parameter] for parameter in made if parameter in given}):
            text = (
                f"SSM parameters pass to it from {quoted(givers)}: deleted there and made here, in no certain order; "
                "if an apply stops with `ParameterAlreadyExists`, apply again"
            )
            found[name] = (Effect(kind=Kind.PARAMETERS, text=text, before=", ".join(givers), after=name),)
    return found
