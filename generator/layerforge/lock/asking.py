"""What a plan asks of the lock, layer by layer; the lock and the check of the lock compare it with what is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from layerforge.diagnostics import Diagnostic, LayerforgeError, OutsideError, SpecError
from layerforge.lock.fields import fields_digest
from layerforge.lock.own_files import Collected, collect_all, own_files_digest, own_names_digest, own_text_digest
from layerforge.lock.types import Inputs, Pin
from layerforge.names import LayerName, Sha256
from layerforge.plan.types import Layer

if TYPE_CHECKING:
    from layerforge.lock.requests import Request


class ReadRequest(Protocol):
    """Reads what a layer asks of the resolver, as ``lock.requests.read_request`` does."""

    def __call__(self, layer: Layer, /) -> "Request":
        """Return the layer's request, or raise SpecError."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """What one layer asks: all of its units' inputs but their pins.

    Attributes:
        layer: the layer.
        request: what is asked of the resolver.
        own: its own files.
        fields: the digest over the spec's fields that shape bytes.
    """

    layer: Layer
    request: "Request"
    own: Collected
    fields: Sha256

    def inputs(self, pins: tuple[Pin, ...]) -> Inputs:
        """Return a unit's inputs, now that its pins are known."""
        return Inputs(
            pins=tuple(sorted(pins)),
            request=self.request.digest,
            own_files=own_files_digest(self.own.files),
            fields=self.fields,
            own_names=own_names_digest(self.own.files),
            own_text=own_text_digest(self.own.files),
        )


def read_askings(layers: Sequence[Layer], read_request: ReadRequest | None) -> Mapping[LayerName, Asking]:
    """Read the files that the spec names, for some layers. No network.

    Raises:
        LayerforgeError: with everything that is wrong with requirements and own files.
    """
    read = read_request or _reader()
    errors: list[LayerforgeError] = []
    own: Mapping[LayerName, Collected] = {}
    requests: dict[LayerName, Request] = {}
    try:
        own = collect_all(layers)
    except LayerforgeError as error:
        errors.append(error)
    for layer in layers:
        try:
            requests[layer.name] = read(layer)
        except LayerforgeError as error:
            errors.append(error)
    raise_all(errors)
    return {
        layer.name: Asking(layer=layer, request=requests[layer.name], own=own[layer.name], fields=fields_digest(layer))
        for layer in layers
    }


def _reader() -> ReadRequest:
    from layerforge.lock.requests import read_request  # noqa: PLC0415 - packaging comes with it

    return read_request


def raise_all(errors: list[LayerforgeError]) -> None:
    """Raise several errors as one: of the family that the user can mend first, with the diagnostics of all."""
    if not errors:
        return
    found: list[Diagnostic] = list(dict.fromkeys(item for error in errors for item in error.diagnostics))
    for family in (SpecError, OutsideError):
        if any(isinstance(error, family) for error in errors):
            raise family(found) from errors[0]
    raise type(errors[0])(found) from errors[0]
