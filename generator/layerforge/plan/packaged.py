"""What lock, build and checks ask of anything that has ZIPs, be it a layer or a function."""

from collections.abc import Mapping
from typing import Final

from layerforge.plan.function_types import Function
from layerforge.plan.types import CodeSource, Layer, Packaged, PythonSource, Source

_ROOTS: Final[Mapping[type[Source], str]] = {PythonSource: "python", CodeSource: "."}


def source_of(item: Packaged) -> Source:
    """Return what the ZIPs of something are made of.

    Raises:
        ValueError: it has none: a function whose code is not ours.
    """
    if item.source is None:
        raise ValueError(f"{item.name} has no ZIP")
    return item.source


def root_of(item: Packaged) -> str:
    """Return the folder of the ZIP that own files go below; ``.`` for the ZIP's root itself."""
    return _ROOTS[type(source_of(item))]


def is_code(item: Packaged) -> bool:
    """Return whether it is the code of a function."""
    return isinstance(item.source, CodeSource)


def word_for(item: Packaged) -> str:
    """Return the word for it in messages: `layer` or `function`."""
    return "function" if is_code(item) else "layer"


def signing_profile_of(item: Packaged) -> str | None:
    """Return the AWS Signer profile that signs its ZIPs; ``None`` for none."""
    if isinstance(item, Layer):
        return item.publish.signing_profile
    return item.signing_profile if isinstance(item, Function) else None
