"""`layerforge grants` from the command line, against the stand-in: what it finds, says, changes and leaves alone."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from layerforge.cli.main import run
from support import fleet
from support.fleet import OTHER
from support.mirror import REGION
from support.moto_server import Aws
from support.trouble import Refusal

SPEC = """\
version: 1
layers:
  tools:
    runtimes: [python3.12]
    architectures: [arm64]
    source:
      ecosystem: python
      requirements: [requests]
    grants:
      - organization: o-abc123def4
      - account: "111122223333"
  words:
    runtimes: [python3.12]
    split: none
    source:
      ecosystem: python
      requirements: [requests]
"""
TOOLS = "tools-python312-arm64"
IDS = ["account-111122223333", "organization-o-abc123def4"]
Grants = Callable[..., tuple[int, str, str]]


@pytest.fixture
def grants(
    aws_here: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Grants:
    (tmp_path / "layers.yaml").write_text(SPEC, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def call(*argv: str) -> tuple[int, str, str]:
        aws_here.log.clear()
        code = run(["grants", *argv])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def published(aws: Aws, *, versions: int = 3, region: str = REGION) -> None:
    """Publish versions that have what the spec grants."""
    for number in range(1, versions + 1):
        fleet.publish(aws, TOOLS, region=region)
        fleet.grant(aws, TOOLS, number, IDS[0], "111122223333", region=region)
        fleet.grant(aws, TOOLS, number, IDS[1], "*", "o-abc123def4", region=region)


def planted(aws: Aws) -> None:
    """Three versions, three differences: one grant gone, one open to everyone, one for a deleted account."""
    published(aws)
    fleet.revoke(aws, TOOLS, 1, IDS[0])
    fleet.grant(aws, TOOLS, 2, "for-a-test", "*")
    fleet.plant(TOOLS, 3, {"Sid": "old-partner", "Principal": {"AWS": "AIDAJQABLZS4A3QDU576Q"}})


def test_all_is_well(grants: Grants, aws_here: Aws) -> None:
    published(aws_here)
    assert grants() == (
        0,
        "",
        "looking at 2 layers at AWS in eu-west-1\n3 versions in 1 Region: the grants are those of the spec\n",
    )
    assert aws_here.log.actions() == []


def test_three_planted_differences_are_found(grants: Grants, aws_here: Aws) -> None:
    planted(aws_here)
    code, out, err = grants()
    assert code == 1
    assert out == (
        "REGION     VERSION                  DIFFERENCE  WHO\n"
        "eu-west-1  tools-python312-arm64:3  unknown     principal `AIDAJQABLZS4A3QDU576Q` (statement old-partner)\n"
        "eu-west-1  tools-python312-arm64:2  public      everyone (statement for-a-test)\n"
        "eu-west-1  tools-python312-arm64:1  missing     account 111122223333\n"
    )
    assert err == (
        "looking at 2 layers at AWS in eu-west-1\n"
        "error[GRANT003]: everyone in the world may use 1 version, and the spec does not say `public`\n"
        "\n"
        "  eu-west-1 tools-python312-arm64:2\n"
        "\n"
        "hint: `layerforge grants --apply --revoke` closes them; a grant `public` in the spec says it is meant\n"
        "\n"
        "error[GRANT001]: 1 grant of the spec is missing on 1 version\n"
        "\n"
        "hint: `layerforge grants --apply` adds what is missing\n"
        "\n"
        "error[GRANT002]: 1 statement that the spec does not have is on 1 version\n"
        "\n"
        "hint: `layerforge grants --apply --revoke` takes away what is not in the spec\n"
        "\n"
        "3 versions in 1 Region\n"
        "3 errors\n"
    )
    assert aws_here.log.actions() == []


def test_and_mended(grants: Grants, aws_here: Aws) -> None:
    planted(aws_here)
    code, out, err = grants("--apply", "--revoke")
    assert code == 0
    assert out == (
        "REGION     VERSION                  CHANGE\n"
        "eu-west-1  tools-python312-arm64:3  - principal `AIDAJQABLZS4A3QDU576Q` (statement old-partner)\n"
        "eu-west-1  tools-python312-arm64:2  - everyone (statement for-a-test)\n"
        "eu-west-1  tools-python312-arm64:1  + account 111122223333\n"
    )
    assert err.endswith("3 versions in 1 Region, 3 of 3 changes made: the grants are those of the spec\n")
    assert fleet.sids(aws_here, TOOLS, 1) == [IDS[1], "layerforge-account-111122223333"]
    assert fleet.sids(aws_here, TOOLS, 2) == fleet.sids(aws_here, TOOLS, 3) == IDS
    assert grants()[0] == 0


def test_apply_alone_adds_and_takes_nothing_away(grants: Grants, aws_here: Aws) -> None:
    planted(aws_here)
    code, out, err = grants("--apply")
    assert code == 1
    assert out.splitlines()[1:] == ["eu-west-1  tools-python312-arm64:1  + account 111122223333"]
    assert "GRANT001" not in err
    assert "GRANT002" in err
    assert err.endswith("3 versions in 1 Region, 1 of 1 change made\n2 errors\n")
    assert set(aws_here.log.actions()) == {"AddLayerVersionPermission"}


def test_revoke_alone_shows_what_would_be_done(grants: Grants, aws_here: Aws) -> None:
    planted(aws_here)
    code, out, _err = grants("--revoke")
    assert code == 1
    assert [line.split()[2] for line in out.splitlines()[1:]] == ["-", "-", "+"]
    assert aws_here.log.actions() == []


def test_two_regions_one_out_of_reach(grants: Grants, aws_here: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    published(aws_here, versions=1)
    aws_here.trouble.unreachable.add(OTHER)
    code, out, err = grants("--region", REGION, "--region", OTHER)
    assert (code, out) == (3, "")
    assert err == (
        "looking at 2 layers at AWS in eu-west-1, us-east-1\n"
        "error[AWS004]: AWS cannot be reached in `us-east-1`: `127.0.0.1`, the connection broke\n"
        "\n"
        "hint: is the Region's name right, and the network, proxy (`HTTPS_PROXY`), CA (`AWS_CA_BUNDLE`) and endpoint "
        "(`AWS_ENDPOINT_URL`) as they should be?\n"
        "\n"
        "1 version in 1 Region\n"
        "1 error\n"
    )


def test_as_json_everything_of_every_region(grants: Grants, aws_here: Aws) -> None:
    published(aws_here, versions=1)
    published(aws_here, versions=1, region=OTHER)
    fleet.grant(aws_here, TOOLS, 1, "partner", "999988887777", region=OTHER)
    code, out, err = grants("--json", "--region", REGION, "--region", OTHER, "--apply", "--revoke")
    assert (code, err) == (0, "")
    version = {
        "region": OTHER,
        "name": TOOLS,
        "version": 1,
        "arn": f"arn:aws:lambda:{OTHER}:{fleet.ACCOUNT}:layer:{TOOLS}:1",
    }
    assert json.loads(out)["result"] == {
        "regions": [REGION, OTHER],
        "paused": [],
        "versions": 2,
        "differences": [
            {
                **version,
                "kind": "extra",
                "who": "account 999988887777",
                "grant": "account-999988887777",
                "statement": "partner",
            }
        ],
        "changes": [{**version, "change": "revoke", "grant": None, "statement": "partner", "done": True}],
        "left": [],
    }


def test_without_credentials_nothing_is_asked(grants: Grants, aws_here: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    code, _out, err = grants("--apply", "--revoke")
    assert code == 3
    assert "error[AWS001]: there are no AWS credentials\n" in err
    assert err.count("error[") == 1
    assert aws_here.log.calls == []


def test_a_missing_permission_to_change(grants: Grants, aws_here: Aws) -> None:
    planted(aws_here)
    fleet.revoke(aws_here, TOOLS, 2, IDS[0])
    aws_here.trouble.refusals.append(
        Refusal(action="AddLayerVersionPermission", kind="AccessDeniedException", status=403, message="not authorized")
    )
    code, _out, err = grants("--apply")
    assert code == 3
    assert "error[AWS003]: the credentials lack `lambda:AddLayerVersionPermission` in `eu-west-1`\n" in err
    assert "error[GRANT001]: 2 grants of the spec are missing on 2 versions\n" in err


def test_somebody_else_changes_the_policy_meanwhile(grants: Grants, aws_here: Aws) -> None:
    published(aws_here, versions=1)
    fleet.grant(aws_here, TOOLS, 1, "partner", "999988887777")
    meddling = Refusal(
        action="RemoveLayerVersionPermission",
        times=1,
        before=lambda: fleet.plant_revision(TOOLS, 1),
    )
    aws_here.trouble.refusals.append(meddling)
    code, _out, _err = grants("--apply", "--revoke")
    assert (code, meddling.times) == (0, 0)
    assert [call.status for call in aws_here.log.writes("RemoveLayerVersionPermission")] == [412, 204]
    assert fleet.sids(aws_here, TOOLS, 1) == IDS


def test_a_policy_that_never_comes_to_rest(grants: Grants, aws_here: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layerforge.operate.changes._FIRST_PAUSE", 0.001)
    published(aws_here, versions=1)
    fleet.grant(aws_here, TOOLS, 1, "partner", "999988887777")
    aws_here.trouble.refusals.append(
        Refusal(action="RemoveLayerVersionPermission", before=lambda: fleet.plant_revision(TOOLS, 1))
    )
    code, _out, err = grants("--apply", "--revoke")
    assert code == 1
    assert (
        "error[GRANT007]: the policy of `tools-python312-arm64:1` in `eu-west-1` keeps changing while we do\n"
        "\n"
        "hint: somebody else changes the same grants right now; run the same command again afterwards\n"
    ) in err


def test_a_full_policy(grants: Grants, aws_here: Aws) -> None:
    planted(aws_here)
    aws_here.trouble.refusals.append(
        Refusal(action="AddLayerVersionPermission", kind="PolicyLengthExceededException", message="too long")
    )
    code, _out, err = grants("--apply")
    assert code == 1
    assert (
        "error[GRANT006]: the policy of `tools-python312-arm64:1` in `eu-west-1` takes no further grant\n"
        "\n"
        "hint: grant to one organization instead of many accounts; `--apply --revoke` takes away first what the spec "
        "does not have, where that makes room\n"
    ) in err


def test_what_was_added_before_a_policy_was_full_counts_as_done(grants: Grants, aws_here: Aws) -> None:
    fleet.publish(aws_here, TOOLS)
    add = "AddLayerVersionPermission"
    aws_here.trouble.refusals += [
        Refusal(action=add, times=1),  # which is none: the first is let through
        Refusal(action=add, kind="PolicyLengthExceededException", message="too long"),
    ]
    code, _out, err = grants("--apply")
    assert code == 1
    assert "error[GRANT001]: 1 grant of the spec is missing on 1 version\n" in err
    assert err.splitlines()[-2] == "1 version in 1 Region, 1 of 2 changes made"
    assert len(fleet.sids(aws_here, TOOLS, 1)) == 1


def test_a_version_that_is_deleted_meanwhile(grants: Grants, aws_here: Aws) -> None:
    planted(aws_here)

    def delete() -> None:
        fleet.api(aws_here).delete_layer_version(LayerName=TOOLS, VersionNumber=1)

    aws_here.trouble.refusals.append(Refusal(action="AddLayerVersionPermission", times=1, before=delete))
    assert grants("--apply", "--revoke")[0] == 0
    assert grants()[0] == 0


def test_nothing_published_is_a_warning(grants: Grants, aws_here: Aws) -> None:
    code, out, err = grants("--name-prefix", "dev-")
    assert (code, out) == (0, "")
    assert (
        "warning[GRANT004]: no version of these layers is published in `eu-west-1`\n"
        "\n"
        "hint: is it the right account (`aws sts get-caller-identity`), and is `--name-prefix` what the modules have?\n"
    ) in err
    assert "0 versions in 1 Region\n" in err, "which is nothing to be content with"


def test_a_prefix_of_the_modules(grants: Grants, aws_here: Aws) -> None:
    fleet.publish(aws_here, f"dev-{TOOLS}")
    code, out, _err = grants("--name-prefix", "dev-", "--apply")
    assert code == 0
    assert out.count(f"dev-{TOOLS}:1") == 2


def test_layers_by_name(grants: Grants, aws_here: Aws) -> None:
    fleet.publish(aws_here, TOOLS)
    fleet.publish(aws_here, "words")
    assert grants("words")[0] == 0
    assert grants("tools")[0] == 1
    code, _out, err = grants("wrods")
    assert code == 2
    assert "error[CLI002]: there is no layer `wrods`\n\nhint: the spec has: `tools`, `words`\n" in err


def test_a_layer_that_has_left_the_spec(grants: Grants, aws_here: Aws) -> None:
    planted(aws_here)
    fleet.publish(aws_here, "bygone")
    fleet.grant(aws_here, "bygone", 1, IDS[0], "111122223333")
    code, out, _err = grants("--layer-name", "bygone", "--apply", "--revoke")
    assert code == 0
    assert out.splitlines()[1:] == ["eu-west-1  bygone:1  - account 111122223333 (statement account-111122223333)"]
    assert fleet.sids(aws_here, "bygone", 1) == []
    assert {call.parameters["LayerName"] for call in aws_here.log.calls} == {"bygone"}
    assert grants("words", "--layer-name", "bygone")[2].startswith("looking at 2 layers")


def test_a_layer_that_has_not_left_the_spec_loses_nothing(grants: Grants, aws_here: Aws) -> None:
    published(aws_here, versions=1)
    code, _out, err = grants("--layer-name", TOOLS, "--apply", "--revoke")
    assert code == 2
    assert err == (
        "error[GRANT008]: the spec still has `tools-python312-arm64`, the unit `tools/python312-arm64`\n"
        "\n"
        "hint: `--layer-name` is for layers that have left the spec; name one of the spec's as LAYER\n"
        "\n"
        "1 error\n"
    )
    assert aws_here.log.calls == []


@pytest.mark.parametrize(
    ("argument", "value", "said"),
    [
        ("--layer-name", "arn:aws:lambda:eu-west-1:111122223333:layer:old", "is not the name of a layer at AWS"),
        ("--name-prefix", "dev/", "is not a prefix of names, such as dev-"),
        ("--region", "", "is not the name of a Region, such as eu-west-1"),
    ],
)
def test_arguments_that_cannot_be(argument: str, value: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["grants", argument, value, "--json"]) == 2
    message = json.loads(capsys.readouterr().out)["diagnostics"][0]["message"]
    assert message == f"argument {argument}: {value!r} {said}"


def test_several_hundred_differences_are_named_up_to_ten(grants: Grants, aws_here: Aws) -> None:
    for number in range(1, 13):
        fleet.publish(aws_here, "words")
        fleet.grant(aws_here, "words", number, "open", "*")
    err = grants("words")[2]
    assert "everyone in the world may use 12 versions" in err
    assert "  eu-west-1 words:12\n" in err
    assert "  eu-west-1 words:3\n  and 2 more\n" in err


REGIONS = "regions:\n  eu-west-1: {}\n  us-east-1: {state: retired}\n  ap-south-1: {state: paused}\n"


def test_the_specs_regions_retired_ones_too_and_paused_ones_only_by_name(
    grants: Grants, aws_here: Aws, tmp_path: Path
) -> None:
    (tmp_path / "layers.yaml").write_text(SPEC + REGIONS, encoding="utf-8")
    published(aws_here, versions=1, region=OTHER)
    assert grants("tools") == (
        0,
        "",
        (
            "note[GRANT005]: left alone, as the spec has paused it: `ap-south-1`\n"
            "\n"
            "hint: `--region` looks at a paused Region all the same\n"
            "\n"
            "looking at 1 layer at AWS in eu-west-1, us-east-1\n"
            "1 version in 2 Regions: the grants are those of the spec\n"
        ),
    )
    assert {call.region for call in aws_here.log.calls} == {REGION, OTHER}
    assert "looking at 2 layers at AWS in ap-south-1\n" in grants("--region", "ap-south-1")[2]


def test_only_paused_regions(grants: Grants, aws_here: Aws, tmp_path: Path) -> None:
    regions = "regions:\n  eu-west-1: {state: paused}\n  us-east-1: {state: paused}\n"
    (tmp_path / "layers.yaml").write_text(SPEC + regions, encoding="utf-8")
    code, _out, err = grants()
    assert code == 0
    assert "note[GRANT005]: left alone, as the spec has paused them: `eu-west-1`, `us-east-1`\n" in err
    assert err.endswith("there is nothing to look at: no Region but paused ones\n")
    assert aws_here.log.calls == []
