"""Terraform in the styles that people write, and exactly what the policies find in it."""

from pathlib import Path

import pytest

from support.checkov import Checkov, Scan, lay_out
from support.golden import Golden

CORPUS = Path(__file__).parent / "corpus"
CASES = {path.stem: path for path in sorted(CORPUS.iterdir()) if path.is_dir() or path.suffix in {".tf", ".json"}}


@pytest.fixture(scope="module")
def scan(checkov: Checkov, tmp_path_factory: pytest.TempPathFactory) -> Scan:
    return checkov.scan(lay_out(CASES, tmp_path_factory.mktemp("corpus")))


@pytest.mark.parametrize("case", CASES)
def test_a_case_has_exactly_its_findings(case: str, scan: Scan, golden: Golden) -> None:
    """Each is judged by a person: read the difference before ``--update-golden``."""
    golden.text(CORPUS / f"{case}.findings", "".join(f"{line}\n" for line in scan.failures(case)))


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 40
    assert {path.stem for path in CORPUS.glob("*.findings")} == set(CASES)


def test_a_skip_is_counted_as_one(scan: Scan) -> None:
    skipped = {(one.rule, one.resource) for one in scan.skipped if one.case == "skipped_with_a_reason"}
    assert skipped == {("CKV_LAYER_1", "aws_lambda_layer_version_permission.open_source")}


def test_no_rule_breaks_down(scan: Scan) -> None:
    assert scan.errors == ()
