"""Rules about ARNs that a spec gives: their Region and partition must fit where everything goes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from layerforge.diagnostics import Diagnostic, Location
from layerforge.facts.load import Facts
from layerforge.plan.drafts import Draft
from layerforge.plan.fleet_types import Region
from layerforge.plan.function_types import ByRegion, Function
from layerforge.plan.words import error, listed
from layerforge.spec.code import BucketCode
from layerforge.spec.load import LoadedSpec

_USES: Final = ("role", "dead_letter", "kms_key", "code_signing")
"""The fields of a function that hold ARNs."""


def check_externals(loaded: LoadedSpec, facts: Facts) -> Iterator[Diagnostic]:
    """Yield ``PLAN026`` for ARNs of external layers that stand under another Region, ``PLAN027`` for their names."""
    for name, external in loaded.spec.externals.items():
        if name in loaded.spec.layers:
            message = f"`{name}` is a layer of this spec and an external one"
            hint = "rename one: lists of layers name both in the same way"
            yield error("PLAN027", message, loaded.positions.key(("externals", name)), hint)
        for region, arn in external.arns.items():
            yield from check_layer(arn, region, loaded.positions.value(("externals", name, "arns", region)), facts)


def check_layer(arn: str, region: str, where: Location, facts: Facts) -> Iterator[Diagnostic]:
    """Yield ``PLAN026`` for a layer version that is not of the Region that it is given for, or of its partition."""
    found = _misplaced(arn, region, facts, "layers do not cross Regions: name a version that is")
    if found is not None:
        yield error("PLAN026", found[0], where, found[1])


def check_uses(draft: Draft, function: Function, regions: Sequence[Region], facts: Facts) -> Iterator[Diagnostic]:
    """Yield ``FUNC015`` to ``FUNC017`` for what a function uses and cannot reach from where it goes.

    Args:
        draft: the function as the spec has it.
        function: the function as the plan has it.
        regions: the active ones of the spec.
        facts: of the world.
    """
    if function.attached_only:
        return
    for field in _USES:
        given = draft.held(field)
        if isinstance(given, str):
            yield from _check_everywhere(field, draft, regions, facts)
        elif given is not None:
            yield from _check_missing(field, given, draft.key_at(field), regions)
            for region, arn in given.items():
                if (found := _misplaced(arn, region, facts, "name one that is")) is not None:
                    yield error("FUNC015", found[0], draft.item_at(field, region), found[1])
    networks = function.settings.networks
    if networks:
        yield from _check_missing("vpc", networks, draft.key_at("vpc"), regions)
        ids = {region: (*one.subnet_ids, *one.security_group_ids) for region, one in networks.items()}
        yield from _check_twice(ids, {region: draft.item_at("vpc", region) for region in ids})
    if isinstance(draft.function.code, BucketCode):
        yield from _check_bucket(draft.function.code.bucket, draft, regions)


def _check_everywhere(field: str, draft: Draft, regions: Sequence[Region], facts: Facts) -> Iterator[Diagnostic]:
    """Yield ``FUNC015`` for one ARN that has to do in every Region."""
    where = draft.held_at(field)
    _, partition, _, own, *_ = draft.held(field).split(":")
    other = next((region for region in regions if region.partition != partition), None)
    elsewhere = [region.name for region in regions if region.name != own]
    right = facts.partition(own)
    if other is not None:
        message = f"the ARN is of the partition `{partition}`, and `{other.name}` is in `{other.partition}`"
        yield error("FUNC015", message, where, f"it begins with `arn:{other.partition}:`")
    elif own and right is not None and right.name != partition:
        message = f"the ARN is of the partition `{partition}`, and `{own}` is in `{right.name}`"
        yield error("FUNC015", message, where, f"it begins with `arn:{right.name}:`")
    elif own and elsewhere:
        message = f"the ARN is of the Region `{own}`, and the function goes to {listed(elsewhere)}"
        hint = f"give one for each Region: `{field}: {{{', '.join(f'{region.name}: …' for region in regions)}}}`"
        if len(regions) == 1:
            hint = f"name one in `{elsewhere[0]}`"
        yield error("FUNC015", message, where, hint)


def _check_bucket(given: ByRegion, draft: Draft, regions: Sequence[Region]) -> Iterator[Diagnostic]:
    """Yield ``FUNC016`` for a Region whose bucket nobody names, ``FUNC017`` for a bucket that is to be in several."""
    where, hint = draft.key_at("code", "bucket"), "Lambda takes code from a bucket in its own Region: name one for each"
    if not isinstance(given, str):
        yield from _check_missing("bucket", given, where, regions)
        places = {region: draft.place("code", "bucket", region) for region in given}
        yield from _check_twice({region: (bucket,) for region, bucket in given.items()}, places)
    elif len(regions) > 1:
        message = f"the code is in one bucket, and the function goes to {listed(region.name for region in regions)}"
        yield error("FUNC017", message, where, f"{hint}, `bucket: {{{regions[0].name}: …}}`")


def _check_missing(
    field: str, given: Mapping[str, object], where: Location, regions: Sequence[Region]
) -> Iterator[Diagnostic]:
    """Yield ``FUNC016`` for what is given by Region and not for each one that is active."""
    missing = [region.name for region in regions if region.name not in given]
    if missing:
        message = f"`{field}` has no value for {listed(missing)}, where the function goes"
        yield error("FUNC016", message, where, f"add `{missing[0]}: …`, or pause the Region")


def _check_twice(given: Mapping[str, Iterable[str]], places: Mapping[str, Location]) -> Iterator[Diagnostic]:
    """Yield ``FUNC017`` for a name that stands under two Regions, though AWS has it in one."""
    taken: dict[str, str] = {}
    for region, names in given.items():
        for name in names:
            first = taken.setdefault(name, region)
            if first != region:
                message = f"`{name}` stands under `{first}` and `{region}`, and lies in one of them"
                yield error("FUNC017", message, places[region], f"name what is in `{region}`")


def _misplaced(arn: str, region: str, facts: Facts, wanted: str) -> tuple[str, str] | None:
    """Return what is wrong with an ARN that stands under a Region and is not of it, and the remedy."""
    _, partition, _, own, *_ = arn.split(":")
    right = facts.partition(region)
    if own != region:
        return f"the ARN is of the Region `{own}`, and stands under `{region}`", f"{wanted} in `{region}`"
    if right is not None and partition != right.name:
        message = f"the ARN is of the partition `{partition}`, and `{region}` is in `{right.name}`"
        return message, f"it begins with `arn:{right.name}:`"
    return None
