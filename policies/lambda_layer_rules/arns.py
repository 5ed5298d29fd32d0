"""ARNs of layers, as functions name them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PUT_IN = r"\$\{[^{}]*\}"  # what Terraform puts in there
_NAMED = r"(?:var|local|data|each)\.[\w.]+"  # the same, where checkov has dropped the ${}
_LAYER = re.compile(
    rf"arn:(?:aws[a-zA-Z-]*|{_PUT_IN}|{_NAMED}):lambda:(?:[a-z0-9-]+|{_PUT_IN}|{_NAMED}):"
    rf"(?P<account>\d{{12}}|{_PUT_IN}|{_NAMED}):layer:(?P<name>(?:[A-Za-z0-9_-]|{_PUT_IN})+)"
    rf"(?::(?P<version>\d+|{_PUT_IN}))?"
)
_CERTAIN = re.compile(r"[\w:-]+")
_BY_AWS = re.compile(r"arn:aws[a-zA-Z-]*:lambda:::awslayer:[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class LayerArn:
    """One layer, or one version of it; parts may be expressions.

    Attributes:
        layer: the ARN without the version.
        account: the owner's account; empty for the layers that AWS itself runs, ``None`` where it is not known.
        version: ``None`` where the ARN has none.
        certain: whether nothing in it is an expression.
    """

    layer: str
    account: str | None
    version: str | None
    certain: bool = True


def parse(text: str | None) -> LayerArn | None:
    """Return what an ARN says, whatever Region is put into it; ``None`` for any other text."""
    if text is None:
        return None
    found = _LAYER.fullmatch(text)
    if not found:
        return LayerArn(text, "", "managed by AWS") if _BY_AWS.fullmatch(text) else None
    if found["version"] is None and found["name"].endswith("}"):
        return None  # what is put in may end with a version
    account = found["account"] if found["account"].isdigit() else None
    layer = text.removesuffix(f":{found['version']}")
    return LayerArn(layer, account, found["version"], certain=_CERTAIN.fullmatch(text) is not None)
