"""The outputs of a function's module."""

from collections.abc import Iterator
from dataclasses import dataclass

from layerforge.plan.function_types import Function
from layerforge.render.hcl import Expression

_FUNCTION = "aws_lambda_function.this"


@dataclass(frozen=True, kw_only=True, slots=True)
class FunctionOutput:
    """One output of a function's module.

    Attributes:
        name: an HCL identifier.
        description: full sentences.
        value: what it gives.
    """

    name: str
    description: str
    value: Expression


def function_outputs(function: Function) -> tuple[FunctionOutput, ...]:
    """Return the outputs of a function's module, sorted by name."""
    if function.attached_only:
        return (_layers("var.layers"),)
    found = (*_always(), *_published(function), *_role(function))
    return tuple(sorted(found, key=lambda output: output.name))


def _layers(value: str) -> FunctionOutput:
    return FunctionOutput(
        name="layers",
        description="ARNs of the function's layer versions, in their order: the argument of the same name of a "
        "function that is kept elsewhere.",
        value=Expression(value),
    )


def _always() -> Iterator[FunctionOutput]:
    words = {
        "arn": "ARN of the function, without a version.",
        "code_sha256": "Digest of the code in base64, as AWS reports it.",
        "function_name": "Name of the function.",
        "invoke_arn": "ARN by which API Gateway invokes the newest code.",
    }
    for name, description in words.items():
        yield FunctionOutput(name=name, description=description, value=Expression(f"{_FUNCTION}.{name}"))
    yield _layers(f"{_FUNCTION}.layers")


def _published(function: Function) -> Iterator[FunctionOutput]:
    if not function.settings.publish:
        return
    yield FunctionOutput(
        name="qualified_arn",
        description="ARN of the newest published version.",
        value=Expression(f"{_FUNCTION}.qualified_arn"),
    )
    yield FunctionOutput(
        name="version",
        description="Number of the newest published version.",
        value=Expression(f"tonumber({_FUNCTION}.version)"),
    )
    if function.settings.aliases:
        yield FunctionOutput(
            name="alias_arns",
            description="ARN of each alias by its name: what callers should invoke.",
            value=Expression("{ for name, alias in aws_lambda_alias.this : name => alias.arn }"),
        )


def _role(function: Function) -> Iterator[FunctionOutput]:
    if function.settings.role is None:
        yield FunctionOutput(
            name="role_name",
            description="Name of the function's role, to attach further policies to it.",
            value=Expression("aws_iam_role.this.name"),
        )
