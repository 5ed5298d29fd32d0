"""The plan as a whole: the Regions and functions of each spec, and all layers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from layerforge.diagnostics import Diagnostic, Location
from layerforge.names import LayerName, UnitKey
from layerforge.plan.function_types import Function
from layerforge.plan.types import Layer, Packaged


class RegionState(StrEnum):
    """What happens to a Region at the next run."""

    ACTIVE = "active"
    PAUSED = "paused"
    RETIRED = "retired"


@dataclass(frozen=True, kw_only=True, slots=True)
class Region:
    """One AWS Region that the fleet is published in.

    Attributes:
        name: AWS's identifier, such as ``eu-west-1``.
        partition: ``aws``, ``aws-cn`` or ``aws-us-gov``.
        state: paused ones keep their root and are left alone; retired ones lose it and keep what is published.
        root: the folder of its emitted root, relative to the spec's folder.
        bucket: where the ZIPs of layers with ``via: s3`` or ``pushed`` lie; ``None`` if the caller says.
        where: its key in the spec.
    """

    name: str
    partition: str
    state: RegionState
    root: str
    bucket: str | None
    where: Location


@dataclass(frozen=True, kw_only=True, slots=True)
class Pointer:
    """Where a channel points to for one unit.

    Attributes:
        layer: of the spec.
        unit: of the layer.
        channel: its name, such as ``stable``.
        arns: one published version for each Region, not for every one of the spec's.
    """

    layer: LayerName
    unit: UnitKey
    channel: str
    arns: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fleet:
    """What one spec file adds to its layers.

    Attributes:
        spec: the spec file, absolute.
        functions: sorted by name.
        regions: in the spec's order; empty where the spec names none, and then no roots are emitted.
        channels: what the pins file says of units that there are, by layer, sorted by channel and unit.
    """

    spec: Path
    functions: tuple[Function, ...] = ()
    regions: tuple[Region, ...] = ()
    channels: Mapping[LayerName, tuple[Pointer, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What the specs of a run mean.

    Attributes:
        layers: of all specs, sorted by name.
        fleets: functions and Regions, one entry for each spec that has any.
        warnings: what there is to warn about.
    """

    layers: tuple[Layer, ...]
    fleets: tuple[Fleet, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def functions(self) -> tuple[Function, ...]:
        """The functions of all specs, sorted by name."""
        return tuple(sorted((one for fleet in self.fleets for one in fleet.functions), key=lambda one: one.name))

    @property
    def packaged(self) -> tuple[Packaged, ...]:
        """Everything that has ZIPs of its own: layers, then functions."""
        return (*self.layers, *(function for function in self.functions if function.units))
