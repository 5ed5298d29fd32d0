"""The real Terraform takes the modules of functions: valid examples, contract tests that pass, strings as they were."""

import base64
import json
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from layerforge.names import identifier
from layerforge.plan.function_types import Function
from render import cases
from render.in_terraform import EXAMPLE, from_above, initialise, own_tests, passed, problems, runs, write_modules
from support.tf import Terraform

pytestmark = pytest.mark.terraform

FUNCTIONS: Mapping[str, Function] = {function.name: function for function in cases.plan().functions}
LAYERS = ("s3-mixed", "signed")
STUB = 'variable "layers" {\n  type = list(string)\n}\n'


def _examples(name: str) -> list[str]:
    return EXAMPLE.findall(cases.of_module(name)["README.md"])


def test_the_usage_example_of_every_readme_is_valid(terraform: Terraform, tmp_path: Path) -> None:
    """The layers come from their own examples; a module of somebody else is anything that takes ``layers``."""
    modules = write_modules(tmp_path, (*FUNCTIONS, *LAYERS))
    cases.write(tmp_path / "lambda", {"main.tf": STUB})
    calls = []
    for number, (name, function) in enumerate(FUNCTIONS.items()):
        example, *handed_on = _examples(name)
        assert len(handed_on) == function.attached_only
        folder = tmp_path / f"example-{number}"
        taken = "".join(f'module "taken" {{\n  source = "../lambda"\n{line}}}\n' for line in handed_on)
        named = [_examples(layer)[0] for layer in LAYERS if f"module.{identifier(layer)}." in example]
        cases.write(folder, {"main.tf": example, "layers.tf": "\n".join(named), "taken.tf": taken})
        (folder / "modules").symlink_to(modules, target_is_directory=True)
        calls.append(f'module "example_{number}" {{\n  source = "./example-{number}"\n}}\n')
    (tmp_path / "main.tf").write_text("\n".join(calls))
    terraform.prepare(tmp_path)
    found = terraform.json(tmp_path, "validate")
    assert found["diagnostics"] == []
    assert found["valid"]
    assert terraform.run(tmp_path, "fmt", "-check", "-recursive", "-no-color", ok=(0, 2, 3)).stdout == ""


def test_a_module_passes_its_own_tests_where_it_stands(terraform: Terraform, tmp_path: Path) -> None:
    name = "data-processor"
    folder = terraform.prepare(cases.write(tmp_path / name, cases.of_module(name)))
    events = terraform.events(folder, "test")
    assert problems(events) == []
    status = passed(events)
    assert list(status) == runs(own_tests(name))
    assert set(status.values()) == {"pass"}


@pytest.mark.slow
def test_modules_of_every_kind_pass_their_tests(terraform: Terraform, tmp_path: Path) -> None:
    names = [name for name in FUNCTIONS if name != "data-processor"]
    write_modules(tmp_path, names)
    tests = {file: text for name in names for file, text in from_above(name).items()}
    cases.write(tmp_path / "tests", tests)
    initialise(terraform, tmp_path)
    events = terraform.events(tmp_path, "test")
    assert problems(events) == []
    status = passed(events)
    assert sorted(status) == sorted(runs(tests))
    assert set(status.values()) == {"pass"}


HOSTILE = """
mock_provider "aws" {{}}

run "it" {{
  command = plan

  module {{
    source = "./modules/hostile-function"
  }}

  variables {{
    environment = {{ STAGE = "x" }}
  }}

  assert {{
    condition     = jsonencode([{values}]) == ""
    error_message = base64encode(jsonencode([{values}]))
  }}
}}
"""


def test_hostile_strings_reach_aws_as_they_were(terraform: Terraform, tmp_path: Path) -> None:
    """The test fails on purpose: its message brings out what would be sent."""
    write_modules(tmp_path, ["hostile-function"])
    values = ", ".join(
        f"aws_lambda_function.this.{what}" for what in ("description", "environment[0].variables", "tags")
    )
    cases.write(tmp_path / "tests", {"it.tftest.hcl": HOSTILE.format(values=values)})
    initialise(terraform, tmp_path)
    (message,) = [_detail(event) for event in terraform.events(tmp_path, "test") if _detail(event)]
    description, environment, tags = json.loads(base64.b64decode("".join(message.split())))
    hostile = unicodedata.normalize("NFC", cases.HOSTILE)
    assert description == hostile[:200]
    assert environment == {"HOSTILE": hostile, "STAGE": "x"}
    assert tags == {hostile[:100]: hostile}


def _detail(event: dict[str, Any]) -> str:
    return str(event.get("diagnostic", {}).get("detail", ""))
