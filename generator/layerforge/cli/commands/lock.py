"""Resolve what every unit consists of, and write the lock. What has not changed stays as it is locked."""

import argparse

from layerforge.cli.arguments import wanted
from layerforge.cli.console import Console
from layerforge.cli.options import add_spec, add_upgrades
from layerforge.cli.pipeline import settle, write_locks
from layerforge.cli.project import load_project, read_locks, shown
from layerforge.diagnostics import Diagnostic, ExitCode, FindingsError, OutsideError, fail


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 and tell if the lock is stale")
    parser.add_argument(
        "--ask-aws",
        action="store_true",
        help="ask AWS for the sizes of layers of others that neither spec nor lock knows, and keep them in the lock",
    )
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
    locks = settle(project, asked, console).locks
    problems: tuple[Diagnostic, ...] = ()
    if args.ask_aws:
        from layerforge.cli.ask_aws import ask_aws  # noqa: PLC0415 - boto3 comes with it

        locks, problems = ask_aws(project.plan, locks)
    written = write_locks(locks, console)
    console.result = {"written": [shown(path) for path in written]}
    fail(OutsideError, problems)
    if not written:
        console.say("the lock fits the spec")
    return ExitCode.DONE
