"""The examples as their READMEs tell: made by gen, applied on the stand-in for AWS, and a second plan is empty."""

import base64
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.moto_server import Aws
from support.tf import Terraform

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.terraform, pytest.mark.network, pytest.mark.slow]


def checkout(example: str, module: str, to: Path) -> Path:
    """Copy an example and its module as git has them, and build its ZIPs from the lock."""
    ignored = shutil.ignore_patterns("artifacts", ".terraform*", "build", "__pycache__")
    for folder in (f"examples/{example}", f"modules/{module}"):
        shutil.copytree(ROOT / folder, to / folder, ignore=ignored)
    spec = f"examples/{example}/layers.yaml"
    subprocess.run(
        [sys.executable, "-m", "layerforge", "gen", "--locked", "--spec", spec], cwd=to, check=True, env=os.environ
    )
    return to / "examples" / example


def locked(root: Path, layer: str) -> dict[str, str]:
    units = json.loads((root / "layers.lock.json").read_text())["layers"][layer]
    return {key: unit["artifact"]["sha256"] for key, unit in units.items()}


def apply(terraform: Terraform, root: Path, env: dict[str, str]) -> dict[str, object]:
    """Plan, apply that plan, see that nothing is left to do, and return the outputs."""
    terraform.run(root, "plan", "-out=tfplan", env=env)
    terraform.run(root, "apply", "tfplan", env=env)
    terraform.run(root, "plan", "-detailed-exitcode", env=env)
    outputs = terraform.json(root, "output", ok=(0,))
    return {name: output["value"] for name, output in outputs.items()}


def test_quickstart(terraform: Terraform, aws: Aws, tmp_path: Path) -> None:
    root = checkout("quickstart", "shared-utils", tmp_path)
    (root / "build").mkdir()
    shutil.make_archive(str(root / "build/handler"), "zip", root / "src/handler")
    terraform.prepare(root)
    apply(terraform, root, dict(aws.environment))
    client = aws.client("lambda")
    function = client.get_function_configuration(FunctionName="layerforge-quickstart")
    (layer,) = function["Layers"]
    version = client.get_layer_version_by_arn(Arn=layer["Arn"])
    digest = bytes.fromhex(locked(root, "shared-utils")["all"])
    assert version["Content"]["CodeSha256"] == base64.b64encode(digest).decode()
    assert version["CompatibleRuntimes"] == ["python3.12", "python3.13"]
    for target in ("python3.12/x86_64", "python3.12/arm64", "python3.13/x86_64", "python3.13/arm64"):
        parameter = aws.client("ssm").get_parameter(Name=f"/layers/shared-utils/{target}/latest")
        assert parameter["Parameter"]["Value"] == layer["Arn"]


def test_data_science(terraform: Terraform, aws: Aws, tmp_path: Path) -> None:
    root = checkout("data-science", "data-science", tmp_path)
    terraform.prepare(root)
    apply(terraform, root, dict(aws.environment))
    digests = locked(root, "data-science")
    (bucket,) = (item["Name"] for item in aws.client("s3").list_buckets()["Buckets"])
    keys = {item["Key"] for item in aws.client("s3").list_objects_v2(Bucket=bucket)["Contents"]}
    assert keys == {f"layers/data-science/{unit}/{digest}.zip" for unit, digest in digests.items()}
    for unit in digests:
        (version,) = aws.client("lambda").list_layer_versions(LayerName=f"data-science-{unit}")["LayerVersions"]
        assert version["Version"] == 1
