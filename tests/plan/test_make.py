"""From specs to the plan: defaults, order, and what every field becomes."""

import dataclasses
from datetime import date
from pathlib import Path

import pytest

from layerforge.diagnostics import SpecError
from layerforge.facts.load import load_facts
from layerforge.names import Architecture, Delivery, Split
from layerforge.plan.make import make_plan
from layerforge.plan.rules import parameter_names
from layerforge.plan.types import (
    AccountGrant,
    Layer,
    OrganizationGrant,
    PublicGrant,
    Publish,
    RequirementFile,
    RequirementList,
)
from support.specs import TODAY, load, plan, tell

DESIGN = """\
version: 1
defaults:
  architectures: [arm64]
layers:
  data-science:
    description: pandas, numpy and pyarrow
    release: 2.3.0
    license: BSD-3-Clause
    runtimes: [python3.12]
    architectures: [x86_64, arm64]
    source:
      ecosystem: python
      requirements: [pandas==2.2.2, "numpy==1.26.4"]
      include: [src/shared_utils, ./lib/, {path: src/own.py, to: .}, {path: ., to: whole}]
      exclude: ["**/tests/**"]
      prefer: [NumPy, ruamel.yaml]
      executable: [bin/tool]
    grants:
      - public
      - organization: o-abc123def4
      - account: "111122223333"
      - account: 012345678901
    publish:
      via: s3
      ssm: /layers/data-science
"""


def only(folder: Path, text: str) -> Layer:
    (layer,) = plan(folder, text).layers
    return layer


def layer(fields: str = "", defaults: str = "{}", source: str = "requirements: [requests]") -> str:
    return (
        f"version: 1\ndefaults: {defaults}\nlayers:\n  shared:\n    runtimes: [python3.13]\n"
        f"    source: {{ecosystem: python, {source}}}\n{fields}"
    )


def test_a_spec_becomes_a_plan(tmp_path: Path) -> None:
    made = only(tmp_path, DESIGN)
    assert (made.name, made.spec, made.root) == ("data-science", tmp_path / "layers.yaml", tmp_path)
    assert (made.where.line, made.where.column, made.where.path) == (5, 3, "layers.data-science")
    assert (made.description, made.license) == ("pandas, numpy and pyarrow (2.3.0)", "BSD-3-Clause")
    assert (made.split, [unit.key for unit in made.units]) == (Split.TARGET, ["python312-x86-64", "python312-arm64"])
    assert [str(target) for target in made.targets] == ["python3.12/x86_64", "python3.12/arm64"]
    assert made.publish == Publish(via=Delivery.S3, ssm="/layers/data-science")
    assert made.grants == (
        AccountGrant(account="012345678901"),
        AccountGrant(account="111122223333"),
        OrganizationGrant(organization="o-abc123def4"),
        PublicGrant(),
    )
    assert parameter_names(made) == (
        "/layers/data-science/python3.12/x86_64/latest",
        "/layers/data-science/python3.12/arm64/latest",
    )
    assert made.provider_minimum == "5.100.0"


def test_a_source_keeps_the_places_of_what_can_turn_out_wrong(tmp_path: Path) -> None:
    source = only(tmp_path, DESIGN).source
    assert isinstance(source.requirements, RequirementList)
    assert [(one.text, one.where.line, one.where.column, one.where.length) for one in source.requirements.lines] == [
        ("pandas==2.2.2", 13, 22, 13),
        ("numpy==1.26.4", 13, 37, 15),
    ]
    assert [(one.path, one.to, one.where.line, one.where.column) for one in source.include] == [
        ("src/shared_utils", "shared_utils", 14, 17),
        ("lib", "lib", 14, 35),
        ("src/own.py", ".", 14, 50),
        (".", "whole", 14, 77),
    ]
    assert [(one.glob, one.where.line) for one in source.exclude] == [("**/tests/**", 15)]
    assert (source.prefer, source.executable) == (("numpy", "ruamel-yaml"), ("bin/tool",))


def test_requirements_in_a_file(tmp_path: Path) -> None:
    text = layer(source="requirements: {file: ./sub/../uv.lock, extras: [Extra.One], groups: [dev]}")
    asked = only(tmp_path, text).source.requirements
    assert isinstance(asked, RequirementFile)
    assert (asked.path, asked.extras, asked.groups) == ("sub/../uv.lock", ("extra-one",), ("dev",))
    assert (asked.where.line, asked.where.path) == (6, "layers.shared.source.requirements.file")
    short = only(tmp_path, layer(source="requirements: requirements.txt")).source.requirements
    assert isinstance(short, RequirementFile)
    assert (short.path, short.where.text and short.where.text[(short.where.column or 1) - 1 :]) == (
        "requirements.txt",
        "requirements.txt}",
    )


def test_what_nobody_says(tmp_path: Path) -> None:
    made = only(tmp_path, layer())
    assert (made.description, made.license, made.grants) == ("", None, ())
    assert (made.split, made.publish) == (Split.TARGET, Publish(via=Delivery.DIRECT, ssm=None))
    assert {target.architecture for target in made.targets} == {Architecture.X86_64}
    assert (made.source.include, made.source.exclude, made.source.prefer, made.source.executable) == ((), (), (), ())
    assert parameter_names(made) == ()


DEFAULTS = (
    "{architectures: [arm64], split: none, license: MIT, grants: [organization: o-abc123def4], "
    "publish: {via: pushed, ssm: /layers}, source: {exclude: [a]}}"
)


