"""What checkov is told of a module: which of its checks do not apply, and why."""

import re
from typing import Annotated, ClassVar, Final

from pydantic import AfterValidator, Field

from layerforge.spec.lists import Distinct
from layerforge.spec.model import Model
from layerforge.spec.problem import problem
from layerforge.spec.scalars import FilledLine, text_pattern
from layerforge.spec.show import show

_ID: Final = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Za-z0-9-]+)+", re.ASCII)


def _check_id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise problem("SPEC057", f"{show(value)} is not the id of a check", "write it as `CKV_AWS_117`")
    return value


class Skip(Model):
    """One check of checkov that does not apply."""

    noun: ClassVar[str] = "a skip"
    id: Annotated[FilledLine, AfterValidator(_check_id), text_pattern(_ID)] = Field(
        description="Id of the check, such as `CKV_AWS_117`."
    )
    reason: FilledLine = Field(description="Why it does not apply; it stands in the module.")


def _each_once(skips: tuple[Skip, ...]) -> tuple[Skip, ...]:
    seen: set[str] = set()
    for index, skip in enumerate(skips):
        if skip.id in seen:
            raise problem("SPEC039", f"{show(skip.id)} is listed twice", "keep one", at=(index,))
        seen.add(skip.id)
    return skips


class Policy(Model):
    """What checkov is told of a module."""

    noun: ClassVar[str] = "`policy`"
    skip: Annotated[Distinct[Skip], AfterValidator(_each_once)] = Field(
        default=(),
        description="Checks of checkov that do not apply, each with its reason: comments in every resource.",
        examples=[[{"id": "CKV_LAYER_1", "reason": "our open-source layer"}]],
    )
