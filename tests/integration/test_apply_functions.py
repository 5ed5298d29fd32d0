"""The life of functions: planned without a ZIP, made, changed in code, then in layers alone, mended, destroyed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

import pytest

from layerforge.names import Delivery
from layerforge.plan.function_types import Function
from layerforge.render.function_role import NETWORK
from layerforge.render.unit_view import in_base64
from support import plans
from support.estate import BUCKET, Estate, Step, open_estate, sha256_of, zip_of
from support.moto_server import Aws, Call
from support.tf import Terraform

pytestmark = [pytest.mark.terraform, pytest.mark.slow]

ROLE = "arn:aws:iam::123456789012:role/functions"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
DEAD = "arn:aws:sqs:eu-west-1:123456789012:dead"
SHARED = plans.layer("shared", architectures=("arm64",))
SCIENCE = plans.layer("science", architectures=("arm64",), via=Delivery.PUSHED)
LAYERS = (SHARED, SCIENCE)
DIRECT = plans.function(
    "direct",
    layers=[SHARED, SCIENCE],
    runs_with=plans.settings(
        environment={"LEVEL": "INFO"},
        tracing=True,
        dead_letter=DEAD,
        aliases=("live", "canary"),
        tags={"team": "data"},
        snap_start=True,
        reserved_concurrency=5,
        in_vpc=True,
        kms_key=KEY,
    ),
)
UPLOADED = plans.function(
    "uploaded", via=Delivery.S3, layers=[SCIENCE, SHARED], runs_with=plans.settings(tags={"team": "data"})
)
WITH_A_GIVEN_ROLE = replace(UPLOADED, settings=replace(UPLOADED.settings, role=ROLE))
PUSHED = plans.function("pushed", via=Delivery.PUSHED, layers=[SCIENCE], runs_with=plans.settings(role=ROLE))
ELSEWHERE = plans.function("elsewhere", code=None, layers=[SCIENCE, SHARED])
WHOLE = (DIRECT, UPLOADED, PUSHED)
OTHERS = """
resource "aws_lambda_function" "own" {
  function_name    = "own"
  role             = "arn:aws:iam::123456789012:role/functions"
  runtime          = "python3.12"
  architectures    = ["arm64"]
  handler          = "app.handler"
  filename         = "${path.module}/own.zip"
  source_code_hash = "own"
  layers           = module.elsewhere.layers
}

module "of_somebody_else" {
  source = "./lambda"
  layers = module.elsewhere.layers
}

output "direct" {
  value = module.direct
}
"""
LAMBDA_MODULE = """
variable "layers" {
  type = list(string)
}

resource "aws_lambda_function" "this" {
  function_name = "of-somebody-else"
  role          = "arn:aws:iam::123456789012:role/functions"
  runtime       = "python3.12"
  handler       = "app.handler"
  filename      = "${path.root}/own.zip"
  layers        = var.layers
}
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Live:
    """One function as AWS has it.

    Attributes:
        version: the newest published one.
        code: the digest of that version.
        layers: of that version.
        aliases: each with its version.
        configuration: of what is not published yet.
    """

    version: str
    code: str
    layers: tuple[str, ...]
    aliases: dict[str, str]
    configuration: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What one step of the story did, and what AWS held after it."""

    plan: Step
    apply: Step | None = None
    calls: tuple[Call, ...] = ()
    functions: dict[str, Live] = field(default_factory=dict)
    policies: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)

    @property
    def actions(self) -> list[str]:
        return [call.action for call in self.calls]

    def with_function(self, name: str) -> list[str]:
        """Return what was done with one function and its aliases, in order."""
        return [call.action for call in self.calls if call.parameters.get("FunctionName") == name]


def _live(aws: Aws, name: str) -> Live:
    api = aws.client("lambda")
    numbers = [item["Version"] for item in api.list_versions_by_function(FunctionName=name)["Versions"]]
    newest = max((number for number in numbers if number != "$LATEST"), key=int, default="$LATEST")
    published = api.get_function_configuration(FunctionName=name, Qualifier=newest)
    return Live(
        version=newest,
        code=published["CodeSha256"],
        layers=tuple(layer["Arn"] for layer in published.get("Layers", [])),
        aliases={item["Name"]: item["FunctionVersion"] for item in api.list_aliases(FunctionName=name)["Aliases"]},
        configuration=api.get_function_configuration(FunctionName=name),
    )


def _policies(aws: Aws) -> dict[str, Any]:
    """Return the statements of each role's own policies."""
    iam = aws.client("iam")
    found = {}
    for role in iam.list_roles()["Roles"]:
        name = role["RoleName"]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            statements = json.loads(unquote(document)) if isinstance(document, str) else document
            found[name] = statements["Statement"]
    return found


