"""How findings read, for people and for machines."""

import json

from layerforge.cli.messages import as_data, from_data, hints_once, printable, render_diagnostics, tally
from layerforge.diagnostics import Diagnostic, Location, Severity

UNKNOWN = Diagnostic(
    code="SPEC003",
    message="unknown field `requirments` in a python source",
    location=Location(
        file="layers.yaml",
        line=8,
        column=7,
        length=11,
        text="      requirments: [pandas==2.2.3]",
        path="layers.pandas.source.requirments",
    ),
    hint="did you mean `requirements`? A python source takes: `requirements`, `include`, `exclude`",
)


def test_a_finding_shows_what_where_and_how_to_mend_it() -> None:
    assert render_diagnostics([UNKNOWN]) == (
        "error[SPEC003]: unknown field `requirments` in a python source\n"
        " --> layers.yaml:8:7 (layers.pandas.source.requirments)\n"
        "  |\n"
        "8 |       requirments: [pandas==2.2.3]\n"
        "  |       ^^^^^^^^^^^\n"
        "\n"
        "hint: did you mean `requirements`? A python source takes: `requirements`, `include`, `exclude`\n"
    )


def test_notes_stand_between_the_place_and_the_hint() -> None:
    item = Diagnostic(
        code="SIZE001",
        message="`data/all` is too large",
        severity=Severity.WARNING,
        location=Location(file="layers.yaml", line=12),
        notes=("pyarrow 16.1.0: 120 MB", "numpy 1.26.4: 60 MB"),
        hint="exclude something",
    )
    assert render_diagnostics([item]) == (
        "warning[SIZE001]: `data/all` is too large\n"
        "  --> layers.yaml:12\n"
        "\n"
        "  pyarrow 16.1.0: 120 MB\n"
        "  numpy 1.26.4: 60 MB\n"
        "\n"
        "hint: exclude something\n"
    )


def test_several_findings_stand_apart() -> None:
    first, second = Diagnostic(code="A001", message="one"), Diagnostic(code="A002", message="two")
    assert render_diagnostics([first, second]) == "error[A001]: one\n\nerror[A002]: two\n"


def test_what_mends_several_findings_is_said_once() -> None:
    first, second, other = (Diagnostic(code=code, message="stale", hint="run it") for code in ("A001", "A001", "A002"))
    assert render_diagnostics(hints_once([first, second, other])) == (
        "error[A001]: stale\n\nerror[A001]: stale\n\nhint: run it\n\nerror[A002]: stale\n\nhint: run it\n"
    )
    assert [as_data(item)["hint"] for item in (first, second)] == ["run it", "run it"]


def test_nothing_to_say_is_an_empty_text() -> None:
    assert render_diagnostics([]) == ""


def test_the_caret_stands_under_wide_and_combining_characters() -> None:
    text = "名前: e\u0301x"
    item = Diagnostic(code="A001", message="m", location=Location(file="f", line=1, column=7, length=1, text=text))
    excerpt, caret = render_diagnostics([item]).splitlines()[-2:]
    assert excerpt == f"1 | {text}"
    assert caret == "  | " + " " * 7 + "^"  # two wide characters, a colon, a space, e with its accent


def test_a_very_long_line_is_cut_around_the_caret() -> None:
    text = "a" * 400 + "X" + "b" * 400
    item = Diagnostic(code="A001", message="m", location=Location(file="f", line=1, column=401, text=text))
    excerpt, caret = render_diagnostics([item]).splitlines()[-2:]
    assert len(excerpt) < 160
    assert excerpt[caret.index("^")] == "X"
    assert excerpt.startswith("1 | …a")
    assert excerpt.endswith("b…")


def test_a_name_from_outside_cannot_drive_the_terminal() -> None:
    item = Diagnostic(code="A001", message="wheel `\x1b[2Jevil\u202e`", notes=("\x07",), hint="\x00")
    assert render_diagnostics([item]) == ("error[A001]: wheel `\\x1b[2Jevil\\u202e`\n\n  \\x07\n\nhint: \\x00\n")
    assert printable("plain ü 名") == "plain ü 名"


def test_colour_is_put_around_the_severity_only_where_wanted() -> None:
    assert (
        render_diagnostics([Diagnostic(code="A001", message="m")], colour=True) == "\x1b[1;31merror[A001]\x1b[0m: m\n"
    )


def test_machines_get_the_same_and_can_give_it_back() -> None:
    data = json.loads(json.dumps(as_data(UNKNOWN)))
    assert data == {
        "code": "SPEC003",
        "severity": "error",
        "message": "unknown field `requirments` in a python source",
        "hint": "did you mean `requirements`? A python source takes: `requirements`, `include`, `exclude`",
        "notes": [],
        "location": {
            "file": "layers.yaml",
            "line": 8,
            "column": 7,
            "length": 11,
            "path": "layers.pandas.source.requirments",
        },
    }
    assert as_data(from_data(data)) == data
    bare = as_data(Diagnostic(code="A001", message="m"))
    assert bare["location"] is None
    assert as_data(from_data(bare)) == bare


def test_findings_are_counted_by_severity() -> None:
    findings = [UNKNOWN, UNKNOWN, Diagnostic(code="A", message="m", severity=Severity.WARNING)]
    assert tally(findings) == "2 errors, 1 warning"
    assert tally([]) == ""
