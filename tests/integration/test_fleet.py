"""A fleet over time: at no moment does a function name a version that is gone, or a live version lose a grant."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support import plans
from support.moto_server import Aws
from support.roots import Applied, FleetEstate, open_fleet
from support.tf import Terraform

pytestmark = [pytest.mark.terraform, pytest.mark.slow]

EU = plans.region("eu-west-1", bucket="fleet-eu")
SPEC = """\
version: 1

regions:
  eu-west-1: { bucket: fleet-eu }

defaults:
  runtimes: [python3.12]
  architectures: [arm64]
  publish: { ssm: /layers }
  functions: { runtime: python3.12, architecture: arm64, handler: handler.run, aliases: [live] }

layers:
  steady:
    split: none
    source: { ecosystem: python, include: [src/steady] }
    grants: [organization: o-abc123def4]
  shared:
    description: Words
    split: none
    source: { ecosystem: python, include: [src/shared] }
    grants: [account: "111122223333"]
  moving:
    split: none
    source: { ecosystem: python, include: [src/moving] }
    grants: [organization: o-abc123def4]
    publish: { via: direct, ssm: /layers/moving }
  old-name:
    split: none
    source: { ecosystem: python, include: [src/named] }
    grants: [account: "111122223333"]
  leaving:
    split: none
    source: { ecosystem: python, include: [src/leaving] }
    grants: [account: "111122223333"]

externals:
  powertools:
    arns:
      eu-west-1: arn:aws:lambda:eu-west-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python312-arm64:7
    size: 20971520
    runtimes: [python3.12]
    architectures: [arm64]

functions:
  app:
    code: src/app
    via: direct
    layers: [steady, moving, powertools]
  worker:
    code: src/worker
    layers: [old-name, leaving]
"""
DEPENDENCIES = """\
  dependencies:
    split: none
    source: { ecosystem: python, include: [src/dependencies] }
"""
POWERTOOLS = "AWSLambdaPowertoolsPythonV3-python312-arm64"


class Draft:
    """The spec as its author changes it."""

    text = SPEC

    def change(self, old: str, new: str) -> None:
        """Replace a passage that is there once."""
        assert self.text.count(old) == 1, old
        self.text = self.text.replace(old, new)

    def remove_layer(self, name: str) -> None:
        """Remove a layer with all that is below its name."""
        start = self.text.index(f"  {name}:\n")
        lines = self.text[start:].splitlines(keepends=True)
        end = next(number for number, line in enumerate(lines) if number and not line.startswith("   "))
        self.text = self.text[:start] + "".join(lines[end:])


Chapter = tuple[str, Applied, dict[str, list[str]], list[str]]
"""A step's name, what it did, and after it the layers behind each alias and whose objects are in the bucket."""
Story = list[Chapter]


def _via(draft: Draft, old: str, new: str) -> None:
    """Change how the ZIPs of one layer and of one function's code reach Lambda."""
    draft.change(f"via: {old}, ssm: /layers/moving", f"via: {new}, ssm: /layers/moving")
    draft.change(f"    via: {old}\n", f"    via: {new}\n")


def _tell(fleet: FleetEstate) -> Iterator[Chapter]:
    draft = Draft()

    def step(name: str) -> Chapter:
        fleet.gen(draft.text)
        applied = fleet.apply(EU)
        layers = {function: fleet.layers_of(EU, function) for function in ("app", "worker")}
        return name, applied, layers, fleet.objects(EU)

    for name in ("steady", "shared", "moving", "named", "leaving", "app", "worker"):
        fleet.write(f"src/{name}/handler.py", f"def run(event, context):\n    return '{name}'\n")
    fleet.write("src/worker/vendored.py", "VENDORED = 1\n")
    yield step("published")

    fleet.write("src/steady/handler.py", "SECOND = 2\n")
    draft.change("description: Words", "description: Other words")
    draft.change(
        'include: [src/shared] }\n    grants: [account: "111122223333"]',
        'include: [src/shared] }\n    grants: [account: "111122223333", account: "444455556666"]',
    )
    _via(draft, "direct", "s3")
    yield step("content, words, a grant more, through S3")

    draft.change('account: "444455556666"', 'account: "777788889999"')
    draft.change("old-name:", "new-name:")
    draft.change("[old-name, leaving]", "[new-name]")
    draft.remove_layer("leaving")
    draft.change("arm64:7", "arm64:8")
    _via(draft, "s3", "pushed")
    yield step("a grant changed, renamed, removed, raised, pushed")

    fleet.write("src/moving/handler.py", "SECOND = 2\n")
    fleet.write("src/shared/handler.py", "SECOND = 2\n")
    fleet.write("src/dependencies/vendored.py", "VENDORED = 1\n")
    (fleet.folder / "src/worker/vendored.py").unlink()
    draft.change(', account: "777788889999"', "")
    draft.change("\nexternals:", f"{DEPENDENCIES}\nexternals:")
    draft.change("[new-name]", "[new-name, dependencies]")
    draft.change("[steady, moving, powertools]", "[powertools, moving, steady]")
    yield step("content that is pushed, reordered, moved to a layer, a grant removed")

    _via(draft, "pushed", "direct")
    yield step("direct again")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory, terraform: Terraform, aws_server: Aws) -> FleetEstate:
    """The fleet that the story is about."""
    return open_fleet(tmp_path_factory.mktemp("fleet"), terraform, aws_server, [EU])


