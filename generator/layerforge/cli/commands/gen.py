"""Lock, build and render in one go, doing only what is needed. With nothing to do it says so at once."""

import argparse

from layerforge.cli.console import Console
from layerforge.cli.options import add_jobs, add_out, add_since, add_spec, add_upgrades
from layerforge.cli.remember import Memory
from layerforge.diagnostics import ExitCode


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    parser.add_argument("--locked", action="store_true", help="never resolve: refuse a lock that is stale")
    parser.add_argument(
        "--check", action="store_true", help="write and build nothing; exit 1 and tell what is stale; needs no network"
    )
    add_out(parser)
    add_since(parser)
    add_jobs(parser)
    add_upgrades(parser)
    add_spec(parser)


def execute(args: argparse.Namespace, console: Console) -> ExitCode:
    """Run the whole line, unless the stamp of an earlier run still answers."""
    memory = Memory.of(args)
    if memory.answers(console):
        return ExitCode.DONE
    from layerforge.cli import generate  # noqa: PLC0415 - everything heavy comes with it

    if args.check:
        generate.check(args, console)
    else:
        memory.keep(generate.generate(args, console), console)
    return ExitCode.DONE
