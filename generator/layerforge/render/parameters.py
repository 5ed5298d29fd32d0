"""The variables of a module that are about SSM parameters: their prefix, the channels, the tags."""

from functools import cache
from typing import Final

from layerforge.facts.load import Limits
from layerforge.names import CHANNEL_CHARACTERS
from layerforge.plan.types import Layer
from layerforge.render import hcl
from layerforge.render.contract import SSM_PREFIX
from layerforge.render.hcl import Expression
from layerforge.render.rules import Rule, Variable, at_most, every, if_given, matches

EXAMPLE_ARN: Final = "arn:aws:lambda:eu-west-1:111122223333:layer:contract:1"


def channels(layer: Layer) -> Variable:
    """Return the variable that names published versions beside the newest one."""
    targets = [str(target) for target in layer.targets]
    example = f"{targets[0]}/stable"
    listed = "|".join(target.replace(".", "[.]") for target in targets)

    def wrong(key: str, arn: str = EXAMPLE_ARN) -> tuple[tuple[str, Expression], ...]:
        return (("channels", hcl.compact({key: arn})),)

    return Variable(
        name="channels",
        type=Expression("map(string)"),
        description="Published versions to name beside the newest: a target and a channel, such as "
        f"{example}, to the full ARN of a layer version.",
        default=Expression("{}"),
        example=hcl.compact({example: EXAMPLE_ARN}),
        rules=(
            Rule(
                condition=every("key, arn", "channels", f"^({listed})/[^/]+$", "key"),
                message=f"A key is a target, a slash and the name of a channel. The targets are {', '.join(targets)}.",
                wrong=wrong("python2.7/stable"),
            ),
            Rule(
                condition=every("key, arn", "channels", f"^[0-9A-Za-z_.-]{{1,{CHANNEL_CHARACTERS}}}$", "basename(key)"),
                message=f"The name of a channel has 1 to {CHANNEL_CHARACTERS} letters, digits, dots, hyphens and "
                "underscores.",
                wrong=wrong(f"{targets[0]}/not stable"),
            ),
            Rule(
                condition=Expression('alltrue([for key, arn in var.channels : basename(key) != "latest"])'),
                message="The name latest is taken: it is the newest version's.",
                wrong=wrong(f"{targets[0]}/latest"),
            ),
            Rule(
                condition=every(
                    "key, arn",
                    "channels",
                    "^arn:aws[a-z-]*:lambda:[0-9a-z-]+:[0-9]{12}:layer:[0-9A-Za-z_-]+:[0-9]+$",
                    "arn",
                ),
                message="A value is the full ARN of a layer version, its number included.",
                wrong=wrong(example, EXAMPLE_ARN.rpartition(":")[0]),
            ),
        ),
    )


def ssm_prefix(layer: Layer, limits: Limits) -> Variable:
    """Return the variable for the start of the parameters' names, by default the spec's."""
    longest = max(len(f"/{target}/latest") for target in layer.targets)
    room = limits.ssm_name_characters - limits.ssm_arn_characters - longest
    levels = limits.ssm_levels - 3
    given = layer.publish.ssm
    return Variable(
        name="ssm_prefix",
        type=Expression("string"),
        description="Start of the names of the SSM parameters that hold the newest ARNs. Null means no parameters.",
        default=Expression("null") if given is None else hcl.string(given),
        nullable=True,
        example=hcl.string(SSM_PREFIX),
        rules=(
            matches(
                "ssm_prefix",
                "^(/[0-9A-Za-z_.-]+)+$",
                "The prefix begins with a slash and does not end with one; between slashes stand letters, digits, "
                "dots, hyphens and underscores.",
                wrong="layers/",
                nullable=True,
            ),
            matches(
                "ssm_prefix",
                f"^/*([^/]+/*){{0,{levels}}}$",
                f"The prefix has at most {levels} levels, for SSM allows {limits.ssm_levels} in all.",
                wrong="/level" * (levels + 1),
                nullable=True,
            ),
            not_reserved("ssm_prefix", (("ssm_prefix", hcl.string("/aws/layers")),)),
            at_most("ssm_prefix", room, start="/", nullable=True),
        ),
    )


def not_reserved(variable: str, wrong: tuple[tuple[str, Expression], ...]) -> Rule:
    """Return the rule that names of parameters do not begin as AWS's own do."""
    return Rule(
        condition=if_given(variable, f'!can(regex("^/(aws|ssm)", lower(var.{variable})))'),
        message="A name that begins with /aws or /ssm is reserved by AWS.",
        wrong=wrong,
    )


@cache
def tags(description: str = "Tags of the SSM parameters. Layers cannot have any.") -> Variable:
    """Return the variable for tags, by default the parameters'."""
    return Variable(
        name="tags",
        type=Expression("map(string)"),
        description=description,
        default=Expression("{}"),
        example=hcl.compact({"team": "platform"}),
        rules=(
            Rule(
                condition=every("key, value", "tags", "^.{1,128}$", "key"),
                message="The key of a tag has 1 to 128 characters.",
                wrong=(("tags", hcl.compact({"": "platform"})),),
            ),
            Rule(
                condition=Expression('alltrue([for key, value in var.tags : !startswith(lower(key), "aws:")])'),
                message="A key that begins with aws: is reserved by AWS.",
                wrong=(("tags", hcl.compact({"aws:team": "platform"})),),
            ),
            Rule(
                condition=Expression("alltrue([for key, value in var.tags : length(value) <= 256])"),
                message="The value of a tag has at most 256 characters.",
                wrong=(("tags", hcl.compact({"team": "x" * 257})),),
            ),
        ),
    )
