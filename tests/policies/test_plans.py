"""The plans among the fixtures are what Terraform makes of the HCL beside them."""

import json
from pathlib import Path

import pytest

from policies.plans import FIXTURES, cut, root, sources
from support.golden import Golden
from support.moto_server import Aws
from support.tf import Terraform

pytestmark = pytest.mark.terraform


def test_the_plans_are_those_that_terraform_makes(
    terraform: Terraform, aws: Aws, golden: Golden, tmp_path: Path
) -> None:
    """Renew them with ``pytest --update-golden tests/policies/test_plans.py``."""
    lambda_, ssm = aws.client("lambda"), aws.client("ssm")
    lambda_.publish_layer_version(LayerName="tools", Content={"ZipFile": b"PK\5\6" + bytes(18)})
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
    (folder / "tools.zip").write_bytes(b"PK\5\6" + bytes(18))
    targets = [f"-target={address}" for address in changing]
    terraform.run(folder, "apply", "-auto-approve", "-var=content=1", "-no-color", *targets, env=aws.environment)
    terraform.run(folder, "plan", "-out=plan", "-no-color", env=aws.environment)
    plan = json.loads(terraform.run(folder, "show", "-json", "plan").stdout)
    for name, path in sources().items():
        golden.text(path.with_suffix(".json"), cut(plan, name, folder))
    assert len(list(FIXTURES.glob("*/*.json"))) == len(sources())
