"""The example with two Regions as its README tells: made by gen, applied in both, changed, and applied again."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.moto_server import Aws
from support.tf import Terraform

ROOT = Path(__file__).resolve().parents[2]
SPEC = "examples/fleet/layers.yaml"
REGIONS = ("eu-west-1", "us-east-1")
POWERTOOLS = "arn:aws:lambda:{}:017000801446:layer:AWSLambdaPowertoolsPythonV3-python312-arm64:7"

pytestmark = [pytest.mark.terraform, pytest.mark.network, pytest.mark.slow]


def _gen(top: Path, *argv: str) -> None:
    command = [sys.executable, "-m", "layerforge", "gen", *argv, "--spec", SPEC]
    subprocess.run(command, cwd=top, check=True, env=os.environ)


def _apply(terraform: Terraform, top: Path, region: str, aws: Aws) -> dict[str, Any]:
    """Apply one root, see that nothing is left to do, and return its outputs."""
    root, env = top / "examples/fleet/roots" / region, aws.environment
    terraform.prepare(root)
    terraform.run(root, "plan", "-out=saved.tfplan", env=env)
    terraform.run(root, "apply", "saved.tfplan", env=env)
    terraform.run(root, "plan", "-detailed-exitcode", env=env)
    return {name: output["value"] for name, output in terraform.json(root, "output", ok=(0,)).items()}


def _arn(region: str, name: str, version: int) -> str:
    return f"arn:aws:lambda:{region}:123456789012:layer:{name}:{version}"


def _attachments(region: str, observability: int) -> dict[str, list[str]]:
    first = _arn(region, "observability", observability)
    return {
        "ingest": [first, _arn(region, "http-client", 1), POWERTOOLS.format(region)],
        "report": [first, _arn(region, "formats-python312-arm64", 1)],
    }


def _behind_alias(aws: Aws, region: str, function: str) -> list[str]:
    found = aws.client("lambda", region).get_function_configuration(FunctionName=function, Qualifier="live")
    return [layer["Arn"] for layer in found["Layers"]]


def _statements(aws: Aws, region: str, layer: str, version: int) -> list[str]:
    policy = aws.client("lambda", region).get_layer_version_policy(LayerName=layer, VersionNumber=version)["Policy"]
    return sorted(statement["Sid"] for statement in json.loads(policy)["Statement"])


def test_the_fleet_is_published_in_both_regions_and_follows_a_change(
    terraform: Terraform, aws: Aws, tmp_path: Path
) -> None:
    ignored = shutil.ignore_patterns("artifacts", ".terraform*", "__pycache__", "*.tfstate*", "*.tfplan")
    shutil.copytree(ROOT / "examples/fleet", tmp_path / "examples/fleet", ignore=ignored)
    _gen(tmp_path, "--locked")
    for region in REGIONS:
        more = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        aws.client("s3", region).create_bucket(Bucket=f"example-fleet-{region}", **more)
        outputs = _apply(terraform, tmp_path, region, aws)
        assert outputs["attachments"] == _attachments(region, 1)
        assert {name: _behind_alias(aws, region, name) for name in ("ingest", "report")} == _attachments(region, 1)
        assert _statements(aws, region, "observability", 1) == ["organization-o-abc123def4"]
        assert len(_statements(aws, region, "http-client", 1)) == 3
    lock = json.loads((tmp_path / "examples/fleet/layers.lock.json").read_text())
    assert (
        outputs["layers"]["formats"]["python312-arm64"]["sha256"]
        == (lock["layers"]["formats"]["python312-arm64"]["artifact"]["sha256"])
    )
    assert outputs["functions"]["ingest"]["alias_arns"] == {
        "live": "arn:aws:lambda:us-east-1:123456789012:function:ingest:live"
    }

    package = tmp_path / "examples/fleet/src/observability/__init__.py"
    package.write_text(package.read_text() + "\nFORMAT = 2\n")
    _gen(tmp_path)
    outputs = _apply(terraform, tmp_path, "eu-west-1", aws)
    assert outputs["attachments"] == _attachments("eu-west-1", 2)
    assert {name: _behind_alias(aws, "eu-west-1", name) for name in ("ingest", "report")} == outputs["attachments"]
    assert [_statements(aws, "eu-west-1", "observability", version) for version in (1, 2)] == [
        ["organization-o-abc123def4"]
    ] * 2
    assert _behind_alias(aws, "us-east-1", "report") == _attachments("us-east-1", 1)["report"]
