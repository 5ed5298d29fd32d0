"""Each rule against its fixtures, in HCL and in plans, all in one run of checkov."""

import re
from pathlib import Path

import pytest

from support.checkov import Checkov, Scan, lay_out
from support.repository import ROOT

FIXTURES = Path(__file__).parent / "fixtures"
PAGES = ROOT / "docs" / "policies"
RULES = sorted(folder.name for folder in FIXTURES.iterdir())


def plan_only(path: Path) -> bool:
    return path.suffix == ".tf" and path.read_text(encoding="utf-8").startswith("# plan only")


CASES = {
    f"{path.parent.name}.{path.stem}{'-plan' if path.suffix == '.json' else ''}": path
    for path in sorted(FIXTURES.glob("*/*"))
    if not plan_only(path)
}
HCL = re.compile(r"^## (Fails|Passes)\n.*?^```hcl\n(.*?)^```", re.MULTILINE | re.DOTALL)


def examples(rule: str) -> dict[str, str]:
    """Return the two examples of a rule's page."""
    return dict(HCL.findall((PAGES / f"{rule}.md").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def scan(checkov: Checkov, tmp_path_factory: pytest.TempPathFactory) -> Scan:
    pages = {f"{rule}.page-{name}": text for rule in RULES for name, text in examples(rule).items()}
    return checkov.scan(lay_out({**CASES, **pages}, tmp_path_factory.mktemp("rules")))


def said(scan: Scan, case: str) -> set[str]:
    """Return what a rule says of the resources of a case of its own: ``passed`` and ``failed``."""
    rule = case.partition(".")[0]
    answers = {"passed": scan.passed, "failed": scan.failed}
    return {
        word for word, findings in answers.items() if any(one.case == case and one.rule == rule for one in findings)
    }


@pytest.mark.parametrize("case", CASES)
def test_a_rule_answers_as_its_fixture_is_named(case: str, scan: Scan) -> None:
    expected = {"fail": {"failed"}, "pass": {"passed"}, "unknown": set[str]()}
    answers = said(scan, case)
    # A fixture of several resources may hold right ones beside the wrong one.
    assert (answers if "passed" in answers and "failed" not in answers else answers - {"passed"}) == expected[
        case.partition(".")[2].partition("_")[0]
    ]


@pytest.mark.parametrize("rule", RULES)
def test_the_examples_of_a_page_are_what_they_say(rule: str, scan: Scan) -> None:
    assert examples(rule).keys() == {"Fails", "Passes"}
    assert said(scan, f"{rule}.page-Fails") == {"failed"}
    assert said(scan, f"{rule}.page-Passes") == {"passed"}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_a_failing_and_a_passing_fixture_in_hcl_and_in_a_plan(rule: str) -> None:
    kinds = {(path.stem.partition("_")[0], path.suffix) for path in (FIXTURES / rule).iterdir() if not plan_only(path)}
    assert {("fail", ".tf"), ("pass", ".tf"), ("fail", ".json"), ("pass", ".json")} <= kinds


def test_what_is_broken_is_said_in_a_sentence(scan: Scan) -> None:
    assert {detail for detail in scan.details.values() if not re.fullmatch(r"[A-Z`].*\.", detail)} == set()
    assert scan.failed


def test_no_rule_breaks_down(scan: Scan) -> None:
    assert scan.errors == ()


def test_what_is_lost_without_an_order_is_said(scan: Scan) -> None:
    said = {one.case.partition(".")[2]: text for one, text in scan.details.items() if one.rule == "CKV2_LAYER_2"}
    assert said["fail_neither"] == "The granted version is deleted before the new one is there."
    assert said["fail_version_kept"] == "The grant is taken away before the new version is there."
    assert said["fail_both_kept"] == "An apply that breaks off in between leaves no version in the state."
