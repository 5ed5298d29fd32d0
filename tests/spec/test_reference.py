"""The reference of the spec says everything, and what it says is so."""

import json
import re
from pathlib import Path

import pytest

from layerforge.facts.load import load_facts
from layerforge.spec.attached import ChannelLayer
from layerforge.spec.code import BucketCode, FolderCode
from layerforge.spec.externals import External
from layerforge.spec.fields import all_models
from layerforge.spec.functions import DefaultFunction, DefaultLogs, Function, Logs
from layerforge.spec.grants import AccountGrant, OrganizationGrant
from layerforge.spec.layers import DefaultPublish, Defaults, DefaultSource, Layer, Publish, Spec
from layerforge.spec.model import Model
from layerforge.spec.network import Network
from layerforge.spec.policy import Policy, Skip
from layerforge.spec.regions import Region
from layerforge.spec.sources import Include, PythonSource, RequirementFile
from support.specs import plan

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "spec.md").read_text(encoding="utf-8")
CODE = re.compile(r"\b(?:SPEC|PINS|PLAN|FUNC)\d{3}\b")
HEADINGS: dict[type[Model], str] = {
    Spec: "The file",
    Defaults: "Defaults",
    DefaultPublish: "Publishing",
    DefaultSource: "Defaults",
    Region: "Regions",
    Layer: "Layers",
    PythonSource: "Sources",
    RequirementFile: "Requirements",
    Include: "Own code",
    OrganizationGrant: "Grants",
    AccountGrant: "Grants",
    Publish: "Publishing",
    Policy: "Policy",
    Skip: "Skips",
    External: "External layers",
    DefaultFunction: "Functions",
    Function: "Functions",
    ChannelLayer: "Layers of a function",
    FolderCode: "Code",
    BucketCode: "Code",
    Network: "One for each Region",
    DefaultLogs: "Logs",
    Logs: "Logs",
}


def section(heading: str) -> str:
    """Return what stands under a heading, up to the next one."""
    return re.split(r"^#", PAGE.partition(f"# {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_every_model_has_its_section() -> None:
    assert set(HEADINGS) == set(all_models())


@pytest.mark.parametrize(
    ("model", "field"),
    [(model, field) for model in HEADINGS for field in model.model_fields],
    ids=lambda part: part if isinstance(part, str) else part.__name__,
)
def test_every_field_has_its_row(model: type[Model], field: str) -> None:
    name = f"source.{field}" if model is DefaultSource else field
    assert re.search(rf"^\| `{re.escape(name)}` \|", section(HEADINGS[model]), re.MULTILINE)


def test_no_row_is_about_a_field_that_is_not_there() -> None:
    for heading in set(HEADINGS.values()):
        known = {field for model, its in HEADINGS.items() if its == heading for field in model.model_fields}
        table = section(heading).partition("| field |")[2].partition("\n\n")[0]
        rows = {row.removeprefix("source.") for row in re.findall(r"^\| `([a-z0-9_.]+)` \|", table, re.MULTILINE)}
        assert rows == known, heading


@pytest.mark.parametrize("text", blocks("yaml"))
def test_every_example_can_be_planned_as_it_stands(text: str, tmp_path: Path) -> None:
    made = plan(tmp_path, text)
    assert [one.code for one in made.warnings if one.code != "PLAN018"] == []


def test_the_example_of_facts_is_taken(tmp_path: Path) -> None:
    (example,) = blocks("json")
    path = tmp_path / "facts.json"
    path.write_text(example)
    facts = load_facts(path)
    (row,) = json.loads(example)["runtimes"]
    assert facts.runtime(row["id"]).provider_minimum == row["provider_minimum"]


def test_examples_name_units_as_they_are(tmp_path: Path) -> None:
    spec = (
        "version: 1\nlayers:\n  data-science: {runtimes: [python3.12, python3.13], architectures: [x86_64, arm64], "
        "split: SPLIT, source: {ecosystem: python, requirements: [a]}}\n"
    )
    for split, names in re.findall(r"^\| `(target|architecture|none)` \| (`data-.*?) \|", PAGE, re.MULTILINE):
        (layer,) = plan(tmp_path, spec.replace("SPLIT", split)).layers
        shown = [name if name.startswith("data-") else f"data-science{name}" for name in re.findall("`(.*?)`", names)]
        assert [unit.aws_name for unit in layer.units] == shown


def test_the_numbers_are_those_of_the_facts() -> None:
    limits, functions = load_facts().limits, load_facts().functions
    for number in (
        limits.layer_name_characters,
        limits.description_characters,
        limits.license_characters,
        limits.compatible_runtimes,
        limits.ssm_levels,
        limits.layers_per_function,
        f"{limits.unzipped_bytes:,}",
        *functions.memory,
        *functions.timeout,
        *functions.ephemeral_storage,
        functions.name_characters,
        functions.environment_bytes,
        functions.tags,
        functions.root_modules,
        functions.subnets,
        functions.security_groups,
        functions.snap_start_ephemeral_storage,
        *(f"{family}{version}" for family, version in functions.snap_start.items()),
    ):
        assert re.search(rf"\b{number}\b", PAGE)


def test_every_code_is_in_the_reference_and_in_a_test_that_reads_its_message() -> None:
    source = ROOT / "generator" / "layerforge"
    raised = {
        code
        for folder in ("spec", "plan")
        for path in (source / folder).glob("*.py")
        for code in re.findall(r'"((?:SPEC|PINS|PLAN|FUNC)\d{3})"', path.read_text(encoding="utf-8"))
    }
    tests = ROOT / "tests"
    read = {
        code
        for path in (
            *tests.glob("spec/cases/*.txt"),
            *tests.glob("plan/cases/*.txt"),
            *tests.glob("spec/test_[lpt]*.py"),
            *tests.glob("plan/test_*.py"),
        )
        for code in CODE.findall(path.read_text(encoding="utf-8"))
    }
    assert set(CODE.findall(PAGE)) == raised
    assert raised - read == set()