def test_defaults_fill_what_a_layer_does_not_say(tmp_path: Path) -> None:
    made = only(tmp_path, layer(defaults=DEFAULTS))
    assert (made.license, made.split) == ("MIT", Split.NONE)
    assert [target.architecture for target in made.targets] == [Architecture.ARM64]
    assert made.grants == (OrganizationGrant(organization="o-abc123def4"),)
    assert made.publish == Publish(via=Delivery.PUSHED, ssm="/layers/shared")
    assert [(one.glob, one.where.path) for one in made.source.exclude] == [("a", "defaults.source.exclude[0]")]


def test_a_layers_own_value_replaces_the_default(tmp_path: Path) -> None:
    own = ["architectures: [x86_64]", "split: target", "license: null", "grants: []", "publish: {ssm: /other}"]
    made = only(tmp_path, layer("".join(f"    {line}\n" for line in own), DEFAULTS, "requirements: [a], exclude: []"))
    assert (made.license, made.split, made.grants) == (None, Split.TARGET, ())
    assert [target.architecture for target in made.targets] == [Architecture.X86_64]
    assert made.publish == Publish(via=Delivery.PUSHED, ssm="/other")
    assert made.source.exclude == ()


def test_no_parameters_in_spite_of_a_default(tmp_path: Path) -> None:
    made = only(tmp_path, layer("    publish: {ssm: null}\n", DEFAULTS))
    assert made.publish == Publish(via=Delivery.PUSHED, ssm=None)


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ("    description: a\n    release: 1.0.0-rc.1\n", "a (1.0.0-rc.1)"),
        ("    description: a\n", "a"),
        ("    release: 1.0.0\n", "release 1.0.0"),
        ("    description: >\n      folded\n      text\n", "folded text"),
        ("    description: cafe\u0301\n", "caf\u00e9"),
    ],
)
def test_the_description_shows_the_release(fields: str, shown: str, tmp_path: Path) -> None:
    assert only(tmp_path, layer(fields)).description == shown


def test_layers_of_all_specs_are_sorted_by_name(tmp_path: Path) -> None:
    texts = [f"version: 1\nlayers: {{{two}}}" for two in ("d: {}, b: {}", "c: {}, a: {}")]
    small = "{runtimes: [python3.13], source: {ecosystem: python, include: [a]}}"
    filled = [text.replace("{}", small) for text in texts]
    made = plan(tmp_path, *filled)
    assert [one.name for one in made.layers] == ["a", "b", "c", "d"]
    assert [one.spec.name for one in made.layers] == ["1layers.yaml", "layers.yaml", "1layers.yaml", "layers.yaml"]


@pytest.mark.parametrize(
    ("runtimes", "minimum"),
    [
        ("[python3.12]", "5.100.0"),
        ("[python3.12, python3.14]", "6.21.0"),
        ("[python3.15]", "6.21.0"),
        ("[python3.16]", "6.21.0"),
    ],
)
def test_the_provider_must_know_every_runtime(runtimes: str, minimum: str, tmp_path: Path) -> None:
    made = only(tmp_path, layer().replace("[python3.13]", runtimes))
    assert made.provider_minimum == minimum


def test_the_date_decides(tmp_path: Path) -> None:
    text = layer().replace("python3.13", "python3.9")
    last_good = plan(tmp_path, text, as_of=date(2025, 12, 14))
    deprecated = plan(tmp_path, text, as_of=date(2025, 12, 15))
    assert (tell(last_good.warnings), [one.code for one in deprecated.warnings]) == ("", ["PLAN009"])
    assert [one.code for one in plan(tmp_path, text, as_of=date(2027, 1, 31)).warnings] == ["PLAN009"]
    with pytest.raises(SpecError) as caught:
        plan(tmp_path, text, as_of=date(2027, 2, 1))
    assert [one.code for one in caught.value.diagnostics] == ["PLAN010"]


def test_a_runtime_without_dates_of_blocks_is_deprecated_all_the_same(tmp_path: Path) -> None:
    facts = load_facts()
    row = facts.runtimes[next(one for one in facts.runtimes if one == "python3.13")]
    changed = dataclasses.replace(row, deprecation=TODAY, block_create=None, block_update=None)
    made = plan(tmp_path, layer(), facts=dataclasses.replace(facts, runtimes={**facts.runtimes, row.id: changed}))
    assert tell(made.warnings) == (
        "warning PLAN009 layers.yaml:5:16 «python3.13» (layers.shared.runtimes[0])\n"
        "  `python3.13` is deprecated since 2026-11-21\n"
        "  hint: move to `python3.12`\n"
    )


def test_limits_come_from_the_facts(tmp_path: Path) -> None:
    facts = load_facts()
    small = dataclasses.replace(
        facts.limits,
        layer_name_characters=10,
        description_characters=4,
        license_characters=2,
        compatible_runtimes=0,
        ssm_levels=3,
        ssm_name_characters=80,
    )
    text = layer("    description: words\n    license: MIT\n    publish: {ssm: /a}\n")
    with pytest.raises(SpecError) as caught:
        plan(tmp_path, text, facts=dataclasses.replace(facts, limits=small))
    assert {one.code for one in caught.value.diagnostics} == {
        "PLAN004",
        "PLAN014",
        "PLAN016",
        "PLAN017",
        "PLAN019",
        "PLAN020",
    }


def test_a_plan_is_made_of_its_arguments_alone(tmp_path: Path) -> None:
    loaded = load(tmp_path, DESIGN)
    (tmp_path / "layers.yaml").unlink()
    assert make_plan([loaded], load_facts(), TODAY) == make_plan([loaded], load_facts(), TODAY)
