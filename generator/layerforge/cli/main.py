"""The table of commands, and the one place where errors become exit codes."""

import argparse
from collections.abc import Sequence
from importlib import import_module
from typing import Final, NoReturn, Protocol

from layerforge import __version__
from layerforge.cli.console import Console, LostOutput
from layerforge.cli.outside import lose_output, of_the_machine
from layerforge.diagnostics import Diagnostic, ExitCode, LayerforgeError

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


class _Misused(Exception):  # noqa: N818 - it never leaves this file
    """The command line cannot be understood."""

    def __init__(self, parser: argparse.ArgumentParser, message: str) -> None:
        super().__init__(message)
        self.parser, self.message = parser, message


class _Parser(argparse.ArgumentParser):
    """A parser that leaves it to us how a mistake is told."""

    def error(self, message: str) -> NoReturn:
        raise _Misused(self, message)


def run(argv: Sequence[str]) -> int:
    """Run one command line and return its exit code. Only the module of the chosen command is imported."""
    name = next((word for word in argv if not word.startswith("-")), None)
    try:
        return _dispatch(name, argv)
    except _Misused as misuse:
        if "--json" not in argv:
            argparse.ArgumentParser.error(misuse.parser, misuse.message)
        console = Console(command=name or "", as_json=True)
        hint = f"`{misuse.parser.prog} --help` tells what there is"
        console.diagnose([Diagnostic(code="CLI009", message=misuse.message, hint=hint)])
        return _close(console, ExitCode.SPEC)


def _dispatch(name: str | None, argv: Sequence[str]) -> int:
    parser = _parser()
    if name not in COMMANDS:
        parser.parse_args(argv)  # --help, --version, or the error that names the commands
        parser.print_help()
        return ExitCode.SPEC
    command: Command = import_module(f"layerforge.cli.commands.{name}")
    subparser = _Parser(
        prog=f"layerforge {name}", description=command.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    command.configure(subparser)
    before, after = argv[: argv.index(name)], argv[argv.index(name) + 1 :]
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
    parser = _Parser(
        prog="layerforge",
        usage="layerforge [--version] COMMAND [OPTION ...]",
        description="AWS Lambda layers from a YAML spec: locked contents, byte-reproducible ZIPs, Terraform modules.",
        epilog=f"commands:\n{table}\n\n`layerforge COMMAND --help` tells more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"layerforge {__version__}")
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND", nargs="?", help=argparse.SUPPRESS)
    return parser
