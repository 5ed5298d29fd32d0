"""Two environments in one account and Region, from one spec: told apart by a root's variables, and nothing collides."""

import shutil
from pathlib import Path

import pytest

from layerforge.names import Delivery
from layerforge.plan.function_types import Network
from support import plans
from support.estate import Estate
from support.moto_server import Aws
from support.roots import open_fleet
from support.tf import Terraform

pytestmark = [pytest.mark.terraform, pytest.mark.slow]

EU = plans.region("eu-west-1", bucket="fleet-eu")
NAME = "steady-python312-arm64"
QUEUE = "arn:aws:sqs:{}:123456789012:failed"
PINNED = f"arn:aws:lambda:eu-west-1:123456789012:layer:{NAME}:1"


def _errors(root: Estate, variables: str) -> list[str]:
    (root.folder / "terraform.tfvars").write_text(f"{variables}\n")
    return [error.partition("\n")[0] for error in root.plan(ok=(1,)).errors]


def test_two_environments_share_an_account_and_nothing_collides(
    tmp_path: Path, terraform: Terraform, aws_server: Aws
) -> None:
    fleet = open_fleet(tmp_path, terraform, aws_server, [EU])
    steady = plans.layer("steady", architectures=["arm64"], via=Delivery.S3, ssm="/layers/steady")
    failing = {region: QUEUE.format(region) for region in ("eu-west-1", "us-east-1")}
    ec2 = aws_server.client("ec2")
    subnets = [item["SubnetId"] for item in ec2.describe_subnets()["Subnets"]]
    (group,) = (item["GroupId"] for item in ec2.describe_security_groups()["SecurityGroups"])
    network = Network(subnet_ids=(subnets[0],), security_group_ids=(group,))
    own = plans.settings(dead_letter=failing, in_vpc=True, networks={"eu-west-1": network})
    app = plans.function("app", layers=[steady], runs_with=own)
    fleet.emit([steady], [app], [EU], [plans.pointer(steady, PINNED)])
    prod = fleet.root(EU)
    dev = Estate(folder=tmp_path / "roots/dev", terraform=terraform, aws=aws_server, seeds={})
    shutil.copytree(prod.folder, dev.folder, symlinks=True)
    prod.plan()
    prod.apply()

    wrong = {
        'name_prefix = "dev-"': "With a name_prefix there has to be an ssm_root as well, or null: without it the "
        "parameters would be those of another environment in this account.",
        'ssm_root = "dev/"': "It begins with a slash and does not end with one; between slashes stand letters, digits, "
        "dots, hyphens and underscores.",
        'ssm_root = "/aws/dev"': "A name that begins with /aws or /ssm is reserved by AWS.",
    }
    assert {line: _errors(dev, line) for line in wrong} == {line: [f": {message}"] for line, message in wrong.items()}

    variables = 'name_prefix = "dev-"\nssm_root = "/dev"\nartifact_prefix = "dev"\n'
    dev_network = f'{{ subnet_ids = ["{subnets[1]}"], security_group_ids = ["{group}"] }}'
    dev_queue = QUEUE.format("eu-west-1").replace("failed", "dev-failed")
    (dev.folder / "terraform.tfvars").write_text(
        f'{variables}functions = {{ app = {{ dead_letter_arn = "{dev_queue}", vpc_config = {dev_network} }} }}\n'
    )
    dev.plan()
    dev.apply()
    assert (prod.plan().changes, dev.plan().changes) == (set(), set())

    ssm, api, s3 = (aws_server.client(service) for service in ("ssm", "lambda", "s3"))
    names = [f"/layers/steady/python3.12/arm64/{channel}" for channel in ("latest", "stable")]
    found = ssm.get_parameters(Names=[*names, *(f"/dev{name}" for name in names)])["Parameters"]
    assert {item["Name"]: item["Value"] for item in found} == {
        names[0]: PINNED,
        names[1]: PINNED,
        f"/dev{names[0]}": PINNED.replace(NAME, f"dev-{NAME}"),
        f"/dev{names[1]}": PINNED,
    }
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=EU.bucket)["Contents"]]
    assert [key.partition("/steady/")[0] for key in keys] == ["dev", "layers"]
    live = [api.get_function_configuration(FunctionName=name) for name in ("app", "dev-app")]
    assert [item["DeadLetterConfig"]["TargetArn"] for item in live] == [failing["eu-west-1"], dev_queue]
    assert [item["VpcConfig"]["SubnetIds"] for item in live] == [subnets[:1], subnets[1:2]]

    (dev.folder / "terraform.tfvars").write_text(variables.replace('"/dev"', "null"))
    gone = {address for action, address in dev.plan().changes if action == "delete"}
    assert gone == {
        'module.steady.aws_ssm_parameter.channel["python3.12/arm64/stable"]',
        'module.steady.aws_ssm_parameter.latest["python3.12/arm64"]',
    }
