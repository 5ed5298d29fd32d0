"""Fleets over Regions and over time: at no moment does a function name a version that is gone, or one lose a grant."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from layerforge.names import Delivery
from layerforge.plan.fleet_types import Function, RegionState
from layerforge.plan.types import AccountGrant, Grant, Layer
from support import plans
from support.moto_server import Aws
from support.roots import Applied, FleetEstate, open_fleet
from support.tf import Terraform

pytestmark = [pytest.mark.terraform, pytest.mark.slow]

EU = plans.region("eu-west-1", bucket="fleet-eu")
US = plans.region("us-east-1", bucket="fleet-us")
ONE, TWO, THREE = (AccountGrant(account=account) for account in ("111122223333", "444455556666", "777788889999"))


def _layer(name: str, *grants: Grant, via: Delivery = Delivery.DIRECT, description: str = "Words") -> Layer:
    return plans.layer(
        name, architectures=["arm64"], grants=grants, via=via, description=description, ssm=f"/layers/{name}"
    )


def _powertools(number: int) -> str:
    return f"arn:aws:lambda:eu-west-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python312-arm64:{number}"


def _names(arns: list[str]) -> list[str]:
    return [arn.split(":", 6)[6] for arn in arns]


def _at_aws(*names: str) -> list[str]:
    """Return names and numbers as AWS has them: ``steady:2``."""
    return [f"{name}-python312-arm64:{number}" for name, _, number in (one.partition(":") for one in names)]


Chapter = tuple[str, Applied, dict[str, list[str]]]
"""What a step is called, what it did, and the layers behind each function's alias after it."""
Story = list[Chapter]
STEADY = _layer("steady", plans.ORGANIZATION)


def _tell(fleet: FleetEstate) -> Iterator[Chapter]:
    def step(name: str, layers: list[Layer], functions: list[Function]) -> Chapter:
        fleet.emit(layers, functions, [EU])
        applied = fleet.apply(EU)
        return name, applied, {one.name: _names(fleet.layers_of(EU, one.name)) for one in functions}

    moving, old, leaving = _layer("moving", plans.ORGANIZATION), _layer("old-name", ONE), _layer("leaving", ONE)
    layers = [STEADY, _layer("shared", ONE), moving, old, leaving]
    app = plans.function("app", layers=[STEADY, moving, _powertools(7)])
    worker = plans.function("worker", layers=[old, leaving])
    yield step("published", layers, [app, worker])

    fleet.seeds |= {"steady/python312-arm64": "second"}
    reworded = _layer("shared", ONE, TWO, description="Other words")
    moving = _layer("moving", plans.ORGANIZATION, via=Delivery.S3)
    yield step("content, words, a grant more, through S3", [STEADY, reworded, moving, old, leaving], [app, worker])

    fleet.seeds |= {"moving/python312-arm64": "second"}
    renamed, changed = _layer("new-name", ONE), _layer("shared", ONE, THREE)
    moving = _layer("moving", plans.ORGANIZATION, via=Delivery.PUSHED)
    app = plans.function("app", layers=[STEADY, moving, _powertools(8)])
    worker = plans.function("worker", layers=[renamed])
    yield step("renamed, removed, a grant changed, pushed, raised", [STEADY, changed, moving, renamed], [app, worker])

    fleet.seeds |= {"worker/code": "without its dependencies", "shared/python312-arm64": "second"}
    moving, fewer, dependencies = _layer("moving", plans.ORGANIZATION), _layer("shared", ONE), _layer("dependencies")
    app = plans.function("app", layers=[_powertools(8), moving, STEADY])
    worker = plans.function("worker", layers=[renamed, dependencies])
    last = [STEADY, fewer, moving, renamed, dependencies]
    yield step("reordered, moved to a layer, a grant removed, direct again", last, [app, worker])


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, terraform: Terraform, aws_server: Aws) -> Story:
    """The story of one Region; the watch in it has failed already if anything in use was ever missing."""
    return list(_tell(open_fleet(tmp_path_factory.mktemp("fleet"), terraform, aws_server, [EU])))


def test_second_plans_are_empty(told: Story) -> None:
    assert [(name, applied.left.status, applied.left.changes) for name, applied, _ in told] == [
        (name, 0, set()) for name, _, _ in told
    ]


def test_versions_are_published_for_content_and_for_nothing_else(
    told: Story,
) -> None:
    published = [sorted(call["LayerName"] for call in step.called("PublishLayerVersion")) for _, step, _ in told]
    expected = [
        ["leaving", "moving", "old-name", "shared", "steady"],
        ["steady"],
        ["moving", "new-name"],
        ["dependencies", "shared"],
    ]
    assert published == [[f"{name}-python312-arm64" for name in names] for names in expected]


