"""Rules about one layer that need more than one value: units, grants, parameters."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from layerforge.diagnostics import Diagnostic, Severity
from layerforge.facts.load import Limits
from layerforge.plan.settings import Settings
from layerforge.plan.types import AccountGrant, Layer, PublicGrant, Unit

LATEST: Final = "latest"
_MANY_ACCOUNTS: Final = 10
"""So many accounts bring no advice yet."""


def parameter_names(layer: Layer) -> tuple[str, ...]:
    """Return the names of the SSM parameters that hold a layer's newest ARNs, one a target."""
    if layer.publish.ssm is None:
        return ()
    return tuple(f"{layer.publish.ssm}/{target.runtime}/{target.architecture}/{LATEST}" for target in layer.targets)


def check_units(layer: Layer, settings: Settings, limits: Limits) -> Iterator[Diagnostic]:
    """Yield ``PLAN004`` for names that AWS refuses, ``PLAN014`` for full units, ``PLAN015`` for keys that collide."""
    longest = max(layer.units, key=lambda unit: len(unit.aws_name), default=None)
    if longest is not None and (over := len(longest.aws_name) - limits.layer_name_characters) > 0:
        room = len(layer.name) - over
        keep = f"keep the layer's name within {room} characters" if room > 0 else "shorten the layer's name"
        yield Diagnostic(
            code="PLAN004",
            message=f"the name of the unit `{longest.key}` at AWS has {len(longest.aws_name)} characters; "
            f"AWS takes {limits.layer_name_characters}",
            location=settings.where,
            hint=f"{keep}; a `name_prefix` needs room as well",
        )
    by_key: dict[str, list[Unit]] = defaultdict(list)
    for unit in layer.units:
        by_key[unit.key].append(unit)
        runtimes = {target.runtime for target in unit.targets}
        if len(runtimes) > limits.compatible_runtimes:
            yield Diagnostic(
                code="PLAN014",
                message=f"the unit `{unit}` serves {len(runtimes)} runtimes; AWS takes {limits.compatible_runtimes}",
                location=settings.runtimes[limits.compatible_runtimes][1],
                hint="list fewer runtimes, or cut the layer with `split: target`",
            )
    for key, units in by_key.items():
        if len(units) > 1:
            names = " and ".join(f"`{unit.targets[0].runtime}`" for unit in units)
            where = next(place for runtime, place in settings.runtimes if runtime == units[1].targets[0].runtime)
            yield Diagnostic(
                code="PLAN015",
                message=f"{names} give units of one name, `{key}`: names at AWS take no dots",
                location=where,
                hint="make two layers of it",
            )


def check_grants(settings: Settings) -> Iterator[Diagnostic]:
    """Yield ``PLAN018``, a warning, where everyone may use a layer, ``PLAN031``, a note, where many accounts may."""
    accounts = [where for grant, where in settings.grants if isinstance(grant, AccountGrant)]
    if len(accounts) > _MANY_ACCOUNTS:
        yield Diagnostic(
            code="PLAN031",
            message=f"{len(accounts)} accounts have a grant each: a request for every version, and a statement in its "
            "policy, whose length AWS bounds",
            severity=Severity.NOTE,
            location=accounts[0],
            hint="`organization: o-…` is one grant for all accounts of an organization, those to come too",
        )
    for grant, where in settings.grants:
        if isinstance(grant, PublicGrant):
            yield Diagnostic(
                code="PLAN018",
                message="everyone with an AWS account will be able to download and use this layer",
                severity=Severity.WARNING,
                location=where,
                hint="`organization: o-…` grants it to the accounts of one organization",
            )


def check_parameters(layer: Layer, settings: Settings, limits: Limits) -> Iterator[Diagnostic]:
    """Yield ``PLAN019`` for SSM parameters with names that are too long, ``PLAN020`` for those that lie too deep."""
    names = parameter_names(layer)
    if not names:
        return
    longest, room = max(names, key=len), limits.ssm_name_characters - limits.ssm_arn_characters
    if (over := len(longest) - room) > 0:
        yield Diagnostic(
            code="PLAN019",
            message=f"the names of the SSM parameters have up to {len(longest)} characters; AWS takes {room}",
            location=settings.ssm_where,
            hint=f"shorten the prefix by {over}",
        )
    levels = longest.count("/")
    if levels > limits.ssm_levels:
        yield Diagnostic(
            code="PLAN020",
            message=f"the SSM parameters lie {levels} levels deep; AWS takes {limits.ssm_levels}",
            location=settings.ssm_where,
            hint=f"the prefix may have {limits.ssm_levels - 3}: runtime, architecture and `{LATEST}` follow it",
        )
