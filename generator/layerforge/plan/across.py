"""Rules across all that a run emits: names, folders, AWS layers and SSM parameters are there once each."""

from collections.abc import Iterator, Sequence

from layerforge.diagnostics import Diagnostic, Location
from layerforge.plan.function_types import Function
from layerforge.plan.rules import parameter_names
from layerforge.plan.settings import Settings
from layerforge.plan.types import Layer, Unit
from layerforge.plan.words import error, place


def check_across(layers: Sequence[tuple[Layer, Settings]], functions: Sequence[Function]) -> Iterator[Diagnostic]:
    """Yield ``PLAN001`` to ``PLAN003`` and ``PLAN021`` for what modules take from each other.

    They stand at the later one; layers count as earlier than functions.
    """
    yield from _names([*(layer for layer, _ in layers), *functions])
    yield from _units([layer for layer, _ in layers])
    yield from _parameters(layers)


def _names(modules: Sequence[Layer | Function]) -> Iterator[Diagnostic]:
    names: dict[str, Layer | Function] = {}
    folded: dict[str, Layer | Function] = {}
    for module in modules:
        if (first := names.setdefault(module.name, module)) is not module:
            kind = "layer" if isinstance(module, Layer) else "function"
            message = f"the {kind} `{module.name}` stands in two specs, first in {place(first.where)}"
            if isinstance(first, Layer) is not isinstance(module, Layer):
                message = f"`{module.name}` names a function and a layer, in {place(first.where)}"
            yield error("PLAN001", message, module.where, f"rename one: each {kind} has a module of its own")
        elif (first := folded.setdefault(module.name.casefold(), module)) is not module:
            message = f"`{module.name}` and `{first.name}` ({place(first.where)}) differ in case only"
            hint = "rename one: some file systems would take their modules for the same folder"
            yield error("PLAN002", message, module.where, hint)


def _units(layers: Sequence[Layer]) -> Iterator[Diagnostic]:
    units: dict[str, tuple[Unit, Location]] = {}
    for layer in layers:
        for unit in layer.units:
            taken, where = units.setdefault(unit.aws_name, (unit, layer.where))
            if taken.layer != unit.layer:
                message = (
                    f"the units `{unit}` and `{taken}` ({place(where)}) would be one layer at AWS, `{unit.aws_name}`"
                )
                yield error("PLAN003", message, layer.where, "rename one of the layers")


def _parameters(layers: Sequence[tuple[Layer, Settings]]) -> Iterator[Diagnostic]:
    taken: dict[str, tuple[Layer, Settings]] = {}
    for layer, settings in layers:
        for name in parameter_names(layer):
            first, first_settings = taken.setdefault(name, (layer, settings))
            if first is not layer and first.name != layer.name:
                message = (
                    f"the layers `{layer.name}` and `{first.name}` ({place(first_settings.ssm_where)}) "
                    f"would write one SSM parameter, `{name}`"
                )
                yield error("PLAN021", message, settings.ssm_where, f"use `{layer.publish.ssm}/{layer.name}`")
                break
