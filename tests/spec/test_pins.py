"""The pins file beside a spec: where it lies, and what cannot be read."""

from pathlib import Path

import pytest

from layerforge.diagnostics import SpecError
from layerforge.spec.load import load_spec
from layerforge.spec.pins import pins_path, read_pins
from support.specs import load, tell

SPEC = "version: 1\nlayers: {shared: {runtimes: [python3.13], source: {ecosystem: python, requirements: [a]}}}\n"
ARN = "arn:aws:lambda:eu-west-1:111122223333:layer:shared-python313-x86-64:4"
PINS = f'{{"version": 1, "channels": {{"shared": {{"stable": {{"all": {{\n\t"eu-west-1": "{ARN}"}}}}}}}}}}'
FORM = (
    '  hint: it has this form: `{"version": 1, "channels": {"<layer>": {"<channel>": {"<unit>": {"<region>": '
    '"<versioned ARN>"}}}}}`\n'
)


@pytest.mark.parametrize(
    ("spec", "pins"),
    [
        ("layers.yaml", "layers.pins.json"),
        ("a/other.yml", "a/other.pins.json"),
        ("prod.layers.yaml", "prod.layers.pins.json"),
    ],
)
def test_it_lies_beside_the_spec(spec: str, pins: str) -> None:
    assert pins_path(Path(spec)) == Path(pins)


def test_a_spec_without_one_has_no_channels(tmp_path: Path) -> None:
    pins = load(tmp_path, SPEC).pins
    assert (pins.channels, pins.shown) == ({}, "layers.pins.json")


@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_it_is_loaded_with_the_spec_and_knows_its_places(start: str, tmp_path: Path) -> None:
    (tmp_path / "layers.pins.json").write_text(start + PINS, encoding="utf-8")
    pins = load(tmp_path, SPEC).pins
    assert pins.channels == {"shared": {"stable": {"all": {"eu-west-1": ARN}}}}
    where = pins.value("shared", "stable", "all", "eu-west-1")
    assert (where.file, where.line, where.column, where.length) == ("layers.pins.json", 2, 15, len(ARN) + 2)
    assert pins.key("shared", "stable").column == 40


def test_it_is_shown_as_the_spec_is(tmp_path: Path) -> None:
    (tmp_path / "layers.pins.json").write_text("{}")
    (tmp_path / "layers.yaml").write_text(SPEC)
    with pytest.raises(SpecError) as caught:
        load_spec(tmp_path / "layers.yaml", shown="deploy/layers.yaml")
    assert {one.location.file for one in caught.value.diagnostics if one.location} == {"deploy/layers.pins.json"}


def test_a_folder_of_its_name_is_told(tmp_path: Path) -> None:
    (tmp_path / "layers.pins.json").mkdir()
    with pytest.raises(SpecError) as caught:
        read_pins(tmp_path / "layers.yaml", "layers.yaml")
    assert tell(caught.value.diagnostics) == (
        "error PINS001 layers.pins.json\n"
        "  the pins file cannot be read: Is a directory\n"
        "  hint: remove it, or take the last good one from version control\n"
    )


def test_other_encodings_are_told(tmp_path: Path) -> None:
    (tmp_path / "layers.pins.json").write_bytes(b'{"version": 1, "channels": {"\xff": {}}}')
    with pytest.raises(SpecError) as caught:
        read_pins(tmp_path / "layers.yaml", "layers.yaml")
    assert tell(caught.value.diagnostics) == (
        "error PINS001 layers.pins.json\n"
        "  the pins file is not UTF-8\n"
        "  hint: remove it, or take the last good one from version control\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"version": ' + "1" * 10_000 + ', "channels": {}}',
        '{"version": 1, "channels": {"a": "\\ud83d\\ude00"}}',
        '{"version": 1, "channels": {"' + "x" * 2000 + '": {}}}',
        '{"version": 1, "channels": NaN}',
        '{"version": true, "channels": {}}',
        '{"version": 1, "channels": {"": {"": {"": {"": ""}}}}}',
    ],
    ids=["deep", "number", "surrogates", "key", "nan", "true", "empty"],
)
def test_nonsense_is_told_and_nothing_else_happens(text: str, tmp_path: Path) -> None:
    (tmp_path / "layers.pins.json").write_text(text)
    with pytest.raises(SpecError) as caught:
        load(tmp_path, SPEC)
    assert all(one.code.startswith("PINS") for one in caught.value.diagnostics)
    assert "None" not in tell(caught.value.diagnostics)


@pytest.mark.parametrize(
    ("pins", "told"),
    [
        ("1" * 5000, "error PINS002 layers.pins.json\n  the pins file is not JSON: it is nonsense\n"),
        (
            '{"version": 1, "channels": {"shared\x7f": {}}}',
            "error PINS002 layers.pins.json\n  this cannot stand in a pins file\n",
        ),
    ],
    ids=["a number without end", "a character that deletes"],
)
def test_what_json_takes_and_no_pins_file_holds_is_refused(pins: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "layers.pins.json").write_text(pins, encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        read_pins(tmp_path / "layers.yaml", "layers.yaml")
    assert tell(caught.value.diagnostics) == told + FORM
