"""The digest over the fields of the spec that shape a ZIP's bytes, beside its pins and own files."""

import hashlib
from typing import Final

from layerforge.names import Sha256
from layerforge.plan.types import Layer

_MEANING: Final = "python 1"
"""The ecosystem, and a number to count up should a field of the spec ever come to mean something else."""


def fields_digest(layer: Layer) -> Sha256:
    """Digest ``exclude`` and ``prefer``.

    ``exclude`` is a set. In ``prefer`` the order matters, and only the first mention of a package does.
    ``executable`` and ``to`` are not here: the digest over own files holds modes and paths.
    """
    hasher = hashlib.sha256(f"{_MEANING}\n".encode())
    for glob in sorted({exclude.glob for exclude in layer.source.exclude}):
        hasher.update(f"exclude\0{glob}\n".encode())
    for name in dict.fromkeys(layer.source.prefer):
        hasher.update(f"prefer\0{name}\n".encode())
    return Sha256(hasher.hexdigest())
