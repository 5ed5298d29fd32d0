"""A function's own values, else the defaults of functions; each with its place."""

from dataclasses import dataclass
from typing import Any

from layerforge.diagnostics import Location
from layerforge.names import LayerName
from layerforge.spec.functions import DefaultFunction, Function
from layerforge.spec.load import LoadedSpec
from layerforge.spec.positions import SpecPath

_DEFAULTS: SpecPath = ("defaults", "functions")


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A function as the spec has it.

    Attributes:
        name: the function's.
        function: what the spec says for it alone.
        loaded: the spec.
    """

    name: LayerName
    function: Function
    loaded: LoadedSpec

    @property
    def path(self) -> SpecPath:
        """The way to it."""
        return ("functions", self.name)

    @property
    def where(self) -> Location:
        """Its key."""
        return self.loaded.positions.key(self.path)

    def place(self, *path: str | int) -> Location:
        """Return the place of a value within the function."""
        return self.loaded.positions.value((*self.path, *path))

    def gives(self, *field: str) -> bool:
        """Whether the function itself has a value for a field."""
        return _given(self.function, field)

    def held(self, *field: str) -> Any:  # noqa: ANN401 - any field's value
        """Return the value that holds for a field."""
        return self._held(field)[0]

    def held_at(self, *field: str) -> Location:
        """Return the place of the value that holds for a field; the function's key if nobody gives one."""
        start = self._held(field)[1]
        return self.where if start is None else self.loaded.positions.value((*start, *field))

    def key_at(self, *field: str) -> Location:
        """Return the key of a field that somebody gives."""
        return self.loaded.positions.key((*(self._held(field)[1] or self.path), *field))

    def item_at(self, field: str, item: int | str) -> Location:
        """Return the place of an item of the list, or of a value of the mapping, that holds for a field."""
        return self.loaded.positions.value((*(self._held((field,))[1] or self.path), field, item))

    def added(self, field: str) -> dict[str, str]:
        """Return a mapping with the function's own entries added to the default's; ``None`` takes one away."""
        both: dict[str, str | None] = {**getattr(self._defaults, field), **getattr(self.function, field)}
        return {key: value for key, value in both.items() if value is not None}

    def mapping_at(self, field: str) -> Location:
        """Return the key of a mapping of the function's, or of the default's."""
        start = self.path if self.gives(field) else _DEFAULTS
        return self.loaded.positions.key((*start, field))

    def idle(self, field: str) -> list[SpecPath]:
        """Return the ways to those entries of a mapping that have no value and take nothing away."""
        shared, own = getattr(self._defaults, field), getattr(self.function, field)
        return [
            *((*_DEFAULTS, field, key) for key, value in shared.items() if value is None),
            *((*self.path, field, key) for key, value in own.items() if value is None and key not in shared),
        ]

    @property
    def _defaults(self) -> DefaultFunction:
        return self.loaded.spec.defaults.functions

    def _held(self, field: tuple[str, ...]) -> tuple[Any, SpecPath | None]:
        if _given(self.function, field):
            return _value(self.function, field), self.path
        if _given(self._defaults, field):
            return _value(self._defaults, field), _DEFAULTS
        return _value(self.function, field), None


def _given(model: Any, field: tuple[str, ...]) -> bool:  # noqa: ANN401 - a model, and what is in it
    for part in field:
        if part not in model.model_fields_set:
            return False
        model = getattr(model, part)
    return True


def _value(model: Any, field: tuple[str, ...]) -> Any:  # noqa: ANN401 - a model, and what is in it
    for part in field:
        model = getattr(model, part)
    return model
