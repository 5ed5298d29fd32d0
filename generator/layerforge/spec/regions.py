"""The AWS Regions that a fleet is published in."""

import re
from typing import Annotated, Any, ClassVar, Final, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic.annotated_handlers import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from layerforge.facts.load import load_facts
from layerforge.spec.fleet_scalars import Bucket
from layerforge.spec.model import Model
from layerforge.spec.paths import InsidePath
from layerforge.spec.problem import problem
from layerforge.spec.scalars import FilledLine, text_pattern
from layerforge.spec.show import listing, show
from layerforge.spec.suggest import nearest

State = Literal["active", "paused", "retired"]
_STATES: Final = get_args(State)
_LISTED: Final = listing(_STATES, "or")


def _region(value: str) -> str:
    facts = load_facts()
    if facts.partition(value) is None:
        known = [region for partition in facts.partitions for region in partition.regions]
        close = nearest(value.lower().replace("_", "-"), known)
        hint = f"did you mean {show(close)}?" if close else "write AWS's name, such as `eu-west-1`"
        raise problem("SPEC048", f"{show(value)} is not a Region", hint)
    return value


_NAME: Final = re.compile("|".join(partition.pattern.pattern for partition in load_facts().partitions))
RegionKey = Annotated[FilledLine, AfterValidator(_region), text_pattern(_NAME)]


class Region(Model):
    """One AWS Region that everything in the spec is published in."""

    noun: ClassVar[str] = "a Region"
    state: State = Field(
        default="active",
        description="`active`, `paused` (its root is left as it is) or `retired` (its root goes, what is published "
        "stays).",
    )
    root: InsidePath | None = Field(
        default=None,
        description="Folder of the Region's emitted root, from the spec's folder. By default `roots/<region>`.",
        examples=["roots/eu-west-1"],
    )
    bucket: Bucket | None = Field(
        default=None,
        description="Bucket for the ZIPs of what has `via: s3` or `pushed`. Without it the root has a variable.",
    )


def _short(value: Any) -> Any:  # noqa: ANN401 - before validation
    if value is None:
        raise problem("SPEC021", "the Region has no value", f"it is {_LISTED}, or has `state`, `root` and `bucket`")
    if isinstance(value, str) and value not in _STATES:
        close = nearest(value, _STATES)
        hint = f"did you mean `{close}`? It is {_LISTED}" if close else f"it is {_LISTED}"
        raise problem("SPEC023", f"a Region cannot be {show(value)}", hint)
    return {"state": value} if isinstance(value, str) else value


class _OrState:
    """Tells the JSON Schema that the state alone may stand for the mapping."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"enum": list(_STATES)}, handler(core)]}


Regions = dict[RegionKey, Annotated[Region, BeforeValidator(_short), _OrState()]]
