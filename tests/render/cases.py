"""The modules that stand for all: each delivery, split, kind of grant, code and setting at least once."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

from layerforge.facts.load import load_facts
from layerforge.names import Delivery, Split
from layerforge.plan.fleet_types import Plan
from layerforge.plan.function_types import Function, Logs
from layerforge.plan.types import AccountGrant
from layerforge.render.make import render
from support import plans

GOLDEN: Final = Path(__file__).parent / "golden"
HOSTILE: Final = (
    'say "${aws_iam_role.x.arn}" %{ if true }x%{ endif } $${y} \\ back\\slash `tick` | pipe <b>bold</b> _it_ *b* '
    "\n new line \t tab \u2028 \ufeff \N{GRINNING FACE} é"
)


POWERTOOLS: Final = "arn:aws:lambda:{}:017000801446:layer:AWSLambdaPowertoolsPythonV3-python312-arm64:7"
ACCOUNT: Final = "111122223333"
FUNCTIONS: Final = (
    "bucket-code",
    "data-processor",
    "elsewhere",
    "everything",
    "hostile-function",
    "plain-bucket",
    "pushed",
    "signed-code",
)


def by_region(value: str) -> dict[str, str]:
    """Return a value for each of two Regions."""
    return {region: value.format(region) for region in ("eu-west-1", "us-east-1")}


@cache
def plan() -> Plan:
    return replace(layers(), fleets=(plans.fleet(*functions()),))


def functions() -> Iterator[Function]:
    """Yield the functions: each kind of code, and each setting given and left out."""
    shared = next(layer for layer in layers().layers if layer.name == "s3-mixed")
    powertools = plans.pinned_layer(
        *(POWERTOOLS.format(region) for region in ("us-east-1", "eu-west-1")), label="powertools", size=5_000_000
    )
    yield plans.function("data-processor", layers=[shared, powertools])
    yield plans.function("elsewhere", code=None, layers=[powertools, shared])
    yield plans.function(
        "everything",
        code="src/everything",
        via=Delivery.S3,
        layers=[shared],
        architecture="x86_64",
        runs_with=plans.settings(
            memory=1024,
            timeout=900,
            ephemeral_storage=10240,
            environment={"LOG_LEVEL": "INFO", "TABLE": "orders"},
            tracing=True,
            logs=Logs(retention=30, format="Text", group=None),
            dead_letter=f"arn:aws:sqs:eu-west-1:{ACCOUNT}:dead",
            in_vpc=True,
            reserved_concurrency=0,
            snap_start=True,
            kms_key=f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555",
            code_signing=f"arn:aws:lambda:eu-west-1:{ACCOUNT}:code-signing-config:csc-0123456789abcdef0",
            aliases=("live", "canary"),
            tags={"team": "data", "cost-center": "42"},
        ),
    )
    yield plans.function(
        "pushed",
        via=Delivery.PUSHED,
        description="",
        runs_with=plans.settings(
            role=f"arn:aws:iam::{ACCOUNT}:role/given",
            logs=Logs(retention=0, format="JSON", group="/platform/shared"),
            publish=False,
            aliases=(),
            in_vpc=True,
        ),
    )
    yield plans.function(
        "signed-code",
        via=Delivery.S3,
        layers=[next(layer for layer in layers().layers if layer.name == "signed")],
        signing_profile="platform_functions",
        runs_with=plans.settings(
            role=f"arn:aws:iam::{ACCOUNT}:role/given",
            in_vpc=True,
            code_signing=f"arn:aws:lambda:eu-west-1:{ACCOUNT}:code-signing-config:csc-0123456789abcdef0",
        ),
    )
    yield plans.function(
        "bucket-code",
        code=plans.bucket_code(by_region("code-{}"), version="v1", digest=plans.sha256("bucket code")),
        layers=[powertools],
        runs_with=plans.settings(
            logs=Logs(retention=0, format="JSON", group="/platform/shared"),
            dead_letter=by_region(f"arn:aws:sns:{{}}:{ACCOUNT}:dead"),
            kms_key=by_region(f"arn:aws:kms:{{}}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"),
            code_signing=by_region(f"arn:aws:lambda:{{}}:{ACCOUNT}:code-signing-config:csc-0123456789abcdef0"),
        ),
    )
    yield plans.function(
        "plain-bucket",
        code=plans.bucket_code(),
        runs_with=plans.settings(aliases=(), role=f"arn:aws:iam::{ACCOUNT}:role/given"),
    )
    yield plans.function(
        "hostile-function",
        description=HOSTILE[:200],
        runs_with=plans.settings(environment={"HOSTILE": HOSTILE}, tags={HOSTILE[:100]: HOSTILE}),
    )


@cache
def layers() -> Plan:
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
        plans.layer(
            "signed",
            via=Delivery.S3,
            grants=[plans.ORGANIZATION],
            ssm="/layers/signed",
            signing_profile="platform_layers",
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
