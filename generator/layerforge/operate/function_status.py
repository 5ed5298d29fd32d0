"""Compares a function with what the spec and the lock say: its code, its layers, and what its aliases point to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from layerforge.diagnostics import plural
from layerforge.operate.status import (
    Held,
    Record,
    State,
    Wanted,
    WantedFunction,
    content,
    is_version_of,
    lock_says,
    other_content,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Deployed:
    """A function's newest state, or a published version of it.

    Attributes:
        held: its code.
        layers: the ARNs of its layers, in their order.
    """

    held: Held
    layers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenFunction:
    """What AWS has of one function.

    Attributes:
        newest: what was last sent; ``None`` where there is no such function.
        aliases: what each alias that there is points to.
    """

    newest: Deployed | None
    aliases: Mapping[str, Deployed]

    @property
    def deployed(self) -> tuple[Deployed, ...]:
        """All of it."""
        return () if self.newest is None else (self.newest, *self.aliases.values())


def attached(region: str, wanted: WantedFunction, seen: SeenFunction) -> Iterator[tuple[str, Wanted]]:
    """Yield the versions of the spec's own layers that a function has: what they hold decides how it stands."""
    for one in seen.deployed:
        for arn, layer in zip(one.layers, wanted.layers, strict=False):
            if isinstance(layer, Wanted) and is_version_of(arn, layer.name, region):
                yield arn, layer


def judge_function(
    region: str, wanted: WantedFunction, seen: SeenFunction, contents: Mapping[str, Held | None]
) -> Record:
    """Say how a function stands; ``contents`` is what versions of its layers hold, ``None`` for deleted ones."""

    def record(state: State, detail: str = "") -> Record:
        held = None if seen.newest is None else seen.newest.held
        return Record(region=region, wanted=wanted, state=state, held=held, detail=detail)

    if seen.newest is None:
        return record(State.MISSING)
    if not seen.newest.held.fits(wanted):
        return record(State.OTHER, other_content(wanted, seen.newest.held))
    wrong = _wrong_layers(region, wanted, seen.newest.layers, contents)
    if wrong is not None:
        return record(State.OTHER_LAYERS, wrong)
    wrong = _wrong_alias(region, wanted, seen.aliases, contents)
    return record(State.PUBLISHED) if wrong is None else record(State.ELSEWHERE, wrong)


def _wrong_alias(
    region: str, wanted: WantedFunction, aliases: Mapping[str, Deployed], contents: Mapping[str, Held | None]
) -> str | None:
    """Return what is wrong with the first alias whose callers get something else."""
    for name in wanted.aliases:
        found = aliases.get(name)
        if found is None:
            return f"there is no alias `{name}`"
        version = f"`{name}` names version {found.held.number or '$LATEST'}"
        if not found.held.fits(wanted):
            return f"{version}, which {content(wanted, found.held)}"
        wrong = _wrong_layers(region, wanted, found.layers, contents)
        if wrong is not None:
            return f"{version}: {wrong}"
    return None


def _wrong_layers(
    region: str, wanted: WantedFunction, arns: Sequence[str], contents: Mapping[str, Held | None]
) -> str | None:
    """Return what is wrong with the first layer that is not the one that it should be."""
    if len(arns) != len(wanted.layers):
        return f"it has {plural(len(arns), 'layer')}, the spec names {len(wanted.layers)}"
    for number, (arn, layer) in enumerate(zip(arns, wanted.layers, strict=True), 1):
        if isinstance(layer, str) and arn != layer:
            return f"layer {number} is `{arn}`, the spec names `{layer}`"
        if isinstance(layer, Wanted):
            wrong = _wrong_version(region, layer, arn, contents)
            if wrong is not None:
                return f"layer {number}, `{_short(arn)}`, {wrong}"
    return None


def _wrong_version(region: str, layer: Wanted, arn: str, contents: Mapping[str, Held | None]) -> str | None:
    if not is_version_of(arn, layer.name, region):
        return f"is no version of `{layer.name}`"
    held = contents[arn]
    if held is None:
        return "is deleted"
    return None if held.fits(layer) else f"{content(layer, held)}{lock_says(layer, held)}"


def _short(arn: str) -> str:
    return ":".join(arn.split(":")[-2:])
