"""What all models of the spec share."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A part of the spec: unknown fields are errors, and nobody changes it.

    Attributes:
        noun: what messages call it, with its article.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    noun: ClassVar[str]
