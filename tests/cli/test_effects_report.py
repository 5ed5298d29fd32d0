"""What `gen` says an apply will do, as a person sees it and as data; and what it says of grants that leave."""

from dataclasses import replace
from pathlib import Path

from layerforge.cli.effects_report import effects_as_data, report
from layerforge.cli.withdrawn import withdrawal_notes
from layerforge.foresee.types import Effects
from layerforge.names import Split
from layerforge.plan.fleet_types import Plan
from layerforge.plan.types import AccountGrant
from support import plans
from support.foreseen import foretold, texts_of
from support.repository import text

TOOLS = plans.layer("tools", architectures=["arm64"], grants=[plans.ORGANIZATION])
CHANGES = {"tools/python312-arm64": "new"}


def _many(number: int, *functions: str) -> Plan:
    layers = [plans.layer(f"layer-{index:04}", architectures=["arm64"]) for index in range(number)]
    return plans.plan(*layers, fleets=[plans.fleet(*map(plans.function, functions))])


def _changed() -> Effects:
    words = plans.layer("words", architectures=["arm64"])
    before = plans.plan(TOOLS, words, fleets=[plans.fleet(plans.function("app"), plans.function("old"))])
    after = plans.plan(TOOLS, words, fleets=[plans.fleet(plans.function("app"))])
    return foretold(texts_of(before), after, CHANGES)


def test_lines_are_aligned_and_what_is_deleted_has_colour() -> None:
    old, new = (plans.sha256(f"zip of {seed}")[:8] for seed in ("tools/python312-arm64", "new"))
    gone = (
        "the function is DELETED, with all its versions, its alias `live`, its role and its log group with all that "
        "was logged"
    )
    plain = (
        "`terraform apply` will do this, if what stood here before has been applied:\n"
        f"  tools/python312-arm64  new version: content {old} → {new}, 2.1 kB\n"
        f"  old                    {gone}\n"
        "  nothing for 1 layer, 1 function"
    )
    assert report(_changed(), colour=False) == plain
    assert report(_changed(), colour=True) == plain.replace(gone, f"\x1b[1;33m{gone}\x1b[0m")


def test_nothing_to_do_is_said_in_one_line() -> None:
    plan = _many(3, "app")
    assert report(foretold(texts_of(plan), plan), colour=False) == (
        "`terraform apply` has nothing to do, if what stood here before has been applied: 3 layers, 1 function"
    )


def test_a_thousand_layers_fit_a_screen_and_what_is_deleted_is_always_there() -> None:
    before = texts_of(_many(5, "old"))
    said = report(foretold(before, _many(1000)), colour=False).splitlines()
    assert len(said) < 50
    assert any("the function is DELETED" in line for line in said)
    assert said[-3:-1] == ["  and more for 956 layers: `--json` lists everything", "  nothing for 5 layers"]
    assert said[-1] == "`terraform destroy` would leave every published layer version, with its grants"


def test_names_that_could_drive_a_terminal_cannot() -> None:
    plan = plans.plan(plans.layer("tools"))
    assert "\x1b[0m" not in report(foretold(({"e\x1b[0m/main.tf": "x"}, {}), plan), colour=False)


def test_the_documents_show_what_is_said() -> None:
    shared = plans.layer("shared-utils", split=Split.NONE, grants=[plans.ORGANIZATION, plans.ACCOUNT])
    formats = plans.layer("formats", split=Split.NONE)
    orders, report_ = (
        plans.function(name, layers=[shared, formats][:number]) for name, number in (("orders", 1), ("report", 2))
    )
    old = plans.function("old-import", layers=[formats])
    before = plans.plan(shared, formats, fleets=[plans.fleet(orders, report_, old, regions=["eu-west-1"])])
    after = plans.plan(
        replace(shared, grants=(plans.ORGANIZATION, AccountGrant(account="444455556666"))),
        replace(formats, description="Other words"),
        fleets=[
            plans.fleet(
                replace(orders, settings=plans.settings(memory=512)),
                replace(report_, layers=report_.layers[::-1]),
                regions=["eu-west-1", "us-east-1"],
            )
        ],
    )
    effects = foretold(texts_of(before, {"shared-utils/all": "old"}), after, {"shared-utils/all": "new"})
    said = report(effects, colour=False)
    assert f"```\n{said}\n```" in text(Path("docs/apply.md"))
    first = text(Path("README.md")).partition("[what an apply will do](docs/apply.md)")[2].split("```")[1].strip("\n")
    assert [line.split() for line in first.splitlines() if line not in said] == []


def test_machines_get_every_effect() -> None:
    one, two = effects_as_data(_changed())
    assert one == {
        "subject": "layer",
        "name": "tools",
        "kind": "version",
        "unit": "python312-arm64",
        "text": one["text"],
        "deletes": False,
        "before": plans.sha256("zip of tools/python312-arm64"),
        "after": plans.sha256("zip of new"),
    }
    assert (two["subject"], two["name"], two["kind"], two["unit"], two["deletes"]) == (
        "function",
        "old",
        "left",
        None,
        True,
    )


def test_who_drops_a_grant_is_told_that_terraform_does_not_revoke_it() -> None:
    one = plans.layer("a", grants=[plans.ORGANIZATION, plans.ACCOUNT])
    before = texts_of(plans.plan(one, plans.layer("b", grants=[plans.PUBLIC])))
    other = plans.layer("a", grants=[plans.ORGANIZATION, AccountGrant(account="1" * 12)])
    told = list(withdrawal_notes(foretold(before, plans.plan(other))))
    assert [(item.code, item.message) for item in told] == [
        (
            "OUT007",
            "the grant `account-111122223333` leaves `a`, but no version that has it: Terraform revokes nothing",
        ),
        ("OUT007", "the grant `public` leaves `b`, but no version that has it: Terraform revokes nothing"),
    ]
    assert told[0].hint == (
        "`layerforge grants --apply --revoke` takes it away from every version; with `--layer-name NAME` also where "
        "the whole layer has left the spec"
    )
