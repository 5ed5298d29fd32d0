"""What is there already comes into a root's state, as the runbooks say: made by hand, lost, or left half-done."""

import io
import re
import zipfile
from pathlib import Path

import pytest

from support import plans
from support.moto_server import Aws
from support.repository import ROOT
from support.roots import FleetEstate, open_fleet
from support.tf import Terraform
from support.trouble import Refusal

pytestmark = [pytest.mark.terraform, pytest.mark.slow]

EU = plans.region("eu-west-1", bucket="fleet-eu")
SPEC = """\
version: 1
regions: { eu-west-1: active }
defaults: { runtimes: [python3.12], architectures: [arm64], publish: { ssm: /layers } }
layers:
  steady:
    split: none
    source: { ecosystem: python, include: [src/steady] }
    grants: [organization: o-abc123def4]
functions:
  orders:
    runtime: python3.12
    architecture: arm64
    handler: handler.run
    code: src/orders
    layers: [steady]
    aliases: [live]
"""
PARAMETER = "/layers/steady/python3.12/arm64/latest"


def _gen(fleet: FleetEstate, code: str) -> None:
    fleet.write("src/steady/__init__.py", "X = 1\n")
    fleet.write("src/orders/handler.py", code)
    fleet.gen(SPEC)


def _made_by_hand(aws: Aws) -> None:
    """Make a function as somebody would at the console: other code, other settings, a log group, an alias."""
    role = aws.client("iam").create_role(RoleName="by-hand", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("handler.py", "def run(event, context):\n    return 0\n")
    api, about = aws.client("lambda"), {"Runtime": "python3.12", "Handler": "handler.run", "Architectures": ["arm64"]}
    api.create_function(FunctionName="orders", Role=role, Code={"ZipFile": buffer.getvalue()}, **about)
    api.create_alias(
        FunctionName="orders", Name="live", FunctionVersion=api.publish_version(FunctionName="orders")["Version"]
    )
    aws.client("logs").create_log_group(logGroupName="/aws/lambda/orders")


def _imports(runbook: str) -> str:
    """Return the `imports.tf` that a runbook shows."""
    text = (ROOT / f"docs/runbooks/{runbook}.md").read_text(encoding="utf-8")
    found = re.search(r"^ *```hcl\n( *# imports\.tf\n.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def _role(aws: Aws) -> str:
    role: str = aws.client("lambda").get_function_configuration(FunctionName="orders")["Role"]
    return role.rpartition("/")[2]


def _served(aws: Aws) -> str:
    version: str = aws.client("lambda").get_alias(FunctionName="orders", Name="live")["FunctionVersion"]
    return version


def test_what_is_there_already_is_taken_over_in_place(tmp_path: Path, terraform: Terraform, aws_server: Aws) -> None:
    fleet = open_fleet(tmp_path, terraform, aws_server, [EU])
    own = tmp_path / EU.root / "imports.tf"
    _made_by_hand(aws_server)
    _gen(fleet, "def run(event, context):\n    return 1\n")
    own.write_text(_imports("first-adoption"))
    adopted = fleet.apply(EU)
    assert {action for action, _ in adopted.planned.changes} == {"create", "update"}
    assert not adopted.called("CreateFunction")
    assert adopted.left.changes == set()
    assert (_served(aws_server), fleet.layers_of(EU, "orders")) == ("2", ["steady:1"])

    # The state is lost: layers are published once more, the rest is taken over where it is.
    (tmp_path / EU.root / "terraform.tfstate").unlink()
    shown = _imports("lost-state")
    name = re.search(r"orders-[0-9]{26}", shown)
    assert name is not None
    own.write_text(shown.replace(name[0], _role(aws_server)))
    aws_server.client("ssm").delete_parameter(Name=PARAMETER)
    found = fleet.apply(EU)
    assert {action for action, _ in found.planned.changes} <= {"create", "update", "import"}
    assert {call.action for call in found.calls if call.action.startswith(("Create", "Delete"))} == set()
    assert found.left.changes == set()
    assert fleet.layers_of(EU, "orders") == ["steady:2"]
    assert fleet.grants(EU, "steady", 1) == ["organization-o-abc123def4"]
    own.unlink()
    assert fleet.layerforge("status") == 0

    # A version that could not be published: Terraform takes it for done, status does not.
    before = _served(aws_server)
    _gen(fleet, "def run(event, context):\n    return 2\n")
    aws_server.trouble.refusals.append(Refusal(action="PublishVersion", kind="AccessDeniedException", status=403))
    root = fleet.root(EU)
    root.plan()
    root.apply(ok=(1,))
    aws_server.trouble.clear()
    assert root.plan().changes == set()
    assert (_served(aws_server), fleet.layerforge("status")) == (before, 1)
    published = aws_server.client("lambda").publish_version(FunctionName="orders")["Version"]
    assert fleet.apply(EU).left.changes == set()
    assert (_served(aws_server), fleet.layerforge("status")) == (published, 0)
