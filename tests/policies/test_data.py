"""The data of the policies is that of the plan stage, and the pages say what the rules say."""

import importlib.util
import json
import re
from importlib.machinery import SourceFileLoader
from types import ModuleType

import pytest

from support.repository import ROOT

POLICIES = ROOT / "policies"
PAGES = ROOT / "docs" / "policies"
RULES = [json.loads(line) for line in (POLICIES / "data" / "rules.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    loader = SourceFileLoader("policy_data", str(ROOT / ".ci" / "policy-data"))
    spec = importlib.util.spec_from_loader("policy_data", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_the_data_is_made_from_the_facts(writer: ModuleType) -> None:
    kept = {name: (POLICIES / "data" / name).read_text(encoding="utf-8") for name in writer.texts()}
    assert kept == writer.texts(), "make policy-data"


def test_every_line_of_data_is_one_json_value() -> None:
    for path in sorted((POLICIES / "data").iterdir()):
        assert path.suffix == ".jsonl", "checkov takes every .json and .yaml below the folder for a policy"
        assert [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_names_of_native_packages_are_words_as_the_rule_compares_them() -> None:
    lines = (POLICIES / "data" / "native.jsonl").read_text(encoding="utf-8").splitlines()
    for names in (json.loads(line)["packages"] for line in lines):
        assert names == sorted(set(names))
        assert [name for name in names if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)?", name)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["id"])
def test_a_rule_has_a_page_that_begins_with_what_it_is(rule: dict[str, str]) -> None:
    title, _, severity, *_ = (PAGES / f"{rule['id']}.md").read_text(encoding="utf-8").splitlines()
    assert title == f"# {rule['id']}: {rule['title']}"
    assert severity.startswith(f"Severity: {rule['severity']}. Looks at `aws_lambda_")
    assert rule["severity"] in {"LOW", "MEDIUM", "HIGH", "CRITICAL"}


def test_the_list_of_pages_is_the_list_of_rules() -> None:
    listed = re.findall(
        r"^\| \[(\w+)\]\((\w+)\.md\) \| (\w+) \| (.*) \|$", (PAGES / "README.md").read_text(), re.MULTILINE
    )
    assert {(one, one, severity, title) for one, _, severity, title in listed} == {
        (rule["id"], rule["id"], rule["severity"], rule["title"]) for rule in RULES
    }
    assert {path.stem for path in PAGES.glob("CKV*.md")} == {rule["id"] for rule in RULES}
