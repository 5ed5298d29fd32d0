"""A file to a validated `Spec`, or every problem of it at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from layerforge.diagnostics import Diagnostic, SpecError, in_file_order
from layerforge.spec.findings import spec_path, translate
from layerforge.spec.layers import Spec
from layerforge.spec.pins import Pins, no_pins, read_pins
from layerforge.spec.positions import Positions, SpecPath
from layerforge.spec.salvage import sound_part
from layerforge.spec.text import read_text
from layerforge.spec.tree import MOST_PROBLEMS, Tree, read_tree

_EMPTY_HINT: Final = "`layerforge init` writes a first spec; the smallest one has `version: 1` and `layers:`"


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadedSpec:
    """A spec that was read.

    Attributes:
        path: of the file, absolute.
        shown: the path for messages.
        spec: what the file says.
        positions: where it says it.
        pins: what the pins file beside it says.
    """

    path: Path
    shown: str
    spec: Spec
    positions: Positions
    pins: Pins


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What came of reading a spec.

    Attributes:
        loaded: the spec; where there are problems, the part of it that can be judged without what is wrong, or
            ``None``. Whoever takes a part for the whole loses the user's layers.
        problems: of the file, in its order, and then those of its pins file.
    """

    loaded: LoadedSpec | None
    problems: tuple[Diagnostic, ...] = ()


def load_spec(path: Path, *, shown: str | None = None) -> LoadedSpec:
    """Return the spec in a file.

    Args:
        path: of the file.
        shown: the path for messages; by default as given.

    Raises:
        SpecError: with every problem of the file, in its order, and then those of its pins file.
    """
    reading = read_spec(path, shown=shown)
    if reading.problems or reading.loaded is None:
        raise SpecError(reading.problems)
    return reading.loaded


def read_spec(path: Path, *, shown: str | None = None) -> Reading:
    """Return the spec in a file, or what can be judged of it, and every problem. The arguments are ``load_spec``'s."""
    shown = str(path) if shown is None else shown
    try:
        tree = read_tree(read_text(path, shown), shown)
    except SpecError as error:
        return Reading(loaded=None, problems=error.diagnostics)
    spec, found, wrong = _validate(tree)
    pins, in_pins = _pins(path, shown)
    problems = (*found, *in_pins)
    if spec is None or problems:
        spec = sound_part(tree.data, wrong, pins=pins is not None) if tree.usable else None
    if spec is None:
        return Reading(loaded=None, problems=problems)
    pins = no_pins(shown) if pins is None else pins.only(spec.layers) if wrong else pins
    loaded = LoadedSpec(path=path.absolute(), shown=shown, spec=spec, positions=tree.places, pins=pins)
    return Reading(loaded=loaded, problems=problems)


def _pins(path: Path, shown: str) -> tuple[Pins | None, tuple[Diagnostic, ...]]:
    try:
        return read_pins(path, shown), ()
    except SpecError as error:
        return None, error.diagnostics


def _validate(tree: Tree) -> tuple[Spec | None, tuple[Diagnostic, ...], frozenset[SpecPath]]:
    """Return the spec that a tree is, what is wrong with it, and the paths of all that is."""
    if tree.usable and tree.data is None and not tree.diagnostics:
        message = "the spec is empty"
        empty = Diagnostic(code="SPEC007", message=message, location=tree.places.whole(), hint=_EMPTY_HINT)
        return None, (empty,), frozenset()
    found, left, wrong, spec = list(tree.diagnostics), 0, set(tree.wrong), None
    if tree.usable:
        try:
            spec = Spec.model_validate(tree.data, context=tree.data)
        except ValidationError as error:
            errors = error.errors(include_url=False)
            wrong |= {spec_path(one["loc"], tree.data) for one in errors}
            told, left = translate(errors, tree, MOST_PROBLEMS)
            found += told
    ordered = in_file_order(found, [tree.places.file])
    left += len(ordered[MOST_PROBLEMS:])
    return spec, (*ordered[:MOST_PROBLEMS], *_more(left, tree)), frozenset(wrong)


def _more(left: int, tree: Tree) -> Iterator[Diagnostic]:
    if left:
        message = f"there are more problems ({left:,} at least)"
        yield Diagnostic(
            code="SPEC043", message=message, location=tree.places.whole(), hint="mend the ones above first"
        )
