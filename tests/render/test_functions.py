"""Modules of functions: which files, variables and rights each has, and what is refused."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from layerforge.diagnostics import FindingsError
from layerforge.facts.load import load_facts
from layerforge.lock.types import Lock
from layerforge.names import Delivery
from layerforge.plan.function_types import BucketCode, Function, Logs
from layerforge.render.function_outputs import function_outputs
from layerforge.render.function_role import NETWORK, statements
from layerforge.render.function_variables import function_variables
from layerforge.render.make import render
from support import plans

ROLE = "arn:aws:iam::111122223333:role/given"
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:failures"
LAYER = "arn:aws:lambda:eu-west-1:111122223333:layer:x:1"
COMMON = {
    ".gitignore",
    "README.md",
    "main.tf",
    "outputs.tf",
    "tests/contract.tftest.hcl",
    "variables.tf",
    "versions.tf",
}
DIGEST = {"tests/digest.tftest.hcl", "tests/digest.tofutest.hcl"}
OURS = {"artifacts.tf"} | DIGEST
ALWAYS = {
    "code_signing_config_arn",
    "environment",
    "kms_key_arn",
    "layers",
    "log_retention_days",
    "memory_size",
    "name_prefix",
    "reserved_concurrent_executions",
    "tags",
}


def _texts(function: Function, **changed: Any) -> dict[str, str]:  # noqa: ANN401 - of render
    plan = plans.plan(fleets=[plans.fleet(function)])
    return render(plan, changed.get("locks", plans.locks(plan)), load_facts())


def _files(function: Function) -> set[str]:
    return {name.partition("/")[2] for name in _texts(function)}


@pytest.mark.parametrize(
    ("function", "files"),
    [
        (plans.function(), COMMON | OURS | {"tests/other/code.zip"}),
        (plans.function(via=Delivery.S3), COMMON | OURS | {"tests/other/code.zip"}),
        (plans.function(via=Delivery.PUSHED), COMMON | OURS),
        (plans.function(code=plans.bucket_code(digest="0" * 64)), COMMON | DIGEST),
        (plans.function(code=plans.bucket_code()), COMMON),
        (plans.function(code=None, layers=[LAYER]), COMMON - {"main.tf"}),
    ],
    ids=["direct", "s3", "pushed", "bucket with a digest", "bucket", "attached only"],
)
def test_a_module_has_the_files_of_its_kind_of_code(function: Function, files: set[str]) -> None:
    assert _files(function) == files


def _every_function() -> Iterator[Function]:
    codes: tuple[tuple[str | BucketCode, Delivery, str | None], ...] = (
        *(("src", via, None) for via in Delivery),
        ("src", Delivery.S3, "platform_functions"),
        (plans.bucket_code(), Delivery.PUSHED, None),
    )
    for (code, via, profile), role, in_vpc, group, listed in product(
        codes, (None, ROLE), (False, True), (None, "/own"), ([], [LAYER])
    ):
        logs, dead_letter = Logs(retention=365, format="JSON", group=group), QUEUE if in_vpc else None
        own = plans.settings(role=role, in_vpc=in_vpc, logs=logs, dead_letter=dead_letter)
        yield plans.function(code=code, via=via, layers=listed, runs_with=own, signing_profile=profile)


def test_no_module_has_more_than_15_variables_and_each_has_what_makes_sense_for_it() -> None:
    counts = set()
    for function in _every_function():
        variables = {variable.name: variable for variable in function_variables(function, load_facts())}
        own, folder = function.settings, bool(function.units)
        assert variables.keys() == ALWAYS - ({"log_retention_days"} if own.logs.group else set()) | {
            name
            for name, wanted in {
                "artifact_bucket": not folder or function.via is not Delivery.DIRECT,
                "artifact_dir": folder and function.via is not Delivery.PUSHED and function.signing_profile is None,
                "artifact_prefix": folder and function.via is not Delivery.DIRECT,
                "role_arn": own.role is not None,
                "dead_letter_arn": own.dead_letter is not None,
                "signing_profile_name": function.signing_profile is not None,
                "vpc_config": own.in_vpc,
            }.items()
            if wanted
        }
        required = {name for name, variable in variables.items() if variable.default is None}
        assert required == {
            name
            for name, wanted in {
                "artifact_bucket": folder and function.via is not Delivery.DIRECT,
                "layers": bool(function.layers),
                "vpc_config": own.in_vpc,
            }.items()
            if wanted
        }
        counts.add(len(variables))
    assert max(counts) == 15


def test_variables_are_listed_required_ones_first_and_by_name() -> None:
    for function in _every_function():
        variables = function_variables(function, load_facts())
        assert list(variables) == sorted(variables, key=lambda item: (item.default is not None, item.name))


def test_what_the_spec_gives_is_the_default_of_its_variable() -> None:
    own = plans.settings(
        role=ROLE,
        memory=512,
        reserved_concurrency=7,
        logs=Logs(retention=14, format="Text", group=None),
        kms_key="arn:aws:kms:eu-west-1:111122223333:key/1",
        code_signing="arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0123456789abcdef0",
    )
    function = plans.function(code=plans.bucket_code("the-bucket"), runs_with=own)
    defaults = {variable.name: variable.default for variable in function_variables(function, load_facts())}
    assert {name: value for name, value in defaults.items() if name not in ("environment", "tags", "name_prefix")} == {
        "artifact_bucket": '"the-bucket"',
        "code_signing_config_arn": f'"{own.code_signing}"',
        "kms_key_arn": f'"{own.kms_key}"',
        "layers": "[]",
        "log_retention_days": "14",
        "memory_size": "512",
        "reserved_concurrent_executions": "7",
        "role_arn": f'"{ROLE}"',
    }


@pytest.mark.parametrize("length", [1, 60, 63, 64])
def test_a_prefix_leaves_room_for_the_name(length: int) -> None:
    function = plans.function("n" * length)
    (prefix,) = (item for item in function_variables(function, load_facts()) if item.name == "name_prefix")
    assert prefix.rules[-1].message == f"The prefix has at most {64 - length} characters."
    assert str(prefix.example).strip('"') == "contract-"[: 64 - length]
    assert len(prefix.rules) == (1 if length == 64 else 2)


def _rights(**settings: Any) -> dict[str, tuple[str, ...]]:  # noqa: ANN401 - each field has a type of its own
    return {one.sid: one.actions for one in statements(plans.function(runs_with=plans.settings(**settings)))}


LOGS = {"WriteLogs": ("logs:CreateLogStream", "logs:PutLogEvents")}


@pytest.mark.parametrize(
    ("settings", "rights"),
    [
        ({}, {}),
        ({"tracing": True}, {"SendTraces": ("xray:PutTelemetryRecords", "xray:PutTraceSegments")}),
        ({"dead_letter": "arn:aws:sqs:eu-west-1:111122223333:q"}, {"SendDeadLetters": ("sqs:SendMessage",)}),
        ({"dead_letter": "arn:aws:sns:eu-west-1:111122223333:t"}, {"SendDeadLetters": ("sns:Publish",)}),
        ({"in_vpc": True}, {"StandInNetwork": NETWORK, "KeepNetworkFromCode": NETWORK}),
    ],
)
def test_a_role_has_a_right_for_each_setting_and_no_other(
    settings: dict[str, object], rights: dict[str, tuple[str, ...]]
) -> None:
    assert _rights(**settings) == LOGS | rights


def test_a_role_may_write_to_the_functions_log_group_alone() -> None:
    own = plans.settings(logs=Logs(retention=0, format="Text", group="/platform/shared"))
    (right,) = statements(plans.function(runs_with=own))
    assert right.resource == '"arn:*:logs:*:*:log-group:/platform/shared:*"'
    (right,) = statements(plans.function())
    assert right.resource == '"arn:*:logs:*:*:log-group:/aws/lambda/${local.function_name}:*"'


def test_everything_but_networks_and_traces_is_bound_to_a_resource() -> None:
    own = plans.settings(tracing=True, in_vpc=True, dead_letter="arn:aws:sqs:eu-west-1:111122223333:q")
    found = {one.sid for one in statements(plans.function(runs_with=own)) if one.resource == '"*"'}
    assert found == {"SendTraces", "StandInNetwork", "KeepNetworkFromCode"}


def test_outputs_are_those_that_make_sense() -> None:
    def names(function: Function) -> set[str]:
        return {output.name for output in function_outputs(function)}

    always = {"arn", "code_sha256", "function_name", "invoke_arn", "layers"}
    published = {"qualified_arn", "version"}
    assert names(plans.function()) == always | published | {"alias_arns", "role_name"}
    assert names(plans.function(runs_with=plans.settings(aliases=()))) == always | published | {"role_name"}
    assert names(plans.function(runs_with=plans.settings(publish=False, aliases=(), role=ROLE))) == always
    assert names(plans.function(code=None)) == {"layers"}


def test_code_that_was_not_built_is_named_with_the_remedy() -> None:
    with pytest.raises(FindingsError) as caught:
        _texts(plans.function("app"), locks={plans.SPEC: Lock()})
    (found,) = caught.value.diagnostics
    assert (found.code, found.message, found.hint) == (
        "REND001",
        "the lock records no artifact for the inputs of `app/code`",
        "run `layerforge gen`: it locks, builds and renders",
    )
    assert found.location == plans.location("functions.app")


def test_a_function_whose_code_is_not_ours_needs_no_lock_entry() -> None:
    for code in (plans.bucket_code(), None):
        assert _texts(plans.function("app", code=code, layers=[LAYER]), locks={plans.SPEC: Lock()})


@pytest.mark.parametrize(
    ("layer", "function", "wanted"),
    [
        ("5.100.0", "5.100.0", {"a": ">= 5.100.0, < 7.0.0", "f": ">= 5.100.0, < 7.0.0"}),
        ("5.100.0", "7.21.0", {"a": ">= 5.100.0, < 8.0.0", "f": ">= 7.21.0, < 8.0.0"}),
        ("7.21.0", "5.100.0", {"a": ">= 7.21.0, < 8.0.0", "f": ">= 5.100.0, < 8.0.0"}),
    ],
)
def test_layers_and_functions_of_a_spec_can_share_one_provider(
    layer: str, function: str, wanted: dict[str, str]
) -> None:
    shared = plans.layer("a", provider_minimum=layer)
    plan = plans.plan(shared, fleets=[plans.fleet(plans.function("f", provider_minimum=function))])
    texts = render(plan, plans.locks(plan), load_facts())
    found = {name: texts[f"{name}/versions.tf"].split('  version = "')[1].split('"')[0] for name in wanted}
    assert found == wanted


def test_an_attachment_needs_no_provider() -> None:
    assert "required_providers" not in _texts(plans.function("f", code=None))["f/versions.tf"]


def test_other_code_changes_the_table_of_artifacts_and_nothing_else() -> None:
    function = plans.function("app", via=Delivery.S3)
    plan = plans.plan(fleets=[plans.fleet(function)])
    before = render(plan, plans.locks(plan), load_facts())
    after = render(plan, plans.locks(plan, changed={"app/code": "other"}), load_facts())
    assert [name for name in before if before[name] != after[name]] == ["app/artifacts.tf"]


def test_another_delivery_moves_no_address_of_the_function() -> None:
    for via in Delivery:
        text = _texts(plans.function("app", via=via))["app/main.tf"]
        assert text.count('resource "aws_lambda_function" "this" {') == 1


def test_a_long_name_leaves_the_role_a_legal_one() -> None:
    """IAM allows 64 characters, of which the provider makes up 26."""
    assert (
        'name_prefix = substr("${local.function_name}-", 0, 38)'
        in _texts(plans.function("n" * 64))[f"{'n' * 64}/main.tf"]
    )


def test_without_published_versions_there_are_no_aliases() -> None:
    function = plans.function("app", runs_with=replace(plans.settings(), publish=False))
    assert "aws_lambda_alias" not in "".join(_texts(function).values())
