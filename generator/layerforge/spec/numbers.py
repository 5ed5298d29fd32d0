"""Numbers and switches in a spec: scalars arrive as text, so that they are read here."""

import re
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Strict, WithJsonSchema

from layerforge.spec.problem import problem
from layerforge.spec.show import show

_WHOLE: Final = re.compile(r"0|[1-9][0-9]{0,17}")
_MEASURED: Final = re.compile(r"([0-9]{1,9})\s*([A-Za-z]+)")
_IN_UNIT: Final = {
    "MB": {"mb": 1, "mib": 1, "m": 1, "gb": 1024, "gib": 1024, "g": 1024},
    "seconds": {"s": 1, "sec": 1, "seconds": 1, "m": 60, "min": 60, "minutes": 60},
    "days": {"d": 1, "days": 1, "w": 7, "weeks": 7, "y": 365, "year": 365, "years": 365},
    "bytes": {"b": 1, "bytes": 1, "kb": 1024, "kib": 1024, "mb": 1024**2, "mib": 1024**2},
}
_SWITCHES: Final = {"true": True, "false": False}
_ON: Final = frozenset(("yes", "y", "on", "enabled", "active", "1"))
_OFF: Final = frozenset(("no", "n", "off", "disabled", "passthrough", "0"))


def whole(unit: str, least: int, most: int | None = None) -> tuple[Strict, BeforeValidator, WithJsonSchema]:
    """Return what makes an ``int`` a field for a whole number written as text, within bounds that are in it.

    Args:
        unit: what is counted, for messages: ``MB``.
        least: the lowest that is taken.
        most: the highest that is taken; ``None`` for any.
    """
    span = f"it takes {least:,} to {most:,} {unit}" if most is not None else f"it takes {least:,} {unit} or more"

    def read(value: Any) -> Any:  # noqa: ANN401 - before validation
        if not isinstance(value, str):
            return value
        text = value.strip()
        if not _WHOLE.fullmatch(text):
            raise problem("SPEC044", f"{show(value)} is not a whole number", _how(text, unit, span))
        number = int(text)
        if number < least:
            raise problem("SPEC045", f"{text} is too small", span)
        if most is not None and number > most:
            raise problem("SPEC045", f"{text} is too large", span)
        return number

    schema: dict[str, Any] = {"type": ["integer", "string"], "minimum": least, "pattern": r"^\s*(?:0|[1-9][0-9]*)\s*$"}
    if most is not None:
        schema["maximum"] = most
    return Strict(), BeforeValidator(read), WithJsonSchema(schema)


def _how(text: str, unit: str, span: str) -> str:
    found = _MEASURED.fullmatch(text)
    factor = _IN_UNIT.get(unit, {}).get(found[2].lower()) if found is not None else None
    if found is not None and factor is not None:
        return f"write the number of {unit} alone: `{int(found[1]) * factor}`"
    return f"write digits alone; {span}"


def _switch(value: Any) -> Any:  # noqa: ANN401 - before validation
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text in _SWITCHES:
        return _SWITCHES[text]
    meant = text.lower()
    hint = "write `true` or `false`"
    if meant in _SWITCHES:
        hint = f"write `{meant}`"
    elif meant in _ON | _OFF:
        hint = f"write `{'true' if meant in _ON else 'false'}`"
    raise problem("SPEC044", f"{show(value)} is neither `true` nor `false`", hint)


Switch = Annotated[bool, Strict(), BeforeValidator(_switch), WithJsonSchema({"enum": [True, False, "true", "false"]})]
"""``true`` or ``false``."""
