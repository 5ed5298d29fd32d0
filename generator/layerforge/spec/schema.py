"""The JSON Schema of the spec, for editors: made from the models, so that it accepts what the loader accepts."""

import json
import re
from typing import Any, Final

from layerforge.facts.load import load_facts
from layerforge.spec.layers import Spec

DIALECT: Final = "http://json-schema.org/draft-07/schema#"
"""The newest dialect that all editors know."""

_SCALARS: Final = ["string", "number", "boolean"]
"""What an editor's YAML parser may make of our texts: it reads ``2``, ``2.30`` and ``true`` as something else."""
_NO_TEXTS: Final = ("true", "false", "yes", "no", "on", "off", "1.5", *("1" * length for length in range(1, 65)))
"""Such texts, of the lengths that patterns may ask for."""


def schema_text() -> str:
    """Return the JSON Schema of the spec as the text of a file."""
    schema: dict[str, Any] = _for_editors(Spec.model_json_schema())
    models, limits = schema["$defs"], load_facts().limits
    for model in ("Layer", "Function"):
        models[model]["properties"]["description"]["maxLength"] = limits.description_characters
    for model in ("Layer", "Defaults"):
        models[model]["properties"]["license"]["maxLength"] = limits.license_characters
    version = schema["properties"]["version"]
    version["enum"] = [int(version["const"]), version.pop("const")]
    del version["type"]
    whole = {"$schema": DIALECT, "title": "layerforge spec", **schema}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _for_editors(part: Any) -> Any:  # noqa: ANN401 - any part of a JSON document
    """Return a part of Pydantic's schema in a form that editors of YAML understand."""
    if isinstance(part, list):
        return [_for_editors(item) for item in part]
    if not isinstance(part, dict):
        return part
    whole = {key: _for_editors(value) for key, value in part.items() if key != "title" or not isinstance(value, str)}
    if whole.get("type") == "string" and not {"enum", "const"} & whole.keys() and _may_be_no_text(whole.get("pattern")):
        whole["type"] = _SCALARS
    if "patternProperties" in whole:  # names that are none are errors
        whole["additionalProperties"] = False
    if "$ref" in whole and len(whole) > 1:  # this dialect looks at nothing beside a `$ref`
        whole["allOf"] = [{"$ref": whole.pop("$ref")}]
    return whole


def _may_be_no_text(pattern: str | None) -> bool:
    return pattern is None or any(re.search(pattern, text) for text in _NO_TEXTS)
