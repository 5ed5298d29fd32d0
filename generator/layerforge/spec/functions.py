"""The models of functions: what may stand under ``functions`` and ``defaults.functions``."""

from typing import Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, Field

from layerforge.facts.load import load_facts
from layerforge.names import Architecture, Delivery
from layerforge.spec.arns import KeyArn, RoleArn, SigningArn, TargetArn
from layerforge.spec.attached import AttachedLayer
from layerforge.spec.by_region import ByRegion
from layerforge.spec.code import Code
from layerforge.spec.fleet_scalars import (
    Alias,
    HandlerText,
    LogGroup,
    SigningProfile,
    TagKey,
    TagValue,
    VariableName,
    VariableValue,
)
from layerforge.spec.lists import Distinct
from layerforge.spec.model import Model
from layerforge.spec.network import Vpc
from layerforge.spec.numbers import Switch, whole
from layerforge.spec.policy import Policy
from layerforge.spec.problem import problem
from layerforge.spec.scalars import FilledLine, Line, Runtime

LIMITS: Final = load_facts().functions
_DAYS: Final = LIMITS.log_retention_days


def _retention(days: int) -> int:
    if days and days not in _DAYS:
        longer = next((one for one in _DAYS if one > days), None)
        hint = f"the next longer is {longer}; it takes" if longer else "0 keeps them for ever; it takes"
        listed = ", ".join(str(one) for one in _DAYS)
        raise problem("SPEC045", f"CloudWatch does not keep logs for {days} days", f"{hint} {listed}")
    return days


class DefaultLogs(Model):
    """How functions log that do not say so themselves."""

    noun: ClassVar[str] = "`logs`"
    retention_days: Annotated[int, *whole("days", 0), AfterValidator(_retention)] = Field(
        default=365, description="How long CloudWatch keeps them, one of its values; 0 for ever.", examples=[30]
    )
    format: Literal["Text", "JSON"] = Field(default="Text", description="How lines are written: `Text` or `JSON`.")


class Logs(DefaultLogs):
    """Where a function logs to, and how."""

    group: LogGroup | None = Field(
        default=None,
        description="Name of a log group that is there already; `null` for one of its own, `/aws/lambda/<function>`.",
    )


class DefaultFunction(Model):
    """What functions have in common."""

    noun: ClassVar[str] = "`defaults.functions`"
    runtime: Runtime | None = Field(default=None, description="AWS runtime identifier, such as `python3.12`.")
    architecture: Architecture = Field(default=Architecture.X86_64, description="Instruction set: `x86_64` or `arm64`.")
    handler: HandlerText | None = Field(
        default=None,
        description="What Lambda calls, in the form of the runtime: `module.function` for Python.",
        examples=["handler.lambda_handler"],
    )
    layers: Distinct[AttachedLayer] = Field(
        default=(),
        description="The layers in the order in which Lambda lays them over each other; later ones win. At most five.",
    )
    memory: Annotated[int, *whole("MB", *LIMITS.memory)] = Field(default=128, description="Memory in MB.")
    timeout: Annotated[int, *whole("seconds", *LIMITS.timeout)] = Field(
        default=3, description="Seconds until Lambda stops an invocation."
    )
    ephemeral_storage: Annotated[int, *whole("MB", *LIMITS.ephemeral_storage)] = Field(
        default=512, description="Size of `/tmp` in MB."
    )
    environment: dict[VariableName, VariableValue | None] = Field(
        default_factory=dict,
        description="Environment variables. A function's are added to the defaults; `null` takes one away.",
    )
    role: RoleArn | None = Field(
        default=None, description="ARN of the execution role; `null` for an emitted one with the least privileges."
    )
    tracing: Switch = Field(default=True, description="Whether X-Ray traces invocations.")
    logs: DefaultLogs = Field(default_factory=DefaultLogs, description="Where the function logs to, and how.")
    dead_letter: ByRegion[TargetArn] | None = Field(
        default=None,
        description="ARN of the queue or topic for events that failed, or one for each Region; `null` for none.",
    )
    vpc: Vpc = Field(
        default=False,
        description="Whether the function stands in a network of yours; subnets and security groups are told to each "
        "root, or given here for each Region.",
    )
    reserved_concurrency: Annotated[int, *whole("instances", 0)] | None = Field(
        default=None, description="How many instances are reserved for the function, and its limit; `null` for none."
    )
    snap_start: Switch = Field(default=False, description="Whether published versions start from a snapshot.")
    kms_key: ByRegion[KeyArn] | None = Field(
        default=None,
        description="ARN of the key that encrypts the environment variables and the function's own log group, or one "
        "for each Region; `null` for AWS's own.",
    )
    code_signing: ByRegion[SigningArn] | None = Field(
        default=None,
        description="ARN of a code-signing configuration, or one for each Region; `null` for none. It wants signed "
        "code and layers.",
    )
    publish: Switch | None = Field(
        default=None,
        description="Whether every change publishes a version. By default where `aliases` or `snap_start` need it.",
    )
    aliases: Distinct[Alias] = Field(default=(), description="Aliases that point to the newest published version.")
    tags: dict[TagKey, TagValue | None] = Field(
        default_factory=dict,
        description="Tags of the function, its role and its log group. A function's are added to the defaults; `null` "
        "takes one away.",
    )
    via: Delivery = Field(
        default=Delivery.DIRECT,
        description="How the code's ZIP reaches Lambda: `direct`, `s3` or `pushed`, as for layers.",
    )
    signing_profile: SigningProfile | None = Field(
        default=None,
        description="Name of the AWS Signer profile that signs the code of a folder, as for layers; `null` for none.",
    )
    policy: Policy = Field(default_factory=Policy, description="What checkov is told of the module.")


class Function(DefaultFunction):
    """One function: one Terraform module, or, without code, only the checked list of its layers."""

    noun: ClassVar[str] = "a function"
    description: Line = Field(default="", description="What AWS shows for the function.")
    code: Code | None = Field(
        default=None,
        description="A folder, or an object in a bucket. Without it the function lives elsewhere, and only the list of "
        "its layers is emitted.",
    )
    overrides: Distinct[FilledLine] = Field(
        default=(), description="Layers of the list that may win paths of layers before them on purpose."
    )
    logs: Logs = Field(default_factory=Logs, description="Where the function logs to, and how.")
