"""A layer's targets cut into units. Names and addresses follow the spec alone."""

from collections.abc import Sequence

from layerforge.names import Architecture, LayerName, RuntimeId, Split, UnitKey
from layerforge.plan.types import Target, Unit

_ALL = "all"


def cut(layer: LayerName, split: Split, targets: Sequence[Target]) -> tuple[Unit, ...]:
    """Return the units of a layer in the order of their first target.

    A unit's name says what the ``split`` tells apart and nothing else, so that no other runtime or architecture of
    the layer can change it.
    """
    groups: dict[tuple[RuntimeId | None, Architecture | None], list[Target]] = {}
    for target in targets:
        runtime = target.runtime if split is Split.TARGET else None
        architecture = target.architecture if split is not Split.NONE else None
        groups.setdefault((runtime, architecture), []).append(target)
    return tuple(_unit(layer, *group, tuple(members)) for group, members in groups.items())


def _unit(
    layer: LayerName, runtime: RuntimeId | None, architecture: Architecture | None, targets: tuple[Target, ...]
) -> Unit:
    parts = [runtime, architecture]
    key = "-".join(_dashed(part) for part in parts if part is not None) or _ALL
    return Unit(
        layer=layer,
        key=UnitKey(key),
        targets=targets,
        aws_name=layer if key == _ALL else f"{layer}-{key}",
        address=key.replace("-", "_"),
    )


def _dashed(identifier: str) -> str:
    """Return an identifier of AWS's as a layer's name can hold it: no dots, and ``-`` alone parts words."""
    return identifier.replace(".", "").replace("_", "-")
