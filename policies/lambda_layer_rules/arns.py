"""ARNs of layers, as functions name them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LAYER = re.compile(
    r"arn:(?P<partition>aws[a-zA-Z-]*):lambda:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):layer:(?P<name>[A-Za-z0-9_-]+)"
    r"(?::(?P<version>\d+))?"
)
_BY_AWS = re.compile(r"arn:aws[a-zA-Z-]*:lambda:::awslayer:[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class LayerArn:
    """One layer, or one version of it.

    Attributes:
        layer: the ARN without the version.
        account: the owner's account; empty for the layers that AWS itself runs.
        version: ``None`` where the ARN has none.
    """

    layer: str
    account: str
    version: str | None


def parse(text: str | None) -> LayerArn | None:
    """Return what an ARN says; ``None`` for any other text."""
    if text is None:
        return None
    found = _LAYER.fullmatch(text)
    if found:
        return LayerArn(text.removesuffix(f":{found['version']}"), found["account"], found["version"])
    return LayerArn(text, "", "managed by AWS") if _BY_AWS.fullmatch(text) else None
