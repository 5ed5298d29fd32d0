"""What a layer is made of, one model an ecosystem."""

import re
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator
from pydantic.annotated_handlers import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from layerforge.spec.lists import Distinct
from layerforge.spec.model import Model
from layerforge.spec.paths import FilePath, Glob, InsidePath
from layerforge.spec.problem import problem
from layerforge.spec.scalars import Group, Package, Requirement
from layerforge.spec.show import show
from layerforge.spec.suggest import nearest

LATER: Final = ("nodejs", "java", "ruby", "custom")
"""Ecosystems that the spec has words for and this version cannot build yet."""

_PROJECT: Final = re.compile(r"pyproject\.toml|uv\.lock|pylock(?:\.[^./]+)?\.toml")
_PLAIN_LIST: Final = re.compile(r".+\.(?:txt|in)", re.DOTALL)
_LOOKS_PINNED: Final = re.compile(r"[A-Za-z0-9._-]+(?:\[[^\]]*\])?\s*(?:[=<>!~]=?.*)?")


class RequirementFile(Model):
    """A file that says which packages a layer has."""

    noun: ClassVar[str] = "a requirements file"
    file: FilePath = Field(
        description="Path from the spec's folder to a `requirements.txt` (any name that ends in `.txt` or `.in`), "
        "`pyproject.toml`, `uv.lock` or `pylock.toml`.",
        examples=["requirements.txt", "pyproject.toml"],
    )
    extras: tuple[Group, ...] = Field(
        default=(),
        description="Optional dependencies of a `pyproject.toml`, `uv.lock` or `pylock.toml` to take as well.",
    )
    groups: tuple[Group, ...] = Field(
        default=(),
        description="Dependency groups of a `pyproject.toml`, `uv.lock` or `pylock.toml` to take. "
        "With groups and no extras, the project's own dependencies are left out.",
    )

    @model_validator(mode="after")
    def _known_file(self) -> "RequirementFile":
        name = self.file.rsplit("/", 1)[-1]
        if _PROJECT.fullmatch(name):
            return self
        at = ("file",)
        if not _PLAIN_LIST.fullmatch(name):
            takes = "layerforge reads `*.txt`, `*.in`, `pyproject.toml`, `uv.lock` and `pylock.toml`"
            if "/" not in self.file and _LOOKS_PINNED.fullmatch(self.file):
                takes = f"a list takes requirements: `requirements: [{self.file}]`; {takes}"
            raise problem("SPEC040", f"{show(self.file)} is no file that requirements are read from", takes, at=at)
        if self.extras or self.groups:
            field = "extras" if self.extras else "groups"
            hint = "name a `pyproject.toml`, `uv.lock` or `pylock.toml`, or leave the field out"
            raise problem("SPEC040", f"{show(self.file)} has no {field}", hint, at=(field,))
        return self


class _OrText:
    """Tells the JSON Schema that a text may stand for the mapping."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string"}, handler(core)]}


def _requirements(value: Any) -> Any:  # noqa: ANN401 - before validation
    return {"file": value} if isinstance(value, str) else value


def _which(value: Any) -> str:  # noqa: ANN401 - before validation
    return "@file" if isinstance(value, dict) else "@list"


Requirements = Annotated[
    Annotated[tuple[Requirement, ...], Tag("@list")] | Annotated[RequirementFile, Tag("@file"), _OrText()],
    Discriminator(_which),
    BeforeValidator(_requirements),
]


class Include(Model):
    """Own code beside the packages."""

    noun: ClassVar[str] = "an include"
    path: InsidePath = Field(
        description="A file or folder, relative to the spec's folder.", examples=["src/shared_utils"]
    )
    to: InsidePath | None = Field(
        default=None,
        description="Where it goes, relative to `python/` in the layer. By default its own last name; "
        "`.` puts what is in a folder into `python/` itself.",
        examples=["shared_utils", "."],
    )

    def __str__(self) -> str:
        return self.path

    @model_validator(mode="after")
    def _named(self) -> "Include":
        if self.path == "." and self.to is None:
            raise problem(
                "SPEC034", "the include `.` has no name of its own", "say where it goes: `{path: ., to: my_package}`"
            )
        return self


def _include(value: Any) -> Any:  # noqa: ANN401 - before validation
    return {"path": value} if isinstance(value, str) else value


class PythonSource(Model):
    """Python packages and own code."""

    noun: ClassVar[str] = "a python source"
    ecosystem: Literal["python"] = Field(description="The language. This version of layerforge builds `python`.")
    requirements: Requirements = Field(
        default=(),
        description="The packages: a list of PEP 508 requirements, the path of a file, or a file with extras and "
        "groups. Their dependencies come along.",
        examples=[["pandas==2.2.2", "requests[socks]>=2.32"], "requirements.txt"],
    )
    include: Distinct[Annotated[Include, BeforeValidator(_include), _OrText()]] = Field(
        default=(), description="Own code beside the packages: paths, or a path and where it goes."
    )
    exclude: Distinct[Glob] = Field(
        default_factory=tuple,
        description="Globs over paths in the layer, such as `python/**/tests/**`: what matches stays out.",
        examples=[["**/tests/**"]],
    )
    prefer: Distinct[Package] = Field(
        default=(),
        description="Packages that win a path which another package brings with different content, strongest first.",
    )
    executable: Distinct[Glob] = Field(
        default=(),
        description="Globs over paths in the layer: own files that get mode 0755. Files that begin with `#!` and ELF "
        "files have it already.",
    )

    @model_validator(mode="after")
    def _something(self) -> "PythonSource":
        if not self.requirements and not self.include:
            raise problem("SPEC041", "the layer would be empty", "give it `requirements`, `include`, or both")
        return self


def _ecosystem(value: Any) -> Any:  # noqa: ANN401 - before validation
    """Stop at an ecosystem that is not Python: its fields are not ours to judge."""
    chosen = value.get("ecosystem") if isinstance(value, dict) else None
    if chosen in LATER:
        hint = "this version builds `python`; the others are on their way"
        raise problem("SPEC025", f"layers of the ecosystem `{chosen}` cannot be built yet", hint, at=("ecosystem",))
    if isinstance(chosen, str) and chosen != "python":
        close = nearest(chosen, ("python", *LATER))
        hint = f"did you mean `{close}`? This version builds `python`" if close else "this version builds `python`"
        raise problem("SPEC023", f"{show(chosen)} is not an ecosystem", hint, at=("ecosystem",))
    return value


Source = Annotated[PythonSource, BeforeValidator(_ecosystem)]
"""One class an ecosystem, told apart by ``ecosystem``."""
