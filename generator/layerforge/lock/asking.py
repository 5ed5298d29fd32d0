"""What a plan asks of the lock, for each layer and function; it is compared with what is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from layerforge.diagnostics import Diagnostic, LayerforgeError, OutsideError, SpecError
from layerforge.lock.fields import fields_digest
from layerforge.lock.own_files import Collected, collect_all, own_files_digest, own_names_digest, own_text_digest
from layerforge.lock.types import NO_REQUEST, Inputs, Pin
from layerforge.names import LayerName, Sha256
from layerforge.plan.types import Layer, Packaged

if TYPE_CHECKING:
    from layerforge.lock.requests import Request


class ReadRequest(Protocol):
    """Reads what a layer asks of the resolver, as ``lock.requests.read_request`` does."""

    def __call__(self, layer: Layer, /) -> "Request":
        """Return the layer's request, or raise SpecError."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """What one layer or function asks: all of its units' inputs but their pins.

    Attributes:
        item: the layer or the function.
        request: what is asked of the resolver; ``None`` for a function.
        own: its own files.
        fields: the digest over the spec's fields that shape bytes.
    """

    item: Packaged
    request: "Request | None"
    own: Collected
    fields: Sha256

    def inputs(self, pins: tuple[Pin, ...]) -> Inputs:
        """Return a unit's inputs, now that its pins are known."""
        return Inputs(
            pins=tuple(sorted(pins)),
            request=NO_REQUEST if self.request is None else self.request.digest,
            own_files=own_files_digest(self.own.files),
            fields=self.fields,
            own_names=own_names_digest(self.own.files),
            own_text=own_text_digest(self.own.files),
        )


def read_askings(items: Sequence[Packaged], read_request: ReadRequest | None) -> Mapping[LayerName, Asking]:
    """Read the files that the spec names, for some layers and functions. No network.

    Raises:
        LayerforgeError: with everything that is wrong with requirements and own files.
    """
    errors: list[LayerforgeError] = []
    own: Mapping[LayerName, Collected] = {}
    requests: dict[LayerName, Request] = {}
    try:
        own = collect_all(items)
    except LayerforgeError as error:
        errors.append(error)
    layers = [item for item in items if isinstance(item, Layer)]
    for layer in layers:
        try:
            requests[layer.name] = (read_request or _reader())(layer)
        except LayerforgeError as error:
            errors.append(error)
    raise_all(errors)
    return {
        item.name: Asking(item=item, request=requests.get(item.name), own=own[item.name], fields=fields_digest(item))
        for item in items
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
