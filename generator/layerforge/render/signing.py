"""What modules and roots share that sign their ZIPs: the variables for profiles, and where signed objects lie."""

from collections.abc import Iterator, Sequence
from typing import Final

from layerforge.names import SIGNING_PROFILE
from layerforge.plan.packaged import signing_profile_of
from layerforge.plan.types import Packaged
from layerforge.render import hcl
from layerforge.render.hcl import Expression
from layerforge.render.rules import RootVariable, Rule, Variable, matches

PROFILE: Final = "signing_profile_name"
"""The variable for the name of the profile."""

PROFILES: Final = "signing_profile_names"
"""A root's variable for the names of profiles in its stage."""

SIGNED: Final = "-signed"
"""What follows the prefix in the keys of signed objects."""

JOB_ID_CHARACTERS: Final = 36


def signing_profile_name(given: str) -> Variable:
    """Return the variable for the profile that signs; ``given`` is the spec's."""
    return Variable(
        name=PROFILE,
        type=Expression("string"),
        description="AWS Signer profile that signs the ZIPs, in the Region of the bucket. Another one signs from the "
        "next content on.",
        default=hcl.string(given),
        example=hcl.string("contract_profile"),
        rules=(
            matches(
                PROFILE,
                f"^{SIGNING_PROFILE.pattern}$",
                "The name of a profile has 2 to 64 letters, digits and underscores.",
                wrong="contract-profile",
            ),
        ),
    )


def profile_of(item: Packaged) -> Iterator[tuple[str, Expression]]:
    """Yield what a root passes to a module that signs: the name that its profile has in this stage."""
    given = signing_profile_of(item)
    if given is not None:
        name = hcl.string(given)
        yield PROFILE, Expression(f"lookup(var.{PROFILES}, {name}, {name})")


def profiles(items: Sequence[Packaged]) -> Iterator[RootVariable]:
    """Yield a root's variable for the names of profiles in its stage, if anything is signed."""
    given = {profile for item in items if (profile := signing_profile_of(item)) is not None}
    if not given:
        return
    names = hcl.value(sorted(given))
    yield RootVariable(
        name=PROFILES,
        type=Expression("map(string)"),
        description="Signing profiles that have another name here than in the spec, by their name there.",
        default=Expression("{}"),
        rules=(
            Rule(
                condition=Expression(f"alltrue([for name in keys(var.{PROFILES}) : contains({names}, name)])"),
                message="A key is the name of a signing profile in the spec.",
                wrong=((PROFILES, hcl.compact({"no_such_profile": hcl.string("contract_profile")})),),
            ),
        ),
    )
