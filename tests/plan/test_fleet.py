"""Functions, Regions, external layers and channels: what every field becomes."""

import dataclasses
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from layerforge.diagnostics import SpecError
from layerforge.facts.load import load_facts
from layerforge.names import Architecture, Delivery
from layerforge.plan.fleet_types import Fleet, Plan, RegionState
from layerforge.plan.function_types import BucketCode, Function, Logs, Network, OwnLayer, PinnedLayer, Settings
from support.specs import plan, tell

ROLE = "arn:aws:iam::111122223333:role/api"
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:failures"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SIGNING = "arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0a1b2c3d4e5f6a7b8"
TOOLS = "arn:aws:lambda:eu-west-1:017000801446:layer:tools:7"
CODE_SIGNED = "code: src, via: s3, signing_profile: platform_functions"
PINNED = "arn:aws:lambda:eu-west-1:111122223333:layer:shared:4"
WHOLE = f"""\
version: 1
regions:
  eu-west-1: {{bucket: my-bucket}}
  us-east-1: paused
  eu-central-1: {{state: retired, root: ./old/}}
defaults:
  functions:
    runtime: python3.12
    architecture: arm64
    layers: [data]
    memory: 256
    environment: {{LEVEL: INFO, STAGE: test}}
    tags: {{team: data, stage: test}}
    logs: {{retention_days: 30, format: JSON}}
    aliases: [live]
    via: pushed
layers:
  data:
    publish: {{via: s3, signing_profile: platform_layers}}
    runtimes: [python3.11, python3.12]
    architectures: [x86_64, arm64]
    source: {{ecosystem: python, requirements: [a]}}
  shared:
    runtimes: [python3.12]
    architectures: [x86_64, arm64]
    split: none
    source: {{ecosystem: python, include: [src/shared]}}
externals:
  tools: {{arns: {{eu-west-1: "{TOOLS}"}}, size: 1000}}
functions:
  worker: {{handler: a.b, code: src/worker}}
  api:
    description: Takes orders
    runtime: python3.12
    handler: orders/api.handle
    code: {{folder: ./src/api/, exclude: ["**/tests/**"], executable: [bin/*]}}
    layers: [tools, data, {{name: shared, channel: stable}}]
    overrides: [shared]
    memory: 512
    timeout: 60
    ephemeral_storage: 513
    environment: {{STAGE: , GREETING: ""}}
    role: {ROLE}
    tracing: false
    logs: {{group: /services/api}}
    dead_letter: {QUEUE}
    vpc: true
    reserved_concurrency: 0
    kms_key: {KEY}
    code_signing: {SIGNING}
    aliases: [blue, green]
    tags: {{stage: null, cost: "1"}}
    via: s3
    signing_profile: platform_functions
  bucketed:
    handler: a.b
    code: {{bucket: my-code, key: a/b.zip, version: v1, sha256: {"0a" * 32}, size: 7}}
    layers: []
  elsewhere:
    runtime: python3.11
    architecture: x86_64
"""
CHANNELS: dict[str, Any] = {"version": 1, "channels": {"shared": {"stable": {"all": {"eu-west-1": PINNED}}}}}


def whole(folder: Path) -> Fleet:
    (folder / "layers.pins.json").write_text(json.dumps(CHANNELS))
    (fleet,) = plan(folder, WHOLE).fleets
    return fleet


def functions(made: Plan) -> dict[str, Function]:
    return {str(function.name): function for function in made.functions}


def one(folder: Path, fields: str, rest: str = "") -> Function:
    (made,) = plan(folder, f"version: 1\nfunctions: {{a: {{runtime: python3.13, {fields}}}}}\n{rest}").functions
    return made


