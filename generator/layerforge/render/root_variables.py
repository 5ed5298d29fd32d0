"""What a Region's root asks of its caller: few things for all modules, and one map for what differs by function."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from layerforge.facts.types import Facts
from layerforge.names import Delivery, LayerName
from layerforge.plan.fleet_types import Region
from layerforge.plan.function_types import ByRegion, Function
from layerforge.plan.types import Layer
from layerforge.render import hcl
from layerforge.render.function_variables import function_variables
from layerforge.render.hcl import Expression
from layerforge.render.root_parameters import ssm_root
from layerforge.render.rules import RootVariable, Rule, Variable
from layerforge.render.signing import PROFILE, profiles
from layerforge.render.variables import ARTIFACT_PREFIX

FOR_ALL: Final = frozenset({"artifact_dir", "artifact_prefix", "layers", "name_prefix", PROFILE, "tags"})
"""Variables of a function's module that the root sets itself, for all alike, or leaves alone."""

Stage = Mapping[LayerName, tuple[Variable, ...]]
"""What differs by function, by its name: the same in every Region."""


def bucket_wanted(function: Function) -> bool:
    """Return whether a function's own ZIP goes through the Region's bucket."""
    return bool(function.units) and function.via is not Delivery.DIRECT


def stage_variables(function: Function, facts: Facts) -> tuple[Variable, ...]:
    """Return the variables of a function's module that differ from function to function."""
    if function.attached_only:
        return ()
    taken = FOR_ALL | ({"artifact_bucket"} if bucket_wanted(function) else set())
    return tuple(variable for variable in function_variables(function, facts) if variable.name not in taken)


def stage_arguments(
    function: Function, region: Region, variables: Sequence[Variable]
) -> Iterator[tuple[str, Expression]]:
    """Yield what the root passes to a function's module from the map ``functions``: ``null`` means the spec's value."""
    regional = _regional(function, region)
    for variable in variables:
        own = f"var.functions[{hcl.string(function.name)}].{variable.name}"
        if variable.name in regional:
            yield variable.name, Expression(f"try(coalesce({own}), {regional[variable.name]})")
        elif variable.default is None:
            yield variable.name, Expression(own)
        elif variable.nullable and variable.default != "null":  # a module would take null for "none at all"
            yield variable.name, Expression(f"try(coalesce({own}), {variable.default})")
        else:
            yield variable.name, Expression(f"try({own}, null)")


def _regional(function: Function, region: Region) -> dict[str, Expression]:
    """Return what the spec gives by Region: this one's values, by the names of the module's variables."""
    own = function.settings
    given: dict[str, ByRegion | None] = {
        "artifact_bucket": None if function.code is None else function.code.bucket,
        "code_signing_config_arn": own.code_signing,
        "dead_letter_arn": own.dead_letter,
        "kms_key_arn": own.kms_key,
    }
    found = {name: hcl.string(value[region.name]) for name, value in given.items() if isinstance(value, Mapping)}
    if (network := own.networks.get(region.name)) is not None:
        ids = {"security_group_ids": network.security_group_ids, "subnet_ids": network.subnet_ids}
        found["vpc_config"] = hcl.compact(ids)
    return found


def root_variables(
    layers: Sequence[Layer], functions: Sequence[Function], region: Region, stage: Stage
) -> tuple[RootVariable, ...]:
    """Return the variables of a root: required ones first, each group in alphabetical order."""
    found = [
        *_for_all(layers, functions, region),
        *profiles((*layers, *functions)),
        *_by_function(functions, region, stage),
    ]
    return tuple(sorted(found, key=lambda variable: (variable.default is not None, variable.name)))


def _for_all(layers: Sequence[Layer], functions: Sequence[Function], region: Region) -> Iterator[RootVariable]:
    text = Expression("string")
    if any(layer.publish.via is not Delivery.DIRECT for layer in layers) or any(map(bucket_wanted, functions)):
        versions = ", which keeps versions" if any(profiles((*layers, *functions))) else ""
        yield RootVariable(
            name="artifact_bucket",
            type=text,
            description=f"Bucket in {region.name} for the ZIPs that Lambda takes from S3{versions}.",
            default=None if region.bucket is None else hcl.string(region.bucket),
        )
        yield RootVariable(
            name="artifact_prefix",
            type=text,
            description="Start of the objects' keys in the bucket. Environments that share a bucket have one each.",
            default=hcl.string(ARTIFACT_PREFIX),
        )
    if layers or any(not function.attached_only for function in functions):
        yield RootVariable(
            name="name_prefix",
            type=text,
            description="Start of the names of layers and functions at AWS, to tell environments in one account apart.",
            default=hcl.string(""),
        )
        if any(layer.publish.ssm is not None for layer in layers):
            yield ssm_root()
        yield RootVariable(
            name="tags",
            type=Expression("map(string)"),
            description="Tags of everything that can have any. The spec's own tags of a function give way to them.",
            default=Expression("{}"),
        )


def _by_function(functions: Sequence[Function], region: Region, stage: Stage) -> Iterator[RootVariable]:
    types = {variable.name: variable.type for function in functions for variable in stage[function.name]}
    if not types:
        return
    names = hcl.value([function.name for function in functions if stage[function.name]])
    needed = {
        function.name: [
            one.name
            for one in stage[function.name]
            if one.default is None and one.name not in _regional(function, region)
        ]
        for function in functions
    }
    attributes = [(name, Expression(f"optional({types[name]})")) for name in sorted(types)]
    yield RootVariable(
        name="functions",
        type=Expression(f"map(object({{\n{hcl.aligned(attributes, 4)}\n  }}))"),
        description="What differs here from the spec, by function: as the variables of its module. What is left out "
        "is as the spec says.",
        default=None if any(needed.values()) else Expression("{}"),
        rules=(
            Rule(
                condition=Expression(f"alltrue([for name in keys(var.functions) : contains({names}, name)])"),
                message="A key is the name of a function of the spec whose module takes such values.",
                wrong=(("functions", hcl.compact({"no-such-function": Expression("{}")})),),
            ),
            *(_needed(name, listed) for name, listed in needed.items() if listed),
        ),
    )


def _needed(name: str, listed: Sequence[str]) -> Rule:
    given = " && ".join(f"var.functions[{hcl.string(name)}].{one} != null" for one in listed)
    return Rule(
        condition=Expression(f"try({given}, false)"),
        message=f"The function {name} needs {' and '.join(listed)}.",
        wrong=(("functions", Expression("{}")),),
    )
