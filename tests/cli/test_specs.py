"""Whatever is wrong with a spec and the files that it names is told in one run."""

from pathlib import Path

import pytest

from layerforge.cli.main import run
from layerforge.cli.specs import plan_specs
from layerforge.diagnostics import SpecError
from layerforge.facts.load import load_facts
from support.specs import TODAY

WRONG = """version: 1
defaults: {runtimes: [python3.12], architectures: [arm64]}
layers:
  of-the-spec: {sauce: {ecosystem: python, requirements: [requests]}}
  of-the-plan: {runtimes: [python3.6], architectures: [x86_64], source: {ecosystem: python, requirements: [requests]}}
  of-requirements: {source: {ecosystem: python, requirements: ["2=2"]}}
  of-own-files: {source: {ecosystem: python, include: [src/missing]}}
  right: {source: {ecosystem: python, requirements: [requests]}}
functions:
  needs-the-first: {runtime: python3.12, architecture: arm64, layers: [of-the-spec]}
  wrong-too: {runtime: python3.12, architecture: arm64, layers: [rigth]}
"""


def test_mistakes_of_all_stages_are_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("layers.yaml").write_text(WRONG)
    assert run(["validate", "--as-of", "2026-11-21"]) == 2
    said = capsys.readouterr().err
    assert [line for line in said.splitlines() if line.startswith(("error", "warning"))] == [
        "error[SPEC022]: a layer needs `source`",
        "error[SPEC003]: unknown field `sauce` in a layer",
        "error[PLAN010]: Lambda takes no new functions on `python3.6` since 2022-07-18",
        "error[REQ001]: `2=2` is no requirement: expected semicolon (after name with no version specifier) or end",
        "error[OWN001]: the include `src/missing` does not exist",
        "error[FUNC022]: there is no layer `rigth` in this spec",
    ]


def test_a_wrong_layer_has_no_second_complaint_of_another_stage(tmp_path: Path) -> None:
    path = tmp_path / "layers.yaml"
    path.write_text(
        "version: 1\nlayers:\n  a: {runtimes: [python3.6], architectures: [x86_64], source: {ecosystem: python, "
        'requirements: ["b=1"]}}\n  "a.b": {}\n'
    )
    with pytest.raises(SpecError) as caught:
        plan_specs({path: "layers.yaml"}, load_facts(), TODAY)
    assert [one.code for one in caught.value.diagnostics] == ["PLAN010", "SPEC030", "SPEC022"]


def test_problems_of_several_files_are_told_at_once(tmp_path: Path) -> None:
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text("version: 2\n")
    second.write_text("layers: {}\n")
    with pytest.raises(SpecError) as caught:
        plan_specs({second: "b.yaml", first: "a.yaml"}, load_facts(), TODAY)
    assert [(one.location.file, one.code) for one in caught.value.diagnostics if one.location] == [
        ("b.yaml", "SPEC022"),
        ("b.yaml", "SPEC042"),
        ("a.yaml", "SPEC022"),
        ("a.yaml", "SPEC024"),
    ]
