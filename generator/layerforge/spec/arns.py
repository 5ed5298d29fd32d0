"""ARNs in a spec: those of layer versions, and of what a function uses."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator

from layerforge.names import LAYER_VERSION_ARN, REGION
from layerforge.spec.problem import problem
from layerforge.spec.scalars import FilledLine, text_pattern
from layerforge.spec.show import show

EXAMPLE: Final = "arn:aws:lambda:eu-west-1:111122223333:layer:tools:7"
_LAYER: Final = re.compile(
    r"(?P<start>arn:aws[a-z-]*:lambda:[a-z0-9-]*:[0-9]*:layer:[A-Za-z0-9_-]+)(?::(?P<version>.*))?"
)
_AWS_LAYER: Final = re.compile(r"arn:aws[a-z-]*:lambda:::awslayer:.*")
_PARTITION: Final = r"arn:aws[a-z-]*"
_REGION: Final = REGION.pattern
ROLE_ARN: Final = re.compile(rf"{_PARTITION}:iam::[0-9]{{12}}:role/[A-Za-z0-9+=,.@_/-]+")
KEY_ARN: Final = re.compile(rf"{_PARTITION}:kms:{_REGION}:[0-9]{{12}}:key/[0-9a-z-]+")
TARGET_ARN: Final = re.compile(rf"{_PARTITION}:(?:sqs|sns):{_REGION}:[0-9]{{12}}:[A-Za-z0-9_-]+(?:\.fifo)?")
SIGNING_ARN: Final = re.compile(rf"{_PARTITION}:lambda:{_REGION}:[0-9]{{12}}:code-signing-config:csc-[a-z0-9]{{17}}")


def layer_version_arn(value: str) -> str:
    """Return the ARN of one version of a layer, or say what it lacks."""
    if LAYER_VERSION_ARN.fullmatch(value):
        return value
    found = _LAYER.fullmatch(value)
    if found is not None and found["version"] is None:
        message = f"the ARN {show(value)} names no version"
        raise problem("SPEC047", message, f"put the version's number behind it: `{found['start']}:7`")
    if found is not None and found["version"].strip("$").lower() == "latest":
        message = "a layer has no newest version to attach: a function names one version by its number"
        raise problem("SPEC047", message, f"write the number: `{found['start']}:7`")
    if _AWS_LAYER.fullmatch(value):
        message = f"the ARN {show(value)} is of a layer without versions"
        raise problem("SPEC047", message, f"name a version of a layer: `{EXAMPLE}`")
    raise problem("SPEC046", f"{show(value)} is not the ARN of a layer version", f"it looks like `{EXAMPLE}`")


def _arn(pattern: re.Pattern[str], what: str, example: str) -> AfterValidator:
    def check(value: str) -> str:
        if pattern.fullmatch(value):
            return value
        raise problem("SPEC046", f"{show(value)} is not the ARN of {what}", f"it looks like `{example}`")

    return AfterValidator(check)


LayerVersionArn = Annotated[FilledLine, AfterValidator(layer_version_arn), text_pattern(LAYER_VERSION_ARN)]
RoleArn = Annotated[
    FilledLine, _arn(ROLE_ARN, "an IAM role", "arn:aws:iam::111122223333:role/processor"), text_pattern(ROLE_ARN)
]
KeyArn = Annotated[
    FilledLine,
    _arn(KEY_ARN, "a KMS key", "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
    text_pattern(KEY_ARN),
]
TargetArn = Annotated[
    FilledLine,
    _arn(TARGET_ARN, "an SQS queue or SNS topic", "arn:aws:sqs:eu-west-1:111122223333:failures"),
    text_pattern(TARGET_ARN),
]
SigningArn = Annotated[
    FilledLine,
    _arn(
        SIGNING_ARN,
        "a code-signing configuration",
        "arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0a1b2c3d4e5f6a7b8",
    ),
    text_pattern(SIGNING_ARN),
]
