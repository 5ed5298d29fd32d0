"""One resource as the rules see it: the same for HCL and for plans."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lambda_layer_rules import plan_file, written
from lambda_layer_rules.provider_versions import locked
from lambda_layer_rules.scene import Attributes, Scene, Scope, scope_of
from lambda_layer_rules.values import (
    NOTHING,
    UNKNOWN,
    Value,
    elements_from_plan,
    elements_from_source,
    expression,
    from_source,
)

LAYER_VERSION = "aws_lambda_layer_version"
PERMISSION = "aws_lambda_layer_version_permission"
FUNCTION = "aws_lambda_function"

_ALL = "all"
_RESOURCE = re.compile(r"[\w-]+\.[\w-]+(?:\[(?:\d+|\"(?:[^\"\\]|\\.)*\")\])?$")
_VERSION_OF = re.compile(r"aws_lambda_layer_version\.([\w-]+)(\[[^\]]+\])?\.(?:version|arn|id)\b")


class Resource:
    """A resource of a configuration.

    Attributes:
        address: as Terraform names it.
        planned: the same in the plan that is scanned; ``None`` where HCL is.
    """

    def __init__(self, conf: Mapping[str, Any], scene: Scene | None, node: Attributes | None, *, in_plan: bool) -> None:
        self._conf = conf
        self._scene = scene
        self._node = node
        self.address: str = str(conf.get("__address__", ""))
        self.in_plan = in_plan
        self.planned: plan_file.Planned | None = None
        if in_plan and node is not None:
            self.planned = plan_file.read(str(node["file_path_"])).resources.get(self.address)

    def writes(self, key: str) -> bool:
        """Tell whether an argument is written: a plan also shows what the provider computed."""
        if self.planned is None:
            return key in self._conf
        return key in self.planned.expressions or not self.planned.expressions

    @property
    def arguments(self) -> frozenset[str]:
        """The names of the arguments that are written."""
        return frozenset(self._conf)

    def value(self, key: str) -> Value:
        """Return one argument."""
        if self.planned is not None:
            return self._planned_value(key)
        if self.in_plan:
            return UNKNOWN
        if self._guessed(key):
            return expression(self.written(key).partition("=")[2])
        return from_source(self._conf.get(key))

    def _planned_value(self, key: str) -> Value:
        planned = self.planned
        assert planned is not None  # noqa: S101 - only called with a plan
        if planned.values.get(key) is not None:
            return Value(known=True, value=planned.values[key])
        if not planned.unknown.get(key):
            return NOTHING
        references = planned.references(key)
        if references:
            return expression(references[0])
        # Not in the configuration: the provider computes it.
        return UNKNOWN if key in planned.expressions else NOTHING

    def elements(self, key: str) -> tuple[Value, ...] | None:
        """Return the elements of a list; ``None`` where it is not known which there are."""
        if self.planned is not None:
            if key not in self.planned.values and self.planned.unknown.get(key):
                return None if key in self.planned.expressions else ()
            return elements_from_plan(self.planned.values.get(key))
        return None if self.in_plan or self._guessed(key) else elements_from_source(self._conf.get(key))

    def lifecycle(self, key: str) -> Value:
        """Return one setting of the block ``lifecycle``. A plan does not say them."""
        if self.in_plan:
            return UNKNOWN
        return from_source(_block(self._conf).get(key))

    @property
    def ignored_changes(self) -> frozenset[str] | None:
        """The arguments whose changes are ignored; ``None`` where that is not known."""
        if self.in_plan:
            return None
        listed = elements_from_source(_block(self._conf).get("ignore_changes"))
        if listed is None:
            written = from_source(_block(self._conf).get("ignore_changes")).words
            return frozenset({written}) if written else None
        return frozenset(one.words or one.text for one in listed)

    def ignores(self, *keys: str) -> bool | None:
        """Tell whether changes of all these arguments are ignored; ``None`` where that is not known."""
        ignored = self.ignored_changes
        return None if ignored is None else _ALL in ignored or ignored.issuperset(keys)

    @property
    def repeated(self) -> str:
        """The expression of ``for_each`` or ``count`` where checkov could not work out the instances; else empty."""
        if self.in_plan:
            return ""
        written = self._conf.get("for_each", self._conf.get("count"))
        value = from_source(written)
        return value.text or ("?" if written not in (None, []) and not value.known else "")

    @property
    def module(self) -> str:
        """The address of the module instance it stands in, with a dot at its end; empty for the root module."""
        return _RESOURCE.sub("", self.address)

    @property
    def alone(self) -> bool:
        """Whether nothing is known of what stands beside it: checkov shows none of that for ``.tf.json``."""
        return self._scene is None

    def siblings(self, type_: str) -> Iterator[Resource]:
        """Yield the resources of a type in the same module instance, itself included where it is of the type."""
        if self._scene is None or self._node is None:
            return
        for node in self._scene.beside(scope_of(self._node), type_):
            one = Resource(_as_conf(node), self._scene, node, in_plan=self.in_plan)
            if one.module == self.module:
                yield one

    def data_source(self, type_: str, name: str) -> Mapping[str, Value] | None:
        """Return the arguments of a data source of its module, or of one around it."""
        if self.planned is not None:
            expressions = plan_file.data_source(self.planned, type_, name)
            return None if expressions is None else {key: _from_expression(one) for key, one in expressions.items()}
        if self._scene is None or self._node is None:
            return None
        for scope in self._scene.around(scope_of(self._node)):
            for node in self._scene.named(scope, f"data.{type_}", f"{type_}.{name}"):
                source = Resource(_as_conf(node), self._scene, node, in_plan=False)
                return {key: source.value(key) for key in source.arguments}
        return None

    @property
    def provider_constraints(self) -> tuple[str, ...]:
        """What the configuration demands of the AWS provider: the lock file's version where there is one."""
        if self._node is None or self._scene is None:
            return ()
        path = str(self._node["file_path_"])
        if self.in_plan:
            pinned = locked(Path(path).parent)
            return (pinned,) if pinned else plan_file.read(path).provider_constraints
        scopes = list(self._scene.around(scope_of(self._node)))
        pinned = locked(Path(scopes[-1].folder))
        return (pinned,) if pinned else tuple(_demands(scopes, self._scene))

    def written(self, key: str) -> str:
        """Return an argument as its author wrote it, name included; empty in a plan."""
        return "" if self.in_plan or self._node is None else written.argument(self._node, key)

    def listed(self, key: str) -> bool:
        """Tell whether a list is written out: of functions such as ``concat`` checkov drops what it does not know."""
        if self.in_plan:
            return self.planned is not None
        if self.alone:  # JSON: an expression would be a text
            return isinstance(next(iter(self._conf.get(key) or ()), None), list)
        text = self.written(key)
        return re.match(rf"\s*{key}\s*=\s*\[", text) is not None and " for " not in text

    def _guessed(self, key: str) -> bool:
        return self._node is not None and self._scene is not None and written.guessed(self._node, key, self._scene)


