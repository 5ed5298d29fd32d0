"""The variables of a function's module: what differs between stages, and the rules that the values have to keep."""

from functools import cache
from typing import Final

from layerforge.facts.types import Facts
from layerforge.names import Delivery
from layerforge.plan.function_types import CODE, Function, Settings
from layerforge.render import hcl, parameters
from layerforge.render.contract import NAME_PREFIX
from layerforge.render.function_settings import environment, log_retention_days, memory_size, reserved_concurrency
from layerforge.render.function_uses import code_signing, dead_letter, key, network, role
from layerforge.render.hcl import Expression
from layerforge.render.rules import Rule, Variable, at_most, each, matches
from layerforge.render.signing import signing_profile_name
from layerforge.render.variables import artifact_dir, artifact_prefix, bucket, bucket_has, in_order

LAYER: Final = "arn:aws:lambda:eu-west-1:111122223333:layer:contract"


def function_variables(function: Function, facts: Facts) -> tuple[Variable, ...]:
    """Return the variables of a function's module: required ones first, each group in alphabetical order.

    Those without a default are required: ``layers`` where the spec lists any, the bucket of what is ours, and where the
    function stands in a VPC.
    """
    own, limits = function.settings, facts.functions
    layers = _layers(facts.limits.layers_per_function, required=bool(function.layers))
    if function.attached_only:
        return (layers,)
    found = [
        code_signing(own.code_signing),
        key(own),
        *dead_letter(own.dead_letter),
        layers,
        _name_prefix(function, facts),
        environment(limits.reserved_environment, limits.environment_bytes),
        memory_size(own.memory, *limits.memory),
        parameters.tags(f"Tags of {_tagged(own)}, beside those of the spec."),
        reserved_concurrency(own.reserved_concurrency),
    ]
    if own.logs.group is None:
        found.append(log_retention_days(own.logs.retention, limits.log_retention_days))
    if own.role is not None:
        found.append(role(own.role))
    if own.in_vpc:
        found.append(network(limits.subnets, limits.security_groups))
    return in_order((*found, *_artifacts(function)))


def _artifacts(function: Function) -> tuple[Variable, ...]:
    if function.code is not None:
        given = function.code.bucket
        what = "Bucket that holds the code. It lies in the Region of the function."
        return (bucket(what, given if isinstance(given, str) else None),)
    if function.via is Delivery.DIRECT:
        return (artifact_dir(),)
    origin = "Terraform uploads the ZIP to" if function.via is Delivery.S3 else "the ZIP has been pushed to"
    profile = function.signing_profile
    signed = profile is not None
    objects = (
        bucket(f"Bucket that {origin}. {bucket_has('function', signed=signed)}"),
        artifact_prefix(
            function.name, [unit.key for unit in function.units], shown=f"<function>/{CODE}", signed=signed
        ),
    )
    if profile is not None:  # in the place of the folder: a module has no room for both
        return (*objects, signing_profile_name(profile))
    return objects if function.via is Delivery.PUSHED else (artifact_dir(), *objects)


@cache
def _layers(most: int, *, required: bool) -> Variable:
    def wrong(*arns: str) -> tuple[tuple[str, Expression], ...]:
        return (("layers", hcl.value(arns)),)

    return Variable(
        name="layers",
        type=Expression("list(string)"),
        description="ARNs of layer versions, in the order in which Lambda lays them over each other: later ones win.",
        default=None if required else Expression("[]"),
        example=hcl.value([f"{LAYER}-z:3", f"{LAYER}-a:12"]),
        rules=(
            Rule(
                condition=Expression(f"length(var.layers) <= {most}"),
                message=f"A function has at most {most} layers.",
                wrong=wrong(*(f"{LAYER}-{number}:1" for number in range(most + 1))),
            ),
            Rule(
                condition=each("layers", "^arn:aws[a-z-]*:lambda:[0-9a-z-]+:[0-9]{12}:layer:[0-9A-Za-z_-]+:[0-9]+$"),
                message="Every entry is the full ARN of a layer version, its number at the end.",
                wrong=wrong(LAYER),
            ),
            Rule(
                condition=Expression(
                    'length(distinct([for arn in var.layers : replace(arn, "/:[0-9]+$/", "")])) == length(var.layers)'
                ),
                message="No layer may be there twice, not in two versions either.",
                wrong=wrong(f"{LAYER}:1", f"{LAYER}:2"),
            ),
        ),
    )


def _name_prefix(function: Function, facts: Facts) -> Variable:
    room = max(facts.functions.name_characters - len(function.name), 0)
    characters = matches(
        "name_prefix",
        "^[0-9A-Za-z_-]*$",
        "The prefix consists of letters, digits, hyphens and underscores.",
        wrong=".",
    )
    return Variable(
        name="name_prefix",
        type=Expression("string"),
        description="Start of the function's name, to tell environments in one account apart.",
        default=hcl.string(""),
        example=hcl.string(NAME_PREFIX[:room]),
        rules=(*([characters] if room else []), at_most("name_prefix", room)),
    )


def _tagged(own: Settings) -> str:
    made = ["its role"] * (own.role is None) + ["its log group"] * (own.logs.group is None)
    return " and ".join((", ".join(("the function", *made[:-1])), *made[-1:]))
