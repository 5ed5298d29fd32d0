"""What the contract test of a module is told: values to try, what has to come of them, and what has to be refused."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from layerforge.names import Delivery
from layerforge.plan.types import Layer
from layerforge.render.hcl import Expression
from layerforge.render.rules import Variable

SSM_PREFIX: Final = "/contract/layers"
NAME_PREFIX: Final = "contract-"


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """One run that breaks one rule of each variable that has so many.

    Attributes:
        name: of the run.
        values: what the run sets.
        variables: those that have to be refused.
    """

    name: str
    values: tuple[tuple[str, Expression], ...]
    variables: tuple[Expression, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ContractView:
    """The contract test of one module. None of it changes with the content of the layer.

    Attributes:
        values: a good value of each variable.
        layer_names: the names at AWS that the values give, by unit.
        architectures: the sorted architectures of each runtime.
        parameters: the names of the SSM parameters that the values give, by target.
        permissions: the principal of each permission, by its key.
        layers: the resources that publish.
        readers: the resources that hold the ZIPs to their digests.
        refusals: the runs with wrong variables.
    """

    values: tuple[tuple[str, Expression], ...]
    layer_names: Mapping[str, str]
    architectures: Mapping[str, Sequence[str]]
    parameters: Mapping[str, str]
    permissions: Mapping[str, str]
    layers: tuple[Expression, ...]
    readers: tuple[Expression, ...]
    refusals: tuple[Refusal, ...]


def contract_of(layer: Layer, variables: Sequence[Variable]) -> ContractView:
    """Return what the contract test of a layer's module is told."""
    values = tuple((variable.name, variable.example) for variable in variables if variable.example is not None)
    prefix = str(dict(values)["name_prefix"]).strip('"')
    layers = tuple(Expression(f"aws_lambda_layer_version.{unit.address}") for unit in layer.units)
    architectures: dict[str, list[str]] = {}
    for target in sorted(layer.targets):
        architectures.setdefault(target.runtime, []).append(target.architecture.value)
    return ContractView(
        values=values,
        layer_names={unit.key: f"{prefix}{unit.aws_name}" for unit in layer.units},
        architectures=architectures,
        parameters={str(target): f"{SSM_PREFIX}/{target}/latest" for target in layer.targets},
        permissions={f"{unit.key}/{grant.key}": grant.principal for unit in layer.units for grant in layer.grants},
        layers=layers,
        readers=(Expression("aws_s3_object.artifact"),) if layer.publish.via is Delivery.S3 else layers,
        refusals=tuple(refusals_of(variables)),
    )


def refusals_of(variables: Iterable[Variable]) -> Iterator[Refusal]:
    """Yield runs that break every rule of the variables once, as many at a time as can be."""
    listed = tuple(variables)
    for turn in range(max(len(variable.rules) for variable in listed)):
        broken = [variable for variable in listed if len(variable.rules) > turn]
        yield Refusal(
            name=f"refuses_wrong_variables_{turn + 1}",
            values=tuple(sorted(pair for variable in broken for pair in variable.rules[turn].wrong)),
            variables=tuple(Expression(f"var.{variable.name}") for variable in broken),
        )
