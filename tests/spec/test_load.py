"""Loading: paths, several files, speed."""

import json
import time
from pathlib import Path

import pytest

from layerforge.diagnostics import SpecError
from layerforge.spec.load import load_spec
from support.specs import load, tell

SMALL = "version: 1\nlayers: {a: {source: {ecosystem: python, requirements: [requests]}}}\n"


def test_a_loaded_spec_knows_where_it_came_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("layers.yaml").write_text(SMALL)
    by_path, by_name = load_spec(Path("layers.yaml")), load_spec(tmp_path / "layers.yaml", shown="here.yaml")
    assert (by_path.path, by_path.shown) == (tmp_path / "layers.yaml", "layers.yaml")
    assert (by_name.path, by_name.shown, by_name.positions.file) == (tmp_path / "layers.yaml", "here.yaml", "here.yaml")
    assert by_path.spec == by_name.spec


def test_hostile_and_long_texts_arrive_unchanged(tmp_path: Path) -> None:
    texts = ['${a} %{b} "c" \\ #{d}', "é" * 256, "日本語 🎉", "$" * 255 + "{", "a\u00a0b"]
    written = [json.dumps(text, ensure_ascii=False) for text in texts]
    layers = "".join(
        f"  a{index}: {{description: {text}, license: {text}, source: {{ecosystem: python, requirements: [a]}}}}\n"
        for index, text in enumerate(written)
    )
    spec = load(tmp_path, f"version: 1\nlayers:\n{layers}").spec
    assert [layer.description for layer in spec.layers.values()] == texts
    assert [layer.license for layer in spec.layers.values()] == texts


def test_a_file_full_of_problems_does_not_flood_the_screen(tmp_path: Path) -> None:
    layers = "".join(f"  a{number}: {{sauce: 1}}\n" for number in range(1000))
    with pytest.raises(SpecError) as caught:
        load(tmp_path, f"version: 1\nlayers:\n{layers}")
    *told, last = caught.value.diagnostics
    assert [one.location.line for one in told if one.location] == [3 + index // 2 for index in range(100)]
    assert tell([last]) == (
        "error SPEC043 layers.yaml\n  there are more problems (1,900 at least)\n  hint: mend the ones above first\n"
    )


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("version: 1\n" * 100_000, {"SPEC012", "SPEC043"}),
        ("- &a b\n" * 100_000, {"SPEC010", "SPEC043"}),
        (f"version: 1\nlayers: {{a: {{runtimes: [{'~,' * 100_000}]}}}}", {"SPEC021", "SPEC022", "SPEC043"}),
        (f"version: 1\nlayers: {{a: {{runtimes: [{'~,' * 400_000}]}}}}", {"SPEC004"}),
        (f"version: 1\nlayers: {{a: {{description: [{'x' * 5_000_000}]}}}}", {"SPEC020", "SPEC022"}),
        (f"{'a' * 5_000_000}: 1\nversion: 1\nlayers: {{}}", {"SPEC005"}),
        ('x: "' + "\r" * 5_000_000, {"SPEC005"}),
        ("[" + "'a'," * 100_000, {"SPEC005"}),
    ],
    ids=["keys", "anchors", "items", "values", "text", "key", "lines", "list"],
)
def test_large_files_of_nonsense_are_refused_in_seconds(text: str, codes: set[str], tmp_path: Path) -> None:
    started = time.process_time()
    with pytest.raises(SpecError) as caught:
        load(tmp_path, text)
    assert {one.code for one in caught.value.diagnostics} == codes
    assert len(caught.value.diagnostics) <= 101
    assert time.process_time() - started < 60


def test_a_file_of_too_many_values_is_not_read_to_its_end(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        load(tmp_path, "- a\n" * 400_001)
    assert tell(caught.value.diagnostics) == (
        "error SPEC004 layers.yaml:400001:3 «a» ([400000])\n"
        "  the spec holds more than 400,000 values\n"
        "  hint: is it the right file?\n"
    )
