"""One module before and after, read back; what git left conflict markers in is read side by side."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from layerforge.foresee.function_state import FunctionState, function_state
from layerforge.foresee.hcl_text import UnreadableError
from layerforge.foresee.layer_state import LayerState, is_layer, layer_state
from layerforge.foresee.module import read_module
from layerforge.foresee.types import Difference, Effect, Kind
from layerforge.render.make import MODULE_FILES
from layerforge.render.marker import CONFLICT

State = LayerState | FunctionState
_FILES: Final = tuple(name for name in MODULE_FILES if name.endswith(".tf") and name != "outputs.tf")
"""Outputs do nothing at AWS."""

_PARTS: Final = {"<": "ours", "|": "base", "=": "theirs", ">": ""}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sides:
    """A folder before and after.

    Attributes:
        before: ``None`` where there was nothing.
        after: ``None`` where there will be nothing.
        unknown: what to say where one of them cannot be read; both are ``None`` then.
        grants: keys that some readable part of what was there gave; for what is unknown.
    """

    before: State | None = None
    after: State | None = None
    unknown: Effect | None = None
    grants: tuple[str, ...] = ()


def names_of(difference: Difference) -> tuple[str, ...]:
    """Return the folders in which a file of Terraform's differs, sorted."""
    paths = (PurePosixPath(name) for name in difference.before)
    return tuple(sorted({path.parts[0] for path in paths if path.name in _FILES and len(path.parts) == 2}))


def read_folder(name: str, difference: Difference) -> Sides:
    """Return what a folder says before and after."""
    keys = {file: f"{name}/{file}" for file in _FILES}
    after = {file: difference.after[key] for file, key in keys.items() if key in difference.after}
    before = {file: difference.before.get(key, after.get(file)) for file, key in keys.items()}
    return read_sides({file: text for file, text in before.items() if text is not None}, after)


def read_sides(before: Mapping[str, str], after: Mapping[str, str]) -> Sides:
    """Return a module before and after."""
    try:
        return Sides(before=_state(before), after=_state(after))
    except UnreadableError:
        conflict = any(_has_markers(text) for text in before.values())
        return Sides(unknown=unknown(before), grants=tuple(_grants(before, after)) if conflict else ())


def unknown(before: Mapping[str, str]) -> Effect:
    """Return what to say of a folder that cannot be read."""
    conflict = any(map(_has_markers, before.values()))
    why = "has conflict markers" if conflict else "is not as layerforge writes it"
    return Effect(kind=Kind.UNKNOWN, text=f"not known, for what was here before {why}: `terraform plan` tells")


def _state(texts: Mapping[str, str]) -> State | None:
    if not texts:
        return None
    try:
        module = read_module(texts)
        return layer_state(module) if is_layer(module) else function_state(module)
    except (KeyError, RecursionError, ValueError) as error:
        raise UnreadableError from error


def _grants(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """Yield the grants that one side of a conflict gives and the result does not."""
    keys: set[str] = set()
    for side in ("ours", "theirs"):
        try:
            state = _state({name: _one_side(text, side) for name, text in before.items()})
        except UnreadableError:
            continue
        keys |= set(state.grants) if isinstance(state, LayerState) else set()
    try:
        kept = _state(after)
    except UnreadableError:
        return
    yield from sorted(keys - set(kept.grants if isinstance(kept, LayerState) else ()))


def _has_markers(text: str) -> bool:
    return any(CONFLICT.fullmatch(line) for line in text.splitlines())


def _one_side(text: str, side: str) -> str:
    part, kept = "", []
    for line in text.splitlines(keepends=True):
        marker = CONFLICT.fullmatch(line.rstrip("\r\n"))
        if marker is not None:
            part = _PARTS[marker[1][0]]
        elif part in ("", side):
            kept.append(line)
    return "".join(kept)
