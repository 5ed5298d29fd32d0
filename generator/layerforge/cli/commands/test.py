"""Run Terraform over the modules: fmt, init, validate and each module's own tests."""

import argparse
import os
from pathlib import Path

from layerforge.cli.console import Console
from layerforge.cli.options import add_out, add_output
from layerforge.diagnostics import Diagnostic, ExitCode, Location, SpecError


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="names of modules below --out (default: all)")
    add_out(parser)
    add_output(parser)


def execute(args: argparse.Namespace, console: Console) -> ExitCode:
    """Test each module and report."""
    from layerforge.terraform.modules import test_modules  # noqa: PLC0415

    folders = _folders(Path(os.path.abspath(args.out)), args.modules)  # noqa: PTH100
    reports = test_modules(folders, done=lambda report: console.say(str(report)))
    console.result = {"modules": [report.as_data() for report in reports]}
    console.diagnose(item for report in reports for item in report.diagnostics)
    return ExitCode.DONE if all(report.passed for report in reports) else ExitCode.FINDINGS


def _folders(out: Path, names: list[str]) -> list[Path]:
    """Return the folders of the named modules, or of all that are there.

    Raises:
        SpecError: ``CLI008`` there is no such module, or none at all.
    """
    there = sorted(path.parent.name for path in out.glob("*/versions.tf"))
    unknown = sorted(set(names) - set(there))
    if unknown or not there:
        what = ", ".join(f"`{name}`" for name in unknown) or "any"
        raise SpecError(
            Diagnostic(
                code="CLI008",
                message=f"there is no module {what} here" if unknown else "there are no modules here",
                location=Location(file=str(out)),
                hint="`layerforge gen` writes the modules, `--out DIR` says where they are",
            )
        )
    return [out / name for name in there if not names or name in names]
