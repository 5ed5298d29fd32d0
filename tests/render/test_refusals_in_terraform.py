"""Every validation in every emitted module has a run that only it refuses; read from the HCL, judged by Terraform."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from layerforge.foresee.hcl_text import Block, read_blocks
from render import cases
from render.test_roots import GOLDEN as ROOTS
from support.repository import ROOT
from support.tf import Terraform

pytestmark = pytest.mark.terraform

COMMITTED = sorted(path.parent for path in (ROOT / "modules").glob("*/variables.tf"))
KEPT = sorted({name.partition("/")[0] for name in cases.texts()})
VARIABLE = re.compile(r"\bvar\.(\w+)")
OF_ROOTS: Mapping[str, Mapping[str, str]] = {
    "A key is the name of a function of the spec whose module takes such values.": {
        "functions": "{ inside = { vpc_config = {} }, nobody = {} }"
    },
    "The function inside needs vpc_config.": {"functions": "{ inside = {} }"},
    "It begins with a slash and does not end with one; between slashes stand letters, digits, dots, hyphens and "
    "underscores.": {"ssm_root": '"dev/"'},
    "A name that begins with /aws or /ssm is reserved by AWS.": {"ssm_root": '"/aws"'},
    "With a name_prefix there has to be an ssm_root as well, or null: without it the parameters would be those of "
    "another environment in this account.": {"name_prefix": '"dev-"'},
    "A key is the name of a signing profile in the spec.": {"signing_profile_names": '{ nobodys = "one" }'},
}
"""A root has no tests beside it, for its user's own tfvars would have a say in them. So its cases are here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """Values of a module's variables, and the conditions of its validations."""

    values: Mapping[str, str]
    conditions: Mapping[tuple[str, str], str]

    @property
    def judged(self) -> str:
        """An expression for which conditions hold, with the values in the variables' places."""
        texts = (VARIABLE.sub(lambda found: f"({self.values[found[1]]})", one) for one in self.conditions.values())
        return f"[{', '.join(texts)}]"


def _validations(variables: str) -> dict[tuple[str, str], str]:
    """Return the condition of each validation, by variable and message."""
    return {
        (variable.labels[0], rule.attributes["error_message"].strip('"')): rule.attributes["condition"]
        for variable in read_blocks(variables)
        for rule in variable.blocks
        if rule.type == "validation"
    }


def _defaults(variables: str) -> dict[str, str]:
    return {block.labels[0]: block.attributes.get("default", "null") for block in read_blocks(variables)}


def _refused(block: Block) -> set[str]:
    return set(VARIABLE.findall(block.attributes.get("expect_failures", "")))


def _values(block: Block) -> dict[str, str]:
    return {
        name: value for inner in block.blocks if inner.type == "variables" for name, value in inner.attributes.items()
    }


def _trials(variables: str, contract: str) -> Iterator[tuple[set[str], Trial]]:
    """Yield the values of each run and which variables it wants refused, then the good values of all runs."""
    blocks = read_blocks(contract)
    good = _defaults(variables)
    for block in blocks:
        good |= block.attributes if block.type == "variables" else {}
    conditions = _validations(variables)
    for block in blocks:
        if block.type == "run":
            yield _refused(block), Trial(values=good | _values(block), conditions=conditions)


def _judge(terraform: Terraform, folder: Path, trials: list[Trial]) -> list[list[bool]]:
    outputs = (f'output "it_{number}" {{\n  value = {one.judged}\n}}\n' for number, one in enumerate(trials))
    (folder / "main.tf").write_text("\n".join(outputs), encoding="utf-8")
    terraform.run(folder, "apply", "-auto-approve", "-no-color")
    found = terraform.json(folder, "output")
    return [found[f"it_{number}"]["value"] for number in range(len(trials))]


def test_every_validation_of_every_module_has_a_run_that_only_it_refuses(terraform: Terraform, tmp_path: Path) -> None:
    texts = {name: cases.of_module(name) for name in KEPT}
    for folder in COMMITTED:
        contract = folder / "tests/contract.tftest.hcl"
        texts[f"modules/{folder.name}"] = {
            "variables.tf": (folder / "variables.tf").read_text(encoding="utf-8"),
            "tests/contract.tftest.hcl": contract.read_text(encoding="utf-8"),
        }
    trials = [
        (name, wanted, trial)
        for name, files in texts.items()
        for wanted, trial in _trials(files["variables.tf"], files["tests/contract.tftest.hcl"])
    ]
    never = {(name, *rule) for name, files in texts.items() for rule in _validations(files["variables.tf"])}
    assert len(never) > 300
    answers = _judge(terraform, tmp_path, [trial for *_, trial in trials])
    for (name, wanted, trial), holds in zip(trials, answers, strict=True):
        broken = [rule for rule, good in zip(trial.conditions, holds, strict=True) if not good]
        assert sorted(variable for variable, _ in broken) == sorted(wanted), (name, broken)
        never -= {(name, *rule) for rule in broken}
    assert never == set()


def test_every_validation_of_a_root_refuses_a_value_that_no_other_one_does(
    terraform: Terraform, tmp_path: Path
) -> None:
    for path in sorted(ROOTS.rglob("variables.tf")):
        text = path.read_text(encoding="utf-8")
        good = _defaults(text) | {"functions": "{ inside = { vpc_config = {} } }"}
        conditions = _validations(text)
        assert {message for _, message in conditions} == set(OF_ROOTS)
        trials = [Trial(values=good, conditions=conditions)]
        trials += [Trial(values=good | OF_ROOTS[message], conditions=conditions) for _, message in conditions]
        expected = [[turn != own for own in range(len(conditions))] for turn in range(-1, len(conditions))]
        assert _judge(terraform, tmp_path, trials) == expected
