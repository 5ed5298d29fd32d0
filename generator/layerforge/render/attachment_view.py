"""What the templates are told of a function that is kept elsewhere: its module is the checked list of its layers."""

from dataclasses import dataclass

from layerforge.facts.types import Facts
from layerforge.names import identifier
from layerforge.plan.function_types import Function
from layerforge.render.contract import Refusal, refusals_of
from layerforge.render.function_outputs import FunctionOutput, function_outputs
from layerforge.render.function_variables import function_variables
from layerforge.render.function_words import Attachment, attachments
from layerforge.render.hcl import Expression
from layerforge.render.rules import Variable


@dataclass(frozen=True, kw_only=True, slots=True)
class AttachmentView:
    """The module of a function's layers alone.

    Attributes:
        function: as the plan has it.
        name: the function's.
        identifier: its name as an HCL identifier, for the README's examples.
        owner: the spec whose the files are; the first line of each names it.
        attachments: its layers, for people.
        variables: the one variable.
        outputs: the one output.
        layers: ARNs for the contract test, in an order of their own.
        refusals: the runs with wrong layers.
    """

    function: Function
    name: str
    identifier: str
    owner: str
    attachments: tuple[Attachment, ...]
    variables: tuple[Variable, ...]
    outputs: tuple[FunctionOutput, ...]
    layers: Expression
    refusals: tuple[Refusal, ...]


def attachment_view(function: Function, *, facts: Facts, owner: str) -> AttachmentView:
    """Return what the templates are told of a function's layers."""
    variables = function_variables(function, facts)
    (layers,) = (variable.example for variable in variables if variable.example is not None)
    return AttachmentView(
        function=function,
        name=function.name,
        identifier=identifier(function.name),
        owner=owner,
        attachments=attachments(function),
        variables=variables,
        outputs=function_outputs(function),
        layers=layers,
        refusals=tuple(refusals_of(variables)),
    )
