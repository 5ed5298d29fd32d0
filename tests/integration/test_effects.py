"""What `gen` says an apply will do is what Terraform plans: one fleet, in which everything changes at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from layerforge.foresee.make import foresee
from layerforge.foresee.types import Effect, Effects, Kind
from layerforge.names import Delivery, Split, identifier
from layerforge.plan.fleet_types import Plan
from layerforge.plan.types import AccountGrant, Grant, Layer
from layerforge.render.roots import ROOT_FILES
from support import plans
from support.estate import sha256_of, zip_of
from support.foreseen import difference, lines
from support.moto_server import Aws
from support.roots import open_fleet
from support.tf import Terraform

pytestmark = [pytest.mark.terraform, pytest.mark.slow]

EU = plans.region("eu-west-1", bucket="fleet-eu")
ONE, TWO = (AccountGrant(account=account) for account in ("111122223333", "444455556666"))


def _layer(
    name: str,
    *grants: Grant,
    via: Delivery = Delivery.DIRECT,
    ssm: str | None = None,
    description: str = "Words",
    runtimes: tuple[str, ...] = ("python3.12",),
) -> Layer:
    return plans.layer(
        name,
        architectures=["arm64"],
        runtimes=runtimes,
        split=Split.NONE,
        grants=grants or [ONE],
        via=via,
        ssm=ssm or f"/layers/{name}",
        description=description,
    )


def _before() -> Plan:
    layers = {
        name: _layer(name) for name in ("content", "grants", "kept", "old-name", "parameters", "targets", "words")
    }
    layers |= {"upload": _layer("upload"), "forget": _layer("forget", via=Delivery.S3)}
    layers["stored"] = _layer("stored", via=Delivery.S3)
    functions = [
        plans.function("follows", layers=[layers["content"]]),
        plans.function("gone", layers=[layers["kept"]]),
        plans.function("kept-function", layers=[layers["kept"]]),
        plans.function("ordered", layers=[layers["kept"], layers["words"]]),
        plans.function("set", layers=[layers["kept"]]),
    ]
    return plans.plan(*layers.values(), fleets=[plans.fleet(*functions, regions=[EU])])


def _after() -> Plan:
    layers = {name: _layer(name) for name in ("content", "kept", "new-name")}
    layers |= {
        "grants": _layer("grants", TWO),
        "parameters": _layer("parameters", ssm="/moved"),
        "targets": _layer("targets", runtimes=("python3.12", "python3.13")),
        "words": _layer("words", description="Other words"),
        "upload": _layer("upload", via=Delivery.S3),
        "forget": _layer("forget", via=Delivery.PUSHED),
        "stored": _layer("stored", via=Delivery.S3),
    }
    functions = [
        plans.function("follows", layers=[layers["content"]]),
        plans.function("kept-function", layers=[layers["kept"]]),
        plans.function("ordered", layers=[layers["words"], layers["kept"]]),
        plans.function("set", layers=[layers["kept"]], runs_with=plans.settings(memory=512)),
    ]
    return plans.plan(*layers.values(), fleets=[plans.fleet(*functions, regions=[EU])])


def _texts(folder: Path, *files: str) -> dict[str, str]:
    paths = [folder / file for file in files] or sorted(folder.rglob("*.tf"))
    return {path.relative_to(folder).as_posix(): path.read_text() for path in paths}


@pytest.fixture(scope="module")
def told_and_planned(
    tmp_path_factory: pytest.TempPathFactory, terraform: Terraform, aws_server: Aws
) -> tuple[Effects, set[tuple[str, str]]]:
    """What is foretold of a fleet that has been applied and changes, and Terraform's plan."""
    fleet = open_fleet(tmp_path_factory.mktemp("effects"), terraform, aws_server, [EU])
    modules, root = fleet.folder / "modules", fleet.folder / EU.root
    before, after = _before(), _after()
    fleet.emit(before.layers, before.functions, [EU])
    fleet.apply(EU)
    old, around = _texts(modules), _texts(root, *ROOT_FILES)
    fleet.seeds |= {"content/all": "new", "stored/all": "new", "new-name/all": "old-name/all"}
    fleet.emit(after.layers, after.functions, [EU])
    roots = {EU.name: difference(around, _texts(root, *ROOT_FILES))}
    return foresee(after, difference(old, _texts(modules)), roots), fleet.root(EU).plan().changes


