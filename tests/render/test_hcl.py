"""How values are written as HCL."""

import pytest

from layerforge.render import hcl


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain text", '"plain text"'),
        ("", '""'),
        ('say "hi"', r'"say \"hi\""'),
        ("back\\slash", r'"back\\slash"'),
        ("a\nb\rc\td", r'"a\nb\rc\td"'),
        ("\b\f\0\x7f", r'"\u0008\u000c\u0000\u007f"'),
        ("\u2028\u2029\ufeff\xa0", r'"\u2028\u2029\ufeff\u00a0"'),
        ("\U000e0001", r'"\U000e0001"'),
        ("\N{GRINNING FACE} é 漢", '"\N{GRINNING FACE} é 漢"'),
        ("${x} %{y} $x %y {z}", '"$${x} %%{y} $x %y {z}"'),
        ("$${x} %%{y}", '"$$${x} %%%{y}"'),
        ("e\u0301", '"é"'),
        ("\ud800", '"\ufffd"'),
    ],
)
def test_a_string_is_escaped_as_hcl_wants_it(text: str, written: str) -> None:
    assert hcl.string(text) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (262144000, "262144000"),
        ("a", '"a"'),
        (hcl.Expression("var.a"), "var.a"),
        ([], "[]"),
        (("a", hcl.Expression("b"), 1), '["a", b, 1]'),
        ({}, "{}"),
        ({"a": 1, "long-key": None, "3.12": "x"}, '{\n  a        = 1\n  long-key = null\n  "3.12"   = "x"\n}'),
        ({"a": {"b": 1}, "ccc": 2, "d": 3}, "{\n  a = {\n    b = 1\n  }\n  ccc = 2\n  d   = 3\n}"),
    ],
)
def test_a_value_is_written_by_its_type(value: hcl.Value, written: str) -> None:
    assert hcl.value(value) == written


def test_a_value_that_hcl_does_not_have_is_refused() -> None:
    with pytest.raises(TypeError, match="HCL has no value for"):
        hcl.value(1.5)  # type: ignore[arg-type]


@pytest.mark.parametrize("word", ["true", "null", "for", "1a", "python3.12", "a b", "", "${x}"])
def test_a_key_that_would_mean_something_else_is_quoted(word: str) -> None:
    assert hcl.key(word) == hcl.string(word)


@pytest.mark.parametrize("word", ["a", "python312-arm64", "_x", "A9"])
def test_a_plain_key_is_bare(word: str) -> None:
    assert hcl.key(word) == word


@pytest.mark.parametrize("word", ["", "1a", "a b", "a.b", 'a"', "a\n"])
def test_only_identifiers_are_names(word: str) -> None:
    with pytest.raises(ValueError, match="is not an HCL identifier"):
        hcl.name(word)


def test_an_object_can_stand_on_one_line() -> None:
    assert hcl.compact({"principal": "*", "organization_id": None}) == '{ principal = "*", organization_id = null }'
    assert hcl.compact({}) == "{}"
