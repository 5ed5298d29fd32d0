"""The modules that stand for all: each delivery, split and kind of grant at least once."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from layerforge.facts.load import load_facts
from layerforge.names import Delivery, Split
from layerforge.plan.types import AccountGrant, Plan
from layerforge.render.make import render
from support import plans

GOLDEN: Final = Path(__file__).parent / "golden"
HOSTILE: Final = (
    'say "${aws_iam_role.x.arn}" %{ if true }x%{ endif } $${y} \\ back\\slash `tick` | pipe <b>bold</b> _it_ *b* '
    "\n new line \t tab \u2028 \ufeff \N{GRINNING FACE} é"
)


@cache
def plan() -> Plan:
    return plans.plan(
        plans.layer("alone", architectures=["arm64"], description="", ssm="/layers/alone"),
        plans.layer("direct-organization", grants=[plans.ORGANIZATION], ssm="/layers/direct", license="Apache-2.0"),
        plans.layer(
            "3-s3_accounts",
            via=Delivery.S3,
            runtimes=["python3.12", "python3.13"],
            split=Split.ARCHITECTURE,
            grants=[AccountGrant(account=number * 12) for number in "123"],
            description="Three accounts (release 2.3.0)",
        ),
        plans.layer("s3-mixed", via=Delivery.S3, grants=[plans.ORGANIZATION, plans.ACCOUNT]),
        plans.layer(
            "pushed-public",
            via=Delivery.PUSHED,
            runtimes=["python3.11", "python3.12"],
            split=Split.NONE,
            grants=[plans.PUBLIC],
            ssm="/layers/pushed",
        ),
        plans.layer("pushed-alone", via=Delivery.PUSHED, architectures=["x86_64"]),
        plans.layer("hostile", description=HOSTILE, license=HOSTILE, split=Split.NONE, grants=[plans.ACCOUNT]),
        plans.layer("n" * 128, split=Split.ARCHITECTURE, architectures=["x86_64", "arm64"], grants=[plans.PUBLIC]),
        plans.layer("new-runtime", runtimes=["python3.14"], provider_minimum="6.21.0", spec=Path("/project/new.yaml")),
    )


@cache
def texts() -> Mapping[str, str]:
    return render(plan(), plans.locks(plan()), load_facts())


def of_module(name: str) -> dict[str, str]:
    start = f"{name}/"
    return {path.removeprefix(start): text for path, text in texts().items() if path.startswith(start)}


def write(folder: Path, wanted: Mapping[str, str] | None = None) -> Path:
    for name, text in (texts() if wanted is None else wanted).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return folder
