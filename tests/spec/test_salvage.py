"""A wrong spec is judged on without its wrong part: more is found in one go, and nothing that is not so."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from layerforge.diagnostics import Severity
from layerforge.facts.load import load_facts
from layerforge.plan.make import draw_plan
from layerforge.spec.load import Reading, read_spec
from spec.test_mutations import PINS, SPEC
from support.specs import TODAY, tell


def read(folder: Path, spec: object, pins: object = PINS) -> Reading:
    """Write a spec and its pins file, and read them."""
    (folder / "layers.yaml").write_text(json.dumps(spec))
    (folder / "layers.pins.json").write_text(json.dumps(pins))
    return read_spec(folder / "layers.yaml", shown="layers.yaml")


def errors(reading: Reading) -> str:
    """Return what the plan says about the part that is left."""
    _, found = draw_plan([] if reading.loaded is None else [reading.loaded], load_facts(), TODAY)
    return tell(one for one in found if one.severity is Severity.ERROR)


def ways(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:  # noqa: ANN401 - a document
    """Yield the way to every value of a document."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield (*path, key)
        yield from ways(value, (*path, key))


@pytest.mark.parametrize("nonsense", [{"non": ["sense"]}, [["non", "sense"]], "\u0000 nonsense", None, {}])
def test_what_is_left_is_never_blamed_for_what_is_wrong(nonsense: object, tmp_path: Path) -> None:
    left = 0
    for path in [path for path in ways(SPEC) if len(path) > 1]:
        spec = deepcopy(SPEC)
        owner: Any = spec
        for part in path[:-1]:
            owner = owner[part]
        owner[path[-1]] = nonsense
        reading = read(tmp_path, spec)
        if reading.problems:
            left += reading.loaded is not None
            assert errors(reading) == "", path
    assert left > 30


def test_wrong_pins_leave_the_functions_without_channels(tmp_path: Path) -> None:
    spec = deepcopy(SPEC)
    spec["functions"]["report"] = {"code": "src/report", "layers": ["missing"]}
    reading = read(tmp_path, spec, {"version": 1})
    assert [one.code for one in reading.problems] == ["PINS003"]
    assert reading.loaded is not None
    assert "api" not in reading.loaded.spec.functions
    assert "FUNC022" in errors(reading)


def test_a_part_without_layers_and_functions_says_nothing(tmp_path: Path) -> None:
    reading = read(tmp_path, {"version": "1", "layers": {"a": {"sauce": {}}}}, {"version": 1, "channels": {}})
    assert [one.code for one in reading.problems] == ["SPEC022", "SPEC003"]
    assert reading.loaded is None
