"""The parts of the policies that need no checkov: versions, accounts, the day, texts, ARNs, plans."""

import json
from datetime import date
from pathlib import Path

import pytest

from lambda_layer_rules import allowed, arns, plan_file, provider_versions, values, world
from lambda_layer_rules.provider_versions import Range
from support.repository import ROOT


@pytest.mark.parametrize(
    ("constraints", "expected"),
    [
        (["5.100.0"], Range((5, 100, 0), (5, 100, 1))),
        (["= 5.1"], Range((5, 1, 0), (5, 1, 1))),
        (["~> 5.0"], Range((5, 0, 0), (6, 0, 0))),
        (["~> 5.1.2"], Range((5, 1, 2), (5, 2, 0))),
        (["~> 5"], Range((5, 0, 0))),
        ([">= 5.0"], Range((5, 0, 0))),
        (["> 5.0"], Range((5, 0, 1))),
        (["<= 5.0"], Range((0, 0, 0), (5, 0, 1))),
        ([">= 4.0, < 6.0"], Range((4, 0, 0), (6, 0, 0))),
        ([">= 4.0", "~> 5.2", "!= 5.3.0"], Range((5, 2, 0), (6, 0, 0))),
        ([">=5.41,<6.0.0"], Range((5, 41, 0), (6, 0, 0))),
        (["v6.1.0-beta1"], Range((6, 1, 0), (6, 1, 1))),
        ([], None),
        (["${var.version}"], None),
        (["~> 5.0", "newest"], None),
    ],
)
def test_constraints_become_a_range(constraints: list[str], expected: Range | None) -> None:
    assert provider_versions.allowed(constraints) == expected


def test_the_lock_file_of_terraform_tells_the_version(tmp_path: Path) -> None:
    lock = tmp_path / ".terraform.lock.hcl"
    assert provider_versions.locked(tmp_path) is None
    lock.write_text('provider "registry.example/hashicorp/random" {\n  version = "3.6.0"\n}\n')
    assert provider_versions.locked(tmp_path) is None
    with lock.open("a") as stream:
        stream.write('\nprovider "registry.example/hashicorp/aws" {\n  version     = "6.21.0"\n  hashes = []\n}\n')
    assert provider_versions.locked(tmp_path) == "6.21.0"


