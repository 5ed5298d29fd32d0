"""A value that is the same in every Region, or a mapping with one for each: what is regional by nature."""

from typing import Annotated, Any, Final, TypeVar

from pydantic import BeforeValidator, Discriminator, Tag

from layerforge.spec.problem import problem
from layerforge.spec.regions import RegionKey
from layerforge.spec.show import kind

Item = TypeVar("Item")

_FORM: Final = "write one value, or a mapping with one for each Region: `{eu-west-1: …, us-east-1: …}`"


def _shape(value: Any) -> Any:  # noqa: ANN401 - before validation
    if isinstance(value, list):
        raise problem("SPEC020", "this takes one value, or one for each Region, not a list", _FORM)
    if not isinstance(value, dict):
        return value
    if not value:
        raise problem("SPEC039", "there are no Regions", _FORM)
    for region, item in value.items():
        if item is None:
            raise problem("SPEC021", f"the Region `{region}` has no value", _FORM, at=(region,))
        if not isinstance(item, str):
            raise problem("SPEC020", f"the value of a Region must be text, not {kind(item)}", _FORM, at=(region,))
    return value


def _which(value: Any) -> str:  # noqa: ANN401 - before validation
    return "@each" if isinstance(value, dict) else "@one"


ByRegion = Annotated[
    Annotated[Item, Tag("@one")] | Annotated[dict[RegionKey, Item], Tag("@each")],
    Discriminator(_which),
    BeforeValidator(_shape),
]
"""One value, or one for each Region."""
