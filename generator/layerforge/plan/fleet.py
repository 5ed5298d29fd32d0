"""What a spec adds to its layers: functions and Regions, with the rules about them."""

from collections.abc import Mapping, Sequence
from datetime import date

from layerforge.diagnostics import Diagnostic
from layerforge.facts.load import Facts
from layerforge.names import LayerName
from layerforge.plan.arn_rules import check_externals, check_uses
from layerforge.plan.attached import Shelf, attach
from layerforge.plan.drafts import Draft
from layerforge.plan.fleet_types import Fleet
from layerforge.plan.function_rules import check_function
from layerforge.plan.functions import plan_function, target_of
from layerforge.plan.list_rules import check_list
from layerforge.plan.pin_rules import check_pins, pointers
from layerforge.plan.regions import (
    active,
    check_addresses,
    check_buckets,
    check_load,
    check_regions,
    check_roots,
    plan_regions,
)
from layerforge.plan.runtimes import check_target
from layerforge.plan.signing_rules import check_function_signing
from layerforge.plan.types import Layer
from layerforge.spec.load import LoadedSpec


def plan_fleets(
    specs: Sequence[LoadedSpec], layers: Sequence[Layer], facts: Facts, as_of: date
) -> tuple[tuple[Fleet, ...], list[Diagnostic]]:
    """Return one fleet for each spec that has functions or Regions, and what is wrong with them."""
    found: list[Diagnostic] = []
    fleets: list[tuple[LoadedSpec, Fleet]] = []
    everywhere = {layer.name: layer for layer in layers}
    own: dict[object, dict[LayerName, Layer]] = {}
    for layer in layers:
        own.setdefault(layer.spec, {}).setdefault(layer.name, layer)
    for loaded in specs:
        fleet, problems = _fleet(loaded, own.get(loaded.path, {}), everywhere, facts, as_of)
        found += problems
        if fleet.functions or fleet.regions:
            fleets.append((loaded, fleet))
    found += check_roots(fleets)
    return tuple(fleet for _, fleet in fleets), found


def _fleet(
    loaded: LoadedSpec,
    layers: Mapping[LayerName, Layer],
    everywhere: Mapping[LayerName, Layer],
    facts: Facts,
    as_of: date,
) -> tuple[Fleet, list[Diagnostic]]:
    regions = plan_regions(loaded, facts)
    live = active(regions)
    found = [
        *check_regions(regions, facts),
        *check_buckets(regions),
        *check_externals(loaded, facts),
        *check_pins(loaded.pins, layers, facts),
    ]
    at_aws = {unit.aws_name: layer.name for layer in layers.values() for unit in layer.units}
    shelf = Shelf(loaded=loaded, layers=layers, elsewhere=everywhere, regions=live, at_aws=at_aws)
    functions = []
    for name, function in loaded.spec.functions.items():
        draft = Draft(name=LayerName(name), function=function, loaded=loaded)
        target = target_of(draft)
        attached, problems = attach(draft, target, shelf)
        made = plan_function(draft, target, attached, facts)
        functions.append(made)
        if target is not None:
            found += check_target(target, draft.held_at("runtime"), facts, as_of)
        found += check_function(draft, made, facts, as_of)
        found += check_uses(draft, made, live, facts)
        found += problems
        found += check_list(draft, made, shelf, facts)
        found += check_function_signing(draft, made, layers)
    fleet = Fleet(
        spec=loaded.path,
        functions=tuple(sorted(functions, key=lambda one: one.name)),
        regions=regions,
        channels=pointers(loaded.pins, layers),
    )
    found += (*check_addresses(fleet, tuple(layers.values())), *check_load(fleet, len(layers), facts))
    return fleet, found
