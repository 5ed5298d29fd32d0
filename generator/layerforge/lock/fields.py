"""The digest over the fields of the spec that shape a ZIP's bytes, beside its pins and own files."""

import hashlib
from collections.abc import Mapping
from typing import Final

from layerforge.names import Sha256
from layerforge.plan.packaged import source_of
from layerforge.plan.types import CodeSource, Packaged, PythonSource, Source

_MEANINGS: Final[Mapping[type[Source], str]] = {PythonSource: "python 1", CodeSource: "code 1"}
"""The kind of source, and a number to count up should a field of the spec ever come to mean something else."""


def fields_digest(item: Packaged) -> Sha256:
    """Digest ``exclude``, and ``prefer`` where there are packages.

    ``exclude`` is a set. In ``prefer`` the order matters, and only the first mention of a package does.
    ``executable`` and ``to`` are not here: the digest over own files holds modes and paths.
    """
    source = source_of(item)
    hasher = hashlib.sha256(f"{_MEANINGS[type(source)]}\n".encode())
    for glob in sorted({exclude.glob for exclude in source.exclude}):
        hasher.update(f"exclude\0{glob}\n".encode())
    for name in dict.fromkeys(source.prefer if isinstance(source, PythonSource) else ()):
        hasher.update(f"prefer\0{name}\n".encode())
    return Sha256(hasher.hexdigest())
