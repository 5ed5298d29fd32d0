"""The variables of a module, and the rules that their values have to keep."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from layerforge.facts.load import Limits
from layerforge.names import Delivery
from layerforge.plan.types import Layer
from layerforge.render import hcl, parameters
from layerforge.render.contract import NAME_PREFIX
from layerforge.render.hcl import Expression
from layerforge.render.rules import Rule, Variable, at_most, if_given, matches
from layerforge.render.signing import JOB_ID_CHARACTERS, SIGNED, signing_profile_name

SHA256_CHARACTERS: Final = 64
ARTIFACT_PREFIX: Final = "layers"
"""What the keys of objects begin with unless a caller says otherwise."""
KEY_CHARACTERS: Final = 1024
"""What S3 allows for an object's key."""


def variables_of(layer: Layer, limits: Limits) -> tuple[Variable, ...]:
    """Return the variables of a layer's module: required ones first, each group in alphabetical order."""
    via = layer.publish.via
    found = [
        _name_prefix(layer, limits),
        parameters.channels(layer),
        parameters.ssm_prefix(layer, limits),
        parameters.tags(),
    ]
    if via is not Delivery.PUSHED:
        found.append(artifact_dir())
    if via is not Delivery.DIRECT:
        signed = layer.publish.signing_profile is not None
        keys = [unit.key for unit in layer.units]
        found += [artifact_bucket(via, signed=signed), artifact_prefix(layer.name, keys, signed=signed)]
    if layer.publish.signing_profile is not None:
        found.append(signing_profile_name(layer.publish.signing_profile))
    return in_order(found)


def in_order(found: Iterable[Variable]) -> tuple[Variable, ...]:
    """Return variables as a module lists them: required ones first, each group in alphabetical order."""
    return tuple(sorted(found, key=lambda variable: (variable.default is not None, variable.name)))


def artifact_bucket(via: Delivery, *, signed: bool) -> Variable:
    """Return the variable for the bucket that the ZIPs of a layer lie in."""
    origin = "Terraform uploads the ZIPs to" if via is Delivery.S3 else "the ZIPs have been pushed to"
    return bucket(f"Bucket that {origin}. {bucket_has('layers', signed=signed)}")


def bucket_has(whose: str, *, signed: bool) -> str:
    """Say what a bucket has to have."""
    return f"It lies in the Region of the {whose}{' and keeps versions' if signed else ''}."


def bucket(description: str, default: str | None = None) -> Variable:
    """Return the variable for a bucket."""
    return Variable(
        name="artifact_bucket",
        type=Expression("string"),
        description=description,
        default=None if default is None else hcl.string(default),
        example=hcl.string("example-artifacts"),
        rules=(
            matches(
                "artifact_bucket",
                "^[0-9A-Za-z._-]{2,62}[0-9A-Za-z_-]$",
                "The name of a bucket has 3 to 63 letters, digits, dots, hyphens and underscores.",
                wrong="b",
            ),
        ),
    )


@cache
def artifact_dir() -> Variable:
    """Return the variable for the folder that the ZIPs lie in."""
    return Variable(
        name="artifact_dir",
        type=Expression("string"),
        description="Folder that holds the ZIPs, seen from where Terraform runs. Null means the folder artifacts of "
        "this module.",
        default=Expression("null"),
        nullable=True,
        example=None,
        rules=(
            Rule(
                condition=if_given("artifact_dir", "length(var.artifact_dir) > 0"),
                message="The folder's path must not be empty. Null means the module's own folder.",
                wrong=(("artifact_dir", hcl.string("")),),
            ),
        ),
    )


def artifact_prefix(
    name: str, units: Sequence[str], *, shown: str = "<layer>/<unit>", signed: bool = False
) -> Variable:
    """Return the variable for the start of the objects' keys; ``name`` is the layer's, ``units`` are its keys."""
    longest = max(len(unit) for unit in units)
    room = KEY_CHARACTERS - len(f"/{name}//.zip") - longest - SHA256_CHARACTERS
    if signed:
        room -= len(f"{SIGNED}/") + JOB_ID_CHARACTERS
    more = f" Those of signed objects begin with <prefix>{SIGNED}." if signed else ""
    return Variable(
        name="artifact_prefix",
        type=Expression("string"),
        description=f"Start of the objects' keys: <prefix>/{shown}/<sha256>.zip.{more}",
        default=hcl.string(ARTIFACT_PREFIX),
        example=hcl.string(ARTIFACT_PREFIX),
        rules=(
            matches(
                "artifact_prefix",
                "^[0-9A-Za-z!_.*'()-]+(/[0-9A-Za-z!_.*'()-]+)*$",
                "The prefix consists of letters, digits and the characters !_.*'()- with single slashes between them.",
                wrong="/layers/",
            ),
            at_most("artifact_prefix", room),
        ),
    )


def _name_prefix(layer: Layer, limits: Limits) -> Variable:
    room = limits.layer_name_characters - max(len(unit.aws_name) for unit in layer.units)
    return Variable(
        name="name_prefix",
        type=Expression("string"),
        description="Start of the layers' names at AWS, to tell environments in one account apart.",
        default=hcl.string(""),
        example=hcl.string(NAME_PREFIX[: max(room, 0)]),
        rules=(
            matches(
                "name_prefix",
                "^[0-9A-Za-z_-]*$",
                "The prefix consists of letters, digits, hyphens and underscores.",
                wrong="team.",
            ),
            at_most("name_prefix", room),
        ),
    )
