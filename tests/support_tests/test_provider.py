"""One process of the provider serves many commands, is set up anew by each, and ends."""

import json
import os
from pathlib import Path

import pytest

from support.moto_server import Aws
from support.tf import Terraform

ROOT = """\
provider "aws" {{
  region = "{region}"
}}

resource "aws_ssm_parameter" "this" {{
  name  = "/a"
  type  = "String"
  value = filesha256("here")
}}
"""


def _pid(attach: str) -> int:
    (about,) = json.loads(attach).values()
    return int(about["Pid"])


@pytest.mark.terraform
def test_each_command_sets_it_up_for_its_own_root(terraform: Terraform, aws: Aws, tmp_path: Path) -> None:
    assert terraform.providers is not None
    terraform.prepare(tmp_path)
    (tmp_path / "here").write_text("some content")
    serving = {}
    for region in ("eu-west-1", "us-east-1"):
        (tmp_path / "main.tf").write_text(ROOT.format(region=region))
        terraform.run(tmp_path, "apply", "-auto-approve", f"-state={region}", env=aws.environment)
        env = {**terraform.env, **aws.environment}
        serving[region] = _pid(terraform.providers.attached(tmp_path, env)["TF_REATTACH_PROVIDERS"])
    assert [(call.action, call.region) for call in aws.log.writes("PutParameter")] == [
        ("PutParameter", "eu-west-1"),
        ("PutParameter", "us-east-1"),
    ]
    (pid,) = set(serving.values())
    terraform.providers.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
