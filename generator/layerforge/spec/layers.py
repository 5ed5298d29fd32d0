"""The models of the spec: what may stand in ``layers.yaml``."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo

from layerforge.names import Architecture, Delivery, Split
from layerforge.spec.externals import External
from layerforge.spec.fleet_scalars import ExternalKey, FunctionKey, SigningProfile
from layerforge.spec.functions import DefaultFunction, Function
from layerforge.spec.grants import Grant
from layerforge.spec.lists import Distinct, Some
from layerforge.spec.model import Model
from layerforge.spec.paths import Glob
from layerforge.spec.policy import Policy
from layerforge.spec.problem import problem
from layerforge.spec.regions import Regions
from layerforge.spec.scalars import LayerKey, License, Line, Release, Runtime, SsmPrefix
from layerforge.spec.sources import Source

_RUNTIMES = "AWS runtime identifiers that the layer is for, such as `python3.12`."
_ARCHITECTURES = "Instruction sets that the layer is for: `x86_64`, `arm64`, or both."
_SPLIT = (
    "How the layer is cut into ZIPs, one AWS layer each: `target` (one for each runtime and architecture), "
    "`architecture` (one for each architecture, the same for all runtimes) or `none` (a single one)."
)
_LICENSE = "SPDX identifier, URL or full text, as AWS shows it; `null` for none."
_GRANTS = "Who may use the layer beside its own account. Terraform adds grants; only the command line revokes them."
_PUBLISH = "How the layer is published."
_POLICY = "What checkov is told of the module."
_SIGNING_PROFILE = (
    "Name of the AWS Signer profile that signs the ZIPs before they are published; `null` for unsigned ones. It needs "
    "`via: s3` and a bucket that keeps versions."
)
_VIA = (
    "How the ZIPs reach Lambda: `direct` (up to 50 MiB zipped), `s3` (Terraform uploads to a bucket that the caller "
    "gives) or `pushed` (the objects are in the bucket already)."
)


class Publish(Model):
    """How a layer is published."""

    noun: ClassVar[str] = "`publish`"
    via: Delivery = Field(default=Delivery.DIRECT, description=_VIA)
    ssm: SsmPrefix | None = Field(
        default=None,
        description="Prefix of the SSM parameters that hold the newest ARNs: "
        "`<prefix>/python3.12/arm64/latest`. `null` for none.",
        examples=["/layers/data-science"],
    )
    signing_profile: SigningProfile | None = Field(
        default=None, description=_SIGNING_PROFILE, examples=["platform_layers"]
    )


class DefaultPublish(Model):
    """How layers are published that do not say so themselves."""

    noun: ClassVar[str] = "`publish`"
    via: Delivery = Field(default=Delivery.DIRECT, description=_VIA)
    ssm: SsmPrefix | None = Field(
        default=None,
        description="Prefix of the SSM parameters that hold the newest ARNs; the layer's name is put after it: "
        "`<prefix>/<layer>/python3.12/arm64/latest`. `null` for none.",
        examples=["/layers"],
    )
    signing_profile: SigningProfile | None = Field(
        default=None, description=_SIGNING_PROFILE, examples=["platform_layers"]
    )


class DefaultSource(Model):
    """What sources have in common."""

    noun: ClassVar[str] = "the defaults of a source"
    exclude: Distinct[Glob] = Field(
        default_factory=tuple,
        description="Globs over paths in the layer: what matches stays out.",
        examples=[["**/tests/**"]],
    )


class Defaults(Model):
    """What holds for everything that does not say otherwise. A layer's own value replaces the default."""

    noun: ClassVar[str] = "`defaults`"
    runtimes: Some[Runtime] = Field(default_factory=tuple, description=_RUNTIMES)
    architectures: Some[Architecture] = Field(default_factory=tuple, description=_ARCHITECTURES)
    split: Split = Field(default=Split.TARGET, description=_SPLIT)
    license: License | None = Field(default=None, description=_LICENSE)
    grants: Distinct[Grant] = Field(default_factory=tuple, description=_GRANTS)
    publish: DefaultPublish = Field(default_factory=DefaultPublish, description=_PUBLISH)
    policy: Policy = Field(default_factory=Policy, description=_POLICY)
    source: DefaultSource = Field(
        default_factory=DefaultSource, description="What the sources of layers have in common."
    )
    functions: DefaultFunction = Field(
        default_factory=DefaultFunction, description="What holds for every function that does not say otherwise."
    )


class Layer(Model):
    """One layer: one Terraform module."""

    noun: ClassVar[str] = "a layer"
    description: Line = Field(default="", description="What AWS shows for the layer; the release is put after it.")
    release: Release | None = Field(
        default=None,
        description="Semantic version of the content, shown in the description: `pandas, numpy and pyarrow (2.3.0)`.",
        examples=["2.3.0"],
    )
    license: License | None = Field(default=None, description=_LICENSE)
    runtimes: Some[Runtime] = Field(default_factory=tuple, description=_RUNTIMES)
    architectures: Some[Architecture] = Field(default_factory=tuple, description=_ARCHITECTURES)
    split: Split = Field(default=Split.TARGET, description=_SPLIT)
    source: Source = Field(description="What the layer is made of.")
    grants: Distinct[Grant] = Field(default_factory=tuple, description=_GRANTS)
    publish: Publish = Field(default_factory=Publish, description=_PUBLISH)
    policy: Policy = Field(default_factory=Policy, description=_POLICY)


def _some_layers(layers: dict[str, Layer], info: ValidationInfo) -> dict[str, Layer]:
    """Refuse a spec that has neither layers nor functions. The context is the spec as it was read."""
    given = info.context if isinstance(info.context, dict) else {}
    if not layers and not given.get("functions"):
        if "layers" in given:
            raise problem("SPEC042", "the spec has no layers", "name one under `layers`")
        raise problem("SPEC022", "a spec needs `layers`", "name the layers under `layers:`")
    return layers


class Spec(Model):
    """A spec of layerforge: AWS Lambda layers and functions, what they are made of and how they are published."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["layers"]}, {"required": ["functions"]}]})
    noun: ClassVar[str] = "a spec"
    version: Literal["1"] = Field(description="Version of the spec's own form: `1`.")
    regions: Regions = Field(
        default_factory=dict,
        description="The AWS Regions that all goes to, by name: `active`, `paused` or `retired`. Each has an emitted "
        "root; without Regions there are none.",
    )
    defaults: Defaults = Field(
        default_factory=Defaults, description="What holds for everything that does not say otherwise."
    )
    layers: Annotated[dict[LayerKey, Layer], AfterValidator(_some_layers)] = Field(
        default_factory=dict,
        validate_default=True,
        description="The layers by name. The name is part of AWS's layer names and names the module's folder.",
    )
    externals: dict[ExternalKey, External] = Field(
        default_factory=dict, description="Layers of others by a name for the lists of functions."
    )
    functions: dict[FunctionKey, Function] = Field(
        default_factory=dict,
        description="The functions by name. It is the function's name at AWS and names the module's folder.",
    )
