"""The part of a wrong spec that can be judged by itself, so that nobody mends one kind of mistake to see the next."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import ValidationError

from layerforge.spec.layers import Spec
from layerforge.spec.positions import SpecPath

_NAMED: Final = ("layers", "functions", "externals")
_ABOUT_FUNCTIONS: Final = ("regions", "externals", "functions")


def sound_part(data: Any, wrong: Iterable[SpecPath], *, pins: bool) -> Spec | None:  # noqa: ANN401 - a document
    """Return a spec without its wrong entries and without what depends on them; ``None`` if little can be said then.

    Nothing is left in whose judgement could change once the rest is mended: no rule may complain about a layer that
    is only missing because it is wrong.

    Args:
        data: the document.
        wrong: the ways to all that is wrong in it.
        pins: whether the channels of the pins file are known.
    """
    if not isinstance(data, dict):
        return None
    part = {key: value for key, value in data.items() if key in Spec.model_fields}
    gone: dict[str, set[object]] = {kind: set() for kind in _NAMED}
    for path in wrong:
        kind = path[0] if path else None
        if kind in data and kind not in part:
            continue
        if kind == "regions":
            part = {key: value for key, value in part.items() if key not in _ABOUT_FUNCTIONS}
        elif kind in gone and len(path) > 1:
            gone[str(kind)].add(path[1])
        else:
            return None
    for kind in _NAMED:
        if kind in part:
            part[kind] = {name: value for name, value in part[kind].items() if name not in gone[kind]}
    if "functions" in part:
        shared = _shared_list(part)
        absent = gone["layers"] | gone["externals"]
        part["functions"] = {
            name: value
            for name, value in part["functions"].items()
            if not _needs(value.get("layers", shared), absent, pins=pins)
        }
    try:
        return Spec.model_validate(part, context=part)
    except ValidationError:
        return None


def _shared_list(part: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any part of a document
    return part.get("defaults", {}).get("functions", {}).get("layers", ())


def _needs(layers: Any, absent: set[object], *, pins: bool) -> bool:  # noqa: ANN401 - a list of the document
    """Whether a list of layers names one that is absent, or a channel when none are known."""
    return any(
        (not pins or item.get("name") in absent) if isinstance(item, dict) else item in absent for item in layers or ()
    )
