"""What the templates of a module are told of one unit, and of its ZIP."""

import base64
from dataclasses import dataclass

from layerforge.lock.types import ArtifactRecord
from layerforge.plan.types import Unit
from layerforge.render import hcl
from layerforge.render.hcl import Expression


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitView:
    """One unit: one AWS layer.

    Attributes:
        key: its key, also the name of its ZIP without the suffix.
        address: the name of its resource.
        layer_name: at AWS, before the prefix.
        runtimes: each once, in the spec's order.
        architectures: likewise.
        record: the digest and sizes of its ZIP.
    """

    key: str
    address: str
    layer_name: str
    runtimes: tuple[str, ...]
    architectures: tuple[str, ...]
    record: ArtifactRecord

    @property
    def file(self) -> str:
        """The name of its ZIP."""
        return f"{self.key}.zip"

    @property
    def index(self) -> Expression:
        """Its key as an HCL expression."""
        return hcl.string(self.key)

    @property
    def resource(self) -> Expression:
        """The address of its resource within the module."""
        return Expression(f"aws_lambda_layer_version.{hcl.name(self.address)}")

    @property
    def job(self) -> Expression:
        """The job that signed its ZIP, in a module that has any."""
        return Expression(f"local.jobs[{self.index}]")

    @property
    def artifact(self) -> dict[str, str | int]:
        """Its line in the table of artifacts."""
        return artifact_row(self.file, self.record)


def unit_view(unit: Unit, record: ArtifactRecord) -> UnitView:
    """Return what the templates are told of a unit, and of the ZIP that the lock records for it."""
    return UnitView(
        key=unit.key,
        address=unit.address,
        layer_name=unit.aws_name,
        runtimes=tuple(dict.fromkeys(str(target.runtime) for target in unit.targets)),
        architectures=tuple(dict.fromkeys(target.architecture.value for target in unit.targets)),
        record=record,
    )


def artifact_row(file: str, record: ArtifactRecord) -> dict[str, str | int]:
    """Return what the table of artifacts says of one ZIP."""
    return {
        "file": file,
        "sha256": record.sha256,
        "source_code_hash": in_base64(record.sha256),
        "zipped_size": record.zipped_size,
        "unzipped_size": record.unzipped_size,
    }


def in_base64(sha256: str) -> str:
    """Return a digest as AWS reports it."""
    return base64.b64encode(bytes.fromhex(sha256)).decode()
