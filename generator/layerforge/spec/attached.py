"""What may stand in a function's list of layers."""

import re
from typing import Annotated, Any, ClassVar, Final

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag

from layerforge.names import LAYER_NAME, LAYER_VERSION_ARN
from layerforge.spec.arns import layer_version_arn
from layerforge.spec.fleet_scalars import Channel
from layerforge.spec.model import Model
from layerforge.spec.problem import problem
from layerforge.spec.scalars import FilledLine, LayerKey, text_pattern
from layerforge.spec.show import kind, show

_FORMS: Final = (
    "a layer is the name of one in this spec, of one under `externals`, `{name: …, channel: …}`, or a versioned ARN"
)
_WITH_CHANNEL: Final = re.compile(r"([A-Za-z0-9_-]+)@([A-Za-z0-9_-]+)")
_WITH_VERSION: Final = re.compile(r"([A-Za-z0-9_-]+):(\$?[A-Za-z0-9]+)")
_TEXT: Final = re.compile(f"(?:{LAYER_NAME.pattern})|(?:{re.sub(r'[?]P<[a-z]+>', '?:', LAYER_VERSION_ARN.pattern)})")


def _named(value: str) -> str:
    if value.startswith("arn:"):
        return layer_version_arn(value)
    if LAYER_NAME.fullmatch(value):
        return value
    if (found := _WITH_CHANNEL.fullmatch(value)) is not None:
        raise problem("SPEC055", f"{show(value)} is not a layer", f"write `{{name: {found[1]}, channel: {found[2]}}}`")
    if (found := _WITH_VERSION.fullmatch(value)) is not None:
        raise problem("SPEC055", f"{show(value)} is not a layer", _instead_of_version(found[1], found[2]))
    raise problem("SPEC055", f"{show(value)} is not a layer", _FORMS)


def _instead_of_version(name: str, version: str) -> str:
    if version.strip("$").lower() == "latest":
        return f"write `{name}`: the version that is published with the function"
    chosen = f"`{{name: {name}, channel: …}}` for a chosen one"
    return f"write `{name}` for the version that is published with the function, {chosen}"


def _shape(value: Any) -> Any:  # noqa: ANN401 - before validation
    if isinstance(value, str):
        return value
    if value is None:
        raise problem("SPEC021", "an item of `layers` has no value", _FORMS)
    if not isinstance(value, dict):
        raise problem("SPEC055", f"a layer of a function cannot be {kind(value)}", _FORMS)
    for key in value:
        if key in {"arn", "version"}:
            hint = "write the ARN alone, without `arn:` before it" if key == "arn" else _FORMS
            raise problem("SPEC003", f"unknown field {show(key)} in a layer of a function", hint, at=(key,))
    return value


class ChannelLayer(Model):
    """The version of a layer of this spec that a channel points to."""

    noun: ClassVar[str] = "a layer of a function"
    name: LayerKey = Field(description="Name of a layer in this spec.")
    channel: Channel = Field(description="A channel of it in the pins file, such as `stable`.", examples=["stable"])

    def __str__(self) -> str:
        return f"{self.name}@{self.channel}"


def _which(value: Any) -> str:  # noqa: ANN401 - before validation
    return "@text" if isinstance(value, str) else "@channel"


AttachedLayer = Annotated[
    Annotated[FilledLine, AfterValidator(_named), text_pattern(_TEXT), Tag("@text")]
    | Annotated[ChannelLayer, Tag("@channel")],
    Discriminator(_which),
    BeforeValidator(_shape),
]
