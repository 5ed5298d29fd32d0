"""checkov with our policies, in the environment of its own: one process scans many cases."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from support.repository import ROOT
from support.tf import missing

POLICIES: Final = ROOT / "policies"
AS_OF: Final = "2026-11-20"
ACCOUNTS: Final = "111122223333, 017000801446"
OURS: Final = "CKV_LAYER_*,CKV2_LAYER_*"
_ENVIRONMENT: Final = ROOT / ".venv-scan"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Finding:
    """What one rule says of one resource.

    Attributes:
        case: the first folder below the one that is scanned.
        rule: its id.
        resource: its address.
    """

    case: str
    rule: str
    resource: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Scan:
    """What a scan found.

    Attributes:
        passed: rules that recognised something as right.
        failed: rules that are broken.
        skipped: rules that a comment silences.
        details: in checkov's order, what broken rules say.
        errors: what checkov complains of.
    """

    passed: frozenset[Finding]
    failed: frozenset[Finding]
    skipped: frozenset[Finding]
    details: Mapping[Finding, str]
    errors: tuple[str, ...]

    def failures(self, case: str) -> list[str]:
        """Return the findings of one case as lines ``<rule> <address>``, sorted."""
        return sorted(f"{one.rule} {one.resource}" for one in self.failed if one.case == case)


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkov:
    """The program."""

    program: Path

    def run(self, *words: str | Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run it offline, on a fixed day and with a fixed list of accounts."""
        settings = {"LAYERFORGE_AS_OF": AS_OF, "LAYERFORGE_LAYER_ACCOUNTS": ACCOUNTS, "PYTHONHASHSEED": "0"}
        return subprocess.run(
            [self.program, *words, "--skip-download"],
            env={**os.environ, **settings, "LOG_LEVEL": "WARNING", **(env or {})},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def scan(self, folder: Path, *words: str, checks: str = OURS, env: Mapping[str, str] | None = None) -> Scan:
        """Scan HCL and plans below ``folder`` with our policies."""
        frameworks = ("--framework", "terraform", "terraform_json", "terraform_plan")
        policies = ("--external-checks-dir", POLICIES, "--check", checks, "--output", "json")
        done = self.run("--directory", folder, *frameworks, *policies, *words, env=env)
        assert done.returncode in {0, 1}, done.stderr
        return _scan(json.loads(done.stdout), done.stderr)


def _scan(answer: Any, errors: str) -> Scan:  # noqa: ANN401 - one report, a list of them, or their absence
    reports = [one["results"] for one in (answer if isinstance(answer, list) else [answer]) if "results" in one]
    details = {
        _finding(one): "\n".join(one.get("details") or ()) for report in reports for one in report["failed_checks"]
    }
    return Scan(
        passed=frozenset(_finding(one) for report in reports for one in report["passed_checks"]),
        failed=frozenset(details),
        skipped=frozenset(_finding(one) for report in reports for one in report["skipped_checks"]),
        details=details,
        errors=tuple(line for line in errors.splitlines() if "Failed to" in line or "Cannot load" in line),
    )


def _finding(record: Mapping[str, Any]) -> Finding:
    case = Path(record["file_path"]).parts[1]
    return Finding(case=case, rule=record["check_id"], resource=record["resource"])


def lay_out(cases: Mapping[str, Path | str], folder: Path) -> Path:
    """Put each case into a folder of its own: a ``.tf`` or plan file, a folder of files, or a text of HCL."""
    for name, case in cases.items():
        to = folder / name
        if isinstance(case, str):
            to.mkdir(parents=True)
            (to / "main.tf").write_text(case, encoding="utf-8")
        elif case.is_dir():
            shutil.copytree(case, to)
        else:
            to.mkdir(parents=True)
            shutil.copyfile(case, to / ("plan.json" if case.suffix == ".json" else "main.tf"))
    return folder


@pytest.fixture(scope="session")
def checkov() -> Checkov:
    """The program from `make scan`'s environment, which is made if it is not there."""
    program = _ENVIRONMENT / "bin" / "checkov"
    if not (_ENVIRONMENT / ".stamp").exists():
        done = subprocess.run(
            ["make", ".venv-scan/.stamp"], cwd=ROOT, capture_output=True, text=True, timeout=900, check=False
        )
        if done.returncode:
            missing(f"checkov cannot be installed into .venv-scan: {done.stderr[-400:]}")
    return Checkov(program=program)
