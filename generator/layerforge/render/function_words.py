"""A function's layers for people: the table and the example of its README."""

from dataclasses import dataclass

from layerforge.names import identifier
from layerforge.plan.function_types import Attached, Function, OwnLayer
from layerforge.render import hcl
from layerforge.render.hcl import Expression


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """One layer of a function.

    Attributes:
        number: its place in the order, from 1.
        label: what the spec calls it.
        origin: where its versions come from.
        example: its entry in the list of layers that a root passes.
    """

    number: int
    label: str
    origin: str
    example: Expression


def attachments(function: Function) -> tuple[Attachment, ...]:
    """Return the layers of a function, in their order."""
    return tuple(_attachment(function, number, item) for number, item in enumerate(function.layers, start=1))


def _attachment(function: Function, number: int, item: Attached) -> Attachment:
    if isinstance(item, OwnLayer):
        runtime, architecture = hcl.string(function.runtime), hcl.string(function.architecture.value)
        return Attachment(
            number=number,
            label=item.layer,
            origin=f"the newest version of {item.layer}/{item.unit}",
            example=Expression(f"module.{hcl.name(identifier(item.layer))}.arns[{runtime}][{architecture}]"),
        )
    regions = sorted(item.arns)
    return Attachment(
        number=number,
        label=item.label,
        origin=f"a chosen version, in {', '.join(regions)}",
        example=hcl.string(item.arns[regions[0]]),
    )
