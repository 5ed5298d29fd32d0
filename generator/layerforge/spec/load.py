"""A file to a validated `Spec`, or every problem of it at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from layerforge.diagnostics import Diagnostic, SpecError
from layerforge.spec.findings import translate
from layerforge.spec.layers import Spec
from layerforge.spec.pins import Pins, read_pins
from layerforge.spec.positions import Positions
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


def load_spec(path: Path, *, shown: str | None = None) -> LoadedSpec:
    """Return the spec in a file.

    Args:
        path: of the file.
        shown: the path for messages; by default as given.

    Raises:
        SpecError: with every problem of the file, in its order, and then those of its pins file.
    """
    shown = str(path) if shown is None else shown
    text = read_text(path, shown)
    try:
        tree = _tree(text, shown)
        spec = _validate(tree)
    except SpecError as error:
        raise SpecError([*error.diagnostics, *_pins_problems(path, shown)]) from error
    pins = read_pins(path, shown)
    return LoadedSpec(path=path.absolute(), shown=shown, spec=spec, positions=tree.places, pins=pins)


def load_specs(paths: Sequence[Path]) -> tuple[LoadedSpec, ...]:
    """Return the specs of several files, each once.

    Raises:
        SpecError: with every problem of every file.
    """
    loaded: list[LoadedSpec] = []
    found: list[Diagnostic] = []
    once: dict[Path, Path] = {}
    for path in paths:
        once.setdefault(path.resolve(), path)
    for path in once.values():
        try:
            loaded.append(load_spec(path))
        except SpecError as error:
            found += error.diagnostics
    if found:
        raise SpecError(found)
    return tuple(loaded)


def _tree(text: str, shown: str) -> Tree:
    tree = read_tree(text, shown)
    if tree.usable and tree.data is None and not tree.diagnostics:
        message = "the spec is empty"
        raise SpecError(Diagnostic(code="SPEC007", message=message, location=tree.places.whole(), hint=_EMPTY_HINT))
    return tree


def _pins_problems(path: Path, shown: str) -> tuple[Diagnostic, ...]:
    try:
        read_pins(path, shown)
    except SpecError as error:
        return error.diagnostics
    return ()


def _validate(tree: Tree) -> Spec:
    found, left = list(tree.diagnostics), 0
    if tree.usable:
        try:
            spec = Spec.model_validate(tree.data, context=tree.data)
        except ValidationError as error:
            told, left = translate(error.errors(include_url=False), tree, MOST_PROBLEMS)
            found += told
        else:
            if not found:
                return spec
    found.sort(key=_place)
    left += len(found[MOST_PROBLEMS:])
    raise SpecError([*found[:MOST_PROBLEMS], *([_more(left, tree)] if left else [])])


def _more(left: int, tree: Tree) -> Diagnostic:
    message = f"there are more problems ({left:,} at least)"
    return Diagnostic(code="SPEC043", message=message, location=tree.places.whole(), hint="mend the ones above first")


def _place(diagnostic: Diagnostic) -> tuple[int, int]:
    where = diagnostic.location
    return (where.line or 0, where.column or 0) if where is not None else (0, 0)
