"""The folder of policies as checkov takes it: whole, silent, once, and without anything else of ours."""

import ast
import json
import shutil
import signal
from pathlib import Path

import pytest

from support.checkov import OURS, POLICIES, Checkov, Scan, lay_out
from support.repository import ROOT

FIXTURES = Path(__file__).parent / "fixtures"
PUBLIC = FIXTURES / "CKV_LAYER_1" / "fail_everyone.tf"
PLAN = FIXTURES / "CKV_LAYER_1" / "fail_everyone.json"


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out({"hcl": PUBLIC, "plan": PLAN}, tmp_path_factory.mktemp("loading"))


def test_the_other_graph_library_of_checkov_gives_the_same_answers(checkov: Checkov, tmp_path: Path) -> None:
    folder = lay_out({"two": FIXTURES / "CKV2_LAYER_1" / "fail_two_blocks.tf"}, tmp_path)
    scan = checkov.scan(folder, env={"CHECKOV_GRAPH_FRAMEWORK": "NETWORKX"})
    assert scan == checkov.scan(folder)
    assert "CKV2_LAYER_1" in {one.rule for one in scan.failed}


def test_a_copy_of_the_folder_needs_nothing_else(checkov: Checkov, both: Path, tmp_path: Path) -> None:
    copy = tmp_path / "a copy of the policies"
    shutil.copytree(POLICIES, copy, ignore=shutil.ignore_patterns("__pycache__"))
    frameworks = ("--framework", "terraform", "terraform_plan")
    words = ("--directory", both, *frameworks, "--external-checks-dir", copy, "--check", OURS, "--output", "json")
    done = checkov.run(*words, env={"PYTHONPATH": ""})
    assert done.stderr == ""
    found = [(one["file_path"], one["severity"], one["guideline"], one["details"]) for one in failed(done.stdout)]
    assert sorted(found, key=str) == [
        ("/hcl/main.tf", "CRITICAL", "docs/policies/CKV_LAYER_1.md", ["Every AWS account may use this version."]),
        ("/plan/plan.json", "CRITICAL", "docs/policies/CKV_LAYER_1.md", ["Every AWS account may use this version."]),
    ]


def failed(answer: str) -> list[dict[str, object]]:
    reports = json.loads(answer)
    return [one for report in reports for one in report["results"]["failed_checks"] if one["check_id"] == "CKV_LAYER_1"]


def test_a_severity_can_be_asked_for(checkov: Checkov, both: Path) -> None:
    scan = checkov.scan(both, checks="CRITICAL")
    assert {one.rule for one in scan.failed} == {"CKV_LAYER_1"}


def test_a_comment_skips_in_hcl_and_with_its_help_in_a_plan(checkov: Checkov, tmp_path: Path) -> None:
    text = PUBLIC.read_text(encoding="utf-8")
    comment = "  # checkov:skip=CKV_LAYER_1: our open-source layer\n"
    scan = checkov.scan(
        lay_out(
            {"hcl": text.replace("{\n  layer_name     =", f"{{\n{comment}  layer_name     =")},
            tmp_path,
        )
    )
    assert {one.rule for one in scan.skipped} == {"CKV_LAYER_1"}
    assert "CKV_LAYER_1" not in {one.rule for one in scan.failed}


def test_the_day_moves_the_findings(checkov: Checkov, tmp_path: Path) -> None:
    fixture = FIXTURES / "CKV_LAYER_11" / "pass_supported.tf"
    folder = lay_out({"later": fixture}, tmp_path)
    scan: Scan = checkov.scan(folder, env={"LAYERFORGE_AS_OF": "2030-01-01"})
    assert {one.rule for one in scan.failed} >= {"CKV_LAYER_11", "CKV_LAYER_12"}


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("LAYERFORGE_AS_OF", "tomorrow", "error: LAYERFORGE_AS_OF is 'tomorrow'; write a day such as 2026-11-20\n"),
        (
            "LAYERFORGE_LAYER_ACCOUNTS",
            "12345",
            "error: LAYERFORGE_LAYER_ACCOUNTS: `12345` is no account id of 12 digits\n",
        ),
    ],
)
def test_a_wrong_setting_stops_the_scan(checkov: Checkov, tmp_path: Path, variable: str, value: str, said: str) -> None:
    folder = lay_out({"function": FIXTURES / "CKV_LAYER_8" / "pass_own.tf"}, tmp_path)
    words = ("--directory", folder, "--external-checks-dir", POLICIES, "--framework", "terraform")
    alone = checkov.run(*words, env={variable: value})
    assert (alone.returncode, alone.stdout) == (2, "")
    assert said in alone.stderr
    among_others = checkov.run(*words, "terraform_plan", "terraform_json", env={variable: value})
    assert (among_others.returncode, among_others.stdout) == (-signal.SIGTERM, "")
    assert said in among_others.stderr


def test_a_checkov_in_which_the_rules_would_break_down_stops_the_scan(checkov: Checkov, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text('import checkov.version\ncheckov.version.version = "3.2.199"\n')
    folder = lay_out({"public": PUBLIC}, tmp_path / "scanned")
    words = ("--directory", folder, "--framework", "terraform", "--external-checks-dir", POLICIES)
    done = checkov.run(*words, env={"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 2
    assert "error: the policies for layers need checkov 3.2.200 or newer; this is 3.2.199\n" in done.stderr


def test_an_older_python_reads_the_policies() -> None:
    # checkov itself runs on 3.9.
    for path in sorted(POLICIES.rglob("*.py")):
        ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))


def test_modules_have_names_that_hide_nothing() -> None:
    # checkov imports every file at the top by its bare name.
    names = {path.stem for path in POLICIES.glob("*.py")} - {"__init__"}
    assert {name for name in names if not name.startswith("layer_")} == set()
    assert not (POLICIES / "lambda_layer_rules" / "__init__.py").exists(), "checkov would run each of them as a policy"
    assert (ROOT / "policies" / "__init__.py").is_file()
