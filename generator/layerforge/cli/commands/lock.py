"""Resolve what every unit consists of, and write the lock. What has not changed stays as it is locked."""

import argparse

from layerforge.cli.arguments import wanted
from layerforge.cli.console import Console
from layerforge.cli.options import add_spec, add_upgrades
from layerforge.cli.pipeline import settle, write_locks
from layerforge.cli.project import load_project, read_locks, shown
from layerforge.diagnostics import ExitCode, FindingsError, fail


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 and tell if the lock is stale")
    add_upgrades(parser)
    add_spec(parser)


def execute(args: argparse.Namespace, console: Console) -> ExitCode:
    """Lock, or only look."""
    asked = wanted(args)
    project = load_project(args)
    console.diagnose(project.plan.warnings)
    if args.check:
        from layerforge.lock.check import check_lock  # noqa: PLC0415

        findings = check_lock(project.plan, read_locks(project.specs))
        fail(FindingsError, findings)
        console.diagnose(findings)
        console.say("the lock fits the spec")
        return ExitCode.DONE
    settled = settle(project, asked, console)
    written = write_locks(settled.locks, console)
    console.result = {"written": [shown(path) for path in written]}
    if not written:
        console.say("the lock fits the spec")
    return ExitCode.DONE