def _vpc(aws: Aws) -> str:
    """Return the lines that put a function into the account's own VPC."""
    ec2 = aws.client("ec2")
    subnets = [item["SubnetId"] for item in ec2.describe_subnets()["Subnets"]]
    groups = [item["GroupId"] for item in ec2.describe_security_groups()["SecurityGroups"]]
    return f"  vpc_config = {{ subnet_ids = {json.dumps(subnets)}, security_group_ids = {json.dumps(groups)} }}\n"


def _look(estate: Estate, plan: Step, apply: Step | None, names: tuple[str, ...]) -> Seen:
    return Seen(
        plan=plan,
        apply=apply,
        calls=() if apply is None else tuple(estate.aws.log.writes()),
        functions={name: _live(estate.aws, name) for name in names},
        policies=_policies(estate.aws),
        outputs=dict(estate.outputs()),
    )


OURS = ("direct", "uploaded", "pushed")
NAMES = (*OURS, "own", "of-somebody-else")


def _tell(estate: Estate) -> Iterator[tuple[str, Seen]]:
    (estate.folder / "own.zip").write_bytes(zip_of("own"))
    (estate.folder / "lambda").mkdir()
    (estate.folder / "lambda" / "main.tf").write_text(LAMBDA_MODULE)
    estate.aws.client("sqs").create_queue(QueueName="dead")

    vpc = _vpc(estate.aws)

    def emit(uploaded: Function = WITH_A_GIVEN_ROLE) -> None:
        functions = (DIRECT, uploaded, PUSHED, ELSEWHERE)
        estate.emit(LAYERS, functions=functions, arguments={"direct": vpc}, around=OTHERS)

    def step() -> Seen:
        planned = estate.plan()
        applied = estate.apply() if planned.status == 2 else None
        return _look(estate, planned, applied, NAMES)

    emit(UPLOADED)
    planned = estate.plan()
    estate.build((*LAYERS, *WHOLE))
    yield "made", _look(estate, planned, estate.apply(), NAMES)
    yield "planned again", step()

    estate.seeds |= {f"{function.name}/code": "second" for function in WHOLE}
    emit()
    estate.build((*LAYERS, *WHOLE))
    yield "other code", step()
    yield "planned after other code", step()

    estate.seeds |= {"shared/python312-arm64": "second"}
    emit()
    estate.build((*LAYERS, *WHOLE))
    yield "another layer", step()
    yield "planned after another layer", step()

    estate.seeds |= {"pushed/code": "third"}
    emit()
    estate.build((*LAYERS, *WHOLE))
    estate.build((PUSHED,), other=zip_of("of somebody else"))
    planned = estate.plan()
    yield "wrong code", _look(estate, planned, estate.apply(ok=(1,)), NAMES)
    yield "planned after wrong code", Seen(plan=estate.plan(ok=(1,)))

    estate.build((PUSHED,))  # as the message says
    key = estate.key(PUSHED.units[0])
    estate.aws.client("lambda").update_function_code(FunctionName="pushed", S3Bucket=BUCKET, S3Key=key, Publish=True)
    yield "mended", step()
    yield "planned after mending", step()

    destroyed = estate.plan("-destroy")
    yield "destroyed", _look(estate, destroyed, estate.apply(), ())


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, terraform: Terraform, aws_server: Aws) -> dict[str, Seen]:
    folder = tmp_path_factory.mktemp("estate")
    return dict(_tell(open_estate(folder, terraform, aws_server)))


STEPS = ("planned again", "planned after other code", "planned after another layer", "planned after mending")


def _digest(name: str, seed: str | None = None) -> str:
    return in_base64(sha256_of(zip_of(seed or f"{name}/code")))


def _arn(layer: str, version: int) -> str:
    return f"arn:aws:lambda:eu-west-1:123456789012:layer:{layer}-python312-arm64:{version}"


