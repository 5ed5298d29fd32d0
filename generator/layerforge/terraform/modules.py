"""Terraform's own judgement of modules: ``fmt``, ``init``, ``validate`` and the tests that they carry."""

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from layerforge.diagnostics import Diagnostic, Location, Severity
from layerforge.terraform.environment import clean_environment
from layerforge.terraform.messages import from_diagnostics, from_events
from layerforge.terraform.prepare import copy_module, files_with_tests, initialise, initialise_together
from layerforge.terraform.types import ModuleReport, Options, RunReport, Status
from layerforge.terraform.wrapper import FLAG, Root, check_binary

OLDEST: Final = (1, 9)
"""The first version whose validations may name other variables, as the modules' do."""

_UNFORMATTED: Final = 3
"""The exit status of ``fmt -check`` when it would change a file."""


def test_modules(
    modules: Sequence[Path],
    *,
    options: Options | None = None,  # noqa: PT028 - no test of pytest's
    done: Callable[[ModuleReport], None] = lambda _report: None,  # noqa: PT028
) -> tuple[ModuleReport, ...]:
    """Let Terraform judge each module, on copies in a temporary folder.

    Args:
        modules: their folders.
        options: how Terraform is run; by default as the environment says.
        done: called with each report, in the order of ``modules``, as soon as it is there.

    Returns:
        One report a module, in the same order.

    Raises:
        OutsideError: ``TF001`` no Terraform, ``TF002`` too old, ``TF003`` a provider cannot be had, ``TF004`` and
            ``RUN002`` it answers nonsense or not at all.
    """
    chosen = options or Options.from_environment(os.environ)
    env = clean_environment(chosen.environ)

    def start(folder: Path) -> Root:
        return Root(folder, binary=chosen.binary, env=env, timeout=chosen.timeout, plugins=chosen.plugins)

    with tempfile.TemporaryDirectory(prefix="layerforge-test-") as name:
        work = Path(name)
        check_binary(start(work), OLDEST)
        copies = [copy_module(module, work / f"{number}-{module.name}") for number, module in enumerate(modules)]
        initialise_together(copies, work / "all", start)
        jobs = [_Job(module=module, copy=copy, root=start(copy)) for module, copy in zip(modules, copies, strict=True)]
        reports = []
        with ThreadPoolExecutor(max_workers=max(chosen.jobs, 1)) as pool:
            for report in pool.map(_judge, jobs):
                done(report)
                reports.append(report)
    return tuple(reports)


test_modules.__test__ = False  # type: ignore[attr-defined]  # pytest would collect it


@dataclass(frozen=True, kw_only=True, slots=True)
class _Job:
    module: Path
    copy: Path
    root: Root

    @property
    def shown(self) -> Path:
        """The module's folder as messages name it."""
        folder, here = self.module.absolute(), Path.cwd()
        return folder.relative_to(here) if folder.is_relative_to(here) else folder


def _judge(job: _Job) -> ModuleReport:
    found = [*_unformatted(job), *initialise(job.root, job.copy, job.shown)]
    if not _has_errors(found, but="TF010"):
        found += from_diagnostics(job.root.document("validate")["diagnostics"], code="TF013", shown=job.shown)
    if _has_errors(found, but="TF010") or not files_with_tests(job.copy):
        return ModuleReport(module=job.module, diagnostics=tuple(found))
    events = job.root.events("test", no_color=FLAG)
    found += from_events(events, code="TF014", shown=job.shown)
    return ModuleReport(module=job.module, runs=_runs(events), diagnostics=tuple(found))


def _has_errors(found: Sequence[Diagnostic], *, but: str) -> bool:
    return any(item.severity is Severity.ERROR and item.code != but for item in found)


def _unformatted(job: _Job) -> tuple[Diagnostic, ...]:
    """Return the files that ``fmt`` would change; one that it cannot read is a matter for ``init``."""
    finished = job.root.cmd("fmt", check=FLAG, recursive=FLAG, no_color=FLAG, ok=(0, 2, _UNFORMATTED))
    if finished.returncode != _UNFORMATTED:
        return ()
    return tuple(
        Diagnostic(
            code="TF010",
            message="`terraform fmt` would write this file differently",
            location=Location(file=str(job.shown / name)),
            hint="run `layerforge gen` if layerforge wrote the file, `terraform fmt` if you did",
        )
        for name in finished.stdout.splitlines()
    )


def _runs(events: Sequence[Mapping[str, Any]]) -> tuple[RunReport, ...]:
    runs = [event["test_run"] for event in events if "test_run" in event]
    return tuple(
        RunReport(file=run["path"], name=run["run"], status=Status(run["status"])) for run in runs if "status" in run
    )
