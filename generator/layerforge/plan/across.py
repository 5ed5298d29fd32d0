"""Rules across all layers of a run: names, folders, AWS layers and SSM parameters are there once each."""

from collections.abc import Iterator, Sequence

from layerforge.diagnostics import Diagnostic, Location
from layerforge.plan.rules import parameter_names
from layerforge.plan.settings import Settings
from layerforge.plan.types import Layer, Unit


def check_across(layers: Sequence[tuple[Layer, Settings]]) -> Iterator[Diagnostic]:
    """Yield what layers take from each other, ``PLAN001`` to ``PLAN003`` and ``PLAN021``, at the later one."""
    names: dict[str, Layer] = {}
    folded: dict[str, Layer] = {}
    units: dict[str, Unit] = {}
    places: dict[str, Location] = {}
    for layer, _ in layers:
        if (first := names.setdefault(layer.name, layer)) is not layer:
            message = f"the layer `{layer.name}` stands in two specs, first in {_line(first.where)}"
            yield _diagnostic("PLAN001", message, layer.where, "rename one: each layer has a module of its own")
            continue
        if (first := folded.setdefault(layer.name.casefold(), layer)) is not layer:
            message = f"`{layer.name}` and `{first.name}` ({_line(first.where)}) differ in case only"
            hint = "rename one: some file systems would take their modules for the same folder"
            yield _diagnostic("PLAN002", message, layer.where, hint)
        for unit in layer.units:
            taken = units.setdefault(unit.aws_name, unit)
            places.setdefault(unit.aws_name, layer.where)
            if taken.layer != unit.layer:
                message = (
                    f"the units `{unit}` and `{taken}` ({_line(places[unit.aws_name])}) "
                    f"would be one layer at AWS, `{unit.aws_name}`"
                )
                yield _diagnostic("PLAN003", message, layer.where, "rename one of the layers")
    yield from _parameters(layers)


def _parameters(layers: Sequence[tuple[Layer, Settings]]) -> Iterator[Diagnostic]:
    taken: dict[str, tuple[Layer, Settings]] = {}
    for layer, settings in layers:
        for name in parameter_names(layer):
            first, first_settings = taken.setdefault(name, (layer, settings))
            if first is not layer and first.name != layer.name:
                message = (
                    f"the layers `{layer.name}` and `{first.name}` ({_line(first_settings.ssm_where)}) "
                    f"would write one SSM parameter, `{name}`"
                )
                yield _diagnostic("PLAN021", message, settings.ssm_where, f"use `{layer.publish.ssm}/{layer.name}`")
                break


def _line(where: Location) -> str:
    return f"{where.file}:{where.line}"


def _diagnostic(code: str, message: str, where: Location, hint: str) -> Diagnostic:
    return Diagnostic(code=code, message=message, location=where, hint=hint)
