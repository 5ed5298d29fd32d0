"""The example with two Regions as its README tells: made, applied in both, changed twice, and its grants mended."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support import fleet
from support.moto_server import Aws
from support.tf import Terraform

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path("examples/fleet")
EU, US = REGIONS = ("eu-west-1", "us-east-1")
POWERTOOLS = "arn:aws:lambda:{}:017000801446:layer:AWSLambdaPowertoolsPythonV3-python312-arm64:7"
ORGANIZATION = "organization-o-abc123def4"

pytestmark = [pytest.mark.terraform, pytest.mark.network, pytest.mark.slow]


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A checkout with the example alone, and where it is applied."""

    top: Path
    terraform: Terraform
    aws: Aws

    def layerforge(self, *argv: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "layerforge", *argv, "--spec", str(FOLDER / "layers.yaml")]
        return subprocess.run(command, cwd=self.top, env=os.environ, check=False, capture_output=True, text=True)

    def gen(self, *argv: str) -> None:
        done = self.layerforge("gen", *argv)
        assert done.returncode == 0, done.stderr

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.top / FOLDER / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def root(self, region: str) -> Path:
        return self.top / FOLDER / "roots" / region

    def has_nothing_to_do(self, region: str) -> None:
        """See that a plan, which else ends with 2, is empty."""
        self.terraform.run(self.root(region), "plan", "-detailed-exitcode", env=self.aws.environment)

    def apply(self, region: str) -> dict[str, Any]:
        """Apply one root, see that nothing is left to do, and return its outputs."""
        self.aws.log.clear()
        root, env = self.terraform.prepare(self.root(region)), self.aws.environment
        self.terraform.run(root, "plan", "-out=saved.tfplan", env=env)
        applied = self.terraform.run(root, "apply", "-no-color", "saved.tfplan", env=env, ok=(0, 1))
        assert applied.returncode == 0, applied.stderr
        self.has_nothing_to_do(region)
        state = json.loads((root / "terraform.tfstate").read_text(encoding="utf-8"))
        return {name: output["value"] for name, output in state["outputs"].items()}

    def called(self, action: str, name: str) -> list[str]:
        """Return one parameter of each call of an action in the last apply."""
        return sorted(call.parameters[name] for call in self.aws.log.writes(action))

    def behind_alias(self, region: str, function: str) -> list[str]:
        api = self.aws.client("lambda", region)
        found = api.get_function_configuration(FunctionName=function, Qualifier="live")
        return [layer["Arn"] for layer in found["Layers"]]


def _arn(region: str, name: str, version: int) -> str:
    return f"arn:aws:lambda:{region}:123456789012:layer:{name}:{version}"


def _attachments(region: str, observability: int) -> dict[str, list[str]]:
    first = _arn(region, "observability", observability)
    return {
        "ingest": [first, _arn(region, "http-client", 1), POWERTOOLS.format(region)],
        "report": [first, _arn(region, "formats-python312-arm64", 1)],
    }


@pytest.fixture
def example(terraform: Terraform, aws_here: Aws, tmp_path: Path) -> Example:
    ignored = shutil.ignore_patterns("artifacts", ".terraform*", "__pycache__", "*.tfstate*", "*.tfplan")
    shutil.copytree(ROOT / FOLDER, tmp_path / FOLDER, ignore=ignored)
    for region in REGIONS:
        more = {} if region == US else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        aws_here.client("s3", region).create_bucket(Bucket=f"example-fleet-{region}", **more)
    return Example(top=tmp_path, terraform=terraform, aws=aws_here)


def test_the_fleet_is_published_in_both_regions_follows_changes_and_has_its_grants_mended(example: Example) -> None:
    example.gen("--locked")
    for region in REGIONS:
        outputs = example.apply(region)
        assert outputs["attachments"] == _attachments(region, 1)
        assert {name: example.behind_alias(region, name) for name in ("ingest", "report")} == _attachments(region, 1)
        assert fleet.sids(example.aws, "observability", 1, region=region) == [ORGANIZATION]
        assert len(fleet.sids(example.aws, "http-client", 1, region=region)) == 3
        alias = f"arn:aws:lambda:{region}:123456789012:function:ingest:live"
        assert outputs["functions"]["ingest"]["alias_arns"] == {"live": alias}
    lock = json.loads((example.top / FOLDER / "layers.lock.json").read_text())
    digest = lock["layers"]["formats"]["python312-arm64"]["artifact"]["sha256"]
    assert outputs["layers"]["formats"]["python312-arm64"]["sha256"] == digest

    # The content of a layer and of a function, the words of another layer, and one grant more.
    example.edit("src/observability/__init__.py", "\n", "\nFORMAT = 2\n")
    example.edit("src/ingest/handler.py", "\n", "\nCHANGED = True\n")
    example.edit("layers.yaml", "requests and what it needs", "What talks HTTP")
    example.edit(
        "layers.yaml",
        '      - account: "777788889999"\n',
        '      - account: "777788889999"\n      - account: "888899990000"\n',
    )
    example.gen()
    for region in REGIONS:
        outputs = example.apply(region)
        assert example.called("PublishLayerVersion", "LayerName") == ["observability"]
        assert example.called("UpdateFunctionCode", "FunctionName") == ["ingest"]
        assert example.called("AddLayerVersionPermission", "StatementId") == [
            "account-888899990000",
            ORGANIZATION,
        ]
        assert outputs["attachments"] == _attachments(region, 2)
        assert {name: example.behind_alias(region, name) for name in ("ingest", "report")} == _attachments(region, 2)

    example.edit("src/observability/__init__.py", "FORMAT = 2", "FORMAT = 3")
    example.gen()
    example.apply(EU)
    assert _differences(example, code=0) == []

    # Three differences over three versions, in both Regions; one of which has not published the third yet.
    fleet.revoke(example.aws, "observability", 1, ORGANIZATION)
    fleet.grant(example.aws, "observability", 2, "partner", "999988887777", region=US)
    fleet.grant(example.aws, "observability", 3, "for-a-test", "*")
    found = [(EU, 3, "public"), (EU, 1, "missing"), (US, 2, "extra")]
    assert _differences(example, code=1) == found
    assert _differences(example, "--apply", "--revoke", code=0) == found
    assert _differences(example, code=0) == []
    example.has_nothing_to_do(EU)
    example.edit("src/observability/__init__.py", "FORMAT = 3", "FORMAT = 2")
    example.gen()
    example.has_nothing_to_do(US)


def _differences(example: Example, *options: str, code: int) -> list[tuple[str, int, str]]:
    done = example.layerforge("grants", "--json", *options)
    assert done.returncode == code, done.stderr
    return [(one["region"], one["version"], one["kind"]) for one in json.loads(done.stdout)["result"]["differences"]]
