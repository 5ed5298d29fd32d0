"""Write the Terraform modules from the spec and the lock. Needs no ZIP, no network and no Terraform."""

import argparse

from layerforge.cli.console import Console
from layerforge.cli.emit import Wish, emit, stale
from layerforge.cli.options import add_out, add_since, add_spec
from layerforge.cli.project import load_project, read_locks
from layerforge.diagnostics import ExitCode, FindingsError, fail


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 and tell what is stale")
    add_out(parser)
    add_since(parser)
    add_spec(parser)


def execute(args: argparse.Namespace, console: Console) -> ExitCode:
    """Render, and write or compare."""
    from layerforge.lock.check import check_lock  # noqa: PLC0415

    project = load_project(args)
    console.diagnose(project.plan.warnings)
    stored = read_locks(project.specs)
    fail(FindingsError, check_lock(project.plan, stored))
    locks = {spec: item.lock for spec, item in stored.items()}
    emitted = emit(project, locks, Wish(out=args.out, check=args.check, since=args.since), console)
    if args.check:
        fail(FindingsError, stale(emitted))
    if args.check or not emitted:
        console.say("the modules fit the spec and the lock")
    return ExitCode.DONE
