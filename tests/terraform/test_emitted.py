"""Modules as layerforge renders them, judged by real Terraform."""

from pathlib import Path

import pytest

from layerforge.facts.load import load_facts
from layerforge.names import Delivery
from layerforge.render.make import render
from layerforge.terraform.modules import test_modules as judge
from layerforge.terraform.types import Options, Status
from support import plans
from support.tf import Terraform

pytestmark = [pytest.mark.terraform, pytest.mark.slow]


def test_emitted_modules_pass_their_own_tests_without_any_zip(tmp_path: Path, terraform: Terraform) -> None:
    plan = plans.plan(
        plans.layer("direct", grants=(plans.ORGANIZATION, plans.ACCOUNT)),
        plans.layer("pushed", via=Delivery.PUSHED, grants=(plans.PUBLIC,)),
    )
    for name, text in render(plan, plans.locks(plan), load_facts()).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    options = Options(binary=terraform.binary, environ=terraform.env)
    reports = judge([tmp_path / layer.name for layer in plan.layers], options=options)
    assert [(report.diagnostics, report.passed) for report in reports] == [((), True)] * 2
    for report in reports:
        names = [run.name for run in report.runs]
        assert {"publishes_every_target", "keeps_old_versions_and_their_grants"} <= {*names}
        assert {run.status for run in report.runs} == {Status.PASS}