@pytest.mark.parametrize("step", STEPS)
def test_there_is_nothing_to_do(story: dict[str, Seen], step: str) -> None:
    assert (story[step].plan.status, story[step].plan.changes) == (0, set())


def test_a_plan_made_without_any_zip_makes_every_function_with_its_layers_in_order(story: dict[str, Seen]) -> None:
    functions = story["made"].functions
    shared, science = _arn("shared", 1), _arn("science", 1)
    assert {name: live.layers for name, live in functions.items()} == {
        "direct": (shared, science),
        "uploaded": (science, shared),
        "pushed": (science,),
        "own": (science, shared),
        "of-somebody-else": (science, shared),
    }
    assert {name: functions[name].code for name in OURS} == {name: _digest(name) for name in OURS}
    assert {name: functions[name].aliases for name in OURS} == {
        "direct": {"live": "1", "canary": "1"},
        "uploaded": {"live": "1"},
        "pushed": {"live": "1"},
    }


def test_a_function_runs_with_what_the_spec_says(story: dict[str, Seen]) -> None:
    seen = story["made"].functions["direct"].configuration
    assert {name: seen[name] for name in ("Runtime", "Handler", "Architectures", "MemorySize", "Timeout")} == {
        "Runtime": "python3.12",
        "Handler": "handler.lambda_handler",
        "Architectures": ["arm64"],
        "MemorySize": 256,
        "Timeout": 30,
    }
    assert seen["Environment"]["Variables"] == {"LEVEL": "INFO"}
    assert seen["TracingConfig"]["Mode"] == "Active"
    assert seen["DeadLetterConfig"] == {"TargetArn": DEAD}
    assert seen["KMSKeyArn"] == KEY
    assert (seen["LoggingConfig"]["LogFormat"], seen["LoggingConfig"]["LogGroup"]) == ("JSON", "/aws/lambda/direct")
    assert seen["SnapStart"]["ApplyOn"] == "PublishedVersions"
    assert seen["VpcConfig"]["SubnetIds"]


def test_the_emitted_role_may_do_what_the_function_needs_and_nothing_else(story: dict[str, Seen]) -> None:
    role, logging_only = sorted(story["made"].policies)
    assert (role.rpartition("-")[0], logging_only.rpartition("-")[0]) == ("direct", "uploaded")
    assert [statement["Sid"] for statement in story["made"].policies[logging_only]] == ["WriteLogs"]
    statements = story["made"].policies[role]
    assert story["made"].functions["direct"].configuration["Role"] == f"arn:aws:iam::123456789012:role/{role}"
    assert {statement["Sid"]: (statement["Action"], statement["Resource"]) for statement in statements} == {
        "UseKey": (["kms:Decrypt"], KEY),
        "WriteLogs": (
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            "arn:*:logs:*:*:log-group:/aws/lambda/direct:*",
        ),
        "SendTraces": (["xray:PutTelemetryRecords", "xray:PutTraceSegments"], "*"),
        "SendDeadLetters": (["sqs:SendMessage"], DEAD),
        "StandInNetwork": (list(NETWORK), "*"),
        "KeepNetworkFromCode": (list(NETWORK), "*"),
    }
    assert [statement["Condition"] for statement in statements if statement["Effect"] == "Deny"] == [
        {"ArnLike": {"lambda:SourceFunctionArn": "arn:*:lambda:*:*:function:direct"}}
    ]


def test_outputs_are_what_aws_has(story: dict[str, Seen]) -> None:
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:direct"
    outputs = dict(story["another layer"].outputs["direct"])
    assert outputs.pop("role_name") in story["made"].policies
    assert outputs.pop("invoke_arn").endswith(f"{arn}/invocations")
    assert outputs == {
        "alias_arns": {"canary": f"{arn}:canary", "live": f"{arn}:live"},
        "arn": arn,
        "code_sha256": _digest("direct", "second"),
        "function_name": "direct",
        "layers": [_arn("shared", 2), _arn("science", 1)],
        "qualified_arn": f"{arn}:3",
        "version": 3,
    }


