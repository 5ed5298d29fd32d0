"""`layerforge status` from the command line, against the stand-in: Regions that are as the lock says, and others."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from layerforge.cli.main import run
from layerforge.names import Sha256
from layerforge.operate.aws import Access
from layerforge.operate.status import Asked, State, Wanted, WantedFunction
from layerforge.operate.survey import survey
from support import fleet, plans
from support.estate import zip_of
from support.fleet import OTHER
from support.mirror import REGION
from support.moto_server import Aws

SPEC = """\
version: 1
regions:
  eu-west-1: {}
  us-east-1: {}
  ap-south-1: {state: paused}
  eu-north-1: {state: retired}
layers:
  pointed:
    runtimes: [python3.12, python3.13]
    split: none
    source: {ecosystem: python, requirements: [], include: [src/own]}
    publish: {ssm: /layers/pointed}
  simple:
    runtimes: [python3.12]
    split: none
    source: {ecosystem: python, requirements: [], include: [src/own]}
"""
PARAMETERS = [f"/layers/pointed/{runtime}/x86_64/latest" for runtime in ("python3.12", "python3.13")]
Status = Callable[..., tuple[int, str, str]]


@pytest.fixture
def status(
    aws_here: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Status:
    """The command in a project that has been generated."""
    (tmp_path / "src/own").mkdir(parents=True)
    (tmp_path / "src/own/__init__.py").write_text("X = 1\n", encoding="utf-8")
    (tmp_path / "layers.yaml").write_text(SPEC, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAYERFORGE_CACHE_DIR", str(tmp_path / "cache"))
    assert run(["gen"]) == 0
    capsys.readouterr()

    def call(*argv: str) -> tuple[int, str, str]:
        aws_here.log.clear()
        code = run(["status", *argv])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def built(name: str) -> bytes:
    """Return the ZIP of a layer of the project in the working folder."""
    return Path(f"modules/{name}/artifacts/all.zip").read_bytes()


def put(aws: Aws, name: str, content: bytes, *, region: str = REGION, point: bool = True) -> str:
    """Publish a version as Terraform does: the parameters follow."""
    arn: str = fleet.api(aws, region).publish_layer_version(LayerName=name, Content={"ZipFile": content})[
        "LayerVersionArn"
    ]
    for parameter in PARAMETERS if name == "pointed" and point else ():
        aws.client("ssm", region).put_parameter(Name=parameter, Value=arn, Type="String", Overwrite=True)
    return arn


def everywhere(aws: Aws) -> None:
    for region in (REGION, OTHER):
        for name in ("pointed", "simple"):
            put(aws, name, built(name), region=region)


PAUSED = (
    "note[STAT002]: left alone, as the spec has paused it: `ap-south-1`\n"
    "\n"
    "hint: `--region` looks at a paused Region all the same\n"
    "\n"
)
LOOKING = PAUSED + "looking at 4 units in eu-west-1, us-east-1\n"


def test_all_is_as_the_lock_says(status: Status, aws_here: Aws) -> None:
    everywhere(aws_here)
    assert status() == (0, "", LOOKING + "eu-west-1: 2 of 2 as the lock says\nus-east-1: 2 of 2 as the lock says\n")
    assert aws_here.log.actions() == []
    assert {call.region for call in aws_here.log.calls} == {REGION, OTHER}


def test_a_unit_with_parameters_takes_one_request_to_lambda(status: Status, aws_here: Aws) -> None:
    everywhere(aws_here)
    assert status("pointed", "--region", REGION)[0] == 0
    assert [call.action for call in aws_here.log.calls] == ["GetParameters", "GetLayerVersionByArn"]


def test_every_way_to_differ(status: Status, aws_here: Aws) -> None:
    first = put(aws_here, "pointed", zip_of("before"))
    put(aws_here, "pointed", built("pointed"), point=False)
    put(aws_here, "simple", zip_of("other"))
    other, right = (hashlib.sha256(data).hexdigest()[:12] for data in (zip_of("other"), built("simple")))
    before = hashlib.sha256(zip_of("before")).hexdigest()[:12]
    code, out, err = status()
    assert code == 1
    assert out == (
        "REGION     UNIT         STATE              WHAT\n"
        "eu-west-1  pointed/all  pointer elsewhere  `/layers/pointed/python3.12/x86_64/latest` names version 1, "
        f"which holds {before}\n"
        f"eu-west-1  simple/all   other content      version 1 holds {other}, the lock says {right}\n"
        "us-east-1  pointed/all  missing\n"
        "us-east-1  simple/all   missing\n"
    )
    assert err == LOOKING + (
        "eu-west-1: 0 of 2 as the lock says\n"
        "us-east-1: 0 of 2 as the lock says\n"
        "error[STAT001]: 4 units are not published as the lock says, in `eu-west-1`, `us-east-1`\n"
        "\n"
        "hint: apply Terraform there again; the other Regions need nothing\n"
        "\n"
        "1 error, 1 note\n"
    )
    assert first.endswith(":1")


def test_no_ssm_looks_at_the_newest_version(status: Status, aws_here: Aws) -> None:
    put(aws_here, "pointed", zip_of("before"))
    put(aws_here, "pointed", built("pointed"), point=False)
    assert status("pointed", "--region", REGION)[0] == 1
    assert status("pointed", "--region", REGION, "--no-ssm")[0] == 0


def test_as_json_one_record_for_each_unit_and_region(
    status: Status, aws_here: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    put(aws_here, "pointed", built("pointed"))
    aws_here.trouble.unreachable.add(OTHER)
    code, out, err = status("--json")
    assert (code, err) == (3, "")
    result: dict[str, Any] = json.loads(out)["result"]
    assert (result["regions"], result["paused"]) == ([REGION, OTHER], ["ap-south-1"])
    assert [(one["region"], one["name"], one["unit"], one["state"]) for one in result["records"]] == [
        (REGION, "pointed", "all", "published"),
        (REGION, "simple", "all", "missing"),
        (OTHER, "pointed", "all", "unknown"),
        (OTHER, "simple", "all", "unknown"),
    ]
    digest = hashlib.sha256(built("pointed")).hexdigest()
    assert result["records"][0] == {
        "region": REGION,
        "name": "pointed",
        "kind": "layer",
        "unit": "all",
        "aws_name": "pointed",
        "state": "published",
        "sha256": digest,
        "published": {
            "arn": f"arn:aws:lambda:{REGION}:{fleet.ACCOUNT}:layer:pointed:1",
            "version": 1,
            "sha256": digest,
            "signing_job": None,
        },
        "detail": "",
    }
    assert [item["code"] for item in json.loads(out)["diagnostics"]] == ["STAT002", "STAT001", "AWS004"]


def test_a_region_that_gives_no_answer_is_neither_right_nor_wrong(
    status: Status, aws_here: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    put(aws_here, "pointed", built("pointed"))
    aws_here.trouble.unreachable.add(OTHER)
    code, out, err = status()
    assert code == 3
    assert out == "REGION     UNIT        STATE    WHAT\neu-west-1  simple/all  missing\n"
    no_answer = "us-east-1: no answer, so nothing is known of its 2 units\n"
    told, _, trouble = err.partition("error[AWS004]")
    assert told == LOOKING + (
        "eu-west-1: 1 of 2 as the lock says\n"
        + no_answer
        + "error[STAT001]: 1 unit is not published as the lock says, in `eu-west-1`\n"
        "\n"
        "hint: apply Terraform there again; of Regions without an answer nothing is known\n"
        "\n"
    )
    assert "us-east-1" in trouble
    aws_here.trouble.unreachable.add(REGION)
    code, out, err = status("simple")
    assert (code, out) == (3, "")
    assert err.partition("error[AWS004]")[0] == PAUSED + (
        "looking at 2 units in eu-west-1, us-east-1\n"
        "eu-west-1: no answer, so nothing is known of its 1 unit\n"
        "us-east-1: no answer, so nothing is known of its 1 unit\n"
    )


def test_a_prefix_and_a_paused_region_by_name(status: Status, aws_here: Aws) -> None:
    put(aws_here, "dev-simple", built("simple"), region="ap-south-1")
    assert status("simple", "--name-prefix", "dev-", "--region", "ap-south-1") == (
        0,
        "",
        "looking at 1 unit in ap-south-1\nap-south-1: 1 of 1 as the lock says\n",
    )


def test_an_environment_and_its_channels(status: Status, aws_here: Aws, tmp_path: Path) -> None:
    arn = put(aws_here, "dev-pointed", built("pointed"))
    pins = {"version": 1, "channels": {"pointed": {"stable": {"all": {REGION: arn}}}}}
    (tmp_path / "layers.pins.json").write_text(json.dumps(pins), encoding="utf-8")
    ssm, stable = aws_here.client("ssm"), [name.replace("latest", "stable") for name in PARAMETERS]
    for name in (*PARAMETERS, stable[0]):
        ssm.put_parameter(Name=f"/dev{name}", Value=arn, Type="String")
    asked = ("pointed", "--region", REGION, "--name-prefix", "dev-", "--ssm-root", "/dev")
    head = "REGION     UNIT         STATE              WHAT\n"
    missing = f"eu-west-1  pointed/all  pointer elsewhere  there is no parameter `/dev{stable[1]}`\n"
    assert status(*asked)[:2] == (1, head + missing)

    wrong = arn.removesuffix(":1") + ":7"
    ssm.put_parameter(Name=f"/dev{stable[1]}", Value=wrong, Type="String")
    moved = f"`/dev{stable[1]}` names `{wrong}`, the pins file has `{arn}`"
    assert status(*asked)[:2] == (1, f"{head}eu-west-1  pointed/all  pointer elsewhere  {moved}\n")

    ssm.put_parameter(Name=f"/dev{stable[1]}", Value=arn, Type="String", Overwrite=True)
    assert status(*asked)[:2] == (0, "")
    assert [call.action for call in aws_here.log.calls] == ["GetParameters", "GetLayerVersionByArn"]


def test_what_cannot_stand_before_parameters(status: Status) -> None:
    code, _out, err = status("--ssm-root", "dev/")
    assert code == 2
    assert "argument --ssm-root: 'dev/' is not a prefix such as /test" in err


def test_a_stale_lock_is_told_before_aws_is_asked(status: Status, aws_here: Aws, tmp_path: Path) -> None:
    (tmp_path / "src/own/__init__.py").write_text("X = 2\n", encoding="utf-8")
    code, _out, err = status()
    assert code == 1
    assert "LOCK023" in err
    assert aws_here.log.calls == []


def test_an_unknown_name(status: Status) -> None:
    code, _out, err = status("smiple")
    assert code == 2
    assert (
        "error[CLI002]: there is no layer or function with code `smiple`\n\nhint: the spec has: `pointed`, `simple`\n"
    ) in err


def test_more_parameters_than_one_request_takes(aws_here: Aws) -> None:
    names = tuple(f"/layers/many/python3.{number}/arm64/latest" for number in range(23))
    arn = fleet.publish(aws_here, "many")
    for name in names:
        aws_here.client("ssm").put_parameter(Name=name, Value=arn, Type="String")
    aws_here.log.clear()
    unit = plans.layer("many").units[0]
    digest = Sha256(hashlib.sha256(zip_of("content")).hexdigest())
    wanted = Wanted(unit=unit, name="many", sha256=digest, parameters=names)
    assert [record.state for record in survey(Access(), REGION, [wanted])] == [State.PUBLISHED]
    assert sorted(call.action for call in aws_here.log.calls) == ["GetLayerVersionByArn", *["GetParameters"] * 3]


def test_functions_their_layers_and_aliases(aws_here: Aws) -> None:
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = aws_here.client("iam").create_role(RoleName="functions", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    api, digest = fleet.api(aws_here), Sha256(hashlib.sha256(zip_of("content")).hexdigest())
    old, new = fleet.publish(aws_here, "tools", seed="before"), fleet.publish(aws_here, "tools")
    created = api.create_function(
        FunctionName="f", Role=role, Runtime="python3.12", Handler="a.b", Code={"ZipFile": zip_of("code")}, Layers=[old]
    )
    code = Sha256(base64.b64decode(created["CodeSha256"]).hex())
    api.create_alias(FunctionName="f", Name="live", FunctionVersion=api.publish_version(FunctionName="f")["Version"])
    tools = Wanted(unit=plans.layer("tools").units[0], name="tools", sha256=digest)
    unit = plans.function("f").units[0]
    function = WantedFunction(unit=unit, name="f", sha256=code, layers=(tools,), aliases=("live",))

    def stands(*asked: Asked) -> list[tuple[State, str]]:
        aws_here.log.clear()
        return [(record.state, record.detail) for record in survey(Access(), REGION, asked)]

    holds = f"holds {hashlib.sha256(zip_of('before')).hexdigest()[:12]}, the lock says {digest[:12]}"
    assert stands(function) == [(State.OTHER_LAYERS, f"layer 1, `tools:1`, {holds}")]
    api.update_function_configuration(FunctionName="f", Layers=[new])
    assert stands(function) == [(State.ELSEWHERE, f"`live` names version 1: layer 1, `tools:1`, {holds}")]
    api.update_alias(FunctionName="f", Name="live", FunctionVersion=api.publish_version(FunctionName="f")["Version"])
    assert stands(tools, function) == [(State.PUBLISHED, ""), (State.PUBLISHED, "")]
    asked = ["GetFunctionConfiguration", "GetFunctionConfiguration", "GetLayerVersionByArn", "ListLayerVersions"]
    assert sorted(call.action for call in aws_here.log.calls) == asked, "the layer was asked for by itself already"
    assert stands(replace(function, name="g"), replace(function, sha256=plans.sha256("other"))) == [
        (State.MISSING, ""),
        (State.OTHER, f"it holds {code[:12]}, the lock says {plans.sha256('other')[:12]}"),
    ]
    assert stands(replace(function, aliases=("none",))) == [(State.ELSEWHERE, "there is no alias `none`")]


def _signed(aws: Aws, key: str, content: bytes) -> dict[str, str]:
    """Sign an object as an emitted module does; return where the signed one lies."""
    s3, signer = aws.client("s3"), aws.client("signer")
    source = s3.put_object(Bucket="artifacts", Key=key, Body=content)
    signer.put_signing_profile(profileName="platform", platformId="AWSLambda-SHA384-ECDSA")
    job = signer.start_signing_job(
        source={"s3": {"bucketName": "artifacts", "key": key, "version": source["VersionId"]}},
        destination={"s3": {"bucketName": "artifacts", "prefix": "signed/"}},
        profileName="platform",
    )
    place = signer.describe_signing_job(jobId=job["jobId"])["signedObject"]["s3"]
    return {"S3Bucket": place["bucketName"], "S3Key": place["key"]}


def test_what_is_signed_is_known_by_what_its_job_has_signed(aws_here: Aws) -> None:
    s3, content = aws_here.client("s3"), zip_of("content")
    s3.create_bucket(Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket="artifacts", VersioningConfiguration={"Status": "Enabled"})
    digest, unit = Sha256(hashlib.sha256(content).hexdigest()), plans.layer("tools").units[0]
    wanted = Wanted(unit=unit, name="tools", sha256=digest, signed=True)

    def stands(content: dict[str, Any]) -> tuple[State, str]:
        fleet.api(aws_here).publish_layer_version(LayerName="tools", Content=content)
        (record,) = survey(Access(), REGION, [wanted])
        return record.state, record.detail

    right = _signed(aws_here, f"layers/tools/{unit.key}/{digest}.zip", content)
    assert stands(right) == (State.PUBLISHED, "")
    assert stands({"ZipFile": content}) == (State.OTHER, f"version 2 holds {digest[:12]}, which nobody has signed")
    before = _signed(aws_here, f"dev/layers/tools/{unit.key}/{'0a' * 32}.zip", content)
    assert stands(before) == (State.OTHER, f"version 3 holds {('0a' * 6)}, the lock says {digest[:12]}")
    others = _signed(aws_here, f"layers/tools/other-unit/{digest}.zip", content)
    state, detail = stands(others)
    assert (state, detail[:16], detail[-17:]) == (State.OTHER, "version 4 holds ", f"says {digest[:12]}")
    assert [call.action for call in aws_here.log.calls if call.service == "signer"].count("DescribeSigningJob") == 6
