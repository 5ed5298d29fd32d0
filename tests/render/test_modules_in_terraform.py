"""The real Terraform takes the kept modules: formatted, valid, and with contract tests that pass."""

import base64
from collections.abc import Mapping
from pathlib import Path

import pytest

from layerforge.plan.types import Layer
from layerforge.render import hcl
from render import cases
from render.in_terraform import EXAMPLE, from_above, initialise, own_tests, passed, problems, runs, write_modules
from support import plans
from support.tf import Terraform

pytestmark = pytest.mark.terraform

LAYERS: Mapping[str, Layer] = {layer.name: layer for layer in cases.plan().layers if layer.name != "new-runtime"}
"""The provider that knows the newest runtime is not the one that the tests run with."""


def _modules(folder: Path) -> Path:
    return write_modules(folder, LAYERS)


def test_modules_are_formatted(terraform: Terraform, tmp_path: Path) -> None:
    cases.write(tmp_path)
    found = terraform.run(tmp_path, "fmt", "-check", "-diff", "-recursive", "-no-color", ok=(0, 2, 3))
    assert found.stdout == ""
    assert found.returncode == 0


def test_the_usage_example_of_every_readme_is_valid(terraform: Terraform, tmp_path: Path) -> None:
    modules = _modules(tmp_path)
    calls = []
    for number, name in enumerate(LAYERS):
        examples = EXAMPLE.findall(cases.of_module(name)["README.md"])
        assert len(examples) == 1
        folder = tmp_path / f"example-{number}"
        cases.write(folder, {"main.tf": examples[0]})
        (folder / "modules").symlink_to(modules, target_is_directory=True)
        calls.append(f'module "example_{number}" {{\n  source = "./example-{number}"\n}}\n')
    (tmp_path / "main.tf").write_text("\n".join(calls))
    terraform.prepare(tmp_path)
    found = terraform.json(tmp_path, "validate")
    assert found["diagnostics"] == []
    assert found["valid"]
    assert terraform.run(tmp_path, "fmt", "-check", "-recursive", "-no-color", ok=(0, 2, 3)).stdout == ""


def test_a_module_passes_its_own_test_where_it_stands(terraform: Terraform, tmp_path: Path) -> None:
    name = "direct-organization"
    folder = terraform.prepare(cases.write(tmp_path / name, cases.of_module(name)))
    events = terraform.events(folder, "test")
    assert problems(events) == []
    status = passed(events)
    assert list(status) == runs(own_tests(name))
    assert set(status.values()) == {"pass"}


@pytest.mark.slow
def test_modules_of_every_kind_pass_their_tests(terraform: Terraform, tmp_path: Path) -> None:
    names = ("3-s3_accounts", "alone", "hostile", "pushed-public", "signed")
    _modules(tmp_path)
    tests = {file: text for name in names for file, text in from_above(name).items()}
    cases.write(tmp_path / "tests", tests)
    initialise(terraform, tmp_path)
    events = terraform.events(tmp_path, "test")
    assert problems(events) == []
    status = passed(events)
    assert sorted(status) == sorted(runs(tests))
    assert set(status.values()) == {"pass"}


WIRING = """
mock_provider "aws" {{}}

{overrides}
run "everything_points_to_its_own_unit" {{
  module {{
    source = "./modules/{name}"
  }}

  variables {{
    artifact_bucket = "example-artifacts"
    ssm_prefix      = "/wired"
  }}

  assert {{
    condition     = output.arns == {arns}
    error_message = "${{jsonencode(output.arns)}}"
  }}

  assert {{
    condition     = output.versions == {versions}
    error_message = "${{jsonencode(output.versions)}}"
  }}

  assert {{
    condition     = {{ for key, item in aws_ssm_parameter.latest : item.name => item.insecure_value }} == {parameters}
    error_message = "${{jsonencode(aws_ssm_parameter.latest)}}"
  }}

  assert {{
    condition     = {{ for key, it in aws_lambda_layer_version_permission.this : key => it.version_number }} == {grants}
    error_message = "${{jsonencode(aws_lambda_layer_version_permission.this)}}"
  }}
}}
"""


def _wiring(layer: Layer) -> str:
    """Return a test that publishes a module with what AWS would answer, digests included."""
    answers: dict[str, dict[str, hcl.Value]] = {}
    versions: dict[str, dict[str, hcl.Value]] = {}
    for number, unit in enumerate(layer.units, start=3):
        record = plans.locks(cases.plan())[layer.spec].units[layer.name, unit.key].artifact
        assert record is not None
        arn = f"arn:aws:lambda:eu-west-1:111122223333:layer:{unit.aws_name}"
        about: dict[str, hcl.Value] = {"arn": f"{arn}:{number}", "layer_arn": arn, "version": number}
        answers[unit.address] = {
            **about,
            "version": str(number),
            "code_sha256": base64.b64encode(bytes.fromhex(record.sha256)).decode(),
        }
        sizes = {"zipped_size": record.zipped_size, "unzipped_size": record.unzipped_size}
        versions[unit.key] = {**about, "sha256": record.sha256, **sizes}
    by_target = {str(target): versions[unit.key] for unit in layer.units for target in unit.targets}
    arns: dict[str, dict[str, hcl.Value]] = {}
    for target in layer.targets:
        arns.setdefault(target.runtime, {})[target.architecture.value] = by_target[str(target)]["arn"]
    return WIRING.format(
        name=layer.name,
        overrides="\n".join(
            f"override_resource {{\n  target = aws_lambda_layer_version.{address}\n  values = {hcl.value(answer)}\n}}\n"
            for address, answer in answers.items()
        ),
        arns=hcl.value(arns),
        versions=hcl.value(versions),
        parameters=hcl.value({f"/wired/{target}/latest": version["arn"] for target, version in by_target.items()}),
        grants=hcl.value(
            {f"{unit.key}/{grant.key}": versions[unit.key]["version"] for unit in layer.units for grant in layer.grants}
        ),
    )


def test_after_an_apply_everything_points_to_its_own_unit(terraform: Terraform, tmp_path: Path) -> None:
    names = ("3-s3_accounts", "direct-organization")
    _modules(tmp_path)
    cases.write(tmp_path / "tests", {f"{name}.tftest.hcl": _wiring(LAYERS[name]) for name in names})
    initialise(terraform, tmp_path)
    events = terraform.events(tmp_path, "test")
    assert problems(events) == []
    assert set(passed(events).values()) == {"pass"}
