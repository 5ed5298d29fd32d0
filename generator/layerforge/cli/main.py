"""The table of commands, and the one place where errors become exit codes."""

import argparse
from collections.abc import Sequence
from importlib import import_module
from typing import Final, Protocol

from layerforge import __version__
from layerforge.cli.console import Console, LostOutput
from layerforge.cli.misuse import Misused, Parser, too_early
from layerforge.cli.outside import lose_output, of_the_machine
from layerforge.diagnostics import ExitCode, LayerforgeError

COMMANDS: Final = {
    "init": "start a project: write a first layers.yaml",
    "validate": "check the spec and the files it names; needs no network",
    "lock": "resolve what every unit consists of, and write the lock",
    "build": "fetch the locked wheels and assemble the ZIPs",
    "render": "write the Terraform modules; needs no ZIP, network or Terraform",
    "gen": "lock, build and render in one go, doing only what is needed",
    "test": "run Terraform's own tests over the modules",
    "push": "put built ZIPs into the bucket of each Region; never replaces or deletes",
    "pull": "bring the ZIPs that the lock names from a bucket",
    "grants": "compare who may use published versions with the spec; --apply mends it",
    "status": "compare what is published in each Region with the lock",
    "why": "tell which layers and requirements bring a package",
    "schema": "print the JSON Schema of the spec",
    "policies": "list the policies for checkov, or print where they are",
    "cache": "check or shrink the store of downloaded wheels",
}

_INTERRUPTED = 130


class Command(Protocol):
    """What a module of ``layerforge.cli.commands`` offers."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's own arguments."""

    def execute(self, args: argparse.Namespace, console: Console) -> ExitCode:
        """Do the work and return the exit code; raise LayerforgeError for what cannot go on."""


def run(argv: Sequence[str]) -> int:
    """Run one command line and return its exit code. Only the module of the chosen command is imported."""
    words = [word for word in argv if not word.startswith("-")]
    name = next((word for word in words if word in COMMANDS), words[0] if words else None)
    try:
        return _dispatch(name, argv)
    except Misused as misuse:
        console = Console(command=name or "", as_json="--json" in argv)
        console.diagnose(misuse.diagnostics)
        return _close(console, ExitCode.SPEC)


def _dispatch(name: str | None, argv: Sequence[str]) -> int:
    parser = _parser()
    if name not in COMMANDS:
        parser.parse_args(argv)  # --help, --version, or the error that names the commands
        parser.print_help()
        return ExitCode.SPEC
    before, after = argv[: argv.index(name)], argv[argv.index(name) + 1 :]
    early = [word for word in before if word.startswith("-") and word not in {"-h", "--help", "--version"}]
    if early:
        raise too_early(early, name)
    command: Command = import_module(f"layerforge.cli.commands.{name}")
    subparser = Parser(
        prog=f"layerforge {name}", description=command.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    command.configure(subparser)
    parser.parse_args([*before, name])
    args = subparser.parse_args(after)
    console = Console(command=name, as_json=getattr(args, "json", False), quiet=getattr(args, "quiet", False))
    return _guard(command, args, console)


def _guard(command: Command, args: argparse.Namespace, console: Console) -> int:
    try:
        exit_code: int = command.execute(args, console)
    except LayerforgeError as error:
        console.diagnose(error.diagnostics)
        exit_code = error.exit_code
    except KeyboardInterrupt:
        exit_code = _INTERRUPTED
        console.interrupted()
    except LostOutput as lost:
        return lose_output(lost.error)
    except OSError as error:
        known = of_the_machine(error)
        if known is None:
            raise
        console.diagnose([known])
        exit_code = ExitCode.OUTSIDE
    return _close(console, exit_code)


def _close(console: Console, exit_code: int) -> int:
    try:
        console.close(exit_code)
    except LostOutput as lost:
        return lose_output(lost.error)
    return exit_code


def _parser() -> argparse.ArgumentParser:
    width = max(map(len, COMMANDS))
    table = "\n".join(f"  {name:<{width}}  {text}" for name, text in COMMANDS.items())
    parser = Parser(
        prog="layerforge",
        usage="layerforge [--version] COMMAND [OPTION ...]",
        description="AWS Lambda layers from a YAML spec: locked contents, byte-reproducible ZIPs, Terraform modules.",
        epilog=f"commands:\n{table}\n\n`layerforge COMMAND --help` tells more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"layerforge {__version__}")
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND", nargs="?", help=argparse.SUPPRESS)
    return parser
