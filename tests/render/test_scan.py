"""What checkov says of the kept modules: its own rules and ours, none broken, and none silenced without need."""

import pytest

from render import cases
from support.checkov import OURS, Checkov, Scan

ALL = f"CKV_AWS_*,CKV2_AWS_*,{OURS}"


@pytest.fixture(scope="module")
def scan(checkov: Checkov, tmp_path_factory: pytest.TempPathFactory) -> Scan:
    return checkov.scan(cases.write(tmp_path_factory.mktemp("modules")), checks=ALL)


def test_no_rule_is_broken(scan: Scan) -> None:
    """Some of the kept specs name no license or description, which rules of ours ask for."""
    open_in_spec = {"CKV_LAYER_15", "CKV_LAYER_16"}
    assert (sorted(one for one in scan.failed if one.rule not in open_in_spec), scan.errors) == ([], ())
    assert {one.case for one in scan.passed} >= set(cases.FUNCTIONS) - {"elsewhere"}


def test_functions_silence_what_the_spec_left_open_and_nothing_else(scan: Scan) -> None:
    found = {name: {one.rule for one in scan.skipped if one.case == name} for name in cases.FUNCTIONS}
    neither = {"CKV_AWS_116", "CKV_AWS_117"}  # no dead letter, no VPC
    assert found == {
        "bucket-code": {"CKV_AWS_117"},
        "data-processor": neither,
        "elsewhere": set(),
        "everything": {"CKV_AWS_338"},  # logs are kept for a month
        "hostile-function": neither,
        "plain-bucket": neither,
        "signed-code": {"CKV_AWS_116"},
        "pushed": {"CKV_AWS_116"},
    }
