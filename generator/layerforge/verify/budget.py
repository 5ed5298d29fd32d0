"""Holds a function's code and all its layers together against what Lambda unpacks at most."""

from collections.abc import Sequence
from typing import Final

from layerforge.diagnostics import Diagnostic, Severity
from layerforge.facts.load import Limits
from layerforge.plan.function_types import Function
from layerforge.verify.parts import Part, Sizes, parts_of

_NEAR: Final = 0.9
_WORTH_ASKING: Final = 0.5
"""From which share of the limit on parts of unknown size matter: what is rarely larger than the other half."""


def check_budget(function: Function, sizes: Sizes, limits: Limits) -> tuple[Diagnostic, ...]:
    """Return what there is to say about the unzipped size of a function with all its layers.

    ``BUDG001`` it is over the limit, an error; ``BUDG002`` warns from 90 % on. Parts whose size nobody knows count
    nothing: where what is known is over half the limit, ``BUDG003`` notes which they are and how to make them known.

    Args:
        function: any, also one whose code lives elsewhere: then its layers are counted alone.
        sizes: as far as they are known.
        limits: of AWS.
    """
    parts = parts_of(function, sizes)
    total, allowed = sum(part.size or 0 for part in parts), limits.unzipped_bytes
    unknown = [part for part in parts if part.size is None]
    if total > allowed:
        return (_over(function, parts, total, allowed),)
    if total > allowed * _NEAR:
        return (_near(function, parts, total, allowed),)
    if unknown and total > allowed * _WORTH_ASKING and not any(part.ours for part in unknown):
        return (_unknown(function, unknown, parts, total, allowed),)
    return ()


def _over(function: Function, parts: Sequence[Part], total: int, allowed: int) -> Diagnostic:
    return Diagnostic(
        code="BUDG001",
        message=f"{_counted(function, parts, total)}, over the {allowed:,} that Lambda allows",
        location=function.where,
        notes=_notes(parts),
        hint="leave out what is not needed at run time with `exclude`, such as `**/tests/**`, or attach fewer layers",
    )


def _near(function: Function, parts: Sequence[Part], total: int, allowed: int) -> Diagnostic:
    return Diagnostic(
        code="BUDG002",
        severity=Severity.WARNING,
        message=f"{_counted(function, parts, total)}, {total / allowed:.0%} of the {allowed:,} that Lambda allows",
        location=function.where,
        notes=_notes(parts),
        hint="leave out what is not needed at run time with `exclude`, such as `**/tests/**`",
    )


def _unknown(
    function: Function, unknown: Sequence[Part], parts: Sequence[Part], total: int, allowed: int
) -> Diagnostic:
    labels = [part.label for part in unknown]
    names = " and ".join(filter(None, [", ".join(labels[:-1]), labels[-1]]))
    sizes = f"size of {names} is" if len(labels) == 1 else f"sizes of {names} are"
    return Diagnostic(
        code="BUDG003",
        severity=Severity.NOTE,
        message=f"the unzipped {sizes} not known, and the rest of `{function.name}` has {total:,} bytes, "
        f"{total / allowed:.0%} of the {allowed:,} that Lambda allows",
        location=function.where,
        notes=_notes(parts),
        hint="; ".join(dict.fromkeys(part.remedy for part in unknown)),
    )


def _counted(function: Function, parts: Sequence[Part], total: int) -> str:
    least = "at least " if any(part.size is None for part in parts) else ""
    what = "the layers of " if function.attached_only else ""
    verb, more = ("have", "") if function.attached_only else ("has", " with its layers" if function.layers else "")
    return f"{what}`{function.name}` {verb} {least}{total:,} bytes unzipped{more}"


def _notes(parts: Sequence[Part]) -> tuple[str, ...]:
    """Name each part with its size, in the function's order."""
    return tuple(
        f"{'unknown':>19}: {part.label}" if part.size is None else f"{part.size:>13,} bytes: {part.label}"
        for part in parts
    )
