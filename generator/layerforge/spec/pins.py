"""The pins file beside a spec: which version each channel of each layer points to."""

import json
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from pydantic_core import PydanticCustomError

from layerforge.diagnostics import Diagnostic, Location, SpecError, in_file_order
from layerforge.facts.load import load_facts
from layerforge.files import read_bytes
from layerforge.names import LAYER_NAME, LAYER_VERSION_ARN, UNIT_KEY
from layerforge.spec.arns import layer_version_arn
from layerforge.spec.fleet_scalars import channel_name
from layerforge.spec.positions import Positions, Span, SpecPath
from layerforge.spec.show import show
from layerforge.spec.text import LINE_BREAK
from layerforge.spec.tree import read_tree

VERSION: Final = 1
SUFFIX: Final = ".pins.json"
_FORM: Final = '`{"version": 1, "channels": {"<layer>": {"<channel>": {"<unit>": {"<region>": "<versioned ARN>"}}}}}`'
_AGAIN: Final = "remove it, or take the last good one from version control"
_TWICE: Final = "SPEC012"
_LEVELS: Final = ("layer", "channel", "unit", "Region")
_MARKERS: Final = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")

Channels = Mapping[str, Mapping[str, Mapping[str, Mapping[str, str]]]]
"""A versioned ARN by layer, channel, unit and Region."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pins:
    """What a pins file says.

    Attributes:
        shown: the path for messages.
        channels: what points where.
        positions: where it says it.
    """

    shown: str
    channels: Channels = field(default_factory=dict)
    positions: Positions

    def key(self, *path: str) -> Location:
        """Return the place of a key below ``channels``."""
        return self.positions.key(("channels", *path))

    def value(self, *path: str) -> Location:
        """Return the place of a value below ``channels``."""
        return self.positions.value(("channels", *path))

    def only(self, layers: Container[str]) -> "Pins":
        """Return the pins of some layers."""
        return replace(self, channels={name: value for name, value in self.channels.items() if name in layers})


def no_pins(shown_spec: str) -> Pins:
    """Return what a spec has that has no pins file."""
    shown = str(pins_path(Path(shown_spec)))
    return Pins(shown=shown, positions=Positions(file=shown, lines=()))


def pins_path(spec: Path) -> Path:
    """Return the path of the pins file that belongs to a spec: ``layers.yaml`` has ``layers.pins.json``."""
    return spec.with_name(spec.stem + SUFFIX)


def read_pins(spec: Path, shown_spec: str) -> Pins:
    """Return what the pins file beside a spec says; nothing if there is none.

    Raises:
        SpecError: ``PINS001`` to ``PINS005``, with every problem of the file, in its order.
    """
    path, shown = pins_path(spec), str(pins_path(Path(shown_spec)))
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except FileNotFoundError:
        return no_pins(shown_spec)
    except OSError as error:
        message = f"the pins file cannot be read: {error.strerror}"
        raise SpecError(_problem("PINS001", message, Location(file=shown), _AGAIN)) from error
    except UnicodeDecodeError as error:
        raise SpecError(_problem("PINS001", "the pins file is not UTF-8", Location(file=shown), _AGAIN)) from error
    document, places = _parse(text, shown)
    found = [*_check_frame(document, places)]
    channels = document.get("channels", {}) if isinstance(document, dict) else {}
    found += _check(channels, (), places)
    if found:
        raise SpecError(in_file_order(found, [shown]))
    return Pins(shown=shown, channels=channels, positions=places)


def _parse(text: str, shown: str) -> tuple[Any, Positions]:
    """Return a JSON text as data, and where everything in it stands."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        lines = tuple(LINE_BREAK.split(text))
        before = LINE_BREAK.split(text[: error.pos])
        span = Span(len(before) - 1, len(before[-1]), len(before) - 1, len(before[-1]) + 1)
        hint = f"it has this form: {_FORM}"
        if lines[span.line].startswith(_MARKERS):
            hint = "settle the merge conflict: keep one version for each channel and Region"
        reason = f"{error.msg[:1].lower()}{error.msg[1:]}".removesuffix(" at")
        where = Positions(file=shown, lines=lines).at(span)
        raise SpecError(_problem("PINS002", f"the pins file is not JSON: {reason}", where, hint)) from error
    except (RecursionError, ValueError) as error:
        raise SpecError(_whole("PINS002", "the pins file is not JSON: it is nonsense", shown)) from error
    tree = read_tree(text, shown)  # JSON is YAML
    if tree.diagnostics:
        raise SpecError(_refused(one) for one in tree.diagnostics)
    return document, tree.places