def test_a_function_with_everything(tmp_path: Path) -> None:
    (api, *_) = whole(tmp_path).functions
    assert (api.name, api.description, api.runtime, api.architecture) == (
        "api",
        "Takes orders",
        "python3.12",
        Architecture.ARM64,
    )
    assert (api.handler, api.code, api.attached_only) == ("orders/api.handle", None, False)
    assert (api.via, api.signing_profile) == (Delivery.S3, "platform_functions")
    assert (api.spec, api.root, api.where.path) == (tmp_path / "layers.yaml", tmp_path, "functions.api")
    assert (api.overrides, api.provider_minimum) == (("shared",), "5.100.0")
    assert api.settings == Settings(
        memory=512,
        timeout=60,
        ephemeral_storage=513,
        environment={"LEVEL": "INFO", "GREETING": ""},
        role=ROLE,
        tracing=False,
        logs=Logs(retention=30, format="JSON", group="/services/api"),
        dead_letter=QUEUE,
        in_vpc=True,
        reserved_concurrency=0,
        snap_start=False,
        kms_key=KEY,
        code_signing=SIGNING,
        publish=True,
        aliases=("blue", "green"),
        tags={"team": "data", "cost": "1"},
    )


def test_a_folder_of_code_is_one_unit(tmp_path: Path) -> None:
    (api, *_) = whole(tmp_path).functions
    (unit,) = api.units
    assert (unit.layer, unit.key, unit.aws_name, unit.address) == ("api", "code", "api", "this")
    assert [str(target) for target in unit.targets] == ["python3.12/arm64"]
    assert api.source is not None
    (include,) = api.source.include
    assert (include.path, include.to, include.where.path) == ("src/api", ".", "functions.api.code.folder")
    assert [(exclude.glob, exclude.where.line) for exclude in api.source.exclude] == [("**/tests/**", 36)]
    assert api.source.executable == ("bin/*",)


def test_channels_of_layers_that_there_are(tmp_path: Path) -> None:
    pins = {**deepcopy(CHANNELS["channels"]), "gone": CHANNELS["channels"]["shared"]}
    pins["shared"]["beta"] = {"all": {"us-east-1": PINNED.replace("eu-west-1", "us-east-1")}, "arm64": {}}
    (tmp_path / "layers.pins.json").write_text(json.dumps({"version": 1, "channels": pins}))
    (fleet,) = plan(tmp_path, WHOLE).fleets
    assert {
        layer: [(one.channel, one.unit, dict(one.arns)) for one in found] for layer, found in fleet.channels.items()
    } == {
        "shared": [
            ("beta", "all", {"us-east-1": PINNED.replace("eu-west-1", "us-east-1")}),
            ("stable", "all", {"eu-west-1": PINNED}),
        ]
    }


def test_what_differs_by_region(tmp_path: Path) -> None:
    keys = {region: KEY.replace("eu-west-1", region) for region in ("eu-west-1", "us-east-1")}
    network = "{subnet_ids: [subnet-0a], security_group_ids: [sg-0a]}"
    made = one(tmp_path, f"handler: a.b, code: src, kms_key: {json.dumps(keys)}, vpc: {{eu-west-1: {network}}}")
    assert (made.settings.kms_key, made.settings.in_vpc) == (keys, True)
    assert made.settings.networks == {"eu-west-1": Network(subnet_ids=("subnet-0a",), security_group_ids=("sg-0a",))}


def test_layers_in_their_order(tmp_path: Path) -> None:
    (api, *_) = whole(tmp_path).functions
    tools, data, shared = api.layers
    assert isinstance(tools, PinnedLayer)
    assert (tools.label, tools.layer, dict(tools.arns), tools.size) == ("tools", None, {"eu-west-1": TOOLS}, 1000)
    assert isinstance(data, OwnLayer)
    assert (data.layer, data.unit, data.where.path) == ("data", "python312-arm64", "functions.api.layers[1]")
    assert isinstance(shared, PinnedLayer)
    assert (shared.label, shared.layer, dict(shared.arns)) == ("shared@stable", "shared", {"eu-west-1": PINNED})