@pytest.fixture(scope="module")
def told(fleet: FleetEstate) -> Story:
    """The story of one Region; the watch in it has failed already if anything in use was ever missing."""
    return list(_tell(fleet))


def test_second_plans_are_empty(told: Story) -> None:
    assert [(name, applied.left.status, applied.left.changes) for name, applied, *_ in told] == [
        (name, 0, set()) for name, *_ in told
    ]


def test_versions_are_published_for_content_and_for_nothing_else(told: Story) -> None:
    published = [sorted(call["LayerName"] for call in step.called("PublishLayerVersion")) for _, step, *_ in told]
    assert published == [
        ["leaving", "moving", "old-name", "shared", "steady"],
        ["steady"],
        ["new-name"],
        ["dependencies", "moving", "shared"],
        [],
    ]


def test_aliases_come_to_the_layers_of_the_spec_in_its_order(told: Story) -> None:
    last = {"app": [f"{POWERTOOLS}:8", "moving:2", "steady:2"], "worker": ["new-name:1", "dependencies:1"]}
    assert [layers for _, _, layers, _ in told] == [
        {"app": ["steady:1", "moving:1", f"{POWERTOOLS}:7"], "worker": ["old-name:1", "leaving:1"]},
        {"app": ["steady:2", "moving:1", f"{POWERTOOLS}:7"], "worker": ["old-name:1", "leaving:1"]},
        {"app": ["steady:2", "moving:1", f"{POWERTOOLS}:8"], "worker": ["new-name:1"]},
        last,
        last,
    ]


def test_an_alias_moves_after_layers_and_code(told: Story) -> None:
    step = told[3][1]
    order = [call.action for call in step.calls if call.parameters.get("FunctionName", "").startswith("worker")]
    assert order == ["UpdateFunctionConfiguration", "UpdateFunctionCode", "PublishVersion", "UpdateAlias"]


def test_a_grant_is_added_to_live_versions_and_none_is_ever_taken(told: Story) -> None:
    added = [
        [
            (call["VersionNumber"], call["StatementId"])
            for call in step.called("AddLayerVersionPermission")
            if call["LayerName"] == "shared"
        ]
        for _, step, *_ in told
    ]
    assert added == [
        [("1", "account-111122223333")],
        [("1", "account-444455556666")],
        [("1", "account-777788889999")],
        [("2", "account-111122223333")],
        [],
    ]


def test_an_object_that_becomes_a_pushed_one_is_never_deleted(told: Story) -> None:
    """Terraform uploads twice with `s3`; what `push` found there then, and what it sent itself, outlives every step."""
    assert [len(step.called("PutObject")) for _, step, *_ in told] == [0, 2, 0, 0, 0]
    assert [len(step.called("DeleteObject")) for _, step, *_ in told] == [0] * 5
    both = ["app", "moving"]
    assert [objects for *_, objects in told] == [[], both, both, [*both, "moving"], [*both, "moving"]]
    assert {address for action, address in told[2][1].planned.changes if action == "remove"} == {
        'module.app.aws_s3_object.artifact["code"]',
        'module.moving.aws_s3_object.artifact["all"]',
    }


def test_destroy_leaves_every_version_with_its_grants_and_what_was_pushed(told: Story, fleet: FleetEstate) -> None:
    root = fleet.root(EU)
    root.plan("-destroy")
    root.apply()
    actions = set(fleet.aws.log.actions())
    assert actions == {"DeleteAlias", "DeleteFunction", "DeleteLogGroup", "DeleteParameter"}
    fleet.look(EU)
    assert fleet.watches[EU.name].live == {
        "dependencies": 1,
        "leaving": 1,
        "moving": 2,
        "new-name": 1,
        "old-name": 1,
        "shared": 2,
        "steady": 2,
    }
    assert fleet.objects(EU) == told[-1][3]


def test_a_root_asks_for_what_functions_need_and_takes_what_differs(
    tmp_path: Path, terraform: Terraform, aws_server: Aws
) -> None:
    steady = plans.layer("steady", architectures=["arm64"])
    fleet = open_fleet(tmp_path, terraform, aws_server, [EU])
    inside = plans.function("inside", layers=[steady], runs_with=plans.settings(in_vpc=True, reserved_concurrency=3))
    elsewhere = plans.function("elsewhere", code=None, layers=[steady])
    fleet.emit([steady], [inside, elsewhere, plans.function("bucketed", code=plans.bucket_code())], [EU])
    root = fleet.root(EU)
    (root.folder / "terraform.tfvars").write_text("functions = { nobody = {} }\n")
    assert [error.partition("\n")[0] for error in root.plan(ok=(1,)).errors] == [
        ": A key is the name of a function of the spec whose module takes such values.",
        ": The function inside needs vpc_config.",
    ]
    (root.folder / "terraform.tfvars").write_text(
        'functions = { inside = { vpc_config = { subnet_ids = ["subnet-0a"], security_group_ids = ["sg-0a"] }, '
        "memory_size = 1024 } }\n"
    )
    planned = {event["change"]["resource"]["addr"] for event in root.plan().events if event["type"] == "planned_change"}
    assert {f"module.{name}.aws_lambda_function.this" for name in ("inside", "bucketed")} <= planned
    assert not any("elsewhere" in address for address in planned)
