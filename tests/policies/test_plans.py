"""The plans among the fixtures are what Terraform makes of the HCL beside them."""

import json
from pathlib import Path

import pytest

from support.golden import Golden
from support.moto_server import Aws
from support.policy_plans import CORPUS, FIXTURES, cut, root, sources
from support.tf import Terraform

pytestmark = pytest.mark.terraform

EMPTY = b"PK\5\6" + bytes(18)
OBJECTS = ("tools", "image")


def test_the_plans_are_those_that_terraform_makes(
    terraform: Terraform, aws: Aws, golden: Golden, tmp_path: Path
) -> None:
    """Renew them with ``pytest --update-golden tests/policies/test_plans.py``."""
    lambda_, ssm = aws.client("lambda"), aws.client("ssm")
    lambda_.publish_layer_version(LayerName="tools", Content={"ZipFile": EMPTY})
    ssm.put_parameter(
        Name="/layers/tools/python3.13/arm64/latest",
        Type="String",
        Value="arn:aws:lambda:eu-west-1:123456789012:layer:tools:1",
    )
    ssm.put_parameter(
        Name="/layers/tools/python3.13/arm64/stable",
        Type="String",
        Value="arn:aws:lambda:eu-west-1:123456789012:layer:tools:1",
    )
    changing = root(tmp_path / "root")
    folder = terraform.prepare(tmp_path / "root")
    for name in ("tools.zip", "build/layer.zip", *(f"for_each_over_a_map_of_objects/{zip_}.zip" for zip_ in OBJECTS)):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(EMPTY)
    targets = [f"-target={address}" for address in changing]
    terraform.run(folder, "apply", "-auto-approve", "-var=content=1", "-no-color", *targets, env=aws.environment)
    terraform.run(folder, "plan", "-out=plan", "-no-color", env=aws.environment)
    plan = json.loads(terraform.run(folder, "show", "-json", "plan").stdout)
    for name, (_, kept) in sources().items():
        golden.text(kept, cut(plan, name, folder))
    assert {kept for _, kept in sources().values()} == {*FIXTURES.glob("*/*.json"), *CORPUS.glob("*.json")}
