"""The scalars of the field, each with the one pattern that says what is a legal value.

Sources: botocore's ``lambda/2015-03-31`` model and the Lambda developer guide, see ``facts/limits.json``.
"""

import re
from enum import StrEnum
from typing import Final, NewType

LayerName = NewType("LayerName", str)
"""A layer as the spec names it; also the name of its module's folder."""

RuntimeId = NewType("RuntimeId", str)
"""An AWS runtime identifier such as ``python3.12``."""

UnitKey = NewType("UnitKey", str)
"""The key of a unit within its layer: ``python312-arm64``, ``arm64`` or ``all``."""

Sha256 = NewType("Sha256", str)
"""A SHA-256 digest as 64 lower-case hexadecimal digits."""

PackageName = NewType("PackageName", str)
"""A distribution's name in its normalised form (PEP 503)."""


def identifier(name: str) -> str:
    """Return the name of a layer or function as an HCL identifier, for a call of its module."""
    word = name.replace("-", "_")
    return word if word[0].isalpha() else f"layer_{word}"


class Architecture(StrEnum):
    """An AWS instruction set identifier."""

    X86_64 = "x86_64"
    ARM64 = "arm64"


class Split(StrEnum):
    """How the targets of a layer are cut into units, finest first."""

    TARGET = "target"
    ARCHITECTURE = "architecture"
    NONE = "none"


class Delivery(StrEnum):
    """How a ZIP reaches Lambda."""

    DIRECT = "direct"
    S3 = "s3"
    PUSHED = "pushed"


REGION: Final = re.compile(r"[a-z]+(?:-[a-z]+)+-[0-9]+")
BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
AWS_LAYER_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,140}")
"""Of a layer at AWS, with a module's `name_prefix` before it."""
LAYER_VERSION_ARN: Final = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):lambda:(?P<region>" + REGION.pattern + r"):(?P<account>[0-9]{12})"
    r":layer:(?P<name>" + AWS_LAYER_NAME.pattern + r"):(?P<version>[1-9][0-9]*)"
)
UNIT_KEY: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
CHANNEL_CHARACTERS: Final = 64
CHANNEL: Final = re.compile(rf"(?=.{{1,{CHANNEL_CHARACTERS}}}$)[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?")
LAYER_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?")
RUNTIME_ID: Final = re.compile(r"(?P<family>[a-z]+)(?P<version>\d+(?:\.(?:\d+|x))?)?(?:\.(?P<variant>[a-z]+[0-9]*))?")
ACCOUNT_ID: Final = re.compile(r"[0-9]{12}")
ORGANIZATION_ID: Final = re.compile(r"o-[a-z0-9]{10,32}")
SHA256: Final = re.compile(r"[0-9a-f]{64}")
SIGNING_PROFILE: Final = re.compile(r"[A-Za-z0-9_]{2,64}")
SSM_PREFIX: Final = re.compile(r"(?:/[A-Za-z0-9_.-]+)+")
