"""The runtimes of layers and functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from lambda_layer_rules.check import PASSED, UNKNOWN, LayerCheck, Verdict, failed
from lambda_layer_rules.provider_versions import allowed, version
from lambda_layer_rules.resource import FUNCTION, LAYER_VERSION, Resource
from lambda_layer_rules.values import Value
from lambda_layer_rules.world import as_of, limits, runtimes

_LIKELY = re.compile(r"python3\.\d+|nodejs\d+\.x|java\d+(?:\.al\d+)?|ruby\d+\.\d+|dotnet\d+|provided\.al\d+|custom")


class Deprecated(LayerCheck):
    """No more security patches; soon no more functions."""

    rule = "CKV_LAYER_11"
    resources = (FUNCTION, LAYER_VERSION)

    def judge(self, resource: Resource) -> Verdict:
        """Say what the rule finds."""
        return _dated(resource, "deprecation", "is deprecated since")


class CreateBlocked(LayerCheck):
    """Lambda refuses to create functions, so a lost one cannot be made again."""

    rule = "CKV_LAYER_12"
    resources = (FUNCTION, LAYER_VERSION)

    def judge(self, resource: Resource) -> Verdict:
        """Say what the rule finds."""
        return _dated(resource, "block_create", "is closed to new functions since")


class KnownToProvider(LayerCheck):
    """The provider has a list of runtimes built in, and refuses others."""

    rule = "CKV_LAYER_13"
    resources = (FUNCTION, LAYER_VERSION)

    def judge(self, resource: Resource) -> Verdict:
        """Say what the rule finds."""
        key, listed = _named(resource)
        if not listed:
            return UNKNOWN
        verdicts = [self._one(one, resource, key) for one in listed]
        wrong = [one for one in verdicts if one.detail]
        if wrong:
            return wrong[0]
        return PASSED if all(one is PASSED for one in verdicts) else UNKNOWN

    @staticmethod
    def _one(value: Value, resource: Resource, key: str) -> Verdict:
        name = value.words
        if not name:
            return UNKNOWN
        row = runtimes().get(name)
        if row is None:
            return UNKNOWN if _LIKELY.fullmatch(name) else failed(f"There is no runtime `{name}`.", key)
        return _accepted(row, resource.provider_constraints, key)


def _accepted(row: Mapping[str, Any], constraints: tuple[str, ...], key: str) -> Verdict:
    versions = allowed(constraints)
    if versions is None:
        return UNKNOWN
    floor = version(limits()["provider_floor"])
    minimum = row["provider_minimum"]
    demanded = " and ".join(constraints)
    if minimum is None:
        # Not known to the floor, and nobody knows to which later version: the floor is the last one of its major.
        if versions.end is not None and versions.end <= (floor[0] + 1, 0, 0):
            return failed(f"`{row['id']}` is refused by AWS provider {demanded}; a newer major may take it.", key)
        return UNKNOWN
    first = version(minimum)
    if first > floor and versions.end is not None and versions.end <= first:
        return failed(f"`{row['id']}` needs AWS provider {minimum}; this allows {demanded}.", key)
    return PASSED if versions.lowest >= first else UNKNOWN


def _named(resource: Resource) -> tuple[str, tuple[Value, ...]]:
    runtime = resource.value("runtime")
    if not runtime.absent:
        return "runtime", (runtime,)
    return "compatible_runtimes", resource.elements("compatible_runtimes") or ()


def _dated(resource: Resource, field: str, said: str) -> Verdict:
    key, listed = _named(resource)
    today = as_of()
    rows = [runtimes().get(one.words or "") for one in listed]
    for row in rows:
        day = row[field] if row else None
        if row and day and date.fromisoformat(day) <= today:
            return failed(f"`{row['id']}` {said} {day}.", key)
    return PASSED if rows and all(rows) else UNKNOWN


Deprecated()
CreateBlocked()
KnownToProvider()
