"""The life of a fleet: planned without a ZIP, published, reworded, moved, changed, grown, shrunk, destroyed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from layerforge.names import Delivery, Split
from layerforge.plan.types import AccountGrant, Grant, Layer, Unit
from support import plans
from support.estate import Estate, Step, open_estate, sha256_of, zip_of
from support.moto_server import Aws, Call
from support.tf import Terraform

pytestmark = [pytest.mark.terraform, pytest.mark.slow]

ACCOUNTS = tuple(AccountGrant(account=account) for account in ("111122223333", "444455556666", "777788889999"))
Grants = dict[str, tuple[str, str | None]]
"""Who may use a version, by statement: principal and organization."""

ORGANIZATION_SEEN: Grants = {"organization-o-abc123def4": ("*", "o-abc123def4")}
ACCOUNTS_SEEN: Grants = {grant.key: (f"arn:aws:iam::{grant.account}:root", None) for grant in ACCOUNTS}


def _on_arm(
    name: str, *grants: Grant, via: Delivery = Delivery.DIRECT, runtimes: tuple[str, ...] = ("python3.12",)
) -> Layer:
    return plans.layer(name, runtimes=runtimes, architectures=("arm64",), via=via, grants=grants)


TO_ORGANIZATION = _on_arm("to-organization", plans.ORGANIZATION)
TO_ACCOUNT = _on_arm("to-account", ACCOUNTS[0])
TO_ACCOUNTS = _on_arm("to-accounts", *ACCOUNTS)
TO_ALL = _on_arm("to-all", plans.PUBLIC)
UPLOADED = _on_arm("uploaded", plans.ORGANIZATION, ACCOUNTS[0], via=Delivery.S3)
PUSHED = _on_arm("pushed", plans.ORGANIZATION, via=Delivery.PUSHED)
PURE = plans.layer("pure", runtimes=("python3.12", "python3.13"), split=Split.NONE)
LAYERS = (TO_ORGANIZATION, TO_ACCOUNT, TO_ACCOUNTS, TO_ALL, UPLOADED, PUSHED, PURE)
GRANTED: dict[str, Grants] = {
    "to-organization": ORGANIZATION_SEEN,
    "to-account": {"account-111122223333": ACCOUNTS_SEEN["account-111122223333"]},
    "to-accounts": ACCOUNTS_SEEN,
    "to-all": {"public": ("*", None)},
    "uploaded": {**ORGANIZATION_SEEN, "account-111122223333": ACCOUNTS_SEEN["account-111122223333"]},
    "pushed": ORGANIZATION_SEEN,
}
CHANGED = (TO_ORGANIZATION, TO_ACCOUNTS, UPLOADED, PUSHED)

FUNCTION = """
resource "aws_lambda_function" "app" {
  function_name    = "app"
  role             = "arn:aws:iam::123456789012:role/functions"
  runtime          = "python3.12"
  architectures    = ["arm64"]
  handler          = "app.handler"
  filename         = "${path.module}/app.zip"
  source_code_hash = "app"
  layers           = [module.to_organization.arns["python3.12"]["arm64"], module.uploaded.arns["python3.12"]["arm64"]]
}

output "arns" {
  value = module.to_organization.arns
}

output "versions" {
  value = module.to_organization.versions
}
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What one step of the story did, and what AWS held after it."""

    plan: Step
    calls: tuple[Call, ...] = ()
    versions: dict[str, dict[int, str]]
    grants: dict[tuple[str, int], Grants]
    parameters: dict[str, str]
    function: tuple[str, ...]
    outputs: Mapping[str, Any] = field(default_factory=dict)

    def position(self, action: str, **parameters: str) -> int:
        """Return the place of a call among the step's calls."""
        fits = (call.action == action and parameters.items() <= call.parameters.items() for call in self.calls)
        return list(fits).index(True)

    @property
    def actions(self) -> list[str]:
        return [call.action for call in self.calls]


Story = dict[str, Seen]


def _only_unit(layer: Layer) -> Unit:
    (unit,) = layer.units
    return unit


def _look(estate: Estate, plan: Step, layers: tuple[Layer, ...], *, applied: bool, gone: bool = False) -> Seen:
    units = [unit for layer in layers for unit in layer.units]
    versions = {str(unit): estate.versions(unit) for unit in units}
    targets = () if gone else tuple((layer, str(target)) for layer in layers for target in layer.targets)
    function = None if gone else estate.aws.client("lambda").get_function_configuration(FunctionName="app")
    return Seen(
        plan=plan,
        calls=tuple(estate.aws.log.writes()) if applied else (),
        versions=versions,
        grants={
            (unit.layer, number): estate.grants(unit, number)
            for unit in units
            for number in versions[str(unit)]
            if unit.layer in GRANTED
        },
        parameters={f"{layer.name}/{target}": estate.parameter(layer, target) for layer, target in targets},
        function=tuple(item["Arn"] for item in function["Layers"]) if function else (),
    )


