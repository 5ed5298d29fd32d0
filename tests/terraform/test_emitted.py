"""A module as layerforge renders it, judged by real Terraform; tests/render has every kind of module."""

from pathlib import Path

import pytest

from layerforge.facts.load import load_facts
from layerforge.render.make import render
from layerforge.terraform.modules import test_modules as judge
from layerforge.terraform.types import Options, Status
from support import plans
from support.tf import Terraform

pytestmark = [pytest.mark.terraform, pytest.mark.slow]


def test_an_emitted_module_passes_its_own_tests_without_any_zip(tmp_path: Path, terraform: Terraform) -> None:
    plan = plans.plan(plans.layer("direct", grants=(plans.ORGANIZATION, plans.ACCOUNT)))
    for name, text in render(plan, plans.locks(plan), load_facts()).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (report,) = judge([tmp_path / "direct"], options=Options(binary=terraform.binary, environ=terraform.env))
    assert (report.diagnostics, report.passed) == ((), True)
    names = [run.name for run in report.runs]
    assert {"publishes_every_target", "keeps_old_versions_and_their_grants"} <= {*names}
    assert {run.status for run in report.runs} == {Status.PASS}
