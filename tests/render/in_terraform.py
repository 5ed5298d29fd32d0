"""What the tests need that hand emitted modules to the real Terraform."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from render import cases
from support.tf import Terraform

EXAMPLE: Final = re.compile(r"^```hcl\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TERRAFORM: Final = ".tftest.hcl"
OPENTOFU: Final = ".tofutest.hcl"
RUN: Final = re.compile(r'^run "([^"]+)" \{$', re.MULTILINE)


def write_modules(folder: Path, names: Iterable[str]) -> Path:
    """Write kept modules into a folder ``modules`` and return it."""
    listed = set(names)
    return cases.write(
        folder / "modules", {name: text for name, text in cases.texts().items() if name.partition("/")[0] in listed}
    )


def passed(events: tuple[dict[str, object], ...]) -> dict[str, str]:
    """Return the status of every run by ``file:run``, under the name of Terraform's file where OpenTofu has its own."""
    found = {}
    for event in events:
        run = event.get("test_run")
        if isinstance(run, dict) and run.get("progress", "complete") == "complete":
            found[f"{run['path'].replace(OPENTOFU, TERRAFORM)}:{run['run']}"] = run["status"]
    return found


def problems(events: tuple[dict[str, object], ...]) -> list[object]:
    """Return the errors among what a command printed."""
    return [event["diagnostic"] for event in events if event.get("@level") == "error" and "diagnostic" in event]


def initialise(terraform: Terraform, folder: Path) -> None:
    """Make a folder ready for tests that name modules: only ``init`` looks into those."""
    (folder / "main.tf").write_text("terraform {}\n")
    terraform.prepare(folder)
    terraform.run(folder, "init", "-no-color")


def own_tests(name: str) -> dict[str, str]:
    """Return the tests of a module by their file's name."""
    files = cases.of_module(name).items()
    return {file.removeprefix("tests/"): text for file, text in files if file.endswith((TERRAFORM, OPENTOFU))}


def runs(tests: Mapping[str, str]) -> list[str]:
    """Return the runs of all tests as ``file:run``, in the order in which Terraform runs them."""
    own = [(file, text) for file, text in tests.items() if file.endswith(TERRAFORM)]
    return [f"tests/{file}:{run}" for file, text in own for run in RUN.findall(text)]


def from_above(name: str) -> dict[str, str]:
    """Return a module's tests as tests of the folder above, so that one Terraform runs those of all."""
    module = rf'run "\1" {{\n  module {{\n    source = "./modules/{name}"\n  }}\n'
    return {
        f"{name}-{file}": RUN.sub(module, text.replace('"tests/other"', f'"modules/{name}/tests/other"'))
        for file, text in own_tests(name).items()
    }
