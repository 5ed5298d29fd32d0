"""What other repositories take by reference: the reusable workflow, its shell steps, and the hooks for pre-commit."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.checkov import AS_OF, Checkov
from support.repository import ROOT

WORKFLOWS = sorted([*(ROOT / ".github" / "workflows").glob("*.yml"), *(ROOT / "docs" / "ci").glob("*.yml")])
FIXTURES = Path(__file__).parent / "fixtures"
GOOD = (FIXTURES / "CKV_LAYER_9" / "pass_five.tf").read_text(encoding="utf-8")
PRINCIPAL = """\
variable "principal" {
  type = string
}

resource "aws_lambda_layer_version_permission" "readers" {
  layer_name     = "tools"
  version_number = 1
  statement_id   = "readers"
  action         = "lambda:GetLayerVersion"
  principal      = var.principal
}
"""
BAD = (FIXTURES / "CKV_LAYER_1" / "fail_everyone.tf").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_are_sound(path: Path, actionlint: Path) -> None:
    done = subprocess.run([actionlint, path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def git(folder: Path, *words: str) -> str:
    names = ("-c", "user.name=test", "-c", "user.email=test@example.com")
    done = subprocess.run(["git", *names, *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(folder: Path, files: Mapping[str, str]) -> str:
    """Write files, commit everything, and return the commit."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "a change")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Somebody's repository: an old module that breaks a rule; this repository's scripts beside it."""
    folder = tmp_path / "some body's"
    folder.mkdir()
    git(folder, "init", "--quiet")
    commit(folder, {"old/main.tf": BAD, ".gitignore": ".layerforge\n", "README.md": "\n"})
    (folder / ".layerforge").symlink_to(ROOT)
    return folder


@pytest.fixture
def lister(tmp_path: Path) -> Checkov:
    """Stands for checkov where it only matters what there is to scan: it says so, and that something is wrong."""
    program = tmp_path / "lister"
    program.write_text("#!/bin/sh\nfind . -type f | sort\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    return Checkov(program=program)


def step() -> Mapping[str, Any]:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "policies.yml").read_text(encoding="utf-8"))
    (found,) = (one for one in workflow["jobs"]["scan"]["steps"] if "run" in one)
    return found


def run_step(folder: Path, checkov: Checkov, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the workflow's shell step as GitHub does; ``settings`` stand for its expressions."""
    assert settings.keys() <= step()["env"].keys()
    (folder / "output").write_text("")
    env = {
        **os.environ,
        **dict.fromkeys(step()["env"], ""),
        "FOLDER": ".",
        "CHANGED_ONLY": "true",
        "LAYERFORGE_AS_OF": AS_OF,
        "LAYERFORGE_CHECKOV": str(checkov.program),
        "GITHUB_OUTPUT": str(folder / "output"),
        **settings,
    }
    words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step()["run"]]
    return subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True, check=False)


