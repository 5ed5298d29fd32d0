"""Patches of the calls that list."""

import json
from typing import Any
from urllib.parse import unquote

from moto.awslambda.models import LayerStorage, LayerVersion
from moto.awslambda.responses import LambdaResponse
from moto.core.common_types import TYPE_RESPONSE

from support.moto_faithful.errors import Replace

LARGEST_PAGE = 50
LISTS = {
    "list_aliases": "Aliases",
    "list_functions": "Functions",
    "list_layer_versions": "LayerVersions",
    "list_layers": "Layers",
    "list_versions_by_function": "Versions",
}
"""The methods that list, with the key that their answer has the items under."""


def _query(response: LambdaResponse, name: str) -> str | None:
    value: str | None = response.querystring.get(name, [None])[0]
    return value


def _answer(response: LambdaResponse, items: list[dict[str, Any]], key: str) -> TYPE_RESPONSE:
    return 200, {}, json.dumps({key: items})


def filtered(replace: Replace) -> None:
    """Layers and versions are filtered by runtime and architecture, aliases by function version."""
    list_aliases = LambdaResponse.list_aliases

    def fits(response: LambdaResponse, version: LayerVersion) -> bool:
        runtime, architecture = _query(response, "CompatibleRuntime"), _query(response, "CompatibleArchitecture")
        return (runtime is None or runtime in version.compatible_runtimes) and (
            architecture is None or architecture in version.compatible_architectures
        )

    def layers(self: LambdaResponse) -> TYPE_RESPONSE:
        items = []
        for layer in self.backend._layers._layers.values():
            versions = [item for item in layer.layer_versions.values() if fits(self, item)]
            if versions:
                latest = max(versions, key=lambda item: item.version)
                names = {"LayerName": layer.name, "LayerArn": layer.layer_arn}
                items.append({**names, "LatestMatchingVersion": latest.get_layer_version()})
        return _answer(self, items, "Layers")

    def versions(self: LambdaResponse) -> TYPE_RESPONSE:
        found = self.backend.list_layer_versions(self.path.rstrip("/").rsplit("/", 2)[-2])
        kept = sorted((item for item in found if fits(self, item)), key=lambda item: item.version, reverse=True)
        return _answer(self, [item.get_layer_version() for item in kept], "LayerVersions")

    def aliases(self: LambdaResponse) -> TYPE_RESPONSE:
        wanted = _query(self, "FunctionVersion")
        items = json.loads(list_aliases(self)[2])["Aliases"]
        return _answer(self, [item for item in items if wanted in (None, item["FunctionVersion"])], "Aliases")

    replace(LambdaResponse, "list_layers", layers)
    replace(LambdaResponse, "list_layer_versions", versions)
    replace(LambdaResponse, "list_aliases", aliases)


def listed_by_arn(replace: Replace) -> None:
    """ListLayerVersions takes a layer's ARN where it takes a name."""
    original = LayerStorage.get_layer_versions

    def get_layer_versions(self: LayerStorage, layer_name: str) -> list[LayerVersion]:
        return original(self, unquote(layer_name).rsplit(":", 1)[-1])

    replace(LayerStorage, "get_layer_versions", get_layer_versions)


def paged(replace: Replace) -> None:
    """At most fifty items at once, or MaxItems, with a marker to go on from."""

    def page_of(method: str, key: str) -> None:
        original = getattr(LambdaResponse, method)

        def one_page(self: LambdaResponse) -> TYPE_RESPONSE:
            answer = original(self)
            document = json.loads(answer if isinstance(answer, str) else answer[2])
            size = min(int(_query(self, "MaxItems") or LARGEST_PAGE), LARGEST_PAGE)
            start = int(_query(self, "Marker") or 0)
            items = document[key]
            document[key] = items[start : start + size]
            if start + size < len(items):
                document["NextMarker"] = str(start + size)
            return 200, {}, json.dumps(document)

        replace(LambdaResponse, method, one_page)

    for method, key in LISTS.items():
        page_of(method, key)


def fields_that_list_functions_omits(replace: Replace) -> None:
    """ListFunctions says nothing of states."""
    original = LambdaResponse.list_functions

    def list_functions(self: LambdaResponse) -> TYPE_RESPONSE:
        answer: Any = original(self)
        items = json.loads(answer if isinstance(answer, str) else answer[2])["Functions"]
        hidden = ("State", "LastUpdateStatus")
        return _answer(
            self, [{k: v for k, v in item.items() if not k.startswith(hidden)} for item in items], "Functions"
        )

    replace(LambdaResponse, "list_functions", list_functions)
