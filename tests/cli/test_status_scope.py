"""What `layerforge status` holds AWS against, and what it says where functions are behind."""

from layerforge.cli.status_report import verdict
from layerforge.cli.status_scope import Environment, wanted_in
from layerforge.operate.regions import Look
from layerforge.operate.status import Record, State, Wanted, WantedFunction
from support import plans

POWERTOOLS = "arn:aws:lambda:eu-west-1:017000801446:layer:Powertools:7"
TOOLS = plans.layer("tools", architectures=("arm64",))
ORDERS = plans.function(
    "orders", layers=[TOOLS, plans.pinned_layer(POWERTOOLS)], runs_with=plans.settings(aliases=("live",))
)
PLAN = plans.plan(TOOLS, fleets=[plans.fleet(ORDERS, regions=["eu-west-1", "us-east-1"])])


def wanted(region: str, *things: plans.Layer | plans.Function) -> tuple[Wanted | WantedFunction, ...]:
    environment = Environment(name_prefix="test-", ssm_root="/test")
    return wanted_in(Look(regions={region: things}), plans.locks(PLAN), PLAN, environment)[region]


def test_a_function_by_itself_brings_what_its_layers_should_hold() -> None:
    (unit,) = TOOLS.units
    (code,) = ORDERS.units
    layer, function = wanted("eu-west-1", TOOLS, ORDERS)
    assert (layer.name, layer.sha256) == (f"test-{unit.aws_name}", plans.sha256(f"zip of {unit}"))
    assert function == WantedFunction(
        unit=code,
        name="test-orders",
        sha256=plans.sha256(f"zip of {code}"),
        layers=(layer, POWERTOOLS) if isinstance(layer, Wanted) else (),
        aliases=("live",),
    )
    assert wanted("eu-west-1", ORDERS) == (function,)


def test_a_chosen_version_that_the_region_does_not_have_is_not_judged() -> None:
    (function,) = wanted("us-east-1", ORDERS)
    assert isinstance(function, WantedFunction)
    assert function.layers[1] is None


def test_what_helps_where_terraform_takes_for_done_what_it_is_not() -> None:
    (function,) = wanted("eu-west-1", ORDERS)
    (found,) = verdict([Record(region="eu-west-1", wanted=function, state=State.ELSEWHERE, detail="…")])
    assert found.code == "STAT001"
    assert found.message == "1 unit is not published as the lock says, in `eu-west-1`"
    assert found.hint == (
        "apply Terraform there again; the other Regions need nothing. If it plans nothing for `orders`: `aws lambda "
        "publish-version --region eu-west-1 --function-name test-orders`, then apply"
    )
