"""What `layerforge status` holds AWS against: the locks, the pins files and the functions' layers, by Region."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from layerforge.lock.types import Lock
from layerforge.names import LayerName, Sha256, UnitKey
from layerforge.operate.regions import Look
from layerforge.operate.status import Asked, Wanted, WantedFunction
from layerforge.plan.fleet_types import Plan, Pointer
from layerforge.plan.function_types import Attached, Function, PinnedLayer
from layerforge.plan.packaged import signing_profile_of
from layerforge.plan.types import Layer, Packaged, Unit


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """What one of several environments has in its roots' variables.

    Attributes:
        name_prefix: stands before names at AWS.
        ssm_root: stands before the names of SSM parameters; ``None`` for an environment without any.
    """

    name_prefix: str
    ssm_root: str | None


def wanted_in(
    look: Look[Packaged], locks: Mapping[Path, Lock], plan: Plan, environment: Environment
) -> dict[str, tuple[Asked, ...]]:
    """Return what should be published in each Region as the locks, none of which is stale, and the pins files say."""
    digests = {
        name: unit.built.sha256
        for lock in locks.values()
        for name, unit in lock.units.items()
        if unit.built is not None
    }
    layers = {layer.name: layer for layer in plan.layers}
    channels = {fleet.spec: fleet.channels for fleet in plan.fleets}
    found: dict[str, tuple[Asked, ...]] = {}
    for region, here in look.regions.items():
        record = _Record(region=region, digests=digests, layers=layers, channels=channels, environment=environment)
        found[region] = tuple(one for thing in here for one in record.of(thing))
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class _Record:
    """What is written down about one Region: in the locks, the pins files and the specs."""

    region: str
    digests: Mapping[tuple[LayerName, UnitKey], Sha256]
    layers: Mapping[LayerName, Layer]
    channels: Mapping[Path, Mapping[LayerName, tuple[Pointer, ...]]]
    environment: Environment

    def of(self, thing: Packaged) -> Iterator[Asked]:
        """Yield what should be published of a layer or a function."""
        if isinstance(thing, Layer):
            yield from (self._unit(thing, unit) for unit in thing.units)
        elif isinstance(thing, Function):
            yield from (self._function(thing, unit) for unit in thing.units)

    def _unit(self, layer: Layer, unit: Unit) -> Wanted:
        root = self.environment.ssm_root
        prefix = None if root is None or layer.publish.ssm is None else f"{root}{layer.publish.ssm}"
        return Wanted(
            unit=unit,
            name=f"{self.environment.name_prefix}{unit.aws_name}",
            sha256=self.digests[unit.layer, unit.key],
            parameters=() if prefix is None else tuple(f"{prefix}/{target}/latest" for target in unit.targets),
            channels={} if prefix is None else self._channels(prefix, layer, unit),
            signed=signing_profile_of(layer) is not None,
        )

    def _function(self, function: Function, unit: Unit) -> WantedFunction:
        return WantedFunction(
            unit=unit,
            name=f"{self.environment.name_prefix}{unit.aws_name}",
            sha256=self.digests[unit.layer, unit.key],
            layers=tuple(map(self._attached, function.layers)),
            aliases=function.settings.aliases,
            signed=signing_profile_of(function) is not None,
        )

    def _attached(self, one: Attached) -> Wanted | str | None:
        if isinstance(one, PinnedLayer):
            return one.arns.get(self.region)
        layer = self.layers[one.layer]
        return self._unit(layer, next(unit for unit in layer.units if unit.key == one.unit))

    def _channels(self, prefix: str, layer: Layer, unit: Unit) -> dict[str, str]:
        pointers = self.channels.get(layer.spec, {}).get(layer.name, ())
        return {
            f"{prefix}/{target}/{pointer.channel}": pointer.arns[self.region]
            for pointer in pointers
            if pointer.unit == unit.key and self.region in pointer.arns
            for target in unit.targets
        }