def _refused(one: Diagnostic) -> Diagnostic:
    """Return what the reader of YAML finds in a JSON text: a key twice, or what no name or ARN holds."""
    if one.code == _TWICE:
        return replace(one, code="PINS002")
    message = "this cannot stand in a pins file"
    return replace(one, code="PINS002", message=message, hint=f"it has this form: {_FORM}")


def _check_frame(document: Any, places: Positions) -> Iterator[Diagnostic]:  # noqa: ANN401 - any JSON
    if not isinstance(document, dict):
        yield _whole("PINS003", "the pins file holds no object", places.file)
        return
    for key in document.keys() - {"version", "channels"}:
        message = f"unknown field {show(key)} in the pins file"
        yield _problem("PINS003", message, places.key((key,)), f"it has this form: {_FORM}")
    version = document.get("version")
    if type(version) is not int or version != VERSION:
        where = places.value(("version",)) if "version" in document else places.whole()
        hint = f'this layerforge reads `"version": {VERSION}`'
        yield _problem("PINS003", "the pins file is of another version, or of none", where, hint)
    if "channels" not in document:
        yield _problem("PINS003", "the pins file has no `channels`", places.whole(), f"it has this form: {_FORM}")


def _check(value: Any, path: tuple[str, ...], places: Positions) -> Iterator[Diagnostic]:  # noqa: ANN401 - any JSON
    """Yield what is wrong below ``channels``: four levels of objects, and ARNs in the last one."""
    whole: SpecPath = ("channels", *path)
    if len(path) == len(_LEVELS):
        yield from _check_arn(value, path[-1], places.value(whole))
        return
    if not isinstance(value, dict):
        message = f"{show(str(whole[-1]))} holds no object"
        yield _problem("PINS003", message, places.value(whole), f"the pins file has this form: {_FORM}")
        return
    for key, item in value.items():
        problem = _name_problem(_LEVELS[len(path)], key)
        if problem is not None:
            yield _problem("PINS004", *_words(problem, places.key((*whole, key))))
        yield from _check(item, (*path, key), places)


def _name_problem(level: str, key: str) -> PydanticCustomError | tuple[str, str] | None:
    if level == "channel":
        try:
            channel_name(key)
        except PydanticCustomError as error:
            return error
        return None
    right = {
        "layer": LAYER_NAME.fullmatch(key) is not None,
        "unit": UNIT_KEY.fullmatch(key) is not None,
        "Region": load_facts().partition(key) is not None,
    }[level]
    example = {"layer": "data-science", "unit": "python312-arm64", "Region": "eu-west-1"}[level]
    return None if right else (f"{show(key)} is not the name of a {level}", f"it looks like `{example}`")


def _check_arn(value: Any, region: str, where: Location) -> Iterator[Diagnostic]:  # noqa: ANN401 - any JSON
    if not isinstance(value, str):
        yield _problem("PINS003", "a channel points to the ARN of a version, a text", where, f"the form is {_FORM}")
        return
    try:
        layer_version_arn(value)
    except PydanticCustomError as error:
        yield _problem("PINS005", *_words(error, where))
        return
    parts = LAYER_VERSION_ARN.fullmatch(value)
    if parts is not None and parts["region"] != region and load_facts().partition(region) is not None:
        message = f"the ARN is of the Region {show(parts['region'])}, and stands under {show(region)}"
        yield _problem("PINS005", message, where, "name a version that is published in the Region")


def _words(problem: PydanticCustomError | tuple[str, str], where: Location) -> tuple[str, Location, str | None]:
    if isinstance(problem, tuple):
        return problem[0], where, problem[1]
    context = problem.context or {}
    return context["message"], where, context["hint"]


def _problem(code: str, message: str, where: Location, hint: str | None) -> Diagnostic:
    return Diagnostic(code=code, message=message, location=where, hint=hint)


def _whole(code: str, message: str, shown: str) -> Diagnostic:
    return Diagnostic(code=code, message=message, location=Location(file=shown), hint=f"it has this form: {_FORM}")