def test_other_code_publishes_a_version_and_moves_the_aliases(story: dict[str, Seen]) -> None:
    seen = story["other code"]
    assert {name: (seen.functions[name].version, seen.functions[name].code) for name in OURS} == {
        name: ("2", _digest(name, "second")) for name in OURS
    }
    assert {name: set(seen.functions[name].aliases.values()) for name in OURS} == {name: {"2"} for name in OURS}
    code = ["UpdateFunctionCode", "PublishVersion", "UpdateAlias"]
    assert seen.with_function("pushed") == code
    assert seen.with_function("direct") == [*code, "UpdateAlias"]
    assert seen.with_function("uploaded") == ["UpdateFunctionConfiguration", *code]
    assert set(seen.actions) == {"PutObject", "UpdateFunctionConfiguration", *code, "DeleteObject"}
    for function in ("own", "of-somebody-else"):
        assert seen.functions[function].layers == story["made"].functions[function].layers


def test_another_layer_alone_publishes_a_version_and_moves_the_aliases(story: dict[str, Seen]) -> None:
    seen = story["another layer"]
    shared, science = _arn("shared", 2), _arn("science", 1)
    assert {name: (live.version, live.layers) for name, live in seen.functions.items()} == {
        "direct": ("3", (shared, science)),
        "uploaded": ("3", (science, shared)),
        "pushed": ("2", (science,)),
        "own": ("$LATEST", (science, shared)),
        "of-somebody-else": ("$LATEST", (science, shared)),
    }
    assert seen.functions["direct"].aliases == {"live": "3", "canary": "3"}
    assert seen.functions["direct"].code == _digest("direct", "second")
    assert seen.actions[0] == "PublishLayerVersion"
    for name, aliases in (("direct", 2), ("uploaded", 1)):
        moves = ["UpdateAlias"] * aliases
        assert seen.with_function(name) == ["UpdateFunctionConfiguration", "PublishVersion", *moves]


def test_an_emitted_role_goes_only_once_the_function_has_another_one(story: dict[str, Seen]) -> None:
    seen = story["other code"]
    assert seen.apply is not None
    done = [
        (event["hook"]["action"], event["hook"]["resource"]["addr"])
        for event in seen.apply.events
        if event["type"] == "apply_complete"
    ]
    updated = done.index(("update", "module.uploaded.aws_lambda_function.this"))
    for address in ("module.uploaded.aws_iam_role_policy.this", "module.uploaded.aws_iam_role.this"):
        assert done.index(("delete", address)) > updated
    assert seen.functions["uploaded"].configuration["Role"] == ROLE


def test_an_uploaded_object_is_there_before_and_its_predecessor_goes_after(story: dict[str, Seen]) -> None:
    calls = story["other code"].calls
    order = [
        call.action
        for call in calls
        if call.action in ("PutObject", "DeleteObject") or call.parameters.get("FunctionName") == "uploaded"
    ]
    assert order.index("PutObject") < order.index("UpdateFunctionCode")
    assert order.index("PublishVersion") < order.index("DeleteObject")


def test_code_with_another_digest_is_told_and_gets_no_alias(story: dict[str, Seen]) -> None:
    seen, key = story["wrong code"], f"layers/pushed/code/{sha256_of(zip_of('third'))}.zip"
    wrong = in_base64(sha256_of(zip_of("of somebody else")))
    message = (
        "AWS holds other bytes as the code of pushed than they should be: their digest is "
        f"{wrong}, not {_digest('pushed', 'third')}. No alias has been moved to them. "
        f"Push the right ZIP to s3://{BUCKET}/{key} (layerforge build pushed makes it); then run "
        f"aws lambda update-function-code --publish --function-name pushed --s3-bucket {BUCKET} --s3-key {key}, "
        "and then terraform apply."
    )
    assert seen.apply is not None
    assert seen.apply.errors == [f": {message}"]
    assert seen.functions["pushed"].code == wrong
    assert seen.functions["pushed"].aliases == {"live": "2"}
    assert story["planned after wrong code"].plan.errors == [f": {message}"]


def test_what_the_message_says_mends_it(story: dict[str, Seen]) -> None:
    seen = story["mended"]
    assert (seen.functions["pushed"].code, seen.functions["pushed"].aliases) == (
        _digest("pushed", "third"),
        {"live": "4"},
    )
    assert seen.actions == ["UpdateAlias"]


def test_destroy_takes_functions_roles_and_logs_and_leaves_layers(story: dict[str, Seen]) -> None:
    seen = story["destroyed"]
    assert set(seen.actions) == {"DeleteAlias", "DeleteFunction", "DeleteLogGroup", "DeleteObject", "DeleteParameter"}
    assert seen.policies == {}