def _demands(scopes: list[Scope], scene: Scene) -> Iterator[str]:
    for scope in scopes:
        for node in scene.beside(scope, "terraform"):
            # Not the attributes: checkov takes a demand such as `>= 6.0, < 7.0` for a comparison.
            aws = _first(_first(node.get("config_", {}).get("required_providers")).get("aws"))
            demand = aws.get("version")
            if isinstance(demand, str):
                yield demand


def _first(raw: Any) -> Mapping[str, Any]:
    while isinstance(raw, list) and raw:
        raw = raw[0]
    return raw if isinstance(raw, Mapping) else {"version": raw}


def version_of(text: str) -> tuple[str, str] | None:
    """Return name and instance key of the layer version that an expression takes its version from."""
    found = _VERSION_OF.search(text)
    return (found[1], found[2] or "") if found else None


def _block(conf: Mapping[str, Any]) -> Mapping[str, Any]:
    block = conf.get("lifecycle")
    while isinstance(block, list) and block:
        block = block[0]
    return block if isinstance(block, Mapping) else {}


def _as_conf(node: Attributes) -> Mapping[str, Any]:
    conf: Any = node.get("config_", {})
    for part in str(node.get("block_name_", "")).split(".", 1):
        conf = conf.get(part, {}) if isinstance(conf, Mapping) else {}
    return conf if isinstance(conf, Mapping) else {}


def _from_expression(one: Any) -> Value:
    if isinstance(one, Mapping) and "constant_value" in one:
        return Value(known=True, value=one["constant_value"])
    references = one.get("references", ()) if isinstance(one, Mapping) else ()
    return expression(references[0]) if references else UNKNOWN
