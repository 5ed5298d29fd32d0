"""The plan: what the spec means, with every default filled in. Nothing here comes from a resolver."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from layerforge.diagnostics import Location
from layerforge.names import Architecture, Delivery, LayerName, PackageName, RuntimeId, Split, UnitKey


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Target:
    """One runtime on one architecture."""

    runtime: RuntimeId
    architecture: Architecture

    def __str__(self) -> str:
        return f"{self.runtime}/{self.architecture}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """What gets one ZIP and is one AWS layer.

    Attributes:
        layer: the layer it is part of.
        key: its key in the layer, also the name of its ZIP without the suffix.
        targets: the targets it serves, in the spec's order; all share one ZIP.
        aws_name: the layer's name at AWS, before the module's ``name_prefix``.
        address: the name of its Terraform resource.
    """

    layer: LayerName
    key: UnitKey
    targets: tuple[Target, ...]
    aws_name: str
    address: str

    def __str__(self) -> str:
        return f"{self.layer}/{self.key}"


@dataclass(frozen=True, kw_only=True, slots=True)
class OrganizationGrant:
    """Every account of one AWS organization may use the layer."""

    organization: str

    @property
    def key(self) -> str:
        """The grant's key in the module and its statement id."""
        return f"organization-{self.organization}"

    @property
    def principal(self) -> str:
        """What AddLayerVersionPermission takes as principal."""
        return "*"

    @property
    def organization_id(self) -> str | None:
        """What AddLayerVersionPermission takes as organization."""
        return self.organization


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountGrant:
    """One AWS account may use the layer."""

    account: str

    @property
    def key(self) -> str:
        """The grant's key in the module and its statement id."""
        return f"account-{self.account}"

    @property
    def principal(self) -> str:
        """What AddLayerVersionPermission takes as principal: the bare account id (an ARN is replaced on every plan)."""
        return self.account

    @property
    def organization_id(self) -> str | None:
        """What AddLayerVersionPermission takes as organization."""
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicGrant:
    """Everyone may use the layer."""

    @property
    def key(self) -> str:
        """The grant's key in the module and its statement id."""
        return "public"

    @property
    def principal(self) -> str:
        """What AddLayerVersionPermission takes as principal."""
        return "*"

    @property
    def organization_id(self) -> str | None:
        """What AddLayerVersionPermission takes as organization."""
        return None


Grant = OrganizationGrant | AccountGrant | PublicGrant


@dataclass(frozen=True, kw_only=True, slots=True)
class RequirementLine:
    """One requirement as it stands in the spec, not yet parsed."""

    text: str
    where: Location


@dataclass(frozen=True, kw_only=True, slots=True)
class RequirementList:
    """Requirements that the spec itself lists (PEP 508)."""

    lines: tuple[RequirementLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RequirementFile:
    """Requirements that a file gives: requirements.txt, pyproject.toml, uv.lock or pylock.toml, told apart by name.

    Attributes:
        path: relative to the spec's folder, as written.
        extras: of a pyproject.toml or uv.lock, beside its dependencies.
        groups: dependency groups of a pyproject.toml or uv.lock. With groups alone, the project's own dependencies
            are left out.
        where: the path's place in the spec.
    """

    path: str
    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    where: Location


Requirements = RequirementList | RequirementFile


@dataclass(frozen=True, kw_only=True, slots=True)
class Include:
    """Own code of the user's beside the packages.

    Attributes:
        path: a file or folder, relative to the spec's folder, in POSIX form.
        to: where it goes, relative to the ecosystem's root in the layer (``python/``): its own last name by default;
            ``.`` puts a folder's content at the root itself.
        where: its place in the spec.
    """

    path: str
    to: str
    where: Location


@dataclass(frozen=True, kw_only=True, slots=True)
class Exclude:
    """A glob over paths within the layer's root (``python/…``, ``bin/…``): what matches stays out."""

    glob: str
    where: Location


@dataclass(frozen=True, kw_only=True, slots=True)
class PythonSource:
    """What a Python layer is made of.

    Attributes:
        requirements: the packages asked for; their dependencies come along.
        include: own code.
        exclude: what stays out.
        prefer: distributions that win a path that another one brings with different content, strongest first.
        executable: globs of own files that get mode 0755, beside those that begin with ``#!`` or are ELF.
    """

    requirements: Requirements
    include: tuple[Include, ...]
    exclude: tuple[Exclude, ...]
    prefer: tuple[PackageName, ...]
    executable: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeSource:
    """The code of a function: a folder of the user's, as it is, at the root of the ZIP.

    Attributes:
        include: the folder, with ``to`` being ``.``.
        exclude: globs over paths within the ZIP.
        executable: globs of files that get mode 0755, beside those that begin with ``#!`` or are ELF.
    """

    include: tuple[Include, ...]
    exclude: tuple[Exclude, ...]
    executable: tuple[str, ...]


Source = PythonSource | CodeSource
"""One class an ecosystem, and one for the code of functions."""


class Packaged(Protocol):
    """What has ZIPs of its own: a layer, or a function with code. Lock and build know no more of either."""

    @property
    def name(self) -> LayerName:
        """Unique over layers and functions."""

    @property
    def source(self) -> Source | None:
        """What the ZIPs are made of; ``None`` for a function whose code is not ours."""

    @property
    def units(self) -> tuple[Unit, ...]:
        """One for each ZIP."""

    @property
    def spec(self) -> Path:
        """The spec file, absolute."""

    @property
    def root(self) -> Path:
        """The folder that relative paths of the spec start from."""

    @property
    def where(self) -> Location:
        """Its key in the spec."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Skip:
    """One check of checkov that does not apply to a module.

    Attributes:
        id: checkov's, such as ``CKV_AWS_117``.
        reason: why, in one line.
    """

    id: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Publish:
    """How a layer is published.

    Attributes:
        via: how the ZIPs reach Lambda.
        ssm: the prefix of the SSM parameters that hold the newest ARNs; ``None`` for none.
        signing_profile: the AWS Signer profile that signs the ZIPs; ``None`` for unsigned ones.
    """

    via: Delivery
    ssm: str | None
    signing_profile: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """One layer: one emitted module.

    Attributes:
        name: the spec's name for it.
        description: what AWS shows, the release included, at most 256 characters; empty for none.
        license: SPDX id, URL or text, at most 512 characters; ``None`` for none.
        split: how its targets are cut into units.
        targets: runtimes × architectures, runtimes first, in the spec's order.
        units: in the order of their first target.
        source: what it is made of.
        grants: who may use it, sorted by key.
        publish: how it is published.
        provider_minimum: the lowest version of the AWS provider that knows all its runtimes.
        spec: the spec file, absolute.
        where: the layer's key in the spec.
        skips: checks of checkov that do not apply.
    """

    name: LayerName
    description: str
    license: str | None
    split: Split
    targets: tuple[Target, ...]
    units: tuple[Unit, ...]
    source: PythonSource
    grants: tuple[Grant, ...]
    publish: Publish
    provider_minimum: str
    spec: Path
    where: Location
    skips: tuple[Skip, ...] = ()

    @property
    def root(self) -> Path:
        """The folder that relative paths of the spec start from."""
        return self.spec.parent
