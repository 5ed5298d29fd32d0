"""Lists in a spec."""

from collections.abc import Hashable
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field

from layerforge.spec.problem import problem
from layerforge.spec.show import show

Item = TypeVar("Item", bound=Hashable)


def _distinct(items: tuple[Item, ...]) -> tuple[Item, ...]:
    seen: set[Item] = set()
    for index, item in enumerate(items):
        if item in seen:
            raise problem("SPEC039", f"{show(str(item))} is listed twice", "keep one", at=(index,))
        seen.add(item)
    return items


def _some(items: tuple[Item, ...]) -> tuple[Item, ...]:
    if not items:
        raise problem("SPEC039", "the list is empty", "list at least one, or leave the field out")
    return items


Distinct = Annotated[tuple[Item, ...], AfterValidator(_distinct)]
"""A list without repetitions."""

Some = Annotated[
    tuple[Item, ...], AfterValidator(_distinct), AfterValidator(_some), Field(json_schema_extra={"minItems": 1})
]
"""A list of one item at least, without repetitions."""
