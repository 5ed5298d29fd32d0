"""Rules about ARNs that a spec gives: their Region and partition must fit where everything goes."""

from collections.abc import Iterator, Sequence
from typing import Final

from layerforge.diagnostics import Diagnostic, Location
from layerforge.facts.load import Facts
from layerforge.plan.drafts import Draft
from layerforge.plan.fleet_types import Function, Region
from layerforge.plan.words import error, listed
from layerforge.spec.load import LoadedSpec

_IN_ROOTS: Final = {"kms_key": "kms_key_arn", "code_signing": "code_signing_config_arn"}
"""What a root takes for each function, for what differs between Regions."""


def check_externals(loaded: LoadedSpec, facts: Facts) -> Iterator[Diagnostic]:
    """Yield ``PLAN026`` for ARNs of external layers that stand under another Region, ``PLAN027`` for their names."""
    for name, external in loaded.spec.externals.items():
        if name in loaded.spec.layers:
            message = f"`{name}` is a layer of this spec and an external one"
            hint = "rename one: lists of layers name both in the same way"
            yield error("PLAN027", message, loaded.positions.key(("externals", name)), hint)
        for region, arn in external.arns.items():
            yield from check_arn(arn, region, loaded.positions.value(("externals", name, "arns", region)), facts)


def check_arn(arn: str, region: str, where: Location, facts: Facts) -> Iterator[Diagnostic]:
    """Yield ``PLAN026`` for an ARN that is not of the Region that it is given for, or not of its partition."""
    _, partition, _, own, *_ = arn.split(":")
    right = facts.partition(region)
    if own != region:
        message = f"the ARN is of the Region `{own}`, and stands under `{region}`"
        yield error("PLAN026", message, where, "layers do not cross Regions: name a version that is published there")
    elif right is not None and partition != right.name:
        message = f"the ARN is of the partition `{partition}`, and `{region}` is in `{right.name}`"
        yield error("PLAN026", message, where, f"it begins with `arn:{right.name}:`")


def check_uses(draft: Draft, function: Function, regions: Sequence[Region], facts: Facts) -> Iterator[Diagnostic]:
    """Yield ``FUNC015`` for what a function uses and cannot reach from where it goes.

    Args:
        draft: the function as the spec has it.
        function: the function as the plan has it.
        regions: the active ones of the spec.
        facts: of the world.
    """
    if function.attached_only:
        return
    for field in ("role", "dead_letter", *_IN_ROOTS):
        arn = draft.held(field)
        if arn is None:
            continue
        where = draft.held_at(field)
        _, partition, _, own, *_ = arn.split(":")
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
            hint = f"name one in `{elsewhere[0]}`" if len(regions) == 1 else _by_region(field, function)
            yield error("FUNC015", message, where, hint)


def _by_region(field: str, function: Function) -> str:
    """Return how to say what is another one in each Region."""
    variable = _IN_ROOTS.get(field)
    if variable is None:
        return "leave it out: an `aws_lambda_function_event_invoke_config` in each root sends failures on as well"
    return f"leave it out, and tell each root: `functions = {{ {function.name} = {{ {variable} = … }} }}`"
