"""What YAML is taken, and what is said about the rest."""

from pathlib import Path

import pytest
import yaml

from layerforge.cli.messages import render_diagnostics
from layerforge.diagnostics import SpecError
from layerforge.spec import tree
from layerforge.spec.load import load_spec
from layerforge.spec.show import kind, listing, show
from layerforge.spec.tree import read_tree
from support.golden import Golden
from support.specs import check_cases, said_while_loading

HERE = Path(__file__).parent

TAKEN = """\
version: 1
defaults: {architectures: [arm64]}
layers:
  no:
    description: >
      folded
      text
    release: "2.3.0"
    license: été 🎉
    empty:
    source:
      requirements:
      - a
      - 'b'
      - |
        c
"""


@pytest.mark.parametrize("topic", sorted(path.stem for path in (HERE / "cases").glob("*.txt")))
def test_every_problem_reads_as_the_case_file_says(
    topic: str, golden: Golden, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    check_cases(HERE / "cases" / f"{topic}.txt", golden, lambda case: said_while_loading(tmp_path, case))


def test_conflict_markers_of_a_merge_are_called_by_their_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    case = "version: 1\nlayers:\n<<<<<<< HEAD\n  a: {}\n=======\n  b: {}\n>>>>>>> other\n"
    Path("layers.yaml").write_text(case)
    with pytest.raises(SpecError) as raised:
        load_spec(Path("layers.yaml"))
    assert render_diagnostics(raised.value.diagnostics) == (
        "error[SPEC005]: a merge left conflict markers in the spec\n"
        " --> layers.yaml:3:1\n"
        "  |\n"
        "3 | <<<<<<< HEAD\n"
        "  | ^^^^^^^^^^^^\n"
        "\n"
        "hint: settle the spec by hand; then `layerforge gen` makes lock and modules whole, markers or not\n"
    )


def test_scalars_stay_text_and_empty_ones_are_none() -> None:
    assert read_tree(TAKEN, "layers.yaml").data == {
        "version": "1",
        "defaults": {"architectures": ["arm64"]},
        "layers": {
            "no": {
                "description": "folded text\n",
                "release": "2.3.0",
                "license": "été 🎉",
                "empty": None,
                "source": {"requirements": ["a", "b", "c\n"]},
            }
        },
    }


def test_texts_are_composed() -> None:
    assert read_tree("caf\u0065\u0301: no\u0303", "layers.yaml").data == {"caf\u00e9": "n\u00f5"}


def test_every_value_and_key_has_its_place() -> None:
    places = read_tree(TAKEN, "layers.yaml").places
    assert {
        path: (where.line, where.column, where.text[where.column - 1 : where.column - 1 + where.length])
        for path, where in ((path, places.value(path)) for path in (*places.values, *places.keys))
        if where.text is not None and where.column is not None
    } == {
        ("version",): (1, 10, "1"),
        ("defaults",): (2, 11, "{architectures: [arm64]}"),
        ("defaults", "architectures"): (2, 27, "[arm64]"),
        ("defaults", "architectures", 0): (2, 28, "arm64"),
        ("layers",): (3, 1, "layers"),
        ("layers", "no"): (4, 3, "no"),
        ("layers", "no", "description"): (5, 18, ">"),
        ("layers", "no", "release"): (8, 14, '"2.3.0"'),
        ("layers", "no", "license"): (9, 14, "été 🎉"),
        ("layers", "no", "empty"): (10, 5, "empty"),
        ("layers", "no", "source"): (11, 5, "source"),
        ("layers", "no", "source", "requirements"): (12, 7, "requirements"),
        ("layers", "no", "source", "requirements", 0): (13, 9, "a"),
        ("layers", "no", "source", "requirements", 1): (14, 9, "'b'"),
        ("layers", "no", "source", "requirements", 2): (15, 9, "|"),
    }


def test_a_place_that_is_not_in_the_file_is_that_of_what_it_would_be_part_of() -> None:
    places = read_tree(TAKEN, "layers.yaml").places
    inside = places.value(("layers", "no", "publish", "ssm"))
    assert (inside.line, inside.path) == (4, "layers.no.publish.ssm")
    assert (places.value(("elsewhere",)).line, places.value(("elsewhere",)).file) == (None, "layers.yaml")


def test_the_pure_parser_gives_the_same_as_the_one_in_c(monkeypatch: pytest.MonkeyPatch) -> None:
    assert hasattr(yaml, "CSafeLoader"), "this test needs PyYAML with libyaml"
    with_c = read_tree(TAKEN, "layers.yaml")
    monkeypatch.setattr(tree, "_LOADER", yaml.SafeLoader)
    pure = read_tree(TAKEN, "layers.yaml")
    assert (pure.data, pure.places.keys) == (with_c.data, with_c.places.keys)
    starts = {path: span[:2] for path, span in with_c.places.values.items()}
    assert {path: span[:2] for path, span in pure.places.values.items()} == starts


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("a:\n\tb: 1\n", "SPEC005", 2, 1),
        ("a: *.pyc\n", "SPEC005", 1, 4),
        ("a: @b\n", "SPEC005", 1, 4),
        ("a: [b\n", "SPEC005", 1, 4),
        ("a: 1\n---\nb: 2\n", "SPEC008", 2, 1),
        ("a: &b 1\n", "SPEC010", 1, 4),
        ("a: !b 1\n", "SPEC009", 1, 4),
        ("a: 1\na: 2\n", "SPEC012", 2, 1),
    ],
)
def test_both_parsers_find_the_same(
    loader: str, text: str, code: str, line: int, column: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "_LOADER", getattr(yaml, loader))
    (found,) = read_tree(text, "layers.yaml").diagnostics
    assert found.location is not None
    assert (found.code, found.location.line, found.location.column) == (code, line, column)


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "? " * 100_000, "[? " * 100_000])
def test_no_depth_exhausts_the_stack(loader: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "_LOADER", getattr(yaml, loader))
    assert [one.code for one in read_tree(text, "layers.yaml").diagnostics][-1] in {"SPEC005", "SPEC014"}


def test_aliases_are_never_followed() -> None:
    bomb = "a: &a [x]\n" + "".join(
        f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    found = read_tree(bomb, "layers.yaml").diagnostics
    assert ({one.code for one in found}, len(found)) == ({"SPEC010"}, 9 + 8 * 9)


def test_values_in_messages_are_in_one_line_and_not_too_long() -> None:
    assert show("a\nb\u202ec\ud800") == "`a\\u000ab\\u202ec\\ud800`"
    assert show("x" * 81) == f"`{'x' * 60}…{'x' * 19}`"
    assert show("x" * 80) == f"`{'x' * 80}`"


def test_words_for_parts_of_a_document() -> None:
    assert [kind(value) for value in ("a", [], {}, None)] == ["text", "a list", "a mapping", "nothing"]
    assert [listing(words) for words in ([], ["a"], ["a", "b"])] == ["", "`a`", "`a` and `b`"]
    assert listing(["a", "b", "c"], "or") == "`a`, `b` or `c`"