def test_functions_take_what_they_have_in_common(tmp_path: Path) -> None:
    _, bucketed, elsewhere, worker = whole(tmp_path).functions
    assert (worker.runtime, worker.architecture, worker.via) == ("python3.12", Architecture.ARM64, Delivery.PUSHED)
    assert worker.signing_profile is None
    assert (worker.settings.memory, worker.settings.logs) == (256, Logs(retention=30, format="JSON", group=None))
    assert (worker.settings.environment, worker.settings.tags) == (
        {"LEVEL": "INFO", "STAGE": "test"},
        {"team": "data", "stage": "test"},
    )
    assert [(layer.unit, layer.where.path) for layer in worker.layers if isinstance(layer, OwnLayer)] == [
        ("python312-arm64", "defaults.functions.layers[0]")
    ]
    assert bucketed.layers == ()
    assert (bucketed.source, bucketed.units, bucketed.via) == (None, (), Delivery.PUSHED)
    assert bucketed.code == BucketCode(bucket="my-code", key="a/b.zip", version="v1", sha256="0a" * 32, size=7)
    assert (elsewhere.attached_only, elsewhere.handler, elsewhere.units) == (True, "", ())
    assert [layer.unit for layer in elsewhere.layers if isinstance(layer, OwnLayer)] == ["python311-x86-64"]


def test_what_nobody_says(tmp_path: Path) -> None:
    made = one(tmp_path, "handler: a.b, code: src")
    assert (made.architecture, made.via, made.layers, made.overrides) == (Architecture.X86_64, Delivery.DIRECT, (), ())
    assert made.settings == Settings(
        memory=128,
        timeout=3,
        ephemeral_storage=512,
        environment={},
        role=None,
        tracing=True,
        logs=Logs(retention=365, format="Text", group=None),
        dead_letter=None,
        in_vpc=False,
        reserved_concurrency=None,
        snap_start=False,
        kms_key=None,
        code_signing=None,
        publish=False,
        aliases=(),
        tags={},
    )


@pytest.mark.parametrize(
    ("fields", "publishes"),
    [
        ("timeout: 3", False),
        ("publish: true", True),
        ("publish: false", False),
        ("aliases: [live]", True),
        ("snap_start: true", True),
        ("aliases: []", False),
    ],
)
def test_versions_are_published_where_something_needs_them(fields: str, publishes: bool, tmp_path: Path) -> None:
    assert one(tmp_path, f"handler: a.b, code: src, {fields}").settings.publish is publishes


@pytest.mark.parametrize("field", ["role", "dead_letter", "kms_key", "code_signing", "reserved_concurrency"])
def test_a_function_takes_a_default_back(field: str, tmp_path: Path) -> None:
    value = {"role": ROLE, "dead_letter": QUEUE, "kms_key": KEY, "code_signing": SIGNING, "reserved_concurrency": 7}
    rest = f"defaults: {{functions: {{{field}: {value[field]}}}}}\n"
    assert getattr(one(tmp_path, f"handler: a.b, {CODE_SIGNED}", rest).settings, field) == value[field]
    assert getattr(one(tmp_path, f"handler: a.b, code: src, {field}: null", rest).settings, field) is None


@pytest.mark.parametrize(("split", "unit"), [("target", "python313-arm64"), ("architecture", "arm64"), ("none", "all")])
def test_the_unit_follows_from_runtime_and_architecture(split: str, unit: str, tmp_path: Path) -> None:
    rest = (
        f"layers: {{shared: {{runtimes: [python3.12, python3.13], architectures: [x86_64, arm64], split: {split}, "
        "source: {ecosystem: python, requirements: [a]}}}\n"
    )
    (layer,) = one(tmp_path, "architecture: arm64, layers: [shared]", rest).layers
    assert isinstance(layer, OwnLayer)
    assert layer.unit == unit


@pytest.mark.parametrize(
    ("runtime", "minimum"), [("python3.13", "5.100.0"), ("nodejs24.x", "6.21.0"), ("nodejs28.x", "6.21.0")]
)
def test_the_provider_must_know_the_runtime(runtime: str, minimum: str, tmp_path: Path) -> None:
    text = f"version: 1\nfunctions: {{a: {{runtime: {runtime}, handler: a.b, code: src}}}}\n"
    (function,) = plan(tmp_path, text).functions
    assert function.provider_minimum == minimum


