"""The real Terraform takes the kept modules: formatted, valid, and with contract tests that pass."""

import base64
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from layerforge.facts.load import load_facts
from layerforge.plan.types import Layer
from layerforge.render import hcl
from layerforge.render.contract import contract_of
from layerforge.render.variables import variables_of
from render import cases
from support import plans
from support.tf import Terraform

pytestmark = pytest.mark.terraform

LAYERS: Mapping[str, Layer] = {layer.name: layer for layer in cases.plan().layers if layer.name != "new-runtime"}
"""The provider that knows the newest runtime is not the one that the tests run with."""
EXAMPLE = re.compile(r"^```hcl\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN = re.compile(r'^run "([^"]+)" \{$', re.MULTILINE)


def _modules(folder: Path) -> Path:
    wanted = {name: text for name, text in cases.texts().items() if name.partition("/")[0] in LAYERS}
    return cases.write(folder / "modules", wanted)


def _passed(events: tuple[dict[str, object], ...]) -> dict[str, str]:
    """Return the status of every run by ``file:run``."""
    found = {}
    for event in events:
        run = event.get("test_run")
        if isinstance(run, dict) and run.get("progress", "complete") == "complete":
            found[f"{run['path']}:{run['run']}"] = run["status"]
    return found


def _problems(events: tuple[dict[str, object], ...]) -> list[object]:
    return [event["diagnostic"] for event in events if event.get("@level") == "error" and "diagnostic" in event]


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
    assert _problems(events) == []
    status = _passed(events)
    assert list(status) == [f"tests/contract.tftest.hcl:{run}" for run in RUN.findall(_contract(name))]
    assert set(status.values()) == {"pass"}


def _initialise(terraform: Terraform, folder: Path) -> None:
    """Make a folder ready for tests that name modules: only ``init`` looks into those."""
    (folder / "main.tf").write_text("terraform {}\n")
    terraform.prepare(folder)
    terraform.run(folder, "init", "-no-color")


def _contract(name: str) -> str:
    return cases.of_module(name)["tests/contract.tftest.hcl"]


def _from_above(name: str) -> str:
    """Return a module's contract test as a test of the folder above, so that one Terraform runs those of all."""
    text = _contract(name).replace('"tests/other"', f'"modules/{name}/tests/other"')
    return RUN.sub(rf'run "\1" {{\n  module {{\n    source = "./modules/{name}"\n  }}\n', text)


@pytest.mark.slow
def test_modules_of_every_kind_pass_their_tests(terraform: Terraform, tmp_path: Path) -> None:
    names = ("3-s3_accounts", "alone", "hostile", "pushed-public")
    _modules(tmp_path)
    cases.write(tmp_path / "tests", {f"{name}.tftest.hcl": _from_above(name) for name in names})
    _initialise(terraform, tmp_path)
    events = terraform.events(tmp_path, "test")
    assert _problems(events) == []
    status = _passed(events)
    assert set(status) == {f"tests/{name}.tftest.hcl:{run}" for name in names for run in RUN.findall(_contract(name))}
    assert set(status.values()) == {"pass"}


def test_every_rule_has_a_run_that_breaks_it_alone(terraform: Terraform, tmp_path: Path) -> None:
    """Each wrong value fails its own rule and no other; the good values keep all."""
    outputs, wanted = [], {}
    for number, layer in enumerate(LAYERS.values()):
        variables = variables_of(layer, load_facts().limits)
        for variable in variables:
            tried = [dict(rule.wrong)[variable.name] for rule in variable.rules]
            good = [value for value in (variable.default, variable.example) if value is not None]
            for turn, value in enumerate((*tried, *good)):
                name = f"{number}_{variable.name}_{turn}"
                conditions = ", ".join(
                    rule.condition.replace(f"var.{variable.name}", f"({value})") for rule in variable.rules
                )
                outputs.append(f'output "it_{name}" {{\n  value = [{conditions}]\n}}\n')
                wanted[f"it_{name}"] = [turn != own for own in range(len(variable.rules))]
        broken = [name for refusal in contract_of(layer, variables).refusals for name in refusal.variables]
        assert sorted(broken) == sorted(f"var.{item.name}" for item in variables for _ in item.rules)
    (tmp_path / "main.tf").write_text("\n".join(outputs))
    terraform.run(tmp_path, "apply", "-auto-approve", "-no-color")
    assert {name: found["value"] for name, found in terraform.json(tmp_path, "output").items()} == wanted


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
    _initialise(terraform, tmp_path)
    events = terraform.events(tmp_path, "test")
    assert _problems(events) == []
    assert set(_passed(events).values()) == {"pass"}
