"""Rules about a function's list of layers as a whole."""

from collections.abc import Iterator

from layerforge.diagnostics import Diagnostic
from layerforge.facts.load import Facts, Limits
from layerforge.names import LAYER_VERSION_ARN
from layerforge.plan.arn_rules import check_layer
from layerforge.plan.attached import Shelf
from layerforge.plan.drafts import Draft
from layerforge.plan.function_types import Attached, Function, OwnLayer, PinnedLayer
from layerforge.plan.types import Target
from layerforge.plan.words import error, listed
from layerforge.spec.attached import ChannelLayer


def check_list(draft: Draft, function: Function, shelf: Shelf, facts: Facts) -> Iterator[Diagnostic]:
    """Yield what is wrong with a list of layers, ``FUNC020``, ``FUNC021`` and ``FUNC024`` to ``FUNC029``."""
    count, most = len(draft.held("layers")), facts.limits.layers_per_function
    if count > most:
        message = f"the function has {count} layers; Lambda takes {most}"
        hint = "put what belongs together into one layer"
        yield error("FUNC020", message, draft.item_at("layers", most), hint)
    yield from _check_twice(function, shelf)
    if draft.held("runtime") is not None:
        target = Target(runtime=function.runtime, architecture=function.architecture)
        yield from _check_externals(function, target, shelf)
    yield from _check_regions(function, shelf, facts)
    yield from _check_overrides(draft, function)
    yield from _check_size(draft, function, facts.limits)


def name_of(attached: Attached) -> str:
    """Return what the spec calls an attached layer, without its channel."""
    return attached.layer or attached.label if isinstance(attached, PinnedLayer) else attached.layer


def label_of(attached: Attached) -> str:
    """Return what messages call an attached layer."""
    return attached.label if isinstance(attached, PinnedLayer) else attached.layer


def _check_twice(function: Function, shelf: Shelf) -> Iterator[Diagnostic]:
    """Yield ``FUNC021`` for a layer that stands in the list twice, however it is spelled."""
    taken: dict[str, Attached] = {}
    for attached in function.layers:
        identities = _identities(attached, shelf)
        first = next((taken[one] for one in identities if one in taken), None)
        if first is not None:
            message = f"`{label_of(attached)}` and `{label_of(first)}` are the same layer"
            yield error("FUNC021", message, attached.where, "keep one: Lambda refuses a function with both")
        for one in identities:
            taken.setdefault(one, attached)


def _identities(attached: Attached, shelf: Shelf) -> list[str]:
    """Return what tells a layer, in whatever version, from others: its name in the spec, its ARNs at AWS."""
    if isinstance(attached, OwnLayer):
        return [attached.layer]
    found = [] if attached.layer is None else [str(attached.layer)]
    for arn in attached.arns.values():
        parts = LAYER_VERSION_ARN.fullmatch(arn)
        if parts is not None and (own := shelf.at_aws.get(parts["name"])) is not None:
            found.append(own)
        found.append(arn.rpartition(":")[0])
    return found


def _check_externals(function: Function, target: Target, shelf: Shelf) -> Iterator[Diagnostic]:
    """Yield ``FUNC024`` for external layers that say that they are for something else."""
    for attached in function.layers:
        external = shelf.loaded.spec.externals.get(label_of(attached))
        if external is None or isinstance(attached, OwnLayer):
            continue
        for own, others in ((target.runtime, external.runtimes), (target.architecture, external.architectures)):
            if others and own not in others:
                message = f"the external layer `{attached.label}` is for {listed(others)}, the function is on `{own}`"
                hint = "name another layer for it, or mend what `externals` says"
                yield error("FUNC024", message, attached.where, hint)


def _check_regions(function: Function, shelf: Shelf, facts: Facts) -> Iterator[Diagnostic]:
    """Yield ``FUNC025`` for versions that are not there in every active Region, or have no Region in common."""
    common: set[str] | None = None
    for attached in function.layers:
        if isinstance(attached, OwnLayer):
            continue
        if (arn := LAYER_VERSION_ARN.fullmatch(attached.label)) is not None:
            yield from check_layer(attached.label, arn["region"], attached.where, facts)
        missing = [region.name for region in shelf.regions if region.name not in attached.arns]
        if missing and attached.layer is None:
            yield _not_there(attached, missing, shelf)
        if shelf.loaded.spec.regions:
            continue
        before, common = common, set(attached.arns) & (set(attached.arns) if common is None else common)
        if not common and before:
            message = (
                f"`{attached.label}` is in {listed(attached.arns)}, the layers before it in {listed(sorted(before))}"
            )
            hint = "a function and its layers are in one Region: name versions of the same one"
            yield error("FUNC025", message, attached.where, hint)


def _not_there(attached: PinnedLayer, missing: list[str], shelf: Shelf) -> Diagnostic:
    (region, arn), *_ = attached.arns.items()
    example = arn.replace(f":{region}:", f":{missing[0]}:")
    if attached.label in shelf.loaded.spec.externals:
        where = shelf.loaded.positions.key(("externals", attached.label, "arns"))
        hint = f"add `{missing[0]}: {example}`, or the version that is published there; or pause the Region"
        return error("FUNC025", f"`{attached.label}` has no ARN for {listed(missing)}", where, hint)
    message = f"the ARN is of {listed(attached.arns)}, and the function goes to {listed(missing)}"
    hint = "name the layer under `externals` with an ARN for each Region"
    if len(shelf.regions) == 1:
        hint = f"name a version that is published in `{missing[0]}`"
    return error("FUNC025", message, attached.where, hint)


def _check_overrides(draft: Draft, function: Function) -> Iterator[Diagnostic]:
    """Yield ``FUNC027`` for overrides that are not in the list, or have nothing before them."""
    names = [item.name if isinstance(item, ChannelLayer) else item for item in draft.held("layers")]
    for index, name in enumerate(function.overrides):
        where = draft.place("overrides", index)
        if name not in names:
            message = f"`{name}` is not in the function's list of layers"
            yield error("FUNC027", message, where, f"the list has {listed(names)}" if names else "list it in `layers`")
        elif names[:1] == [name]:
            message = f"`{name}` is the first layer: there is nothing before it that it could override"
            yield error("FUNC027", message, where, "list it after the layers that it patches")


def _check_size(draft: Draft, function: Function, limits: Limits) -> Iterator[Diagnostic]:
    """Yield ``FUNC028`` where the sizes that the spec declares are too much together."""
    sizes = {label_of(one): one.size for one in function.layers if isinstance(one, PinnedLayer) and one.size}
    if function.code is not None and function.code.size:
        sizes["code"] = function.code.size
    total = sum(sizes.values())
    if total > limits.unzipped_bytes:
        message = f"code and layers have {total:,} bytes unzipped; Lambda takes {limits.unzipped_bytes:,}"
        notes = tuple(f"{size:>11,}  {label}" for label, size in sizes.items())
        yield error("FUNC028", message, draft.where, "leave a layer out, or use smaller ones", notes)
