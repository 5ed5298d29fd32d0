"""Regions come, fail, pause and go, each with its own root and state, and no other takes notice."""

import re
from pathlib import Path

import pytest

from support import plans
from support.estate import Estate
from support.moto_server import Aws
from support.repository import ROOT
from support.roots import FleetEstate, open_fleet
from support.tf import Terraform

pytestmark = [pytest.mark.terraform, pytest.mark.slow]

EU, US, BR = (plans.region(name, bucket=f"fleet-{name}") for name in ("eu-west-1", "us-east-1", "sa-east-1"))
SPEC = """\
version: 1
regions: {{ {regions} }}
defaults: {{ runtimes: [python3.12], architectures: [arm64], publish: {{ ssm: /layers }} }}
layers:
  steady:
    split: none
    source: {{ ecosystem: python, include: [src/steady] }}
    grants: [organization: o-abc123def4]
functions:
  app:
    runtime: python3.12
    architecture: arm64
    handler: handler.run
    code: src/app
    layers: [steady]
    aliases: [live]
"""
OBSERVABILITY = """\
version: 1
layers:
  observability:
    runtimes: [python3.12]
    split: none
    source: { ecosystem: python, include: [src/observability] }
"""


def _gen(fleet: FleetEstate, content: str, **states: str) -> None:
    fleet.write("src/steady/__init__.py", content)
    fleet.write("src/app/handler.py", "def run(event, context):\n    return event\n")
    names = {"eu": EU, "us": US, "br": BR}
    fleet.gen(SPEC.format(regions=", ".join(f"{names[key].name}: {state}" for key, state in states.items())))


def test_regions_come_fail_pause_and_go(tmp_path: Path, terraform: Terraform, aws_server: Aws) -> None:
    fleet = open_fleet(tmp_path, terraform, aws_server, [EU, US, BR])
    _gen(fleet, "FIRST = 1\n", eu="active")
    fleet.apply(EU)

    # Two more. One cannot be reached: its own root fails, and no other.
    _gen(fleet, "FIRST = 1\n", eu="active", us="active", br="active")
    assert fleet.root(EU).plan().changes == set()
    aws_server.trouble.unreachable.add(BR.name)
    fleet.write(f"{BR.root}/providers.tf", f'provider "aws" {{\n  region      = "{BR.name}"\n  max_retries = 1\n}}\n')
    assert "EOF" in str(fleet.root(BR).plan(ok=(1,)).errors)
    added = fleet.apply(US)
    assert {call.region for call in added.calls} == {US.name}
    assert added.left.changes == set()
    assert fleet.layers_of(US, "app") == ["steady:1"]
    aws_server.trouble.clear()
    _gen(fleet, "FIRST = 1\n", eu="active", us="active", br="active")  # and a provider that is patient again
    assert fleet.apply(BR).left.changes == set()

    # One pauses while the others go on.
    _gen(fleet, "SECOND = 2\n", eu="active", us="paused", br="active")
    assert {call.region for call in fleet.apply(EU).calls} == {EU.name}
    fleet.look(US)
    assert [fleet.watches[region.name].live["steady"] for region in (EU, US, BR)] == [2, 1, 1]

    # And is retired.
    _gen(fleet, "SECOND = 2\n", eu="active", us="retired", br="active")
    root = fleet.root(US)
    assert sorted(path.name for path in root.folder.glob("*.tf")) == ["providers.tf"]
    assert {action for action, _ in root.plan().changes} == {"delete"}
    root.apply()
    assert set(aws_server.log.actions()) == {"DeleteAlias", "DeleteFunction", "DeleteLogGroup", "DeleteParameter"}
    fleet.look(US)
    assert fleet.grants(US, "steady", 1) == ["organization-o-abc123def4"]
    assert fleet.root(EU).plan().changes == set()


def test_one_root_with_a_provider_for_each_region_works_as_the_docs_say(
    tmp_path: Path, terraform: Terraform, aws_server: Aws
) -> None:
    fleet = open_fleet(tmp_path, terraform, aws_server, [EU, US])
    fleet.write("src/observability/__init__.py", "FIRST = 1\n")
    fleet.gen(OBSERVABILITY)
    section = (ROOT / "docs/regions.md").read_text(encoding="utf-8").partition("## One root with a provider")[2]
    example = re.findall(r"^```hcl\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)[0]
    fleet.write("both/main.tf", example)
    own = terraform.unshared  # a process for each provider
    root = Estate(folder=own.prepare(tmp_path / "both"), terraform=own, aws=aws_server, seeds={})
    root.plan()
    root.apply()
    published = [(call.action, call.region) for call in aws_server.log.writes()]
    assert sorted(published) == [("PublishLayerVersion", EU.name), ("PublishLayerVersion", US.name)]
    assert root.plan().changes == set()

    one = example.partition('module "observability_us"')[0].replace('  alias  = "us"\n  region = "us-east-1"', "")
    fleet.write("both/main.tf", re.sub(r'provider "aws" \{\n\s*\}\n', "", one))
    assert "Provider configuration not present" in str(root.plan(ok=(1,)).events)
