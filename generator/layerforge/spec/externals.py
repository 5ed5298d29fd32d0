"""Layers of others, named once for all functions."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from layerforge.facts.load import load_facts
from layerforge.names import Architecture
from layerforge.spec.arns import EXAMPLE, LayerVersionArn
from layerforge.spec.lists import Some
from layerforge.spec.model import Model
from layerforge.spec.numbers import whole
from layerforge.spec.problem import problem
from layerforge.spec.regions import RegionKey
from layerforge.spec.scalars import Runtime


def _some_arns(arns: dict[str, str]) -> dict[str, str]:
    if not arns:
        raise problem("SPEC039", "there are no ARNs", f"give one for each Region: `eu-west-1: {EXAMPLE}`")
    return arns


UnzippedSize = Annotated[int, *whole("bytes", 1, load_facts().limits.unzipped_bytes)]


class External(Model):
    """A layer that somebody else publishes."""

    noun: ClassVar[str] = "an external layer"
    arns: Annotated[dict[RegionKey, LayerVersionArn], AfterValidator(_some_arns)] = Field(
        description="The ARN of one version for each Region."
    )
    size: UnzippedSize | None = Field(
        default=None, description="Unzipped bytes, for the sum of a function's code and layers."
    )
    runtimes: Some[Runtime] = Field(
        default_factory=tuple, description="Runtimes that the layer is for, if that is known."
    )
    architectures: Some[Architecture] = Field(
        default_factory=tuple, description="Instruction sets that the layer is for, if that is known."
    )
