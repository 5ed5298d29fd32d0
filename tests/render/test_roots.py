"""The roots of Regions: what they call, in which order, and what they ask of whoever applies them."""

from pathlib import Path

import pytest

from layerforge.diagnostics import FindingsError
from layerforge.facts.load import load_facts
from layerforge.names import Delivery, Split
from layerforge.paths import templates_dir
from layerforge.plan.fleet_types import Plan, RegionState
from layerforge.plan.function_types import Network
from layerforge.render.make import templates_of
from layerforge.render.marker import owner_of
from layerforge.render.roots import ROOT_FILES, render_roots
from render.cases import by_region
from render.test_templates import bare
from support import plans
from support.golden import Golden

MODULES = Path("/project/modules")
GOLDEN = Path(__file__).parent / "golden_roots"
POWERTOOLS = "arn:aws:lambda:{}:017000801446:layer:AWSLambdaPowertoolsPythonV3-python312-arm64:7"
SHARED = "arn:aws:lambda:eu-west-1:111122223333:layer:shared-utils:4"
TEMPLATES = sorted((templates_dir() / "root").rglob("*.j2"))


def _fleet() -> Plan:
    layers = (
        plans.layer("data-science", via=Delivery.S3, ssm="/layers/data-science", signing_profile="platform_layers"),
        plans.layer("shared-utils", ssm="/layers/shared-utils", split=Split.NONE),
    )
    channels = (plans.pointer(layers[1], SHARED), plans.pointer(layers[1], SHARED, channel="canary"))
    pinned = plans.pinned_layer(*(POWERTOOLS.format(name) for name in ("eu-west-1", "us-east-1")), label="powertools")
    functions = (
        plans.function("processor", layers=[layers[1], layers[0], pinned]),
        plans.function("kept-elsewhere", code=None, layers=[layers[0]]),
        plans.function("bucketed", code=plans.bucket_code()),
        plans.function("signed", via=Delivery.S3, signing_profile="platform_functions"),
        plans.function(
            "regional",
            code=plans.bucket_code(by_region("code-{}")),
            runs_with=plans.settings(
                dead_letter=by_region("arn:aws:sqs:{}:111122223333:dead"),
                in_vpc=True,
                networks={
                    region: Network(subnet_ids=("subnet-0a", "subnet-0b"), security_group_ids=("sg-0a",))
                    for region in ("eu-west-1", "us-east-1")
                },
                kms_key=by_region("arn:aws:kms:{}:111122223333:key/11111111-2222-3333-4444-555555555555"),
                code_signing=by_region("arn:aws:lambda:{}:111122223333:code-signing-config:csc-0123456789abcdef0"),
            ),
        ),
        plans.function(
            "inside",
            via=Delivery.PUSHED,
            runs_with=plans.settings(in_vpc=True, reserved_concurrency=3, publish=False, aliases=()),
        ),
    )
    regions = (
        plans.region("eu-west-1", bucket="artifacts-eu"),
        plans.region("us-east-1"),
        plans.region("ap-south-1", state=RegionState.PAUSED),
        plans.region("sa-east-1", state=RegionState.RETIRED),
    )
    return plans.plan(*layers, fleets=[plans.fleet(*functions, regions=regions, channels=channels)])


def _render(plan: Plan, modules: Path = MODULES) -> dict[str, dict[str, str]]:
    found = render_roots(plan, load_facts(), modules=modules)
    return {folder.relative_to(plans.SPEC.parent).as_posix(): texts for folder, texts in found.items()}


def test_the_roots_are_as_recorded(golden: Golden) -> None:
    roots = _render(_fleet())
    texts = {f"{folder}/{name}": text for folder, texts in roots.items() for name, text in texts.items()}
    golden.tree(GOLDEN, texts)


def test_only_active_regions_have_one() -> None:
    assert list(_render(_fleet())) == ["roots/eu-west-1", "roots/us-east-1"]
    assert _render(plans.plan(plans.layer())) == {}


def test_every_file_names_the_spec_on_its_first_line() -> None:
    for texts in _render(_fleet()).values():
        assert sorted(texts) == sorted(ROOT_FILES)
        assert {owner_of(text.splitlines()[0]) for text in texts.values()} == {"../layers.yaml"}


def test_a_root_may_lie_anywhere() -> None:
    plan = plans.plan(plans.layer("a"), fleets=[plans.fleet(regions=[plans.region(root="deploy/prod/ireland")])])
    assert 'source = "../../../../modules/a"' in _render(plan, Path("/modules"))["deploy/prod/ireland"]["main.tf"]


def test_the_upper_bound_of_the_provider_is_that_of_the_newest_need() -> None:
    plan = plans.plan(
        plans.layer("a"), plans.layer("b", provider_minimum="6.21.0"), fleets=[plans.fleet(regions=["eu-west-1"])]
    )
    assert '">= 6.21.0, < 7.0.0"' in _render(plan)["roots/eu-west-1"]["versions.tf"]


def test_layers_of_another_spec_are_in_no_root_of_this_one() -> None:
    other = plans.layer("other", spec=Path("/project/other.yaml"))
    plan = plans.plan(plans.layer("mine"), other, fleets=[plans.fleet(regions=["eu-west-1"])])
    text = _render(plan)["roots/eu-west-1"]["main.tf"]
    assert 'module "mine"' in text
    assert "other" not in text.partition("\n")[2]


def _refused(plan: Plan, modules: Path = MODULES) -> list[tuple[str, str, str | None]]:
    with pytest.raises(FindingsError) as caught:
        _render(plan, modules)
    return [(item.code, item.message, item.hint) for item in caught.value.diagnostics]


@pytest.mark.parametrize("root", ["modules", "modules/eu", "."])
def test_a_root_and_the_modules_stay_apart(root: str) -> None:
    plan = plans.plan(plans.layer(), fleets=[plans.fleet(regions=[plans.region(root=root)])])
    message = f"the root of `eu-west-1`, `{root}`, and the folder of the modules overlap"
    assert _refused(plan) == [("ROOT051", message, "give the Region another `root`, or the modules another `--out`")]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_value_leaves_a_template_through_a_filter(path: Path) -> None:
    text = path.read_text()
    assert list(bare(text)) == []
    assert len(text.splitlines()) <= 60
    assert templates_of("root").parse(text)
    assert path.name == "files.j2" or 'provider "' not in text
