"""What the templates of a module are told: every decision is made here, the templates only write it down."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from layerforge.facts.load import Limits
from layerforge.lock.types import ArtifactRecord
from layerforge.names import Delivery, identifier
from layerforge.plan.types import AccountGrant, Grant, Layer, OrganizationGrant
from layerforge.render import hcl
from layerforge.render.contract import ContractView, contract_of
from layerforge.render.hcl import Expression
from layerforge.render.rules import Variable
from layerforge.render.signing import SIGNED
from layerforge.render.unit_view import UnitView, unit_view
from layerforge.render.variables import variables_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Output:
    """One output of a module: its name and what it says, in full sentences."""

    name: str
    description: str


ARNS: Final = Output(
    name="arns",
    description="ARN of the newest version for each runtime and architecture: arns[runtime][architecture].",
)
VERSIONS: Final = Output(
    name="versions",
    description="The newest version of each unit: arn, layer_arn, version, and of its ZIP sha256, zipped_size and "
    "unzipped_size in bytes.",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ModuleView:
    """One layer's module.

    Attributes:
        name: the layer's.
        identifier: the layer's name as an HCL identifier, for the README's example.
        owner: the spec whose the files are; the first line of each names it.
        description: empty for none.
        license: ``None`` for none.
        provider: the versions of the AWS provider that fit.
        ssm_prefix: the spec's, ``None`` for no parameters by default.
        reads_files: whether Terraform reads the ZIPs (``direct`` and ``s3``).
        uploads: whether Terraform uploads them to a bucket (``s3``).
        in_bucket: whether Lambda takes them from a bucket (``s3`` and ``pushed``).
        signed: whether AWS Signer signs them between the two.
        units: in the plan's order.
        targets: the unit's key by target, as ``python3.12/arm64``.
        grants: who may use the layer, by key, as the arguments of a permission.
        grants_in_words: the same for people.
        variables: required ones first.
        outputs: the module's.
        contract: for the contract test.
    """

    name: str
    identifier: str
    owner: str
    description: str
    license: str | None
    provider: str
    ssm_prefix: str | None
    reads_files: bool
    uploads: bool
    in_bucket: bool
    signed: bool
    units: tuple[UnitView, ...]
    targets: Mapping[str, str]
    grants: Mapping[str, Expression]
    grants_in_words: tuple[str, ...]
    variables: tuple[Variable, ...]
    outputs: tuple[Output, ...]
    contract: ContractView

    @property
    def license_in_words(self) -> str:
        """The license for people, empty for none."""
        return f"License: {self.license}" if self.license else ""

    @property
    def each(self) -> Expression:
        """The HCL expression of the key in a block with ``for_each``."""
        return Expression("each.key")

    @property
    def artifacts(self) -> dict[str, dict[str, str | int]]:
        """The table of artifacts by unit."""
        return {unit.key: unit.artifact for unit in self.units}

    @property
    def layers(self) -> dict[str, Expression]:
        """The resource of each unit."""
        return {unit.key: unit.resource for unit in self.units}

    @property
    def arns(self) -> dict[str, dict[str, Expression]]:
        """The reference to the ARN of each target's unit, by runtime and architecture."""
        found: dict[str, dict[str, Expression]] = {}
        for target, unit in self.targets.items():
            runtime, _, architecture = target.partition("/")
            found.setdefault(runtime, {})[architecture] = Expression(f"{self.layers[unit]}.arn")
        return found

    @property
    def first_arn(self) -> Expression:
        """The reference to the first target's ARN, after the module's address."""
        runtime, _, architecture = next(iter(self.targets)).partition("/")
        return Expression(f"arns[{hcl.string(runtime)}][{hcl.string(architecture)}]")

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the SSM parameters, for people."""
        return tuple(f"{self.ssm_prefix or '<ssm_prefix>'}/{target}/latest" for target in self.targets)

    @property
    def key(self) -> str:
        """The key of an object in the bucket, for people."""
        return f"<artifact_prefix>/{self.name}/<unit>/<sha256>.zip"

    @property
    def takes_folder(self) -> bool:
        """Whether the caller may name another folder for the ZIPs."""
        return self.reads_files

    @property
    def signed_key(self) -> str:
        """The key of a signed object, for people."""
        return f"<artifact_prefix>{SIGNED}/{self.name}/<unit>/<sha256>/<job id>.zip"

    @property
    def required(self) -> tuple[tuple[str, Expression], ...]:
        """The variables without a default, with an example each."""
        return tuple(
            (variable.name, variable.example)
            for variable in self.variables
            if variable.default is None and variable.example is not None
        )


def view_of(
    layer: Layer, records: Mapping[str, ArtifactRecord], *, limits: Limits, owner: str, provider: str
) -> ModuleView:
    """Return what the templates are told of a layer.

    Args:
        layer: of the plan.
        records: the built artifacts by unit key.
        limits: AWS's.
        owner: the spec that the module comes from, as the marker names it.
        provider: the versions of the AWS provider that fit.
    """
    via = layer.publish.via
    variables = variables_of(layer, limits)
    return ModuleView(
        name=layer.name,
        identifier=identifier(layer.name),
        owner=owner,
        description=layer.description,
        license=layer.license,
        provider=provider,
        ssm_prefix=layer.publish.ssm,
        reads_files=via is not Delivery.PUSHED,
        uploads=via is Delivery.S3,
        in_bucket=via is not Delivery.DIRECT,
        signed=layer.publish.signing_profile is not None,
        units=tuple(unit_view(unit, records[unit.key]) for unit in layer.units),
        targets={str(target): unit.key for unit in layer.units for target in unit.targets},
        grants={
            grant.key: hcl.compact({"principal": grant.principal, "organization_id": grant.organization_id})
            for grant in layer.grants
        },
        grants_in_words=tuple(_in_words(grant) for grant in layer.grants),
        variables=variables,
        outputs=(ARNS, VERSIONS),
        contract=contract_of(layer, variables),
    )


def _in_words(grant: Grant) -> str:
    if isinstance(grant, OrganizationGrant):
        return f"every account of the organization {grant.organization}"
    if isinstance(grant, AccountGrant):
        return f"the account {grant.account}"
    return "everyone: every AWS account"
