"""What the templates of a function's module are told: every decision is made here, the templates only write it down."""

from collections.abc import Mapping
from dataclasses import dataclass

from layerforge.facts.types import Facts
from layerforge.lock.types import ArtifactRecord
from layerforge.names import Delivery, identifier
from layerforge.plan.function_types import CODE, Function
from layerforge.render import hcl
from layerforge.render.function_contract import FunctionContract, function_contract
from layerforge.render.function_outputs import FunctionOutput, function_outputs
from layerforge.render.function_resource import Block, arguments, blocks
from layerforge.render.function_role import KEY_USE, Statement, statements
from layerforge.render.function_variables import function_variables
from layerforge.render.function_words import Attachment, attachments
from layerforge.render.hcl import Expression
from layerforge.render.rules import Variable
from layerforge.render.signing import SIGNED
from layerforge.render.unit_view import artifact_row, in_base64


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitFile:
    """The ZIP of a function's code, as the templates that all modules share know units."""

    key: str
    file: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FunctionView:
    """One function's module.

    Attributes:
        function: as the plan has it.
        name: the function's.
        identifier: its name as an HCL identifier, for the README's example.
        owner: the spec whose the files are; the first line of each names it.
        provider: the versions of the AWS provider that fit.
        reads_files: whether Terraform reads the ZIP.
        uploads: whether it uploads it to a bucket.
        in_bucket: whether Lambda takes it from a bucket.
        signed: whether AWS Signer signs it before.
        units: the ZIP of a folder's code; empty without one.
        artifacts: the table of artifacts, the same.
        code_hash: the digest of the code in base64, as HCL; ``None`` if nobody knows it.
        arguments: of the function's resource.
        blocks: of the same.
        statements: what its role has to allow.
        key_use: what it has to allow beside them if there is a key.
        attachments: its layers, for people.
        variables: required ones first.
        outputs: sorted by name.
        contract: for the contract test.
    """

    function: Function
    name: str
    identifier: str
    owner: str
    provider: str
    reads_files: bool
    uploads: bool
    in_bucket: bool
    signed: bool
    units: tuple[UnitFile, ...]
    artifacts: Mapping[str, Mapping[str, str | int]]
    code_hash: Expression | None
    arguments: tuple[tuple[str, Expression], ...]
    blocks: tuple[Block, ...]
    statements: tuple[Statement, ...]
    key_use: Statement
    attachments: tuple[Attachment, ...]
    variables: tuple[Variable, ...]
    outputs: tuple[FunctionOutput, ...]
    contract: FunctionContract

    @property
    def each(self) -> Expression:
        """The HCL expression of the key in a block with ``for_each``."""
        return Expression("each.key")

    @property
    def index(self) -> Expression:
        """The key of its one artifact."""
        return hcl.string(CODE)

    @property
    def job(self) -> Expression:
        """The job that signed it, in a module that has one."""
        return Expression(f"local.jobs[{self.index}]")

    @property
    def takes_folder(self) -> bool:
        """Whether the caller may name another folder for the ZIP."""
        return self.reads_files and not self.signed

    @property
    def has_role(self) -> bool:
        """Whether the module makes the role."""
        return self.function.settings.role is None

    @property
    def has_log_group(self) -> bool:
        """Whether the module makes the log group."""
        return self.function.settings.logs.group is None

    @property
    def has_aliases(self) -> bool:
        """Whether the module makes aliases: there is a published version for them, and somebody wants any."""
        return self.function.settings.publish and bool(self.function.settings.aliases)

    @property
    def own_code(self) -> bool:
        """Whether the code is ours: built from a folder."""
        return bool(self.units)

    @property
    def key(self) -> str:
        """The key of the object in the bucket, for people."""
        return f"<artifact_prefix>/{self.name}/{CODE}/<sha256>.zip"

    @property
    def signed_key(self) -> str:
        """The key of the signed object, for people."""
        return f"<artifact_prefix>{SIGNED}/{self.name}/{CODE}/<sha256>/<job id>.zip"

    @property
    def required(self) -> tuple[tuple[str, Expression], ...]:
        """The variables without a default but the layers, with an example each."""
        return tuple(
            (variable.name, variable.example)
            for variable in self.variables
            if variable.default is None and variable.example is not None and variable.name != "layers"
        )


def function_view(
    function: Function, records: Mapping[str, ArtifactRecord], *, facts: Facts, owner: str, provider: str
) -> FunctionView:
    """Return what the templates are told of a function.

    Args:
        function: of the plan.
        records: the built artifacts by unit key; empty where the code is not ours.
        facts: AWS's limits.
        owner: the spec that the module comes from, as the marker names it.
        provider: the versions of the AWS provider that fit.
    """
    ours = bool(function.units)
    variables = function_variables(function, facts)
    policy = tuple(statements(function))
    return FunctionView(
        function=function,
        name=function.name,
        identifier=identifier(function.name),
        owner=owner,
        provider=provider,
        reads_files=ours and function.via is not Delivery.PUSHED,
        uploads=ours and function.via is Delivery.S3,
        in_bucket=not ours or function.via is not Delivery.DIRECT,
        signed=function.signing_profile is not None,
        units=tuple(UnitFile(key=key, file=f"{key}.zip") for key in records),
        artifacts={key: artifact_row(f"{key}.zip", record) for key, record in records.items()},
        code_hash=_code_hash(function),
        arguments=tuple(arguments(function)),
        blocks=tuple(blocks(function)),
        statements=policy,
        key_use=KEY_USE,
        attachments=attachments(function),
        variables=variables,
        outputs=function_outputs(function),
        contract=function_contract(function, variables, policy),
    )


def _code_hash(function: Function) -> Expression | None:
    if function.units:
        return Expression(f"local.artifacts[{hcl.string(CODE)}].source_code_hash")
    digest = None if function.code is None else function.code.sha256
    return None if digest is None else hcl.string(in_base64(digest))
