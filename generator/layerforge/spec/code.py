"""Where a function's code comes from: a folder beside the spec, or an object in a bucket."""

import re
from typing import Annotated, Any, ClassVar, Final

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag
from pydantic.annotated_handlers import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from layerforge.spec.by_region import ByRegion
from layerforge.spec.externals import UnzippedSize
from layerforge.spec.fleet_scalars import Bucket, Digest, ObjectKey
from layerforge.spec.lists import Distinct
from layerforge.spec.model import Model
from layerforge.spec.paths import Glob, InsidePath
from layerforge.spec.problem import problem
from layerforge.spec.show import show

_FORMS: Final = "code is a folder, `{folder: …}`, or `{bucket: …, key: …}`"
_IN_BUCKET: Final = ("bucket", "key", "version", "sha256", "size")
_S3: Final = re.compile(r"s3://([^/]+)/(.+)")
_OTHERS_WORDS: Final = {"s3_bucket": "bucket", "s3_key": "key", "s3_object_version": "version"}


def _own_folder(value: str) -> str:
    if value == ".":
        hint = "put the code into a folder of its own: `src/<function>`"
        raise problem("SPEC034", "the code cannot be the spec's own folder", hint)
    return value


class FolderCode(Model):
    """A folder whose content becomes the ZIP."""

    noun: ClassVar[str] = "a folder of code"
    folder: Annotated[InsidePath, AfterValidator(_own_folder)] = Field(
        description="The folder, from the spec's folder. What is in it lies at the root of the ZIP.",
        examples=["src/data-processor"],
    )
    exclude: Distinct[Glob] = Field(default=(), description="Globs over paths in the ZIP: what matches stays out.")
    executable: Distinct[Glob] = Field(
        default=(),
        description="Globs over paths in the ZIP: files that get mode 0755. Files that begin with `#!` and ELF files "
        "have it already.",
    )


class BucketCode(Model):
    """A ZIP that somebody else has put into a bucket."""

    noun: ClassVar[str] = "code in a bucket"
    bucket: ByRegion[Bucket] = Field(description="The bucket, in the function's Region, or one for each Region.")
    key: ObjectKey = Field(description="The object's key.")
    version: ObjectKey | None = Field(default=None, description="The object's version; the newest without it.")
    sha256: Digest | None = Field(
        default=None, description="The ZIP's SHA-256 digest, which is held against what Lambda has."
    )
    size: UnzippedSize | None = Field(
        default=None, description="Unzipped bytes, for the sum of a function's code and layers."
    )


class _OrFolder:
    """Tells the JSON Schema that a folder's path may stand for the mapping."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string"}, handler(core)]}


def _shape(value: Any) -> Any:  # noqa: ANN401 - before validation
    if isinstance(value, str) and (found := _S3.fullmatch(value)) is not None:
        raise problem("SPEC056", f"{show(value)} is not a folder", f"write `{{bucket: {found[1]}, key: {found[2]}}}`")
    if isinstance(value, str):
        return {"folder": value}
    if isinstance(value, list):
        raise problem("SPEC056", "the code cannot be a list", _FORMS)
    if isinstance(value, dict):
        both = [key for key in value if key in _IN_BUCKET]
        if both and "folder" in value:
            raise problem("SPEC056", f"`folder` and {show(both[0])} do not go together", _FORMS, at=(both[0],))
        if (word := next((key for key in value if key in _OTHERS_WORDS), None)) is not None:
            hint = f"write `{_OTHERS_WORDS[word]}`; {_FORMS}"
            raise problem("SPEC003", f"unknown field {show(word)} in code", hint, at=(word,))
        if not value:
            raise problem("SPEC056", "the code is nowhere", _FORMS)
    return value


def _which(value: Any) -> str:  # noqa: ANN401 - before validation
    return "@bucket" if isinstance(value, dict) and any(key in value for key in _IN_BUCKET) else "@folder"


Code = Annotated[
    Annotated[FolderCode, Tag("@folder"), _OrFolder()] | Annotated[BucketCode, Tag("@bucket")],
    Discriminator(_which),
    BeforeValidator(_shape),
]
