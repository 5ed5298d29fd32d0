"""Real Terraform over good and bad modules: reports, messages, and nothing left behind."""

import shutil
from pathlib import Path

import pytest

from layerforge.cli.messages import render_diagnostics
from layerforge.diagnostics import OutsideError
from layerforge.terraform.modules import test_modules as judge
from layerforge.terraform.types import ModuleReport, Options, RunReport, Status
from support.tf import Terraform

pytestmark = pytest.mark.terraform

MAIN = """\
terraform {
  required_version = ">= 1.9.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 7.0.0"
    }
  }
}

variable "name" {
  type = string
}

resource "aws_ssm_parameter" "this" {
  name           = var.name
  type           = "String"
  insecure_value = "b"
}
"""
RUNS = """\
mock_provider "aws" {}

variables {
  name = "/a"
}

run "has_the_name" {
  command = plan

  assert {
    condition     = aws_ssm_parameter.this.name == "/a"
    error_message = "The name is ${aws_ssm_parameter.this.name}."
  }
}
"""
WRONG_RUN = """
run "has_another_name" {
  command = plan

  assert {
    condition     = aws_ssm_parameter.this.name == "/b"
    error_message = "The name is ${aws_ssm_parameter.this.name}."
  }
}
"""
FAILED = """\
error[TF014]: Test assertion failed
  --> modules/wrong/tests/contract.tftest.hcl:20:21 (run "has_another_name")
   |
20 |     condition     = aws_ssm_parameter.this.name == "/b"
   |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

  The name is /a.
  aws_ssm_parameter.this.name is "/a"
"""
UNFORMATTED = """\
error[TF010]: `terraform fmt` would write this file differently
 --> modules/untested/main.tf

hint: run `layerforge gen` if layerforge wrote the file, `terraform fmt` if you did
"""
INVALID = """\
error[TF013]: Reference to undeclared input variable
  --> modules/invalid/main.tf:23:11 (output "a")
   |
23 |   value = var.nmae
   |           ^^^^^^^^

  An input variable with the name "nmae" has not been declared. Did you mean "name"?
"""


def _module(folder: Path, *, main: str = MAIN, runs: str = "") -> Path:
    folder.mkdir(parents=True)
    (folder / "main.tf").write_text(main)
    if runs:
        (folder / "tests").mkdir()
        (folder / "tests/contract.tftest.hcl").write_text(runs)
    return folder


@pytest.fixture
def options(terraform: Terraform) -> Options:
    return Options(binary=terraform.binary, environ={**terraform.env, "TF_VAR_name": "/b", "TF_CLI_ARGS_test": "-x"})


def test_modules_are_judged_in_order_and_left_as_they_were(
    tmp_path: Path, options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    good = _module(tmp_path / "modules/good", runs=RUNS)
    (good / "artifacts").mkdir()
    (good / "artifacts/all.zip").write_bytes(b"not for Terraform")
    wrong = _module(tmp_path / "modules/wrong", runs=RUNS + WRONG_RUN)
    untested = _module(tmp_path / "modules/untested", main=MAIN.replace("    aws = {", "    aws    = {"))
    invalid = _module(tmp_path / "modules/invalid", main=MAIN + '\noutput "a" {\n  value = var.nmae\n}\n', runs=RUNS)
    unreadable = _module(tmp_path / "modules/unreadable", main=MAIN + "\nresource {\n", runs=RUNS)
    before = sorted(tmp_path.rglob("*"))
    heard: list[ModuleReport] = []

    reports = judge([good, wrong, untested, invalid, unreadable], options=options, done=heard.append)

    assert heard == list(reports)
    assert sorted(tmp_path.rglob("*")) == before
    file = "tests/contract.tftest.hcl"
    passed = RunReport(file=file, name="has_the_name", status=Status.PASS)
    failed = RunReport(file=file, name="has_another_name", status=Status.FAIL)
    assert [report.runs for report in reports] == [(passed,), (passed, failed), (), (), ()]
    assert [str(report) for report in reports] == [
        "good: ok, 1 of 1 runs passed",
        "wrong: FAILED, 1 of 2 runs passed",
        "untested: FAILED, no runs",
        "invalid: FAILED, no runs",
        "unreadable: FAILED, no runs",
    ]
    assert reports[1].as_data() == {
        "module": "wrong",
        "passed": False,
        "runs": [
            {"file": file, "name": "has_the_name", "status": "pass"},
            {"file": file, "name": "has_another_name", "status": "fail"},
        ],
    }
    assert [render_diagnostics(report.diagnostics) for report in reports[:4]] == ["", FAILED, UNFORMATTED, INVALID]
    assert {item.code for item in reports[4].diagnostics} == {"TF012"}
    first = reports[4].diagnostics[0].location
    assert first is not None
    assert (first.file, first.line) == ("modules/unreadable/main.tf", 22)


def test_a_module_that_calls_modules_of_its_own(tmp_path: Path, options: Options) -> None:
    calls = MAIN + '\nmodule "part" {\n  source = "./part"\n}\n'
    module = _module(tmp_path / "module", main=calls, runs=RUNS)
    _module(module / "part", main='output "a" {\n  value = 1\n}\n')
    (report,) = judge([module], options=options)
    assert report.diagnostics == ()
    assert report.passed


def test_a_provider_that_cannot_be_had(tmp_path: Path, options: Options) -> None:
    module = _module(tmp_path / "module")
    (tmp_path / "mirror").mkdir()
    with pytest.raises(OutsideError) as caught:
        judge([module], options=Options(binary=options.binary, environ=options.environ, plugins=tmp_path / "mirror"))
    (found,) = caught.value.diagnostics
    assert (found.code, found.message) == ("TF003", "Terraform cannot obtain a provider that the modules need")
    assert "hashicorp/aws" in found.notes[0]
    assert found.hint == (
        "let it reach the registry, or name a folder with a filesystem mirror in LAYERFORGE_TF_MIRROR"
    )


def test_a_command_that_takes_too_long(tmp_path: Path, options: Options) -> None:
    slow = tmp_path / "terraform"
    slow.write_text(f'#!/bin/sh\n[ "$1" = version ] && exec "{shutil.which(options.binary)}" "$@"\nexec sleep 60\n')
    slow.chmod(0o755)
    with pytest.raises(OutsideError, match="did not finish within 1 s"):
        judge([_module(tmp_path / "m")], options=Options(binary=str(slow), environ=options.environ, timeout=1))
