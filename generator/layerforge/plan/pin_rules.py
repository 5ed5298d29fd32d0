"""Rules about the pins file beside a spec: channels of layers that there are, to versions of theirs."""

from collections.abc import Iterator, Mapping

from layerforge.diagnostics import Diagnostic, Location
from layerforge.facts.fleet_types import Partition
from layerforge.facts.load import Facts
from layerforge.names import LAYER_VERSION_ARN, LayerName, UnitKey
from layerforge.plan.fleet_types import Pointer
from layerforge.plan.types import Layer, Unit
from layerforge.plan.words import error, listed, warning
from layerforge.spec.pins import Pins


def pointers(pins: Pins, layers: Mapping[LayerName, Layer]) -> dict[LayerName, tuple[Pointer, ...]]:
    """Return where the channels point to, of layers and units that there are, by layer."""
    return {
        layer.name: tuple(
            Pointer(layer=layer.name, unit=unit.key, channel=channel, arns=arns)
            for channel, units in sorted(channels.items())
            for unit in layer.units
            if (arns := units.get(unit.key)) is not None
        )
        for name, channels in sorted(pins.channels.items())
        if (layer := layers.get(LayerName(name))) is not None
    }


def check_pins(pins: Pins, layers: Mapping[LayerName, Layer], facts: Facts) -> Iterator[Diagnostic]:
    """Yield ``PINS006`` and ``PINS007``, warnings, for what the spec lacks, ``PINS008`` for other layers' versions."""
    for name, channels in pins.channels.items():
        layer = layers.get(LayerName(name))
        if layer is None:
            yield warning("PINS006", f"the spec has no layer `{name}`", pins.key(name), "leave its channels out")
            continue
        units = {unit.key: unit for unit in layer.units}
        if not units:
            continue  # a layer without targets is an error of its own
        for channel, pointers in channels.items():
            for key, arns in pointers.items():
                unit = units.get(UnitKey(key))
                if unit is None:
                    hint = f"it has {listed(units)}"
                    yield warning("PINS007", f"`{name}` has no unit `{key}`", pins.key(name, channel, key), hint)
                    continue
                for region, arn in arns.items():
                    yield from _check_arn(arn, unit, facts.partition(region), pins.value(name, channel, key, region))


def _check_arn(arn: str, unit: Unit, partition: Partition | None, where: Location) -> Iterator[Diagnostic]:
    parts = LAYER_VERSION_ARN.fullmatch(arn)
    if parts is None or not parts["name"].endswith(unit.aws_name):
        message = f"the ARN is not of the layer `{unit.aws_name}`"
        hint = f"`{unit}` is published as `{unit.aws_name}`, behind the module's `name_prefix`"
        yield error("PINS008", message, where, hint)
    elif partition is not None and parts["partition"] != partition.name:
        message = f"the ARN is of the partition `{parts['partition']}`, not `{partition.name}`"
        yield error("PINS008", message, where, f"it begins with `arn:{partition.name}:`")