def test_aliases_come_to_the_layers_of_the_spec_in_its_order(
    told: Story,
) -> None:
    powertools = "AWSLambdaPowertoolsPythonV3-python312-arm64"
    assert [layers for _, _, layers in told] == [
        {
            "app": [*_at_aws("steady:1", "moving:1"), f"{powertools}:7"],
            "worker": _at_aws("old-name:1", "leaving:1"),
        },
        {
            "app": [*_at_aws("steady:2", "moving:1"), f"{powertools}:7"],
            "worker": _at_aws("old-name:1", "leaving:1"),
        },
        {"app": [*_at_aws("steady:2", "moving:2"), f"{powertools}:8"], "worker": _at_aws("new-name:1")},
        {
            "app": [f"{powertools}:8", *_at_aws("moving:2", "steady:2")],
            "worker": _at_aws("new-name:1", "dependencies:1"),
        },
    ]


def test_an_alias_moves_after_layers_and_code(told: Story) -> None:
    _, step, _ = told[-1]
    order = [call.action for call in step.calls if call.parameters.get("FunctionName", "").startswith("worker")]
    assert order == ["UpdateFunctionConfiguration", "UpdateFunctionCode", "PublishVersion", "UpdateAlias"]


def test_a_grant_is_added_to_live_versions_and_none_is_ever_taken(
    told: Story,
) -> None:
    added = [
        sorted(
            (call["VersionNumber"], call["StatementId"])
            for call in step.called("AddLayerVersionPermission")
            if call["LayerName"].startswith("shared")
        )
        for _, step, _ in told
    ]
    assert added == [
        [("1", "account-111122223333")],
        [("1", "account-444455556666")],
        [("1", "account-777788889999")],
        [("2", "account-111122223333")],
    ]


def test_regions_come_pause_and_go(tmp_path: Path, terraform: Terraform, aws_server: Aws) -> None:
    fleet = open_fleet(tmp_path, terraform, aws_server, [EU, US])
    functions = [plans.function("app", layers=[STEADY])]
    fleet.emit([STEADY], functions, [EU])
    fleet.apply(EU)

    fleet.emit([STEADY], functions, [EU, US])
    assert fleet.root(EU).plan().changes == set()
    added = fleet.apply(US)
    assert {call.region for call in added.calls} == {"us-east-1"}
    assert added.left.changes == set()
    assert _names(fleet.layers_of(US, "app")) == _at_aws("steady:1")

    fleet.seeds["steady/python312-arm64"] = "second"
    fleet.emit([STEADY], functions, [EU, replace(US, state=RegionState.PAUSED)])
    assert {call.region for call in fleet.apply(EU).calls} == {"eu-west-1"}
    fleet.look(US)
    assert fleet.watches["us-east-1"].live == {"steady-python312-arm64": 1}

    fleet.emit([STEADY], functions, [EU, replace(US, state=RegionState.RETIRED)])
    root = fleet.root(US)
    assert sorted(path.name for path in root.folder.glob("*.tf")) == ["providers.tf"]
    assert {action for action, _ in root.plan().changes} == {"delete"}
    root.apply()
    assert set(aws_server.log.actions()) == {"DeleteAlias", "DeleteFunction", "DeleteLogGroup", "DeleteParameter"}
    fleet.look(US)
    assert fleet.grants(US, "steady-python312-arm64", 1) == ["organization-o-abc123def4"]
    assert fleet.root(EU).plan().changes == set()


def test_a_root_asks_for_what_functions_need_and_takes_what_differs(
    tmp_path: Path, terraform: Terraform, aws_server: Aws
) -> None:
    fleet = open_fleet(tmp_path, terraform, aws_server, [EU])
    inside = plans.function("inside", layers=[STEADY], runs_with=plans.settings(in_vpc=True, reserved_concurrency=3))
    elsewhere = plans.function("elsewhere", code=None, layers=[STEADY])
    fleet.emit([STEADY], [inside, elsewhere, plans.function("bucketed", code=plans.bucket_code())], [EU])
    root = fleet.root(EU)
    (root.folder / "terraform.tfvars").write_text("functions = { nobody = {} }\n")
    assert [error.partition("\n")[0] for error in root.plan(ok=(1,)).errors] == [
        ": A key is the name of a function of the spec whose module takes such values.",
        ": The function inside needs vpc_config.",
    ]
    (root.folder / "terraform.tfvars").write_text(
        'functions = { inside = { vpc_config = { subnet_ids = ["subnet-0a"], security_group_ids = ["sg-0a"] }, '
        "memory_size = 1024 } }\n"
    )
    planned = {event["change"]["resource"]["addr"] for event in root.plan().events if event["type"] == "planned_change"}
    assert {f"module.{name}.aws_lambda_function.this" for name in ("inside", "bucketed")} <= planned
    assert not any("elsewhere" in address for address in planned)
