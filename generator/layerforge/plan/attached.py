"""A function's list of layers: names, channels and ARNs to units and versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from layerforge.diagnostics import Diagnostic, Location
from layerforge.names import LAYER_VERSION_ARN, RUNTIME_ID, LayerName, RuntimeId, Split
from layerforge.plan.drafts import Draft
from layerforge.plan.fleet_types import Region
from layerforge.plan.function_types import Attached, OwnLayer, PinnedLayer
from layerforge.plan.types import Layer, Target, Unit
from layerforge.plan.words import error, listed
from layerforge.spec.attached import ChannelLayer
from layerforge.spec.load import LoadedSpec
from layerforge.spec.suggest import nearest

_SPLITS: Final = {
    Split.TARGET: "each runtime and architecture has a ZIP of its own",
    Split.ARCHITECTURE: "one ZIP serves all runtimes of an architecture",
    Split.NONE: "one ZIP serves all",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf:
    """What the functions of a spec can attach.

    Attributes:
        loaded: the spec.
        layers: its layers.
        elsewhere: layers of other specs of the run.
        regions: that are active.
        at_aws: its layers' names by the names of their units at AWS.
    """

    loaded: LoadedSpec
    layers: Mapping[LayerName, Layer]
    elsewhere: Mapping[LayerName, Layer]
    regions: tuple[Region, ...]
    at_aws: Mapping[str, LayerName]


def attach(draft: Draft, target: Target | None, shelf: Shelf) -> tuple[tuple[Attached, ...], list[Diagnostic]]:
    """Return what a function attaches, in its order, and what cannot be attached.

    Args:
        draft: the function.
        target: what it runs on; ``None`` if it does not say.
        shelf: what there is.
    """
    attached: list[Attached] = []
    found: list[Diagnostic] = []
    for index, item in enumerate(draft.held("layers")):
        where = draft.item_at("layers", index)
        got = _one(item, target, shelf, where)
        if isinstance(got, Diagnostic):
            found.append(got)
        elif got is not None:
            attached.append(got)
    return tuple(attached), found


def _one(
    item: str | ChannelLayer, target: Target | None, shelf: Shelf, where: Location
) -> Attached | Diagnostic | None:
    if isinstance(item, ChannelLayer):
        return _channel(item, target, shelf, where)
    parts = LAYER_VERSION_ARN.fullmatch(item)
    if parts is not None:
        return PinnedLayer(label=item, layer=None, arns={parts["region"]: item}, size=None, where=where)
    layer = shelf.layers.get(LayerName(item))
    if layer is not None:
        unit = _unit(layer, target, where)
        return unit if not isinstance(unit, Unit) else OwnLayer(layer=layer.name, unit=unit.key, where=where)
    external = shelf.loaded.spec.externals.get(item)
    if external is None:
        return _unknown(item, shelf, where, others=tuple(shelf.loaded.spec.externals))
    return PinnedLayer(label=item, layer=None, arns=external.arns, size=external.size, where=where)


def _channel(item: ChannelLayer, target: Target | None, shelf: Shelf, where: Location) -> Attached | Diagnostic | None:
    layer = shelf.layers.get(LayerName(item.name))
    if layer is None:
        if item.name in shelf.loaded.spec.externals:
            message = f"`{item.name}` is an external layer, and those have no channels"
            return error("FUNC022", message, where, f"write `{item.name}` alone")
        return _unknown(item.name, shelf, where)
    unit = _unit(layer, target, where)
    if not isinstance(unit, Unit):
        return unit
    pins = shelf.loaded.pins
    channels = pins.channels.get(layer.name, {})
    if item.channel not in channels:
        close = nearest(item.channel, channels)
        hint = f"did you mean `{close}`?" if close else f"point it to a published version in `{pins.shown}`"
        return error("FUNC026", f"`{layer.name}` has no channel `{item.channel}`", where, hint)
    arns = channels[item.channel].get(unit.key, {})
    missing = [region.name for region in shelf.regions if region.name not in arns]
    if missing or not arns:
        lacks = f" in {listed(missing)}" if missing else ""
        message = f"the channel `{item.channel}` points to no version of `{unit}`{lacks}"
        hint = f"point it to a published version in `{pins.shown}`"
        return error("FUNC026", message, where, hint)
    return PinnedLayer(label=str(item), layer=layer.name, arns=arns, size=None, where=where)


def _unit(layer: Layer, target: Target | None, where: Location) -> Unit | Diagnostic | None:
    """Return the unit that serves a target; ``None`` if there is none to serve."""
    if target is None or not layer.targets:
        return None
    for unit in layer.units:
        if target in unit.targets:
            return unit
    runtimes = tuple(dict.fromkeys(one.runtime for one in layer.targets))
    architectures = tuple(dict.fromkeys(one.architecture for one in layer.targets))
    message = f"the layer `{layer.name}` is not built for `{target.runtime}` on `{target.architecture}`"
    has = f"it is built for {listed(runtimes)} on {listed(architectures)}"
    if _language(target.runtime) not in map(_language, runtimes):
        return error("FUNC023", message, where, f"{has}; a layer has one language")
    add = []
    if target.runtime not in runtimes:
        add.append(f"`{target.runtime}` to its `runtimes`")
    if target.architecture not in architectures:
        add.append(f"`{target.architecture}` to its `architectures`")
    hint = f"{has}; add {' and '.join(add)}, with `split: {layer.split}` {_SPLITS[layer.split]}"
    return error("FUNC023", message, where, hint)


def _language(runtime: RuntimeId) -> str:
    parts = RUNTIME_ID.fullmatch(runtime)
    return parts["family"] if parts is not None else runtime


def _unknown(name: str, shelf: Shelf, where: Location, others: tuple[str, ...] = ()) -> Diagnostic:
    message = f"there is no layer `{name}` in this spec"
    other = shelf.elsewhere.get(LayerName(name))
    if other is not None:
        hint = f"it is in {other.where.file}: move one of the two, or name its ARNs under `externals`"
        return error("FUNC022", message, where, hint)
    close = nearest(name, (*shelf.layers, *others))
    hint = f"did you mean `{close}`?" if close else "name it under `layers` or `externals`"
    return error("FUNC022", message, where, hint)
