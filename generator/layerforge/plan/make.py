"""Specs to a `Plan`: pure, with the date as an argument."""

from collections.abc import Iterator, Sequence
from datetime import date

from layerforge.diagnostics import Diagnostic, Severity, SpecError, fail, in_file_order
from layerforge.facts.load import Facts
from layerforge.names import LayerName
from layerforge.plan.across import check_across
from layerforge.plan.fleet import plan_fleets
from layerforge.plan.fleet_types import Plan
from layerforge.plan.rules import check_grants, check_parameters, check_units
from layerforge.plan.runtimes import check_runtimes, provider_minimum
from layerforge.plan.settings import Settings, settle
from layerforge.plan.signing_rules import check_layer_signing
from layerforge.plan.source import python_source
from layerforge.plan.texts import check_texts, shown_description
from layerforge.plan.types import Layer, Publish, Target
from layerforge.plan.units import cut
from layerforge.spec.load import LoadedSpec


def make_plan(specs: Sequence[LoadedSpec], facts: Facts, as_of: date) -> Plan:
    """Return the plan of one or several specs.

    Args:
        specs: in the order in which problems are told.
        facts: of the world.
        as_of: the day that the dates of runtimes are held against.

    Raises:
        SpecError: with every problem of every spec, warnings included.
    """
    plan, found = draw_plan(specs, facts, as_of)
    fail(SpecError, found)
    return plan


def draw_plan(specs: Sequence[LoadedSpec], facts: Facts, as_of: date) -> tuple[Plan, tuple[Diagnostic, ...]]:
    """Return the plan of one or several specs, right or wrong, and what there is to say about it, errors included.

    A plan with errors is good for finding more of them, and for nothing else.
    """
    made: list[tuple[Layer, Settings]] = []
    found: list[Diagnostic] = []
    for loaded in specs:
        for name, layer in loaded.spec.layers.items():
            settings = settle(loaded, LayerName(name), layer)
            made.append((_layer(settings, facts), settings))
            found += _check(*made[-1], facts, as_of)
    layers = [layer for layer, _ in made]
    fleets, problems = plan_fleets(specs, layers, facts, as_of)
    found += problems
    found += check_across(made, [function for fleet in fleets for function in fleet.functions])
    ordered = in_file_order(found, [loaded.shown for loaded in specs])
    mild = tuple(one for one in ordered if one.severity is not Severity.ERROR)
    return Plan(layers=tuple(sorted(layers, key=lambda one: one.name)), fleets=fleets, warnings=mild), ordered


def _layer(settings: Settings, facts: Facts) -> Layer:
    runtimes = [runtime for runtime, _ in settings.runtimes]
    targets = tuple(
        Target(runtime=runtime, architecture=architecture)
        for runtime in runtimes
        for architecture in settings.architectures
    )
    return Layer(
        name=settings.name,
        description=shown_description(settings),
        license=settings.license,
        split=settings.split,
        targets=targets,
        units=cut(settings.name, settings.split, targets),
        source=python_source(settings),
        grants=tuple(sorted((grant for grant, _ in settings.grants), key=lambda grant: grant.key)),
        publish=Publish(via=settings.via, ssm=settings.ssm, signing_profile=settings.signing_profile),
        provider_minimum=provider_minimum(runtimes, facts),
        spec=settings.loaded.path,
        where=settings.where,
        skips=settings.skips,
    )


def _check(layer: Layer, settings: Settings, facts: Facts, as_of: date) -> Iterator[Diagnostic]:
    yield from check_runtimes(settings, facts, as_of)
    yield from check_units(layer, settings, facts.limits)
    yield from check_texts(settings, facts.limits)
    yield from check_grants(settings)
    yield from check_parameters(layer, settings, facts.limits)
    yield from check_layer_signing(settings)