def results(folder: Path) -> set[tuple[str, str]]:
    """Return rule and file of each result in the SARIF."""
    runs = json.loads((folder / "policies.sarif").read_text(encoding="utf-8"))["runs"]
    return {
        (one["ruleId"], one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
        for run in runs
        for one in run["results"]
        if one["ruleId"] == "CKV_LAYER_1"
    }


def test_a_changed_module_is_scanned_and_no_other(repository: Path, checkov: Checkov) -> None:
    base = git(repository, "rev-parse", "HEAD")
    commit(repository, {"new module/main.tf": BAD, "new module/notes.txt": "\n"})
    done = run_step(repository, checkov, BASE=base)
    assert done.returncode == 1, done.stderr
    assert 'Check: CKV_LAYER_1: "Ensure a layer version is not granted to everyone"' in done.stdout
    assert results(repository) == {("CKV_LAYER_1", "new%20module/main.tf")} or results(repository) == {
        ("CKV_LAYER_1", "new module/main.tf")
    }
    assert (repository / "output").read_text() == "sarif=true\n"
    run = json.loads((repository / "policies.sarif").read_text(encoding="utf-8"))["runs"][0]
    rule = next(one for one in run["tool"]["driver"]["rules"] if one["id"] == "CKV_LAYER_1")
    page = (ROOT / "docs" / "policies" / "CKV_LAYER_1.md").read_text(encoding="utf-8")
    assert rule["help"] == {"text": page, "markdown": page}
    (result,) = (one for one in run["results"] if one["ruleId"] == "CKV_LAYER_1")
    said = "Ensure a layer version is not granted to everyone: Every AWS account may use this version."
    assert (result["level"], result["message"]["text"]) == ("error", said)
    assert [one for one in run["results"] if "attachments" in one] == []


def test_a_change_without_terraform_scans_nothing(repository: Path, checkov: Checkov) -> None:
    base = git(repository, "rev-parse", "HEAD")
    commit(repository, {"README.md": "more\n"})
    done = run_step(repository, checkov, BASE=base)
    assert (done.returncode, done.stdout, done.stderr) == (0, "no Terraform has changed\n", "")
    assert (repository / "output").read_text() == ""


def test_a_module_that_is_gone_scans_nothing(repository: Path, checkov: Checkov) -> None:
    base = git(repository, "rev-parse", "HEAD")
    (repository / "old" / "main.tf").unlink()
    commit(repository, {})
    assert run_step(repository, checkov, BASE=base).stdout == "no Terraform has changed\n"


@pytest.mark.parametrize("base", ["", "0" * 40, "1" * 40])
def test_without_a_base_everything_is_scanned(repository: Path, lister: Checkov, base: str) -> None:
    done = run_step(repository, lister, BASE=base)
    assert (done.returncode, done.stdout) == (1, "./old/main.tf\n")


def test_everything_is_scanned_where_that_is_asked_for(repository: Path, lister: Checkov) -> None:
    done = run_step(repository, lister, BASE=git(repository, "rev-parse", "HEAD"), CHANGED_ONLY="false")
    assert (done.returncode, done.stdout) == (1, "./old/main.tf\n")


def test_only_a_folder_is_scanned(repository: Path, lister: Checkov) -> None:
    base = git(repository, "rev-parse", "HEAD")
    commit(repository, {"roots/a/main.tf": GOOD, "other/main.tf": BAD})
    done = run_step(repository, lister, BASE=base, FOLDER="roots")
    assert (done.returncode, done.stdout) == (1, "./roots/a/main.tf\n")


def test_the_values_of_variables_count(repository: Path, checkov: Checkov) -> None:
    base = git(repository, "rev-parse", "HEAD")
    commit(repository, {"b/main.tf": PRINCIPAL, "b/terraform.tfvars": 'principal = "111122223333"\n'})
    assert run_step(repository, checkov, BASE=base).returncode == 0
    assert (repository / "policies.sarif").exists()
    commit(repository, {"b/terraform.tfvars": 'principal = "*"\n'})
    assert run_step(repository, checkov, BASE=base).returncode == 1
    assert results(repository) == {("CKV_LAYER_1", "b/main.tf")}


def test_terraform_as_json_is_scanned_too(repository: Path, checkov: Checkov) -> None:
    base = git(repository, "rev-parse", "HEAD")
    everyone = {"principal": "*", "action": "lambda:GetLayerVersion", "layer_name": "tools", "version_number": 1}
    block = {"resource": {"aws_lambda_layer_version_permission": {"everyone": {**everyone, "statement_id": "all"}}}}
    commit(repository, {"stacks/tools/cdk.tf.json": json.dumps(block, indent=2)})
    done = run_step(repository, checkov, BASE=base)
    assert done.returncode == 1, done.stderr
    assert results(repository) == {("CKV_LAYER_1", "stacks/tools/cdk.tf.json")}


def test_a_file_of_accounts_is_found_from_where_the_step_runs(repository: Path, checkov: Checkov) -> None:
    base = commit(repository, {"accounts.yaml": '["999900001111"]\n'})
    commit(repository, {"a/main.tf": GOOD})
    done = run_step(repository, checkov, BASE=base, LAYERFORGE_LAYER_ACCOUNTS="accounts.yaml")
    assert "CKV_LAYER_8" in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "plan.json cannot be read as JSON: Expecting property name enclosed in double quotes"),
        ("{}", "plan.json is no plan: `terraform show -json PLAN > plan.json` writes one\n"),
    ],
)
def test_what_is_no_plan_is_not_passed(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(text)
    words = [sys.executable, ROOT / ".ci" / "policies", "plan.json"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {said}")


def test_a_wrong_setting_fails_the_step_and_uploads_nothing(repository: Path, checkov: Checkov) -> None:
    commit(repository, {"a/main.tf": GOOD})
    done = run_step(repository, checkov, BASE="0", LAYERFORGE_LAYER_ACCOUNTS="nobody.yaml")
    assert done.returncode == 2
    assert "error: LAYERFORGE_LAYER_ACCOUNTS: nobody.yaml cannot be read" in done.stderr
    assert (repository / "output").read_text() == ""


@pytest.mark.parametrize(
    ("hook", "name", "text"),
    [
        ("layerforge-policies", "old/main.tf", BAD),
        (
            "layerforge-policies-plan",
            "tfplan.json",
            (FIXTURES / "CKV_LAYER_1" / "fail_everyone.json").read_text(encoding="utf-8"),
        ),
    ],
)
def test_a_hook_finds_what_is_wrong(
    hook: str, name: str, text: str, repository: Path, checkov: Checkov, tmp_path: Path
) -> None:
    commit(repository, {name: text + "\n"})
    env = {**os.environ, "LAYERFORGE_CHECKOV": str(checkov.program), "PRE_COMMIT_HOME": str(tmp_path / "pre-commit")}
    words = [sys.executable, "-m", "pre_commit", "try-repo", str(ROOT), hook, "--all-files"]
    done = subprocess.run(words, cwd=repository, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert 'Check: CKV_LAYER_1: "Ensure a layer version is not granted to everyone"' in done.stdout


def test_the_page_shows_the_inputs_that_there_are() -> None:
    page = (ROOT / "docs" / "ci" / "README.md").read_text(encoding="utf-8")
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "policies.yml").read_text(encoding="utf-8"))
    inputs = workflow[True]["workflow_call"]["inputs"]  # YAML 1.1 reads the key `on` as true
    for name in inputs:
        assert f"`{name}`" in page or f"      {name}: " in page
