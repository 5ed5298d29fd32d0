"""Defaults filled in: a layer's own value, else the spec's default, else layerforge's; each with its place."""

from dataclasses import dataclass
from typing import Any, Final

from layerforge.diagnostics import Location
from layerforge.names import Architecture, Delivery, LayerName, RuntimeId, Split
from layerforge.plan.types import AccountGrant, Exclude, Grant, OrganizationGrant, PublicGrant, Skip
from layerforge.spec import grants as spec_grants
from layerforge.spec.layers import Layer as SpecLayer
from layerforge.spec.load import LoadedSpec
from layerforge.spec.positions import SpecPath

ARCHITECTURES: Final = (Architecture.X86_64,)
"""What Lambda itself takes for a function that does not say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What holds for one layer.

    Attributes:
        name: the layer's.
        layer: what the spec says for it alone.
        loaded: the spec.
        where: the layer's key.
        runtimes: with their places.
        architectures: in the spec's order.
        split: how its targets are cut into units.
        license: ``None`` for none.
        license_where: its place.
        grants: with their places.
        via: how the ZIPs reach Lambda.
        signing_profile: that signs the ZIPs; ``None`` for none.
        signing_where: its place.
        ssm: the prefix of its parameters; ``None`` for none.
        ssm_where: its place.
        exclude: what stays out.
        skips: checks of checkov that do not apply.
    """

    name: LayerName
    layer: SpecLayer
    loaded: LoadedSpec
    where: Location
    runtimes: tuple[tuple[RuntimeId, Location], ...]
    architectures: tuple[Architecture, ...]
    split: Split
    license: str | None
    license_where: Location
    grants: tuple[tuple[Grant, Location], ...]
    via: Delivery
    signing_profile: str | None
    signing_where: Location
    ssm: str | None
    ssm_where: Location
    exclude: tuple[Exclude, ...]
    skips: tuple[Skip, ...]

    def place(self, *path: str | int) -> Location:
        """Return the place of a value within the layer."""
        return self.loaded.positions.value(("layers", self.name, *path))


def settle(loaded: LoadedSpec, name: LayerName, layer: SpecLayer) -> Settings:
    """Return what holds for a layer of a spec."""
    runtimes, runtimes_at = _held(loaded, name, "runtimes")
    architectures, _ = _held(loaded, name, "architectures")
    split, _ = _held(loaded, name, "split")
    license_text, license_at = _held(loaded, name, "license")
    grants, grants_at = _held(loaded, name, "grants")
    via, _ = _held(loaded, name, "publish", "via")
    profile, profile_at = _held(loaded, name, "publish", "signing_profile")
    ssm, ssm_at = _held(loaded, name, "publish", "ssm")
    exclude, exclude_at = _held(loaded, name, "source", "exclude")
    skips, _ = _held(loaded, name, "policy", "skip")
    value = loaded.positions.value
    return Settings(
        name=name,
        layer=layer,
        loaded=loaded,
        where=loaded.positions.key(("layers", name)),
        runtimes=tuple((RuntimeId(one), value((*runtimes_at, index))) for index, one in enumerate(runtimes)),
        architectures=architectures or ARCHITECTURES,
        split=split,
        license=license_text,
        license_where=value(license_at),
        grants=tuple((_grant(one), value((*grants_at, index))) for index, one in enumerate(grants)),
        via=via,
        signing_profile=profile,
        signing_where=value(profile_at),
        ssm=f"{ssm}/{name}" if ssm is not None and ssm_at[0] == "defaults" else ssm,
        ssm_where=value(ssm_at),
        exclude=tuple(Exclude(glob=one, where=value((*exclude_at, index))) for index, one in enumerate(exclude)),
        skips=tuple(Skip(id=one.id, reason=one.reason) for one in skips),
    )


def _held(loaded: LoadedSpec, name: LayerName, *field: str) -> tuple[Any, SpecPath]:
    """Return the value that holds for a field of a layer, and the way to it (to the layer's if nobody gives one)."""
    own: SpecPath = ("layers", name)
    value: Any = None
    for start, model in ((own, loaded.spec.layers[name]), (("defaults",), loaded.spec.defaults)):
        given, value = True, model
        for part in field:
            given = given and part in value.model_fields_set
            value = getattr(value, part)
        if given:
            return value, (*start, *field)
    return value, (*own, *field)


def _grant(grant: spec_grants.Grant) -> Grant:
    if isinstance(grant, spec_grants.OrganizationGrant):
        return OrganizationGrant(organization=grant.organization)
    if isinstance(grant, spec_grants.AccountGrant):
        return AccountGrant(account=grant.account)
    return PublicGrant()
