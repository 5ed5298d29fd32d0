"""What a function is put together from, with the unzipped size of each part as far as anybody knows it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from layerforge.build.types import Artifact
from layerforge.lock.types import Lock, UnitId
from layerforge.plan.function_types import CODE, Attached, Function, OwnLayer

CODE_LABEL: Final = "its code"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sizes:
    """Unzipped sizes in bytes, as far as they are known.

    Attributes:
        units: of what is built here: units of layers, and code of functions.
        externals: of layer versions by ARN, as AWS was asked.
    """

    units: Mapping[UnitId, int] = field(default_factory=dict)
    externals: Mapping[str, int] = field(default_factory=dict)


def known_sizes(lock: Lock, artifacts: Iterable[Artifact] = ()) -> Sizes:
    """Return what a lock knows and what this run has built; no ZIP is opened."""
    units = {name: unit.built.unzipped_size for name, unit in lock.units.items() if unit.built is not None}
    units |= {(artifact.unit.layer, artifact.unit.key): artifact.unzipped_size for artifact in artifacts}
    return Sizes(units=units, externals={arn: record.unzipped_size for arn, record in lock.externals.items()})


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """The code of a function, or one of its layers.

    Attributes:
        label: what messages call it.
        size: unzipped bytes; ``None`` if nobody knows.
        ours: whether it is built here, so that it only has to be built for its size to be known.
        remedy: how to make the size known.
    """

    label: str
    size: int | None
    ours: bool
    remedy: str = ""


def parts_of(function: Function, sizes: Sizes) -> tuple[Part, ...]:
    """Return the function's code, then its layers in their order. Code that lives elsewhere is not among them."""
    return (*_code(function, sizes), *(_layer(item, sizes) for item in function.layers))


def label_of(item: Attached) -> str:
    """Return what messages call a layer of a function."""
    return f"`{item.layer}/{item.unit}`" if isinstance(item, OwnLayer) else f"`{item.label}`"


def _code(function: Function, sizes: Sizes) -> Iterator[Part]:
    if function.source is not None:
        yield Part(label=CODE_LABEL, size=sizes.units.get((function.name, CODE)), ours=True)
    elif function.code is not None:
        yield Part(label=CODE_LABEL, size=function.code.size, ours=False, remedy="write `size` beside the `bucket`")


def _layer(item: Attached, sizes: Sizes) -> Part:
    label = label_of(item)
    if isinstance(item, OwnLayer):
        return Part(label=label, size=sizes.units.get((item.layer, item.unit)), ours=True)
    size = item.size
    if size is None:  # versions of several Regions are one release, so the largest that is known stands for all
        size = max((sizes.externals[arn] for arn in item.arns.values() if arn in sizes.externals), default=None)
    remedy = "let `layerforge lock --ask-aws` ask AWS once"
    if item.layer is None and item.label not in item.arns.values():
        remedy = f"write `size` beside the `arns` of {label}, or {remedy}"
    return Part(label=label, size=size, ours=False, remedy=remedy)
