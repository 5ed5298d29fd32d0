"""Questions to the models: which fields and which choices are there at a place of the spec."""

from collections.abc import Iterable, Iterator
from enum import Enum
from functools import cache
from inspect import isclass
from types import UnionType
from typing import Annotated, Any, Final, Literal, TypeGuard, Union, get_args, get_origin

from layerforge.spec.layers import Spec
from layerforge.spec.model import Model
from layerforge.spec.positions import SpecPath

_ANYWHERE: Final = frozenset(("name", "version"))
"""Words that anybody may write anywhere, so that their one home says nothing."""


def models_at(path: SpecPath) -> tuple[type[Model], ...]:
    """Return the models that a mapping at this place may be."""
    return tuple(one for one in _at(path) if _is_model(one))


def choices_at(path: SpecPath) -> tuple[str, ...]:
    """Return the words that may stand at this place; none if any text may."""
    words: list[str] = []
    for one in _at(path):
        if isclass(one) and issubclass(one, Enum):
            words += [str(member.value) for member in one]
        elif get_origin(one) is Literal:
            words += get_args(one)
    return tuple(words)


@cache
def all_models() -> tuple[type[Model], ...]:
    """Return every model of the spec, outermost first."""
    found: dict[type[Model], None] = {Spec: None}
    waiting: list[type[Model]] = [Spec]
    while waiting:
        for field in waiting.pop(0).model_fields.values():
            inner = [one for one in _inside(field.annotation) if _is_model(one) and one not in found]
            found.update(dict.fromkeys(inner))
            waiting += inner
    return tuple(found)


@cache
def home(field: str, *, top: bool) -> str | None:
    """Return what takes a field of this name, such as ``a layer``; `defaults` only for who looks from the top."""
    nouns = [model.noun for model in all_models() if field in model.model_fields and field not in _ANYWHERE]
    return next(iter(nouns if top else nouns[1:] or nouns), None)


def _at(path: SpecPath) -> tuple[Any, ...]:
    here: tuple[Any, ...] = (Spec,)
    for part in path:
        here = tuple(_step(here, part))
    return here


def _step(annotations: Iterable[Any], part: str | int) -> Iterator[Any]:
    for one in annotations:
        if get_origin(one) is dict:
            yield from _alternatives(get_args(one)[1])
        elif get_origin(one) is tuple and isinstance(part, int):
            yield from _alternatives(get_args(one)[0])
        elif _is_model(one) and part in one.model_fields:
            yield from _alternatives(one.model_fields[str(part)].annotation)


def _alternatives(annotation: Any) -> Iterator[Any]:  # noqa: ANN401 - typing has no type for annotations
    if get_origin(annotation) is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    elif get_origin(annotation) in {Union, UnionType}:
        for one in get_args(annotation):
            yield from _alternatives(one)
    else:
        yield annotation


def _inside(annotation: Any) -> Iterator[Any]:  # noqa: ANN401 - typing has no type for annotations
    for one in _alternatives(annotation):
        if get_origin(one) in {dict, tuple}:
            for part in get_args(one):
                yield from _inside(part)
        else:
            yield one


def _is_model(annotation: Any) -> TypeGuard[type[Model]]:  # noqa: ANN401 - typing has no type for annotations
    return isclass(annotation) and issubclass(annotation, Model)
