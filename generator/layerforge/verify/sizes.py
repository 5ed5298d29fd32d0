"""Holds an artifact against AWS's size limits, and names what is large in it."""

from collections.abc import Mapping
from typing import Final

from layerforge.build.types import Artifact
from layerforge.diagnostics import Diagnostic, Severity
from layerforge.facts.load import Limits
from layerforge.names import Delivery
from layerforge.plan.function_types import Function
from layerforge.plan.types import Layer

_NEAR: Final = 0.9
_LARGEST: Final = 5


def check_sizes(item: Layer | Function, artifact: Artifact, limits: Limits) -> tuple[Diagnostic, ...]:
    """Return what there is to say about the size of one unit's ZIP.

    ``SIZE001`` is unzipped over the limit, ``SIZE002`` zipped over what can be uploaded directly, both errors;
    ``SIZE003`` and ``SIZE004`` warn from 90 % on. A layer counts together with its function's code and other layers,
    so near the limit there is little room for those.
    """
    found = []
    allowed = limits.unzipped_bytes
    if artifact.unzipped_size > allowed:
        found.append(_unzipped(item, artifact, allowed, "SIZE001", Severity.ERROR))
    elif artifact.unzipped_size > allowed * _NEAR:
        found.append(_unzipped(item, artifact, allowed, "SIZE003", Severity.WARNING))
    via = item.via if isinstance(item, Function) else item.publish.via
    if via is Delivery.DIRECT:
        allowed = limits.direct_upload_zipped_bytes
        if artifact.zipped_size > allowed:
            found.append(_zipped(item, artifact, allowed, "SIZE002", Severity.ERROR))
        elif artifact.zipped_size > allowed * _NEAR:
            found.append(_zipped(item, artifact, allowed, "SIZE004", Severity.WARNING))
    return tuple(found)


def _unzipped(item: Layer | Function, artifact: Artifact, allowed: int, code: str, severity: Severity) -> Diagnostic:
    over = severity is Severity.ERROR
    relation = "over" if over else f"{artifact.unzipped_size / allowed:.0%} of"
    return Diagnostic(
        code=code,
        severity=severity,
        message=f"`{artifact.unit}` has {artifact.unzipped_size:,} bytes unzipped, "
        f"{relation} the {allowed:,} that Lambda allows for a function with all its layers",
        location=item.where,
        hint="leave out what is not needed at run time with `exclude`, such as `**/tests/**`"
        + (", or cut the layer into several" if over and isinstance(item, Layer) else ""),
        notes=_largest(artifact),
    )


def _zipped(item: Layer | Function, artifact: Artifact, allowed: int, code: str, severity: Severity) -> Diagnostic:
    relation = "over" if severity is Severity.ERROR else f"{artifact.zipped_size / allowed:.0%} of"
    return Diagnostic(
        code=code,
        severity=severity,
        message=f"`{artifact.unit}` has {artifact.zipped_size:,} bytes zipped, "
        f"{relation} the {allowed:,} that can be uploaded directly",
        location=item.where,
        hint=f"`{'via: s3' if isinstance(item, Function) else 'publish: {via: s3}'}` lets Terraform upload it to a "
        "bucket, where only the unzipped size counts",
        notes=_largest(artifact),
    )


def _largest(artifact: Artifact) -> tuple[str, ...]:
    """Return the largest packages of a ZIP with their unzipped sizes; folders where nobody knows the packages."""
    sizes: dict[str, int] = {}
    for entry in artifact.content:
        who = entry.origin or "/".join(entry.path.split("/")[:2])
        sizes[who] = sizes.get(who, 0) + entry.size
    return tuple(f"{_shown(size)} unzipped: {who}" for who, size in _sorted(sizes)[:_LARGEST])


def _sorted(sizes: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(sizes.items(), key=lambda item: (-item[1], item[0]))


def _shown(size: int) -> str:
    return f"{size:>13,} bytes"
