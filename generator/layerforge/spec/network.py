"""Where a function stands in a network: told to each root, or given here for each Region."""

import re
from typing import Annotated, Any, ClassVar, Final

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag

from layerforge.facts.load import load_facts
from layerforge.spec.lists import Some
from layerforge.spec.model import Model
from layerforge.spec.numbers import Switch
from layerforge.spec.problem import problem
from layerforge.spec.regions import RegionKey
from layerforge.spec.scalars import FilledLine, text_pattern
from layerforge.spec.show import show

_FACTS: Final = load_facts().functions
_SUBNET: Final = re.compile(r"subnet-[0-9a-z]+")
_GROUP: Final = re.compile(r"sg-[0-9a-z]+")
_FORM: Final = (
    "write `true` and tell each root its `vpc_config`, or "
    "`{eu-west-1: {subnet_ids: [subnet-…], security_group_ids: [sg-…]}}`"
)


def _id(pattern: re.Pattern[str], what: str, example: str) -> AfterValidator:
    def check(value: str) -> str:
        if pattern.fullmatch(value):
            return value
        raise problem("SPEC059", f"{show(value)} is not the id of a {what}", f"it looks like `{example}`")

    return AfterValidator(check)


def _at_most(limit: int) -> AfterValidator:
    def check(ids: tuple[str, ...]) -> tuple[str, ...]:
        if len(ids) > limit:
            message = f"there are {len(ids)} ids; Lambda takes {limit}"
            raise problem("SPEC039", message, "leave some out", at=(limit,))
        return ids

    return AfterValidator(check)


SubnetId = Annotated[FilledLine, _id(_SUBNET, "subnet", "subnet-0123456789abcdef0"), text_pattern(_SUBNET)]
GroupId = Annotated[FilledLine, _id(_GROUP, "security group", "sg-0123456789abcdef0"), text_pattern(_GROUP)]


class Network(Model):
    """A place in the network of one Region."""

    noun: ClassVar[str] = "the network of a Region"
    subnet_ids: Annotated[Some[SubnetId], _at_most(_FACTS.subnets)] = Field(
        description="Ids of the subnets, all of one VPC."
    )
    security_group_ids: Annotated[Some[GroupId], _at_most(_FACTS.security_groups)] = Field(
        description="Ids of the security groups, of the same VPC."
    )


def _shape(value: Any) -> Any:  # noqa: ANN401 - before validation
    if isinstance(value, list):
        raise problem("SPEC020", "`vpc` must be `true`, `false` or a mapping of Regions, not a list", _FORM)
    if isinstance(value, dict) and not value:
        raise problem("SPEC039", "there are no Regions", _FORM)
    if isinstance(value, dict) and (word := next((key for key in value if key in Network.model_fields), None)):
        raise problem("SPEC003", f"{show(word)} belongs below a Region", _FORM, at=(word,))
    return value


def _which(value: Any) -> str:  # noqa: ANN401 - before validation
    return "@each" if isinstance(value, dict) else "@switch"


Vpc = Annotated[
    Annotated[Switch, Tag("@switch")] | Annotated[dict[RegionKey, Network], Tag("@each")],
    Discriminator(_which),
    BeforeValidator(_shape),
]
