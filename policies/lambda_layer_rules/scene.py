"""What a scan knows beside one resource: checkov's graph, indexed once, and the plan file behind it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Attributes = Mapping[str, Any]


Call = tuple[str, str, str]


@dataclass(frozen=True)
class Scope:
    """One instance of one module: the folder of its files, and which calls lead to it.

    Attributes:
        folder: absolute.
        calls: the calling file, the call's name and its instance key, innermost first; none for a folder that is
            scanned for itself.
    """

    folder: str
    calls: tuple[Call, ...]

    @property
    def around(self) -> Scope | None:
        """The module instance that calls this one."""
        return Scope(str(Path(self.calls[0][0]).parent), self.calls[1:]) if self.calls else None


def _calls(call: Any) -> Iterator[Call]:
    if isinstance(call, str):
        call = json.loads(call)
    while call:
        fields = call if isinstance(call, Mapping) else vars(call)
        yield str(fields["path"]), str(fields["name"]), str(fields.get("foreach_idx"))
        call = fields.get("nested_tf_module")


def scope_of(node: Attributes) -> Scope:
    """Return the module instance that a block stands in."""
    return Scope(str(Path(node["file_path_"]).parent), tuple(_calls(node.get("source_module_object_"))))


class Scene:
    """The blocks of one scan."""

    def __init__(self, nodes: Iterable[Attributes]) -> None:
        self._by_address: dict[str, list[Attributes]] = defaultdict(list)
        self._by_scope: dict[tuple[Scope, str], list[Attributes]] = defaultdict(list)
        for node in nodes:
            kind = node.get("block_type_")
            if kind == "resource":
                self._by_address[str(node.get("__address__"))].append(node)
            if kind in {"resource", "data", "terraform", "module", "locals"}:
                key = str(node.get("resource_type") if kind in {"resource", "data"} else kind)
                self._by_scope[scope_of(node), key].append(node)

    def node(self, address: str, shown: str) -> Attributes | None:
        """Return a resource's block by its address and the file that checkov shows, relative to what is scanned."""
        found = [one for one in self._by_address.get(address, ()) if str(one.get("file_path_", "")).endswith(shown)]
        # Every file is below the folder that is scanned, so the shortest path is the one that is shown.
        return min(found, key=lambda one: len(str(one["file_path_"])), default=None)

    def beside(self, scope: Scope, type_: str) -> list[Attributes]:
        """Return the blocks of a type in a module instance; data sources are ``data.<type>``, others what they are."""
        return self._by_scope.get((scope, type_), [])

    def named(self, scope: Scope, type_: str, name: str) -> list[Attributes]:
        """Return those of the blocks that have a name; checkov takes each local for a block of its own."""
        return [node for node in self.beside(scope, type_) if node.get("block_name_") == name]

    def around(self, scope: Scope) -> Iterator[Scope]:
        """Yield a module instance and those around it, up to the root module."""
        here: Scope | None = scope
        while here is not None:
            yield here
            here = here.around


_newest: list[tuple[Any, Scene]] = []


def scene_of(graph: Any) -> Scene:
    """Return the scene of checkov's graph; the newest one is kept."""
    if _newest and _newest[0][0] is graph:
        return _newest[0][1]
    if hasattr(graph, "node_indices"):  # rustworkx: pairs of a hash and the attributes
        scene = Scene(attributes for _, attributes in graph.nodes())
    else:  # networkx
        scene = Scene(attributes for _, attributes in graph.nodes(data=True))
    _newest[:] = [(graph, scene)]
    return scene
