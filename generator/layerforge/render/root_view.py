"""What the templates of a Region's root are told: which modules it calls, with what, and what it asks of its caller."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from layerforge.names import Delivery, identifier
from layerforge.plan.fleet_types import Fleet, Plan, Region
from layerforge.plan.function_types import Attached, Function, OwnLayer
from layerforge.plan.types import Layer
from layerforge.render import hcl
from layerforge.render.function_outputs import function_outputs
from layerforge.render.hcl import Expression
from layerforge.render.root_parameters import parameter_arguments
from layerforge.render.root_variables import Stage, bucket_wanted, root_variables, stage_arguments
from layerforge.render.rules import RootVariable
from layerforge.render.signing import PROFILES, profile_of

DIGEST: Final = "code_sha256"
"""The output of a function's module that is its digest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One layer in a function's list: its ARN as HCL, and what the spec calls it where the ARN does not say."""

    value: Expression
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One module that the root calls.

    Attributes:
        name: the layer's or function's.
        identifier: the call's label.
        source: the module's folder, relative to the root.
        layers: of a function, in their order.
        arguments: the others.
    """

    name: str
    identifier: str
    source: str
    layers: tuple[Entry, ...]
    arguments: tuple[tuple[str, Expression], ...]

    @property
    def module(self) -> Expression:
        """Its address in the root."""
        return Expression(f"module.{hcl.name(self.identifier)}")


@dataclass(frozen=True, kw_only=True, slots=True)
class RootOutput:
    """One output of a root."""

    name: str
    description: str
    value: Expression


@dataclass(frozen=True, kw_only=True, slots=True)
class RootView:
    """One Region's root.

    Attributes:
        owner: the spec whose the files are; the first line of each names it.
        region: AWS's name for it.
        folder: the root's own, as the spec names it.
        provider: the versions of the AWS provider that fit all modules.
        calls: layers, then functions, each sorted by name.
        layers: the names of the layers.
        functions: the names of the functions.
        variables: required ones first.
        outputs: sorted by name.
    """

    owner: str
    region: str
    folder: str
    provider: str
    calls: tuple[Call, ...]
    layers: tuple[str, ...]
    functions: tuple[str, ...]
    variables: tuple[RootVariable, ...]
    outputs: tuple[RootOutput, ...]

    @property
    def signed(self) -> bool:
        """Whether any of its modules signs."""
        return any(variable.name == PROFILES for variable in self.variables)


def root_view(  # noqa: PLR0913 - all that a root is told
    plan: Plan, fleet: Fleet, region: Region, *, stage: Stage, modules: Path, owner: str, provider: str
) -> RootView:
    """Return what the templates are told of the root of one Region.

    Args:
        plan: of the run.
        fleet: the spec's functions and Regions.
        region: one of them.
        stage: what differs by function.
        modules: the folder of the modules, absolute.
        owner: the spec that the root comes from, as the marker names it.
        provider: the versions of the AWS provider that fit all modules.
    """
    layers = [layer for layer in plan.layers if layer.spec == fleet.spec]
    start = fleet.spec.parent / region.root
    above = PurePosixPath(os.path.relpath(modules, start)).as_posix()
    source = above if above.startswith("../") else f"./{above}"
    calls = [_of_layer(layer, source, fleet, region) for layer in layers]
    functions = [_of_function(function, source, region, stage) for function in fleet.functions]
    return RootView(
        owner=owner,
        region=region.name,
        folder=region.root,
        provider=provider,
        calls=(*calls, *functions),
        layers=tuple(layer.name for layer in layers),
        functions=tuple(function.name for function in fleet.functions),
        variables=root_variables(layers, fleet.functions, region, stage),
        outputs=tuple(_outputs(calls, list(zip(functions, fleet.functions, strict=True)))),
    )


def _of_layer(layer: Layer, source: str, fleet: Fleet, region: Region) -> Call:
    common = _common(in_bucket=layer.publish.via is not Delivery.DIRECT)
    return Call(
        name=layer.name,
        identifier=identifier(layer.name),
        source=f"{source}/{layer.name}",
        layers=(),
        arguments=tuple(sorted((*common, *parameter_arguments(layer, fleet, region), *profile_of(layer)))),
    )


def _of_function(function: Function, source: str, region: Region, stage: Stage) -> Call:
    ours = () if function.attached_only else _common(in_bucket=bucket_wanted(function))
    own = stage_arguments(function, region, stage[function.name])
    return Call(
        name=function.name,
        identifier=identifier(function.name),
        source=f"{source}/{function.name}",
        layers=tuple(_entry(function, item, region) for item in function.layers),
        arguments=tuple(sorted((*ours, *own, *profile_of(function)))),
    )


def _common(*, in_bucket: bool) -> Iterator[tuple[str, Expression]]:
    names = (*(("artifact_bucket", "artifact_prefix") if in_bucket else ()), "name_prefix", "tags")
    return ((name, Expression(f"var.{name}")) for name in names)


def _entry(function: Function, item: Attached, region: Region) -> Entry:
    if isinstance(item, OwnLayer):
        runtime, architecture = hcl.string(function.runtime), hcl.string(function.architecture.value)
        module = f"module.{hcl.name(identifier(item.layer))}"
        return Entry(value=Expression(f"{module}.arns[{runtime}][{architecture}]"), label="")
    arn = item.arns[region.name]
    return Entry(value=hcl.string(arn), label="" if item.label == arn else item.label)


def _outputs(layers: Sequence[Call], functions: Sequence[tuple[Call, Function]]) -> Iterator[RootOutput]:
    yield RootOutput(
        name="attachments",
        description="ARNs of the layer versions of each function, in their order.",
        value=hcl.value({call.name: Expression(f"{call.module}.layers") for call, _ in functions}, 2),
    )
    yield RootOutput(
        name="functions",
        description="Of each function arn, version and digest, alias_arns and qualified_arn where it has them. The "
        "digest is that of its code in base64, as AWS reports it.",
        value=hcl.value({call.name: _record(call, one) for call, one in functions if not one.attached_only}, 2),
    )
    yield RootOutput(
        name="layers",
        description="Of each layer and unit the newest version: arn, layer_arn, version, and of its ZIP sha256, "
        "zipped_size and unzipped_size in bytes.",
        value=hcl.value({call.name: Expression(f"{call.module}.versions") for call in layers}, 2),
    )


def _record(call: Call, function: Function) -> dict[str, Expression]:
    there = {output.name for output in function_outputs(function)}
    wanted = ("alias_arns", "arn", DIGEST, "qualified_arn", "version")
    names = {name: "digest" if name == DIGEST else name for name in wanted if name in there}
    return {shown: Expression(f"{call.module}.{name}") for name, shown in names.items()}
