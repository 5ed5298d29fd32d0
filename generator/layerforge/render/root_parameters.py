"""The SSM parameters in a root: what stands before their names, and what each layer's module is told of them."""

from collections.abc import Iterator

from layerforge.plan.fleet_types import Fleet, Region
from layerforge.plan.types import Layer
from layerforge.render import hcl
from layerforge.render.hcl import Expression
from layerforge.render.parameters import not_reserved
from layerforge.render.rules import RootVariable, Rule, if_given


def ssm_root() -> RootVariable:
    """Return the variable for what stands before all parameters' names: one account has each name once."""

    def wrong(value: str, name_prefix: str = "") -> tuple[tuple[str, Expression], ...]:
        return (("name_prefix", hcl.string(name_prefix)), ("ssm_root", hcl.string(value)))

    return RootVariable(
        name="ssm_root",
        type=Expression("string"),
        description="What stands before the names of all SSM parameters, such as /dev, to tell environments in one "
        "account apart. Empty means that they are as the spec says, null that there are none.",
        default=hcl.string(""),
        nullable=True,
        rules=(
            Rule(
                condition=if_given("ssm_root", 'can(regex("^(/[0-9A-Za-z_.-]+)*$", var.ssm_root))'),
                message="It begins with a slash and does not end with one; between slashes stand letters, digits, "
                "dots, hyphens and underscores.",
                wrong=wrong("dev/"),
            ),
            not_reserved("ssm_root", wrong("/aws")),
            Rule(
                condition=Expression('var.name_prefix == "" || var.ssm_root != ""'),
                message="With a name_prefix there has to be an ssm_root as well, or null: without it "
                "the parameters would be those of another environment in this account.",
                wrong=wrong("", "dev-"),
            ),
        ),
    )


def parameter_arguments(layer: Layer, fleet: Fleet, region: Region) -> Iterator[tuple[str, Expression]]:
    """Yield ``channels`` and ``ssm_prefix`` for a layer that has parameters; a root without ``ssm_root`` has none."""
    prefix = layer.publish.ssm
    if prefix is None:
        return
    entries = dict(sorted(_channels(layer, fleet, region)))
    if entries:
        arns = hcl.value(entries, 4)
        yield "channels", Expression(f"{{\n    for name, arn in {arns} : name => arn if var.ssm_root != null\n  }}")
    started = Expression(f'"${{var.ssm_root}}{hcl.inside(prefix)}"')
    yield "ssm_prefix", Expression(f"var.ssm_root == null ? null : {started}")


def _channels(layer: Layer, fleet: Fleet, region: Region) -> Iterator[tuple[str, str]]:
    """Yield a target and a channel, and the version that it points to in a Region."""
    units = {unit.key: unit for unit in layer.units}
    for pointer in fleet.channels.get(layer.name, ()):
        if region.name in pointer.arns:
            for target in units[pointer.unit].targets:
                yield f"{target}/{pointer.channel}", pointer.arns[region.name]