def _tell(estate: Estate) -> Iterator[tuple[str, Seen]]:
    (estate.folder / "app.zip").write_bytes(zip_of("app"))

    def step(layers: tuple[Layer, ...], *options: str) -> Seen:
        planned = estate.plan(*options)
        if planned.status == 2:
            estate.apply()
        return _look(estate, planned, layers, applied=planned.status == 2)

    estate.emit(LAYERS, around=FUNCTION)
    planned = estate.plan()
    estate.build(LAYERS)
    estate.apply()
    yield "published", replace(_look(estate, planned, LAYERS, applied=True), outputs=estate.outputs())
    yield "planned again", step(LAYERS)

    reworded = tuple(replace(layer, description="Other words", license="MIT") for layer in LAYERS)
    estate.emit(reworded, modules="elsewhere/layers", around=FUNCTION)
    estate.build(reworded)
    yield "reworded and moved", step(reworded)

    estate.seeds |= {str(_only_unit(layer)): "second" for layer in CHANGED}
    estate.emit(reworded, modules="elsewhere/layers", around=FUNCTION)
    estate.build(reworded)
    yield "changed", step(reworded)
    yield "planned after the change", step(reworded)

    grown = _on_arm("to-organization", plans.ORGANIZATION, runtimes=("python3.12", "python3.13"))
    fewer = (grown, *(layer for layer in reworded if layer.name not in ("to-organization", "to-all")))
    estate.emit(fewer, modules="elsewhere/layers", around=FUNCTION)
    planned = estate.plan()
    new = grown.units[-1]  # no other ZIP is in this checkout
    estate.zip_path(new).parent.mkdir()
    estate.zip_path(new).write_bytes(estate.data(new))
    estate.apply()
    seen = _look(estate, planned, fewer, applied=True)
    yield "grown and shrunk", replace(seen, versions=seen.versions | {"to-all": estate.versions(_only_unit(TO_ALL))})

    destroyed = estate.plan("-destroy")
    estate.apply()
    yield "destroyed", _look(estate, destroyed, fewer, applied=True, gone=True)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, terraform: Terraform, aws_server: Aws) -> Story:
    folder = tmp_path_factory.mktemp("estate")
    return dict(_tell(open_estate(folder, terraform, aws_server)))


def _digest(layer: Layer, seed: str | None = None) -> str:
    return sha256_of(zip_of(seed or str(_only_unit(layer))))


def _arn(layer: Layer, version: int) -> str:
    return f"arn:aws:lambda:eu-west-1:123456789012:layer:{_only_unit(layer).aws_name}:{version}"


def test_a_plan_made_without_any_zip_publishes_what_the_lock_says(story: Story) -> None:
    seen = story["published"]
    assert seen.plan.errors == []
    assert seen.versions == {str(_only_unit(layer)): {1: _digest(layer)} for layer in LAYERS}


def test_everyone_who_is_granted_may_use_the_first_version_and_nobody_else(story: Story) -> None:
    assert story["published"].grants == {(layer, 1): granted for layer, granted in GRANTED.items()}


def test_parameters_and_outputs_hold_the_arn_of_each_target(story: Story) -> None:
    seen = story["published"]
    pure = {f"pure/{runtime}/{machine}" for runtime in ("python3.12", "python3.13") for machine in ("x86_64", "arm64")}
    assert {seen.parameters[name] for name in pure} == {_arn(PURE, 1)}
    others = {layer: seen.parameters[f"{layer.name}/python3.12/arm64"] for layer in LAYERS if layer is not PURE}
    assert others == {layer: _arn(layer, 1) for layer in others}
    assert seen.outputs["arns"] == {"python3.12": {"arm64": _arn(TO_ORGANIZATION, 1)}}
    size = len(zip_of(str(_only_unit(TO_ORGANIZATION))))
    assert seen.outputs["versions"] == {
        "python312-arm64": {
            "arn": _arn(TO_ORGANIZATION, 1),
            "layer_arn": _arn(TO_ORGANIZATION, 1).rpartition(":")[0],
            "version": 1,
            "sha256": _digest(TO_ORGANIZATION),
            "zipped_size": size,
            "unzipped_size": size,
        }
    }


@pytest.mark.parametrize("step", ["planned again", "reworded and moved", "planned after the change"])
def test_there_is_nothing_to_do(story: Story, step: str) -> None:
    assert (story[step].plan.status, story[step].plan.changes) == (0, set())


