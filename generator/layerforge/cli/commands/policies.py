"""List the policies for checkov that know layers, or print the folder that `--external-checks-dir` takes."""

import argparse

from layerforge.cli.console import Console
from layerforge.cli.options import add_output
from layerforge.diagnostics import ExitCode
from layerforge.paths import policies_dir


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    parser.add_argument("--path", action="store_true", help="print the folder for checkov's --external-checks-dir")
    add_output(parser)


def execute(args: argparse.Namespace, console: Console) -> ExitCode:
    """Print a line for each policy, or the folder."""
    import json  # noqa: PLC0415

    folder = policies_dir()
    lines = (folder / "data" / "rules.jsonl").read_text(encoding="utf-8").splitlines()
    rules = [json.loads(line) for line in lines if line]
    console.result = {
        "path": str(folder),
        "policies": [{key: rule[key] for key in ("id", "severity", "title")} for rule in rules],
    }
    if args.path:
        console.data(f"{folder}\n")
        return ExitCode.DONE
    widths = [max(len(rule[key]) for rule in rules) for key in ("id", "severity")]
    for rule in rules:
        console.data(f"{rule['id']:<{widths[0]}}  {rule['severity']:<{widths[1]}}  {rule['title']}\n")
    return ExitCode.DONE