@pytest.mark.parametrize(
    "text",
    [
        '["111122223333", "012345678901"]',
        '{"accounts": ["111122223333", "012345678901"]}',
        "- 111122223333\n- 012345678901\n",
        "accounts:\n  111122223333: ours\n  012345678901: a partner\n",
    ],
)
def test_accounts_come_from_a_file_in_several_forms(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "accounts"
    path.write_text(text)
    monkeypatch.setenv(allowed.ACCOUNTS, str(path))
    assert allowed.accounts() == {"111122223333", "012345678901"}


def test_accounts_come_from_the_variable_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(allowed.ACCOUNTS, "111122223333, 012345678901")
    assert allowed.accounts() == {"111122223333", "012345678901"}
    monkeypatch.setenv(allowed.ACCOUNTS, " ")
    assert allowed.accounts() is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1111", "`1111` is no account id of 12 digits"),
        ("FILE:accounts: []", "no account id is in it"),
        ("FILE:just words", "no account id is in it"),
        ("FILE:a: [", "cannot be read: while parsing"),
        ("/nowhere/accounts.json", "/nowhere/accounts.json cannot be read: "),
    ],
)
def test_a_list_of_accounts_that_is_none_stops_the_scan(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if text.startswith("FILE:"):
        (tmp_path / "accounts.yaml").write_text(text.removeprefix("FILE:"))
        text = str(tmp_path / "accounts.yaml")
    monkeypatch.setenv(allowed.ACCOUNTS, text)
    with pytest.raises(SystemExit, match=r"^2$"):
        allowed.accounts()
    told = capsys.readouterr().err
    assert told.startswith("error: LAYERFORGE_LAYER_ACCOUNTS: ")
    assert said in told


def test_the_day_is_the_environments_or_today(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(world.AS_OF, "2027-01-31")
    assert world.as_of() == date(2027, 1, 31)
    monkeypatch.delenv(world.AS_OF)
    assert abs((world.as_of() - date.today()).days) <= 1  # noqa: DTZ011 - midnight may pass in between
    monkeypatch.setenv(world.AS_OF, "next year")
    with pytest.raises(SystemExit, match=r"^2$"):
        world.as_of()
    assert capsys.readouterr().err == "error: LAYERFORGE_AS_OF is 'next year'; write a day such as 2026-11-20\n"


@pytest.mark.parametrize(
    "text",
    [
        "${var.name}",
        "var.name",
        "local.layers[0]",
        "module.shared.arn",
        "data.aws_region.current.name",
        "aws_iam_role.deploy.arn",
        "builds/local.hash.zip",
        'k/md5("x").zip',
        "each.value.principal",
        '[for x in ["a"] : x]',
        'var.kind == "Zip" ? "a" : "b"',
        "%{ if true }a%{ endif }",
    ],
)
def test_what_terraform_would_evaluate_is_an_expression(text: str) -> None:
    assert values.is_expression(text)


@pytest.mark.parametrize(
    "text",
    [
        "111122223333",
        "*",
        "lambda:GetLayerVersion",
        "arn:aws:iam::111122223333:root",
        "JSON logging, API responses and event parsing (1.0.0)",
        "build/python3.12/layer.zip",
        "Apache-2.0 AND BSD-3-Clause",
        "o-abc123def4",
        "python3.12",
        "s3.amazonaws.com",
    ],
)
def test_plain_values_are_none(text: str) -> None:
    assert not values.is_expression(text)


def test_arns_of_layers() -> None:
    start = "arn:aws:lambda:eu-west-1:111122223333:layer:tools"
    assert arns.parse(f"{start}:3") == arns.LayerArn(start, "111122223333", "3")
    assert arns.parse(start) == arns.LayerArn(start, "111122223333", None)
    assert arns.parse("arn:aws:lambda:::awslayer:AmazonLinux1803") == arns.LayerArn(
        "arn:aws:lambda:::awslayer:AmazonLinux1803", "", "managed by AWS"
    )
    for region in ("${data.aws_region.current.name}", "data.aws_region.current.name", "${var.region}"):
        put_in = f"arn:aws:lambda:{region}:111122223333:layer:tools"
        assert arns.parse(f"{put_in}:3") == arns.LayerArn(put_in, "111122223333", "3", certain=False)
        assert arns.parse(put_in) == arns.LayerArn(put_in, "111122223333", None, certain=False)
    unknown = "arn:${var.partition}:lambda:eu-west-1:${local.account}:layer:${var.stage}-tools"
    assert arns.parse(f"{unknown}:${{var.version}}") == arns.LayerArn(unknown, None, "${var.version}", certain=False)
    # A name may bring its version along.
    assert arns.parse("arn:aws:lambda:eu-west-1:111122223333:layer:${var.tools}") is None
    for other in (None, "tools", f"{start}:$LATEST", "arn:aws:lambda:eu-west-1:111122223333:function:tools"):
        assert arns.parse(other) is None


def test_references_of_a_module_are_followed_to_its_callers(tmp_path: Path) -> None:
    resource = {"mode": "managed", "type": "aws_lambda_function", "name": "this"}
    inner = {"resources": [{**resource, "expressions": {"layers": {"references": ["var.layers"]}}}]}
    outer = {"module_calls": {"inner": {"expressions": {"layers": {"references": ["var.all"]}}, "module": inner}}}
    call = {"expressions": {"all": {"references": ["data.aws_lambda_layer_version.newest.arn"]}}, "module": outer}
    address = 'module.outer["a.b"].module.inner[0]'
    values_ = {"resources": [{**resource, "address": f"{address}.aws_lambda_function.this[0]", "values": {}}]}
    document = {
        "planned_values": {"root_module": {"child_modules": [{"address": address, **values_}]}},
        "configuration": {"root_module": {"module_calls": {"outer": call}}},
    }
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(document))
    (planned,) = plan_file.read(str(path)).resources.values()
    assert planned.references("layers") == ("data.aws_lambda_layer_version.newest.arn",)
    assert planned.block == f"{address}.aws_lambda_function.this"


def test_what_is_deposed_says_nothing_of_what_is_planned(tmp_path: Path) -> None:
    resource = {"mode": "managed", "type": "aws_lambda_layer_version", "name": "this"}
    address = "aws_lambda_layer_version.this"
    kept = {"address": address, "change": {"actions": ["update"], "after_unknown": {"source_code_hash": True}}}
    goes = {"address": address, "deposed": "a1b2c3d4", "change": {"actions": ["delete"], "after_unknown": {}}}
    document = {
        "planned_values": {"root_module": {"resources": [{**resource, "address": address, "values": {}}]}},
        "resource_changes": [kept, goes],
    }
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(document))
    planned = plan_file.read(str(path)).resources[address]
    assert (planned.actions, planned.unknown) == (("update",), {"source_code_hash": True})


@pytest.mark.parametrize("version", ["3.2.200", "3.3.0", "4.0.0", "3.2.201.dev1", "3.2", "unknown"])
def test_newer_versions_of_checkov_are_taken(version: str) -> None:
    world.stop_before((3, 2, 200), version)


@pytest.mark.parametrize("version", ["3.2.199", "3.1.40", "2.9.9"])
def test_older_versions_of_checkov_are_not(version: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match=r"^2$"):
        world.stop_before((3, 2, 200), version)
    assert capsys.readouterr().err == (
        f"error: the policies for layers need checkov 3.2.200 or newer; this is {version}\n"
    )


def test_a_rule_names_its_page_in_a_checkout() -> None:
    assert world.page("CKV_LAYER_1") == str(ROOT / "docs" / "policies" / "CKV_LAYER_1.md")
    assert world.page("CKV_LAYER_0") == "docs/policies/CKV_LAYER_0.md"
