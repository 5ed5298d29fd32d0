"""Terraform's diagnostics, read as ours."""

from pathlib import Path
from typing import Any

from layerforge.cli.messages import render_diagnostics
from layerforge.diagnostics import Severity
from layerforge.terraform.messages import from_diagnostics, from_events

ASSERTION = {
    "severity": "error",
    "summary": "Test assertion failed",
    "detail": "name is /a\n\nand not /b",
    "range": {
        "filename": "tests/contract.tftest.hcl",
        "start": {"line": 12, "column": 17, "byte": 221},
        "end": {"line": 12, "column": 23, "byte": 227},
    },
    "snippet": {
        "context": 'run "name"',
        "code": "  assert {\n    condition = a.name == 1",
        "start_line": 11,
        "highlight_start_offset": 16,
        "highlight_end_offset": 22,
        "values": [{"traversal": "a.name", "statement": 'is "/a"'}],
    },
}


def test_a_diagnostic_with_its_place_reads_like_ours() -> None:
    events: list[dict[str, Any]] = [{"type": "version"}, {"type": "diagnostic", "diagnostic": ASSERTION}]
    found = from_events(events, code="TF014", shown=Path("modules/utils"))
    assert render_diagnostics(found) == (
        "error[TF014]: Test assertion failed\n"
        '  --> modules/utils/tests/contract.tftest.hcl:12:17 (run "name")\n'
        "   |\n"
        "12 |     condition = a.name == 1\n"
        "   |                 ^^^^^^\n"
        "\n"
        "  name is /a\n"
        "  and not /b\n"
        '  a.name is "/a"\n'
    )


def test_a_diagnostic_without_a_place() -> None:
    found = from_diagnostics([{"severity": "warning", "summary": "Old.", "detail": ""}], code="TF013", shown=Path("m"))
    assert render_diagnostics(found) == "warning[TF013]: Old\n"
    assert found[0].severity is Severity.WARNING


def test_a_place_over_several_lines_or_without_its_text() -> None:
    where = {"filename": "main.tf", "start": {"line": 3, "column": 5}, "end": {"line": 9, "column": 2}}
    found = from_diagnostics(
        [{"severity": "error", "summary": "Wrong", "range": where, "snippet": None}], code="TF013", shown=Path("m")
    )
    assert render_diagnostics(found) == "error[TF013]: Wrong\n --> m/main.tf:3:5\n"
