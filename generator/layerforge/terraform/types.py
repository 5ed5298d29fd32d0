"""What is asked of Terraform, and what it said about each module."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from layerforge.diagnostics import Diagnostic, Severity
from layerforge.paths import expanded

BINARY_VARIABLE = "LAYERFORGE_TERRAFORM"
"""Names another program than ``terraform``, such as ``tofu``."""

MIRROR_VARIABLE = "LAYERFORGE_TF_MIRROR"
"""Names a folder that holds the providers in a filesystem mirror's layout."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """How Terraform is run.

    Attributes:
        binary: the program, by name or path: ``terraform`` or ``tofu``.
        plugins: a filesystem mirror to take providers from, instead of what the user's own configuration says.
        jobs: modules at a time; one takes a core and 0.8 GB for the AWS provider.
        timeout: seconds for one command.
        environ: the environment to start from.
    """

    binary: str = "terraform"
    plugins: Path | None = None
    jobs: int = 2
    timeout: float = 900
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Options":
        """Return what the environment chooses, with the defaults for the rest."""
        plugins = environ.get(MIRROR_VARIABLE)
        return cls(
            binary=environ.get(BINARY_VARIABLE) or "terraform",
            plugins=expanded(plugins).absolute() if plugins else None,
            environ=dict(environ),
        )


class Status(StrEnum):
    """How a run of a test file ended, in Terraform's words."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    ERROR = "error"
    SKIP = "skip"


@dataclass(frozen=True, kw_only=True, slots=True)
class RunReport:
    """One ``run`` block: the test file, its name and how it ended."""

    file: str
    name: str
    status: Status


@dataclass(frozen=True, kw_only=True, slots=True)
class ModuleReport:
    """What Terraform said about one module.

    Attributes:
        module: its folder.
        runs: of its own tests, in order; empty where it has none or did not come so far.
        diagnostics: everything that was said, errors and warnings.
    """

    module: Path
    runs: tuple[RunReport, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether there is no error and every run passed."""
        silent = not any(item.severity is Severity.ERROR for item in self.diagnostics)
        return silent and all(run.status is Status.PASS for run in self.runs)

    def as_data(self) -> dict[str, Any]:
        """Return the report but for its diagnostics, for ``--json``."""
        runs = [{"file": run.file, "name": run.name, "status": str(run.status)} for run in self.runs]
        return {"module": self.module.name, "passed": self.passed, "runs": runs}

    def __str__(self) -> str:
        passed = sum(run.status is Status.PASS for run in self.runs)
        runs = f"{passed} of {len(self.runs)} runs passed" if self.runs else "no runs"
        return f"{self.module.name}: {'ok' if self.passed else 'FAILED'}, {runs}"