def test_regions(tmp_path: Path) -> None:
    regions = whole(tmp_path).regions
    assert [(region.name, region.partition, region.state, region.root, region.bucket) for region in regions] == [
        ("eu-west-1", "aws", RegionState.ACTIVE, "roots/eu-west-1", "my-bucket"),
        ("us-east-1", "aws", RegionState.PAUSED, "roots/us-east-1", None),
        ("eu-central-1", "aws", RegionState.RETIRED, "old", None),
    ]
    assert [region.where.line for region in regions] == [3, 4, 5]


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("cn-northwest-1", "aws-cn"),
        ("us-gov-east-1", "aws-us-gov"),
        ("us-iso-west-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eu-isoe-west-1", "aws-iso-e"),
        ("us-isof-south-1", "aws-iso-f"),
        ("eusc-de-east-1", "aws-eusc"),
        ("mx-central-1", "aws"),
    ],
)
def test_the_partition_follows_from_the_name(region: str, partition: str, tmp_path: Path) -> None:
    (fleet,) = plan(tmp_path, f"version: 1\nregions: {{{region}: active}}\nfunctions: {{}}\n{LAYERS}").fleets
    assert [one.partition for one in fleet.regions] == [partition]


LAYERS = "layers: {a: {runtimes: [python3.13], source: {ecosystem: python, requirements: [a]}}}\n"


def test_a_spec_of_layers_alone_has_no_fleet(tmp_path: Path) -> None:
    assert plan(tmp_path, f"version: 1\n{LAYERS}").fleets == ()
    (fleet,) = plan(tmp_path, f"version: 1\nregions: {{eu-west-1: active}}\n{LAYERS}").fleets
    assert (fleet.functions, len(fleet.regions)) == ((), 1)


def test_fleets_of_several_specs(tmp_path: Path) -> None:
    texts = [f"version: 1\nfunctions: {{{name}: {{runtime: python3.13, handler: a.b, code: src}}}}\n" for name in "ba"]
    made = plan(tmp_path, *texts)
    assert [[function.name for function in fleet.functions] for fleet in made.fleets] == [["b"], ["a"]]
    assert [fleet.spec.name for fleet in made.fleets] == ["layers.yaml", "1layers.yaml"]
    assert [function.name for function in made.functions] == ["a", "b"]
    assert [item.name for item in made.packaged] == ["a", "b"]


def many(count: int) -> str:
    return "".join(
        f"  layer-{number}: {{runtimes: [python3.13], source: {{ecosystem: python, requirements: [a]}}}}\n"
        for number in range(count)
    )


def test_a_root_of_many_modules_is_slow(tmp_path: Path) -> None:
    start = "version: 1\nregions: {eu-west-1: active, us-east-1: active}\n"
    function = "functions: {f: {runtime: python3.13, layers: [layer-0]}}\n"
    assert plan(tmp_path, f"{start}{function}layers:\n{many(299)}").warnings == ()
    assert tell(plan(tmp_path, f"{start}{function}layers:\n{many(300)}").warnings) == (
        "warning PLAN025 layers.yaml:2:11 «eu-west-1» (regions.eu-west-1)\n"
        "  each root of this spec holds 300 layers and 1 functions; above 300 together Terraform becomes slow\n"
        "  hint: split the spec: each file has roots and states of its own\n"
    )
    paused = start.replace("active", "paused")
    assert plan(tmp_path, f"{paused}{function}layers:\n{many(300)}").warnings == ()


def test_limits_come_from_the_facts(tmp_path: Path) -> None:
    facts = load_facts()
    functions_limits = dataclasses.replace(
        facts.functions,
        name_characters=1,
        environment_bytes=4,
        tags=0,
        snap_start={"java": "11"},
        snap_start_ephemeral_storage=1,
    )
    limits = dataclasses.replace(facts.limits, layers_per_function=0, unzipped_bytes=999, description_characters=1)
    text = (
        "version: 1\nfunctions: {ab: {runtime: python3.13, handler: a.b, description: ab, layers: [tools], "
        "code: {bucket: abc, key: a, size: 1}, environment: {AB: c}, tags: {a: b}, snap_start: true}}\n"
        f"externals: {{tools: {{size: 999, arns: {{eu-west-1: '{TOOLS}'}}}}}}\n{LAYERS}"
    )
    with pytest.raises(SpecError) as caught:
        plan(tmp_path, text, facts=dataclasses.replace(facts, functions=functions_limits, limits=limits))
    codes = {"FUNC002", "FUNC003", "FUNC009", "FUNC010", "FUNC012", "FUNC013", "FUNC020", "FUNC028"}
    assert {one.code for one in caught.value.diagnostics} == codes