def test_all_that_is_said(told_and_planned: tuple[Effects, set[tuple[str, str]]]) -> None:
    effects, _ = told_and_planned
    new, content, stored = (sha256_of(zip_of(seed))[:8] for seed in ("new", "content/all", "stored/all"))
    leaves = "leaves the spec; its published versions and their grants stay"
    stays = "stays on every version that has it: `layerforge grants --apply --revoke` revokes it"
    publishes = "a version of the function is published and `live` moves to it"
    assert [line for line in lines(effects) if ": grant `account-111122223333` " not in line] == [
        f"content/all: new version: content {content} → {new}, 153 B → 145 B",
        (
            "forget: delivery s3 → pushed: that alone publishes nothing; the uploaded objects stay where "
            "`layerforge push` looks for them, and are Terraform's no more"
        ),
        "grants: grant `account-444455556666` is added to the newest version, not to older ones",
        "new-name: new layer: `new-name` is published, with 1 grant",
        (
            "new-name: it has the content of `old-name`, which leaves; for AWS it is another layer, with versions of "
            "its own"
        ),
        f"old-name: {leaves}",
        "old-name: SSM parameter `/layers/old-name/python3.12/arm64/latest` is deleted",
        "parameters: SSM parameters move from `/layers/parameters` to `/moved`: the old ones are deleted",
        (
            f"stored/all: new version: content {stored} → {new}, 152 B → 145 B; the old object is deleted, with all "
            "its versions"
        ),
        "targets/all: new version: runtimes python3.12 → python3.12, python3.13",
        "targets: SSM parameter `/layers/targets/python3.13/arm64/latest` is added",
        "upload: delivery direct → s3: that alone publishes nothing; Terraform uploads the ZIPs",
        "words: the new description waits for the next content",
        "follows: takes the new version of `content`",
        f"follows: {publishes}",
        (
            "gone: the function is DELETED, with all its versions, its alias `live`, its role and its log group with "
            "all that was logged"
        ),
        "ordered: layers in eu-west-1: kept, words → words, kept",
        f"ordered: {publishes}",
        "set: settings: memory_size 256 → 512",
        f"set: {publishes}",
        "nothing for 1 layer, 1 function",
    ]
    assert [line for line in lines(effects) if ": grant `account-111122223333` " in line] == [
        f"{name}: grant `account-111122223333` {stays}" for name in ("grants", "old-name")
    ]


def test_terraform_plans_just_that(told_and_planned: tuple[Effects, set[tuple[str, str]]]) -> None:
    effects, planned = told_and_planned
    foreseen = {
        (action, f"module.{identifier(one.name)}.{kind}")
        for one in effects.affected
        for effect in one.effects
        for action, kind in _at_aws(effect)
    }
    assert foreseen == {(action, ".".join(address.split(".")[:3])) for action, address in planned}


LAYER = ("aws_lambda_layer_version", "aws_lambda_layer_version_permission")
PARAMETER, OBJECT = "aws_ssm_parameter", "aws_s3_object"
FUNCTION = ("aws_lambda_function", "aws_lambda_alias")
AROUND = ("aws_cloudwatch_log_group", "aws_iam_role", "aws_iam_role_policy")


def _at_aws(effect: Effect) -> Iterator[tuple[str, str]]:
    """Yield what an effect means in Terraform's words, where layers have a grant and parameters, functions an alias."""
    if effect.kind is Kind.VERSION:
        yield from (("replace", kind) for kind in LAYER)
        yield "update", PARAMETER
        if "object is deleted" in effect.text:
            yield "replace", OBJECT
    elif effect.kind is Kind.NEW:
        yield from (("create", kind) for kind in (*LAYER, PARAMETER))
    elif effect.kind is Kind.LEFT:
        yield from (("delete", kind) for kind in ((*FUNCTION, *AROUND) if effect.loud else LAYER))
    elif effect.kind is Kind.PARAMETERS:
        moved = effect.before is not None and effect.after is not None and effect.before != effect.after
        yield "replace" if moved else "delete" if effect.loud else "create", PARAMETER
    elif effect.kind in (Kind.GRANT_ADDED, Kind.GRANT_LEFT):
        yield "create" if effect.kind is Kind.GRANT_ADDED else "delete", LAYER[1]
    elif effect.kind is Kind.DELIVERY:
        yield (
            {Delivery.DIRECT: "delete", Delivery.PUSHED: "remove", Delivery.S3: "create"}[Delivery(effect.after)],
            OBJECT,
        )
    elif effect.kind is Kind.PUBLISHES:
        yield from (("update", kind) for kind in FUNCTION)
