"""The JSON Schema that editors use."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from layerforge.diagnostics import SpecError
from layerforge.spec.fields import all_models
from layerforge.spec.load import load_spec
from layerforge.spec.schema import schema_text
from support.specs import load

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "schema" / "layerforge.schema.json"


def schema() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(schema_text())
    return made


def problems(text: str) -> list[str]:
    """Return what an editor would underline: it reads YAML with types and knows the schema."""
    return [error.message for error in jsonschema.Draft7Validator(schema()).iter_errors(yaml.safe_load(text))]


def test_the_kept_schema_is_the_one_that_is_made() -> None:
    assert KEPT.read_text(encoding="utf-8") == schema_text(), (
        "python -m layerforge schema > schema/layerforge.schema.json"
    )


def test_the_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(schema())


@pytest.mark.parametrize("path", sorted(ROOT.glob("examples/*/layers.yaml")), ids=lambda path: path.parent.name)
def test_examples_fit_and_name_the_schema(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert problems(text) == []
    assert load_spec(path).spec.layers
    modeline = text.splitlines()[0]
    assert modeline == "# yaml-language-server: $schema=../../schema/layerforge.schema.json"
    assert (path.parent / modeline.partition("$schema=")[2]).resolve() == KEPT


TAKEN = [
    "{source: {ecosystem: python, requirements: requirements.txt}, release: 2.3.0}",
    "{source: {ecosystem: python, requirements: {file: uv.lock, extras: [a]}, include: [a, {path: b, to: c}]}}",
    "{source: {ecosystem: python, requirements: []  , include: [1.0, 7]}}",
    "{description: 3.10, license: yes, source: {ecosystem: python, requirements: [1e3, on]}}",
    "{description: 12, license: null, source: {ecosystem: python, requirements: [a], prefer: [7, a.b]}}",
    "{grants: [public, account: 111122223333, account: 012345670123], source: {ecosystem: python, include: [a]}}",
    "{grants: [organization: o-abc123def4], source: {ecosystem: python, include: [a], exclude: ['**/*', b]}}",
    "{publish: {via: pushed, ssm: ~}, split: none, source: {ecosystem: python, include: [a], executable: [b]}}",
    "{architectures: [arm64], runtimes: [python3.12], source: {ecosystem: python, include: [a]}}",
]


@pytest.mark.parametrize("layer", TAKEN)
@pytest.mark.parametrize("version", ["1", "'1'"])
def test_the_schema_accepts_what_the_loader_accepts(layer: str, version: str, tmp_path: Path) -> None:
    text = f"version: {version}\nlayers: {{no-1: {layer}}}\n"
    assert load(tmp_path, text).spec.layers
    assert problems(text) == []


ARN = "arn:aws:lambda:eu-west-1:111122223333:layer:tools:7"
FUNCTIONS = [
    "{}",
    "{runtime: python3.13, architecture: arm64, handler: a.b, code: src/a, via: s3, description: 7}",
    "{code: {folder: src/a, exclude: ['**'], executable: [a]}, overrides: [7]}",
    "{code: {bucket: abc, key: 7, version: 1.0, size: 12}}",
    f"{{code: {{bucket: abc, key: a, sha256: {'ab' * 32}, size: '12'}}}}",
    f"{{layers: [a, {{name: a, channel: stable}}, '{ARN}']}}",
    "{memory: 128, timeout: '900', ephemeral_storage: 10240, reserved_concurrency: 0}",
    "{memory: '10240', reserved_concurrency: ~, role: null, dead_letter: null, kms_key: null, code_signing: null}",
    "{environment: {AB: c, CD: 7, EF: true, GH: 1.50, IJ: ~}, tags: {a: 7, b: ~, c: ''}}",
    "{tracing: true, vpc: false, snap_start: 'true', publish: 'false', aliases: [live]}",
    "{logs: {retention_days: 0, format: JSON, group: /a}, aliases: []}",
    "{signing_profile: yes, via: s3, code: {bucket: 1234, key: a}, aliases: [on]}",
    "{logs: {group: ~}, role: 'arn:aws:iam::111122223333:role/a/b'}",
    "{dead_letter: 'arn:aws:sns:eu-west-1:111122223333:a'}",
]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_schema_accepts_the_functions_that_the_loader_accepts(function: str, tmp_path: Path) -> None:
    text = f"version: 1\nfunctions: {{no-1: {function}}}\n"
    assert load(tmp_path, text).spec.functions
    assert problems(text) == []
    if not {"code", "overrides", "description", "group"} & set(function.replace("{", " ").replace(":", " ").split()):
        text = f"version: 1\ndefaults: {{functions: {function}}}\nlayers: {{no-1: {TAKEN[0]}}}\n"
        assert load(tmp_path, text).spec.layers
        assert problems(text) == []


@pytest.mark.parametrize(
    "rest",
    [
        "regions: {eu-west-1: active, us-east-1: {state: paused, root: a, bucket: abc}, ap-south-1: {}}",
        "regions: {eu-west-1: {bucket: ~, root: null}}",
        f"externals: {{no-1: {{arns: {{eu-west-1: '{ARN}'}}, size: 1, runtimes: [java21], architectures: [arm64]}}}}",
    ],
)
def test_the_schema_accepts_regions_and_externals_that_the_loader_accepts(rest: str, tmp_path: Path) -> None:
    text = f"version: 1\nlayers: {{a: {TAKEN[0]}}}\n{rest}\n"
    assert load(tmp_path, text).spec.layers
    assert problems(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\nfunctions: {a: {memory: 127}}",
        "version: 1\nfunctions: {a: {memory: lots}}",
        "version: 1\nfunctions: {a: {tracing: yes please}}",
        "version: 1\nfunctions: {a: {image: a}}",
        "version: 1\nfunctions: {a b: {}}",
        "version: 1\nfunctions: {a: {environment: {A: b}}}",
        "version: 1\nfunctions: {a: {layers: [a@b]}}",
        "version: 1\nfunctions: {a: {layers: ['arn:aws:lambda:eu-west-1:111122223333:layer:tools']}}",
        "version: 1\nfunctions: {a: {code: {folder: a, bucket: b}}}",
        "version: 1\nfunctions: {a: {logs: {format: text}}}",
        "version: 1\nfunctions: {a: {role: admin}}",
        "version: 1\nfunctions: {a: {}}\nregions: {eu-west-1: on}",
        "version: 1\nfunctions: {a: {}}\nexternals: {a: {arns: {eu-west-1: a}}}",
        "version: 1\ndefaults: {}",
        "version: 2\nlayers: {}",
        "version: 1",
        "version: 1\nlayers: {a b: {source: {ecosystem: python, requirements: [a]}}}",
        "version: 1\nlayers: {a: {sauce: 1, source: {ecosystem: python, requirements: [a]}}}",
        "version: 1\nlayers: {a: {runtimes: python3.12, source: {ecosystem: python, requirements: [a]}}}",
        "version: 1\nlayers: {a: {runtimes: [], source: {ecosystem: python, requirements: [a]}}}",
        "version: 1\nlayers: {a: {split: all, source: {ecosystem: python, requirements: [a]}}}",
        "version: 1\nlayers: {a: {release: 1.0, source: {ecosystem: python, requirements: [a]}}}",
        "version: 1\nlayers: {a: {source: {ecosystem: nodejs}}}",
        f"version: 1\nlayers: {{a: {{description: {'d' * 257}, source: {{ecosystem: python, requirements: [a]}}}}}}",
        f"version: 1\nlayers: {{a: {{license: {'d' * 513}, source: {{ecosystem: python, requirements: [a]}}}}}}",
        "version: 1\nlayers: {a: {publish: {ssm: layers}, source: {ecosystem: python, requirements: [a]}}}",
        "version: 1\nlayers: {a: {grants: [Public], source: {ecosystem: python, requirements: [a]}}}",
    ],
)
def test_the_schema_underlines_what_is_wrong(text: str) -> None:
    assert problems(text)


def test_every_field_is_described_in_a_sentence() -> None:
    for model in all_models():
        assert model.__doc__
        for name, field in model.model_fields.items():
            assert field.description, f"{model.__name__}.{name}"
            assert field.description.endswith("."), f"{model.__name__}.{name}"


def test_a_schema_error_and_a_spec_error_are_not_the_same_thing(tmp_path: Path) -> None:
    """Rules over several values are the loader's alone."""
    text = "version: 1\nlayers: {a: {source: {ecosystem: python}}}\n"
    assert problems(text) == []
    with pytest.raises(SpecError):
        load(tmp_path, text)
