"""What a layer version says about itself."""

from __future__ import annotations

import re

from lambda_layer_rules.check import PASSED, UNKNOWN, LayerCheck, Verdict, failed
from lambda_layer_rules.resource import LAYER_VERSION, Resource
from lambda_layer_rules.world import native_packages

ARCHITECTURES = frozenset({"arm64", "x86_64"})
_NAMES = ("layer_name", "filename", "s3_key")
_EMBEDDED = re.compile(r"\$\{[^}]*\}")


class Architectures(LayerCheck):
    """Machine code runs on the architecture that it was built for."""

    rule = "CKV_LAYER_14"
    resources = (LAYER_VERSION,)

    def judge(self, resource: Resource) -> Verdict:
        """Say what the rule finds."""
        listed = resource.elements("compatible_architectures")
        if listed is None:
            return UNKNOWN
        if listed:
            return PASSED if all(one.words in ARCHITECTURES for one in listed) else UNKNOWN
        found = self._native(resource)
        if found is None:
            return UNKNOWN
        return failed(f"`{found}` says that there is machine code in it.", "compatible_architectures")

    @staticmethod
    def _native(resource: Resource) -> str | None:
        for key in _NAMES:
            value = resource.value(key)
            name = (value.words or "") if value.known else _EMBEDDED.sub(" ", value.text) if "${" in value.text else ""
            words = re.sub(r"[^a-z0-9]+", "-", name.rsplit("/", 1)[-1].lower()).strip("-").split("-")
            spans = {"-".join(words[start:end]) for start in range(len(words)) for end in (start + 1, start + 2)}
            found = spans & native_packages()
            if found:
                return min(found)
        return None


class Description(LayerCheck):
    """All that a console or `list-layer-versions` shows beside a number."""

    rule = "CKV_LAYER_15"
    resources = (LAYER_VERSION,)

    def judge(self, resource: Resource) -> Verdict:
        """Say what the rule finds."""
        return _said(resource, "description", "Nothing says what is in this version.")


class License(LayerCheck):
    """Whoever uses a layer redistributes what is in it."""

    rule = "CKV_LAYER_16"
    resources = (LAYER_VERSION,)

    def judge(self, resource: Resource) -> Verdict:
        """Say what the rule finds."""
        return _said(resource, "license_info", "Nothing says under which licences its content is.")


def _said(resource: Resource, key: str, otherwise: str) -> Verdict:
    value = resource.value(key)
    if value.absent or value.words == "":
        return failed(otherwise, key)
    written = _EMBEDDED.sub("", value.text) if "${" in value.text else ""
    return PASSED if value.words or re.search(r"\w", written) else UNKNOWN


Architectures()
Description()
License()
