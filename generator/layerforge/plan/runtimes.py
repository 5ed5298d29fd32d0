"""Rules about runtimes: known, supported, of the layer's language, and offered on its architectures."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from layerforge.diagnostics import Diagnostic, Location
from layerforge.facts.load import Facts, Runtime, version_key
from layerforge.names import RUNTIME_ID, Architecture, RuntimeId
from layerforge.plan.settings import Settings
from layerforge.plan.types import Target
from layerforge.plan.words import error, warning
from layerforge.spec.suggest import nearest

_DIGITS: Final = re.compile(r"[0-9]+")
_PYTHON: Final = "python"
_STANDS_IN: Final = {"go": "provided", "dotnetcore": "dotnet"}
"""Whose newest runtime to name for a family that ended."""


def provider_minimum(runtimes: Sequence[RuntimeId], facts: Facts) -> str:
    """Return the lowest version of the AWS provider that knows all the runtimes.

    Where it is not known for one of them, the highest that any runtime is known to need stands in: an older one
    certainly refuses it.
    """
    needed = [facts.runtime(one).provider_minimum or facts.newest_provider_minimum for one in runtimes]
    return max((*needed, facts.limits.provider_floor), key=version_key)


def advised(facts: Facts, as_of: date, family: str = _PYTHON) -> RuntimeId:
    """Return the runtime of a family to name in a hint: the newest that is supported on a day.

    Those that older providers know as well come first; where a family has none, a Python runtime stands in.
    """
    supported = [
        runtime
        for runtime in facts.runtimes.values()
        if runtime.family == _STANDS_IN.get(family, family)
        and not runtime.preview
        and not _passed(runtime.deprecation, as_of)
    ]
    floor = facts.limits.provider_floor
    newest = max(supported, key=lambda one: (one.provider_minimum == floor, _version(one)), default=None)
    if newest is not None:
        return newest.id
    return RuntimeId("python3.13") if family == _PYTHON else advised(facts, as_of)


def _version(runtime: Runtime) -> tuple[int, ...]:
    return version_key(runtime.version or "0")


def check_runtimes(settings: Settings, facts: Facts, as_of: date) -> Iterator[Diagnostic]:
    """Yield what there is to say about a layer's runtimes, ``PLAN005`` to ``PLAN012``."""
    better = advised(facts, as_of)
    if not settings.runtimes:
        hint = f"write `runtimes: [{better}]` in the layer or under `defaults`"
        yield error("PLAN005", f"the layer `{settings.name}` has no runtimes", settings.where, hint)
    for runtime_id, where in settings.runtimes:
        runtime = facts.runtime(runtime_id)
        if runtime.family != _PYTHON:
            close = nearest(runtime_id, [one.id for one in facts.runtimes.values() if one.family == _PYTHON])
            hint = f"did you mean `{close}`?" if close else f"a layer has one language; `{better}` is a Python runtime"
            yield error("PLAN006", f"`{runtime_id}` is not a Python runtime, and the source is python", where, hint)
        else:
            yield from check_runtime(runtime, where, facts, as_of)
            if runtime_id in facts.runtimes:
                yield from _architectures(runtime, settings.architectures, where)


def check_target(target: Target, where: Location, facts: Facts, as_of: date) -> Iterator[Diagnostic]:
    """Yield what there is to say about what a function runs on, ``PLAN007`` to ``PLAN013``."""
    runtime = facts.runtime(target.runtime)
    yield from check_runtime(runtime, where, facts, as_of)
    if target.runtime in facts.runtimes:
        yield from _architectures(runtime, (target.architecture,), where)


def check_runtime(runtime: Runtime, where: Location, facts: Facts, as_of: date) -> Iterator[Diagnostic]:
    """Yield what there is to say about a runtime on a day."""
    if runtime.id in facts.runtimes:
        yield from _standing(runtime, where, facts, as_of)
    else:
        yield _unknown(runtime, where, facts, advised(facts, as_of, runtime.family))


def _standing(runtime: Runtime, where: Location, facts: Facts, as_of: date) -> Iterator[Diagnostic]:
    """Yield what the dates of a known runtime mean on a day, and what Terraform's provider may say to it."""
    if runtime.provider_minimum is not None and not runtime.preview and not _passed(runtime.deprecation, as_of):
        return
    better = advised(facts, as_of, runtime.family)
    if _passed(runtime.block_create, as_of):
        message = f"Lambda takes no new functions on `{runtime.id}` since {runtime.block_create}"
        yield error("PLAN010", message, where, f"move to `{better}`")
    elif _passed(runtime.deprecation, as_of):
        dates = [
            f"{what} after {day}"
            for what, day in (("no new functions", runtime.block_create), ("no updates", runtime.block_update))
            if day is not None
        ]
        note = (f"Lambda takes {' and '.join(dates)}",) if dates else ()
        message = f"`{runtime.id}` is deprecated since {runtime.deprecation}"
        yield warning("PLAN009", message, where, f"move to `{better}`", note)
    if runtime.preview:
        message = f"`{runtime.id}` is a preview: AWS gives no support for it, and it may change"
        yield warning("PLAN011", message, where, f"use `{better}` for production")
    if runtime.provider_minimum is None:
        message = f"it is not known which version of Terraform's AWS provider accepts `{runtime.id}`"
        hint = "if `terraform validate` refuses the runtime, raise the provider's version in your root module"
        note = (
            f"the module asks for AWS provider {facts.newest_provider_minimum} or newer, which may be too old for it",
        )
        yield warning("PLAN008", message, where, hint, note)


def _unknown(runtime: Runtime, where: Location, facts: Facts, better: RuntimeId) -> Diagnostic:
    family = [one for one in facts.runtimes.values() if one.family == runtime.family]
    if _shape(runtime.id) not in {_shape(one.id) for one in family}:
        undotted = runtime.id.replace(".", "")
        meant = next((one.id for one in family if one.id.replace(".", "") == undotted), better)
        return error("PLAN013", f"there is no runtime `{runtime.id}`", where, f"did you mean `{meant}`?")
    newer = _version(runtime) > max(map(_version, family))
    close = None if newer else nearest(runtime.id, [one.id for one in family])
    fetch = "`--facts FILE` tells layerforge what is known about it"
    notes = (
        f"it is taken to run on {runtime.os} with glibc {runtime.glibc[0]}.{runtime.glibc[1]}, on all architectures",
        f"the module asks for AWS provider {facts.newest_provider_minimum} or newer, which may be too old for it",
    )
    return warning(
        "PLAN007",
        f"`{runtime.id}` is not among the runtimes known on {facts.date}",
        where,
        f"did you mean `{close}`? Else {fetch}" if close else fetch,
        notes,
    )


def _shape(runtime_id: RuntimeId) -> str:
    """Return how an identifier is built, but for its numbers and its variant: ``python0.0``."""
    parts = RUNTIME_ID.fullmatch(runtime_id)
    return _DIGITS.sub("0", f"{parts['family']}{parts['version'] or ''}" if parts is not None else runtime_id)


def _architectures(runtime: Runtime, asked: Sequence[Architecture], where: Location) -> Iterator[Diagnostic]:
    for architecture in asked:
        if architecture not in runtime.architectures:
            offered = " and ".join(f"`{one}`" for one in runtime.architectures) or "no architecture"
            message = f"Lambda does not offer `{runtime.id}` on `{architecture}`"
            yield error("PLAN012", message, where, f"it is offered on {offered}")


def _passed(day: date | None, as_of: date) -> bool:
    return day is not None and day <= as_of
