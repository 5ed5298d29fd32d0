"""Plans as `terraform show -json` prints them, read past checkov: it puts references where a plan says null."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

_MODULE = re.compile(r"module\.([\w-]+)(?:\[(?:\d+|\"(?:[^\"\\]|\\.)*\")\])?\.?")
_INDEX = re.compile(r"\[(?:\d+|\"(?:[^\"\\]|\\.)*\")\]$")
_MAX_DEPTH = 16


@dataclass(frozen=True)
class Planned:
    """One resource of a plan.

    Attributes:
        address: with modules and instance.
        values: what is known before the apply; arguments that are not known are missing.
        unknown: what will be known after the apply, by argument.
        expressions: the configuration's, by argument.
        actions: what the plan does with it.
        replace_paths: the arguments that force its replacement.
        module: the configuration of the module it stands in.
        callers: the configuration of the modules around that one, innermost first, each with the call's name.
    """

    address: str
    values: Mapping[str, Any]
    unknown: Mapping[str, Any]
    expressions: Mapping[str, Any]
    actions: tuple[str, ...]
    replace_paths: tuple[str, ...]
    module: Mapping[str, Any]
    callers: tuple[tuple[str, Mapping[str, Any]], ...] = field(default=())

    @property
    def block(self) -> str:
        """The address without the instance's key: one block of the configuration in one instance of its module."""
        return _INDEX.sub("", self.address)

    def references(self, key: str) -> tuple[str, ...]:
        """Return what an argument's expression refers to; arguments of the module are followed to its callers."""
        return tuple(_followed(_references(self.expressions.get(key)), self.callers, 0))


@lru_cache(maxsize=8)
def read(path: str) -> PlanFile:
    """Return a plan file that checkov scans."""
    return PlanFile(json.loads(Path(path).read_text(encoding="utf-8")))


class PlanFile:
    """One plan.

    Attributes:
        resources: by address.
        provider_constraints: what the configuration demands of the AWS provider.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._configuration: Mapping[str, Any] = document.get("configuration", {}).get("root_module", {})
        # What is deposed has the address of the one that is there, and goes.
        changes = (one for one in document.get("resource_changes", ()) if "deposed" not in one)
        self._changes = {one["address"]: one for one in changes}
        root = document.get("planned_values", {}).get("root_module", {})
        self.resources: dict[str, Planned] = {one.address: one for one in self._walk(root)}
        providers = document.get("configuration", {}).get("provider_config", {}).values()
        self.provider_constraints: tuple[str, ...] = tuple(
            provider["version_constraint"]
            for provider in providers
            if provider.get("full_name", "").endswith("hashicorp/aws") and provider.get("version_constraint")
        )

    def _walk(self, module: Mapping[str, Any]) -> Iterator[Planned]:
        for resource in module.get("resources", ()):
            if resource.get("mode") == "managed":
                yield self._planned(resource, _MODULE.findall(module.get("address", "")))
        for child in module.get("child_modules", ()):
            yield from self._walk(child)

    def _planned(self, resource: Mapping[str, Any], calls: list[str]) -> Planned:
        configuration = self._configuration
        callers: list[tuple[str, Mapping[str, Any]]] = []
        for call in calls:
            callers.insert(0, (call, configuration))
            configuration = configuration.get("module_calls", {}).get(call, {}).get("module", {})
        change = self._changes.get(resource["address"], {}).get("change", {})
        return Planned(
            address=resource["address"],
            values=resource.get("values") or {},
            unknown=change.get("after_unknown") or {},
            expressions=_find(configuration, "managed", resource["type"], resource["name"]).get("expressions", {}),
            actions=tuple(change.get("actions", ())),
            replace_paths=tuple(str(path[0]) for path in change.get("replace_paths", ()) if path),
            module=configuration,
            callers=tuple(callers),
        )


def data_source(resource: Planned, type_: str, name: str) -> Mapping[str, Any] | None:
    """Return the arguments of a data source in the module of a resource, or in one around it."""
    for module in (resource.module, *(module for _, module in resource.callers)):
        found = _find(module, "data", type_, name)
        if found:
            expressions: Mapping[str, Any] = found.get("expressions", {})
            return expressions
    return None


def _find(module: Mapping[str, Any], mode: str, type_: str, name: str) -> Mapping[str, Any]:
    return next(
        (
            one
            for one in module.get("resources", ())
            if (one.get("mode"), one.get("type"), one.get("name")) == (mode, type_, name)
        ),
        {},
    )


def _references(expression: Any) -> list[str]:
    if not isinstance(expression, Mapping):
        return []
    return [one for one in expression.get("references", ()) if isinstance(one, str)]


def _followed(references: list[str], callers: tuple[tuple[str, Mapping[str, Any]], ...], depth: int) -> Iterator[str]:
    for one in references:
        if not one.startswith("var.") or not callers or depth > _MAX_DEPTH:
            yield one
            continue
        call, around = callers[0]
        given = around.get("module_calls", {}).get(call, {}).get("expressions", {}).get(one.split(".")[1].split("[")[0])
        yield from _followed(_references(given), callers[1:], depth + 1) if given else [one]
