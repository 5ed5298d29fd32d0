"""The layers of a function."""

from __future__ import annotations

import re
from collections import Counter

from lambda_layer_rules.allowed import accounts
from lambda_layer_rules.arns import LayerArn, parse
from lambda_layer_rules.check import PASSED, UNKNOWN, LayerCheck, Verdict, failed
from lambda_layer_rules.resource import FUNCTION, Resource
from lambda_layer_rules.values import Value
from lambda_layer_rules.world import limits

_VERSIONED = re.compile(r"(?:data\.)?aws_lambda_layer_version\.[\w-]+(?:\[[^\]]+\])?\.arn")
_DATA = re.compile(r"data\.aws_lambda_layer_version\.([\w-]+)(?:\[[^\]]+\])?\.arn")
_WITHOUT_VERSION = re.compile(r"(?:data\.)?aws_lambda_layer_version\.[\w-]+(?:\[[^\]]+\])?\.layer_arn")


class VersionedLayers(LayerCheck):
    """Lambda takes ARNs of versions; Terraform notices only at apply."""

    rule = "CKV_LAYER_7"
    resources = (FUNCTION,)

    def judge(self, resource: Resource) -> Verdict:
        """Say what the rule finds."""
        listed = resource.elements("layers")
        if not listed:
            return UNKNOWN
        for one in listed:
            arn = _arn(one)
            if arn is not None and arn.version is None:
                return failed(f"`{arn.layer}` has no version at its end.", "layers")
            if _WITHOUT_VERSION.fullmatch(one.text):
                return failed(f"`{one.text}` has no version; `.arn` has one.", "layers")
        certain = all(_one(one) for one in listed)
        return PASSED if certain and resource.listed("layers") else UNKNOWN


class AllowedAccounts(LayerCheck):
    """A layer's owner runs code in the function."""

    rule = "CKV_LAYER_8"
    resources = (FUNCTION,)

    def judge(self, resource: Resource) -> Verdict:
        """Say what the rule finds."""
        allowed = accounts()
        listed = resource.elements("layers")
        if allowed is None or not listed:
            return UNKNOWN
        arns = [_arn(one) or _read(one, resource) for one in listed]
        for arn in arns:
            if arn is not None and arn.account and arn.account not in allowed:
                return failed(f"`{arn.layer}` is of account {arn.account}, which is not allowed.", "layers")
        known = all(arn is not None and arn.account is not None for arn in arns)
        return PASSED if known and resource.listed("layers") else UNKNOWN


class LayerCount(LayerCheck):
    """Lambda takes five."""

    rule = "CKV_LAYER_9"
    resources = (FUNCTION,)

    def judge(self, resource: Resource) -> Verdict:
        """Say what the rule finds."""
        listed = resource.elements("layers")
        most = limits()["layers_per_function"]
        # Functions such as `compact` drop what is null.
        there = [one for one in listed or () if resource.listed("layers") or one.known or _one(one)]
        if len(there) > most:
            return failed(f"There are {len(there)} layers; Lambda takes {most}.", "layers")
        if not listed or not resource.listed("layers"):
            return UNKNOWN
        return PASSED if all(_one(one) for one in listed) else UNKNOWN


class LayersOnce(LayerCheck):
    """Lambda refuses two versions of one layer, and one version twice."""

    rule = "CKV_LAYER_10"
    resources = (FUNCTION,)

    def judge(self, resource: Resource) -> Verdict:
        """Say what the rule finds."""
        listed = resource.elements("layers")
        if not listed:
            return UNKNOWN
        names = [_layer(one) for one in listed]
        # Outputs of two modules read as one reference each, to resources that may have the same name.
        written = resource.written("layers")
        twice = [
            name
            for name, times in Counter(name for name in names if name).items()
            if times > 1 and (name.startswith("arn:") or written.count(f"{name}.arn") == times)
        ]
        if twice:
            return failed(f"`{twice[0]}` is there twice; Lambda refuses that.", "layers")
        certain = len(names) == 1 or all(arn is not None and arn.certain for arn in map(_arn, listed))
        return PASSED if all(names) and certain and resource.listed("layers") else UNKNOWN


class ImageWithLayers(LayerCheck):
    """A container image brings everything with it."""

    rule = "CKV_LAYER_17"
    resources = (FUNCTION,)

    def judge(self, resource: Resource) -> Verdict:
        """Say what the rule finds."""
        kind = resource.value("package_type")
        listed = resource.elements("layers")
        if kind.words == "Image" and listed:
            return failed("Lambda refuses layers on a function from an image.", "package_type", "layers")
        if kind.absent or kind.words == "Zip" or (kind.words == "Image" and listed == ()):
            return PASSED
        return UNKNOWN


def _arn(one: Value) -> LayerArn | None:
    return parse(one.words or one.text)


def _read(one: Value, resource: Resource) -> LayerArn | None:
    """Return the layer that a data source is asked for."""
    found = _DATA.fullmatch(one.text)
    if not found or "module." in resource.written("layers"):
        return None  # an output reads as what it is in its module, where others may have the same name
    asked = (resource.data_source("aws_lambda_layer_version", found[1]) or {}).get("layer_name")
    return None if asked is None else parse(asked.words or asked.text)


def _one(one: Value) -> bool:
    """Tell whether an element is certainly one layer version."""
    arn = _arn(one)
    return bool(arn.version if arn is not None else _VERSIONED.fullmatch(one.text))


def _layer(one: Value) -> str | None:
    """Return the layer without its version: of an ARN the ARN, of a reference the resource; ``None`` if unclear."""
    arn = _arn(one)
    if arn is not None:
        return arn.layer
    return one.text.rsplit(".", 1)[0] if _VERSIONED.fullmatch(one.text) else None


VersionedLayers()
AllowedAccounts()
LayerCount()
LayersOnce()
ImageWithLayers()
