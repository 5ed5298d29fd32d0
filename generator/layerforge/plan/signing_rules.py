"""Rules about code signing: what can be signed, and what a function that wants signed code has to have."""

from collections.abc import Iterator, Mapping
from typing import Final

from layerforge.diagnostics import Diagnostic
from layerforge.names import Delivery, LayerName
from layerforge.plan.drafts import Draft
from layerforge.plan.function_types import Function, OwnLayer
from layerforge.plan.settings import Settings
from layerforge.plan.types import Layer
from layerforge.plan.words import error

_WHY_NOT: Final = {
    Delivery.DIRECT: "AWS Signer signs objects in S3",
    Delivery.PUSHED: "nothing would hold what was pushed to the lock's digest before it is signed",
}
_MEND: Final = {
    Delivery.DIRECT: "write `via: s3`, with a bucket that keeps versions",
    Delivery.PUSHED: "write `via: s3`: Terraform then checks, uploads and signs them; `layerforge pull` brings pushed "
    "ZIPs to where it runs",
}


def check_layer_signing(settings: Settings) -> Iterator[Diagnostic]:
    """Yield ``PLAN030`` for layers that are to be signed and take another way than ``s3``."""
    if settings.signing_profile is not None and settings.via in _WHY_NOT:
        message = f"the layer `{settings.name}` cannot be signed with `via: {settings.via}`: {_WHY_NOT[settings.via]}"
        yield error("PLAN030", message, settings.signing_where, _MEND[settings.via])


def check_function_signing(draft: Draft, function: Function, layers: Mapping[LayerName, Layer]) -> Iterator[Diagnostic]:
    """Yield ``FUNC030`` for code that cannot be signed, ``FUNC031`` and ``FUNC032`` for what has to be and is not.

    Layers of others, and versions that a channel points to, are not judged: nobody here knows who signed them.
    """
    if function.signing_profile is not None and function.via in _WHY_NOT:
        message = f"the code of `{function.name}` cannot be signed with `via: {function.via}`: {_WHY_NOT[function.via]}"
        yield error("FUNC030", message, draft.held_at("signing_profile"), _MEND[function.via])
    if function.attached_only or function.settings.code_signing is None:
        return
    if function.units and function.signing_profile is None:
        message = f"the function `{function.name}` has a code-signing configuration, and its code is not signed"
        hint = "add `via: s3` and `signing_profile: NAME`, with a profile that the configuration allows"
        yield error("FUNC031", message, draft.held_at("code_signing"), hint)
    for attached in function.layers:
        layer = layers.get(attached.layer) if isinstance(attached, OwnLayer) else None
        if layer is not None and layer.publish.signing_profile is None:
            has = f"the function `{function.name}` has a code-signing configuration"
            message = f"{has}, and the layer `{layer.name}` is not signed"
            hint = f"add `publish: {{via: s3, signing_profile: NAME}}` to `{layer.name}`, with a profile that it allows"
            yield error("FUNC032", message, attached.where, hint)
