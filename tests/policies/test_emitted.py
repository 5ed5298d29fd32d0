"""What layerforge emits breaks no policy of ours, as HCL and as a plan, but for what its spec asks for."""

import json
import shutil
from pathlib import Path

import pytest

from support.checkov import POLICIES, Checkov, Scan
from support.moto_server import Aws
from support.policy_plans import ROOT as PROVIDER
from support.repository import ROOT
from support.tf import Terraform

GOLDEN = ROOT / "tests" / "render" / "golden" / "modules"
PLANNED = ("alone", "direct-organization", "pushed-public", "s3-mixed")
ASKED_FOR = {"CKV_LAYER_1", "CKV_LAYER_15", "CKV_LAYER_16"}
"""Public grants, and layers without description or licence."""


def test_every_emitted_module_is_clean_as_hcl(checkov: Checkov, tmp_path: Path) -> None:
    folder = tmp_path / "modules"
    shutil.copytree(GOLDEN, folder)
    scan = checkov.scan(folder)
    assert {one.rule for one in scan.failed} <= ASKED_FOR
    assert {one.rule for one in scan.passed} >= {"CKV_LAYER_4", "CKV_LAYER_5", "CKV_LAYER_6", "CKV2_LAYER_1"}
    assert scan.errors == ()


@pytest.mark.terraform
def test_emitted_modules_are_clean_as_a_plan(checkov: Checkov, terraform: Terraform, aws: Aws, tmp_path: Path) -> None:
    root = tmp_path / "root"
    calls = [PROVIDER]
    for name in PLANNED:
        shutil.copytree(GOLDEN / name, root / name)
        takes_bucket = 'variable "artifact_bucket"' in (root / name / "variables.tf").read_text(encoding="utf-8")
        bucket = '  artifact_bucket = "artifacts"\n' if takes_bucket else ""
        calls.append(f'module "{name}" {{\n  source = "./{name}"\n{bucket}}}\n')
    (root / "main.tf").write_text("\n".join(calls), encoding="utf-8")
    terraform.prepare(root)
    terraform.run(root, "plan", "-out=plan", "-no-color", env=aws.environment)
    (tmp_path / "scanned" / "plan").mkdir(parents=True)
    plan = terraform.run(root, "show", "-json", "plan").stdout
    assert len(json.loads(plan)["planned_values"]["root_module"]["child_modules"]) == len(PLANNED)
    (tmp_path / "scanned" / "plan" / "plan.json").write_text(plan, encoding="utf-8")
    scan: Scan = checkov.scan(tmp_path / "scanned")
    assert {one.rule for one in scan.failed} <= ASKED_FOR, scan.details
    assert any(one.rule == "CKV_LAYER_1" and "pushed-public" in one.resource for one in scan.failed)
    assert {one.rule for one in scan.passed} >= {
        "CKV_LAYER_2",
        "CKV_LAYER_3",
        "CKV_LAYER_4",
        "CKV_LAYER_5",
        "CKV_LAYER_6",
    }
    assert scan.errors == ()
    assert (POLICIES / "__init__.py").is_file()
