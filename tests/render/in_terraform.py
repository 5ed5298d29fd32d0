"""What the tests need that hand emitted modules to the real Terraform."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from render import cases
from support.tf import Terraform

EXAMPLE: Final = re.compile(r"^```hcl\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN: Final = re.compile(r'^run "([^"]+)" \{$', re.MULTILINE)


def write_modules(folder: Path, names: Iterable[str]) -> Path:
    """Write kept modules into a folder ``modules`` and return it."""
    listed = set(names)
    return cases.write(
        folder / "modules", {name: text for name, text in cases.texts().items() if name.partition("/")[0] in listed}
    )


def passed(events: tuple[dict[str, object], ...]) -> dict[str, str]:
    """Return the status of every run by ``file:run``."""
    found = {}
    for event in events:
        run = event.get("test_run")
        if isinstance(run, dict) and run.get("progress", "complete") == "complete":
            found[f"{run['path']}:{run['run']}"] = run["status"]
    return found


def problems(events: tuple[dict[str, object], ...]) -> list[object]:
    """Return the errors among what a command printed."""
    return [event["diagnostic"] for event in events if event.get("@level") == "error" and "diagnostic" in event]


def initialise(terraform: Terraform, folder: Path) -> None:
    """Make a folder ready for tests that name modules: only ``init`` looks into those."""
    (folder / "main.tf").write_text("terraform {}\n")
    terraform.prepare(folder)
    terraform.run(folder, "init", "-no-color")


def from_above(name: str, test: str = "contract") -> str:
    """Return a module's test as a test of the folder above, so that one Terraform runs those of all."""
    text = cases.of_module(name)[f"tests/{test}.tftest.hcl"]
    text = text.replace('"tests/other"', f'"modules/{name}/tests/other"')
    return RUN.sub(rf'run "\1" {{\n  module {{\n    source = "./modules/{name}"\n  }}\n', text)
