"""Which Regions are looked at: the user's word, then the spec's, then the configuration's."""

from pathlib import Path

import pytest

from layerforge.operate.regions import KEPT_UP, PUBLISHED, choose
from layerforge.plan.fleet_types import RegionState
from support import plans

OTHER = Path("/project/other.yaml")


def never() -> str:
    pytest.fail("nobody should ask for the default Region")


def test_the_specs_regions_but_for_paused_ones() -> None:
    layer = plans.layer()
    regions = [
        plans.region("eu-west-1"),
        plans.region("us-east-1", state=RegionState.PAUSED),
        plans.region("ap-south-1", state=RegionState.RETIRED),
    ]
    plan = plans.plan(layer, fleets=[plans.fleet(regions=regions)])
    look = choose(plan, plan.layers, states=PUBLISHED, default=never)
    assert look.regions == {"eu-west-1": (layer,), "ap-south-1": (layer,)}
    assert look.paused == ("us-east-1",)
    assert list(choose(plan, plan.layers, states=KEPT_UP, default=never).regions) == ["eu-west-1"]


def test_the_users_word_wins_paused_or_not() -> None:
    layer = plans.layer()
    plan = plans.plan(layer, fleets=[plans.fleet(regions=[plans.region("eu-west-1", state=RegionState.PAUSED)])])
    look = choose(plan, plan.layers, asked=["eu-west-1", "us-east-1", "eu-west-1"], default=never)
    assert look.regions == {"eu-west-1": (layer,), "us-east-1": (layer,)}
    assert look.paused == ()


def test_each_spec_has_its_own_and_one_without_takes_the_configurations() -> None:
    asked = []

    def default() -> str:
        asked.append("once")
        return "eu-north-1"

    one, two, three = plans.layer("a"), plans.layer("b", spec=OTHER), plans.layer("c", spec=OTHER)
    plan = plans.plan(one, two, three, fleets=[plans.fleet(regions=["eu-west-1"])])
    look = choose(plan, plan.layers, default=default)
    assert look.regions == {"eu-west-1": (one,), "eu-north-1": (two, three)}
    assert asked == ["once"]


def test_nothing_to_look_at_asks_for_nothing() -> None:
    assert choose(plans.plan(), (), default=never).regions == {}
