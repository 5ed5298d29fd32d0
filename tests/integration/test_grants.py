"""Terraform and `layerforge grants` on the same versions: neither ever stands in the other's way."""

from dataclasses import replace
from pathlib import Path

import pytest

from layerforge.operate.aws import Access
from layerforge.operate.grants import subjects
from layerforge.operate.mend import Outcome, mend, review
from layerforge.plan.types import AccountGrant, Grant, Layer
from support import fleet, plans
from support.estate import open_estate
from support.mirror import REGION
from support.moto_server import Aws
from support.tf import Terraform

pytestmark = [pytest.mark.terraform, pytest.mark.slow]

FIRST, SECOND = (AccountGrant(account=account) for account in ("111122223333", "444455556666"))
LAYER = plans.layer("tools", architectures=("arm64",), grants=(plans.ORGANIZATION, FIRST))
NAME = LAYER.units[0].aws_name
IDS = ["account-111122223333", "organization-o-abc123def4"]


def run_grants(layer: Layer, *, revoke: bool = True) -> tuple[Outcome, ...]:
    """Audit and mend as the command does."""
    access = Access()
    return mend(access, review(access, {REGION: subjects([layer], "")}, revoke=revoke))


def changes(outcomes: tuple[Outcome, ...]) -> int:
    assert not [outcome for outcome in outcomes if outcome.left or outcome.problem]
    return sum(len(outcome.repair.changes) for outcome in outcomes)


def with_grants(*grants: Grant) -> Layer:
    return replace(LAYER, grants=tuple(sorted(grants, key=lambda grant: grant.key)))


def test_a_plan_is_empty_after_it_and_an_apply_goes_through(
    aws_here: Aws, terraform: Terraform, tmp_path: Path
) -> None:
    estate = open_estate(tmp_path / "root", terraform, aws_here)
    for seed in ("one", "two", "three"):
        estate.seeds[str(LAYER.units[0])] = seed
        estate.emit([LAYER])
        estate.build([LAYER])
        estate.plan()
        estate.apply()
    assert list(estate.versions(LAYER.units[0])) == [1, 2, 3]
    assert changes(run_grants(LAYER)) == 0

    # Three planted differences over three versions, one of them on the version that Terraform looks after.
    fleet.revoke(aws_here, NAME, 1, IDS[0])
    fleet.grant(aws_here, NAME, 2, "for-a-test", "*")
    for sid in IDS:
        fleet.revoke(aws_here, NAME, 3, sid)
    assert changes(run_grants(LAYER)) == 4
    assert estate.plan().status == 0

    # A grant that is new in the spec, and this tool is faster than Terraform: no conflict.
    grown = with_grants(plans.ORGANIZATION, FIRST, SECOND)
    assert changes(run_grants(grown)) == 3
    estate.emit([grown])
    estate.plan()
    estate.apply()
    assert estate.plan().status == 0
    assert changes(run_grants(grown)) == 0

    # A grant that has left the spec: Terraform forgets it, this tool revokes it everywhere.
    shrunk = with_grants(plans.ORGANIZATION, SECOND)
    estate.emit([shrunk])
    estate.plan()
    assert estate.apply().status == 0
    assert "RemoveLayerVersionPermission" not in aws_here.log.actions()
    assert changes(run_grants(shrunk)) > 0
    assert estate.plan().status == 0
    given = {principal for number in (1, 2, 3) for principal, _ in estate.grants(LAYER.units[0], number).values()}
    assert given == {"*", "arn:aws:iam::444455556666:root"}

    # And it comes back: after the revocation Terraform finds its id free.
    estate.emit([grown])
    estate.plan()
    estate.apply()
    assert estate.plan().status == 0
    assert changes(run_grants(grown)) == 2
