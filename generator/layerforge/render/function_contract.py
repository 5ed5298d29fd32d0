"""What the contract test of a function's module is told. None of it changes with the content of the code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from layerforge.names import Delivery
from layerforge.plan.function_types import Function
from layerforge.render import hcl
from layerforge.render.contract import Refusal, refusals_of
from layerforge.render.function_role import KEY_USE, Statement
from layerforge.render.function_uses import ROLE
from layerforge.render.hcl import Expression
from layerforge.render.rules import Variable

VERSION = "7"


@dataclass(frozen=True, kw_only=True, slots=True)
class FunctionContract:
    """The contract test of one function's module.

    Attributes:
        values: a good value of each variable.
        layers: the ARNs among them, in their order.
        function_name: that they give.
        environment: that they give.
        role: the stand-in's ARN of the role.
        version: the number that the stand-in publishes.
        aliases: each with that number.
        statements: the policy of the role, with ``values``.
        without_key: the statement ids without a key.
        reader: the resource that holds the ZIP to its digest, if Terraform reads it.
        refusals: the runs with wrong variables.
    """

    values: tuple[tuple[str, Expression], ...]
    layers: Expression
    function_name: str
    environment: Mapping[str, str]
    role: str
    version: str
    aliases: Mapping[str, str]
    statements: tuple[Mapping[str, Expression], ...]
    without_key: tuple[str, ...]
    reader: Expression
    refusals: tuple[Refusal, ...]


def function_contract(
    function: Function, variables: Sequence[Variable], policy: Sequence[Statement]
) -> FunctionContract:
    """Return what the contract test of a function's module is told."""
    values = {variable.name: variable.example for variable in variables if variable.example is not None}
    prefix = str(values.get("name_prefix", "")).strip('"')
    name = f"{prefix}{function.name}"
    return FunctionContract(
        values=tuple(values.items()),
        layers=values["layers"],
        function_name=name,
        environment={**function.settings.environment, "STAGE": "contract"},
        role=ROLE,
        version=VERSION,
        aliases=dict.fromkeys(function.settings.aliases, VERSION),
        statements=tuple(_with(dict(one.arguments), values, name) for one in (KEY_USE, *policy)),
        without_key=tuple(one.sid for one in policy),
        reader=Expression("aws_s3_object.artifact" if function.via is Delivery.S3 else "aws_lambda_function.this"),
        refusals=tuple(refusals_of(variables)),
    )


def _with(statement: Mapping[str, Expression], values: Mapping[str, Expression], name: str) -> dict[str, Expression]:
    """Return a statement with what the values, and the stand-in, give for its references."""
    known = {
        "${local.function_name}": hcl.inside(name),
        **{f"var.{word}": values.get(word, hcl.value(None)) for word in ("dead_letter_arn", "kms_key_arn")},
    }

    def settled(text: str) -> Expression:
        for reference, value in known.items():
            text = text.replace(reference, value)
        return Expression(text)

    return {word: settled(value) for word, value in statement.items()}