def test_changed_content_is_published_and_nothing_is_taken_away(story: Story) -> None:
    seen = story["changed"]
    kinds = set(seen.actions)
    assert kinds == {
        "AddLayerVersionPermission",
        "DeleteObject",
        "PublishLayerVersion",
        "PutObject",
        "PutParameter",
        "UpdateFunctionConfiguration",
    }
    published = [call.parameters["LayerName"] for call in seen.calls if call.action == "PublishLayerVersion"]
    assert sorted(published) == sorted(_only_unit(layer).aws_name for layer in CHANGED)
    assert {call.status for call in seen.calls} <= {200, 201, 204}
    after = {
        layer: {1: _digest(layer)} | ({2: _digest(layer, "second")} if layer in CHANGED else {}) for layer in LAYERS
    }
    assert seen.versions == {str(_only_unit(layer)): versions for layer, versions in after.items()}


@pytest.mark.parametrize("layer", [TO_ORGANIZATION, TO_ACCOUNTS, UPLOADED, PUSHED], ids=lambda layer: layer.name)
def test_a_version_is_published_then_granted_and_only_then_pointed_to(story: Story, layer: Layer) -> None:
    seen, name = story["changed"], _only_unit(layer).aws_name
    published = seen.position("PublishLayerVersion", LayerName=name)
    granted = [
        seen.position("AddLayerVersionPermission", LayerName=name, StatementId=statement)
        for statement in GRANTED[layer.name]
    ]
    pointed = seen.position("PutParameter", Name=f"/layers/{layer.name}/python3.12/arm64/latest", Value=_arn(layer, 2))
    assert published < min(granted)
    assert max(granted) < pointed
    if layer in (TO_ORGANIZATION, UPLOADED):
        assert max(granted) < seen.position("UpdateFunctionConfiguration", FunctionName="app")


def test_an_uploaded_object_is_there_before_and_its_predecessor_goes_after(story: Story) -> None:
    seen = story["changed"]
    published = seen.position("PublishLayerVersion", LayerName=_only_unit(UPLOADED).aws_name)
    assert seen.position("PutObject") < published < seen.position("DeleteObject")


def test_the_hand_written_function_follows(story: Story) -> None:
    assert story["published"].function == (_arn(TO_ORGANIZATION, 1), _arn(UPLOADED, 1))
    assert story["changed"].function == (_arn(TO_ORGANIZATION, 2), _arn(UPLOADED, 2))


def test_the_old_version_and_its_grants_still_answer(story: Story) -> None:
    grants = story["changed"].grants
    changed = [layer.name for layer in CHANGED]
    assert grants == {
        (layer, number): granted
        for layer, granted in GRANTED.items()
        for number in ((1, 2) if layer in changed else (1,))
    }


def test_another_runtime_is_a_unit_more_moves_no_other_and_needs_no_other_zip(story: Story) -> None:
    seen = story["grown and shrunk"]
    created = {address for action, address in seen.plan.changes if action == "create"}
    assert created == {
        "module.to_organization.aws_lambda_layer_version.python313_arm64",
        'module.to_organization.aws_lambda_layer_version_permission.this["python313-arm64/organization-o-abc123def4"]',
        'module.to_organization.aws_ssm_parameter.latest["python3.13/arm64"]',
    }
    assert {action for action, _address in seen.plan.changes} == {"create", "delete"}
    assert (
        seen.versions["to-organization/python312-arm64"] == story["changed"].versions["to-organization/python312-arm64"]
    )
    assert list(seen.versions["to-organization/python313-arm64"]) == [1]
    assert seen.function == story["changed"].function


def test_a_layer_that_leaves_the_root_leaves_its_versions(story: Story) -> None:
    seen = story["grown and shrunk"]
    deleted = {address for action, address in seen.plan.changes if action == "delete"}
    assert deleted == {
        "module.to_all.aws_lambda_layer_version.python312_arm64",
        'module.to_all.aws_lambda_layer_version_permission.this["python312-arm64/public"]',
        'module.to_all.aws_ssm_parameter.latest["python3.12/arm64"]',
    }
    assert sorted(seen.actions) == [
        "AddLayerVersionPermission",
        "DeleteParameter",
        "PublishLayerVersion",
        "PutParameter",
    ]
    assert seen.versions["to-all"] == {1: _digest(TO_ALL)}


def test_destroy_makes_no_call_for_a_layer_or_a_grant(story: Story) -> None:
    seen = story["destroyed"]
    assert set(seen.actions) == {"DeleteFunction", "DeleteObject", "DeleteParameter"}
    kept = {**story["grown and shrunk"].versions}
    del kept["to-all"]
    assert seen.versions == kept
    assert seen.grants == story["grown and shrunk"].grants
