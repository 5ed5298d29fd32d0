"""Functions in the plan: their code, their ordered layers and what they run with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from layerforge.diagnostics import Location
from layerforge.names import Architecture, Delivery, LayerName, RuntimeId, UnitKey
from layerforge.plan.types import CodeSource, Skip, Unit

CODE: Final = UnitKey("code")
"""The key of the one unit that a function with a folder of code has. No unit of a layer has it."""


ByRegion = str | Mapping[str, str]
"""A value that is the same in every Region, or one for each by the Region's name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnLayer:
    """A layer of this spec in a function's list: always the newest version that Terraform publishes.

    Attributes:
        layer: its name.
        unit: the unit that serves the function's runtime and architecture.
        where: its place in the function's list.
    """

    layer: LayerName
    unit: UnitKey
    where: Location


@dataclass(frozen=True, kw_only=True, slots=True)
class PinnedLayer:
    """A version of a layer that somebody has chosen: an external one, or one of ours through a channel.

    Attributes:
        label: what messages, and the README, call it: ``powertools``, ``data-science@stable``, or the ARN itself.
        layer: the layer of this spec whose channel it is; ``None`` for an external one.
        arns: a versioned ARN by Region; an ARN that the function itself gives stands under its own Region.
        size: unzipped bytes, if declared or recorded; ``None`` if not known.
        where: its place in the function's list.
    """

    label: str
    layer: LayerName | None
    arns: Mapping[str, str]
    size: int | None
    where: Location


Attached = OwnLayer | PinnedLayer


@dataclass(frozen=True, kw_only=True, slots=True)
class BucketCode:
    """A function's code that somebody else has put into a bucket.

    Attributes:
        bucket: of the function's Region, or one for each; a variable of the module's may replace it.
        key: of the object.
        version: of the object; ``None`` for the newest.
        sha256: of the ZIP in hexadecimal digits, which Terraform compares; ``None`` if not known.
        size: unzipped bytes, if declared.
    """

    bucket: ByRegion
    key: str
    version: str | None
    sha256: str | None
    size: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Logs:
    """Where a function logs to.

    Attributes:
        retention: days, one of CloudWatch's values; 0 for ever.
        format: ``Text`` or ``JSON``.
        group: the log group's name; ``None`` for ``/aws/lambda/<function>``.
    """

    retention: int
    format: str
    group: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Network:
    """Where a function stands in the network of one Region.

    Attributes:
        subnet_ids: of one VPC.
        security_group_ids: of the same.
    """

    subnet_ids: tuple[str, ...]
    security_group_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What a function runs with, in AWS's units: MB, seconds.

    Attributes:
        memory: MB.
        timeout: seconds.
        ephemeral_storage: MB of ``/tmp``.
        environment: variables; stages may add to them.
        role: the execution role's ARN; ``None`` for an emitted one with the least privileges.
        tracing: whether X-Ray is active.
        logs: the log group.
        dead_letter: ARN of a queue or topic, or one for each Region; ``None`` for none.
        in_vpc: whether the module takes subnets and security groups.
        networks: those of each Region; empty where each root is told.
        reserved_concurrency: ``None`` for none.
        snap_start: of published versions.
        kms_key: ARN of the key for environment variables, or one for each Region; ``None`` for AWS's own.
        code_signing: ARN of the code-signing configuration, or one for each Region; ``None`` for none.
        publish: whether every change publishes a version.
        aliases: that point to the newest published version.
        tags: of the function, its role and its log group.
    """

    memory: int
    timeout: int
    ephemeral_storage: int
    environment: Mapping[str, str]
    role: str | None
    tracing: bool
    logs: Logs
    dead_letter: ByRegion | None
    in_vpc: bool
    reserved_concurrency: int | None
    snap_start: bool
    kms_key: ByRegion | None
    code_signing: ByRegion | None
    publish: bool
    aliases: tuple[str, ...]
    tags: Mapping[str, str]
    networks: Mapping[str, Network] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Function:
    """One function: one emitted module, or, without code, only its checked list of layers.

    Attributes:
        name: the spec's name for it; unique among layers and functions, also the name of its module's folder.
        description: what AWS shows, at most 256 characters; empty for none.
        runtime: AWS's identifier.
        architecture: what it runs on.
        handler: AWS's handler string; empty where ``code`` is ``None``.
        code: a bucket's object, or ``None``; a folder's code is in ``source`` instead.
        source: the folder of the code and what is left out of it; ``None`` without a folder.
        units: the one unit of ``source`` (key ``code``), empty without a folder.
        via: how the code's ZIP reaches Lambda.
        signing_profile: the AWS Signer profile that signs the ZIP of ``source``; ``None`` for none.
        layers: in the order in which Lambda lays them over each other; later ones win.
        overrides: names of layers that may win paths on purpose.
        settings: what it runs with.
        provider_minimum: the lowest version of the AWS provider that knows its runtime.
        spec: the spec file, absolute.
        where: its key in the spec.
        skips: checks of checkov that do not apply.
    """

    name: LayerName
    description: str
    runtime: RuntimeId
    architecture: Architecture
    handler: str
    code: BucketCode | None
    source: CodeSource | None
    units: tuple[Unit, ...]
    via: Delivery
    layers: tuple[Attached, ...]
    overrides: tuple[str, ...]
    settings: Settings
    provider_minimum: str
    spec: Path
    where: Location
    skips: tuple[Skip, ...] = ()
    signing_profile: str | None = None

    @property
    def root(self) -> Path:
        """The folder that relative paths of the spec start from."""
        return self.spec.parent

    @property
    def attached_only(self) -> bool:
        """Whether the function lives elsewhere and only its list of layers is emitted."""
        return self.source is None and self.code is None
