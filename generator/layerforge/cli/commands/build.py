"""Fetch the locked wheels and assemble the ZIPs into modules/<name>/artifacts/."""

import argparse
from pathlib import Path

from layerforge.cli.console import Console
from layerforge.cli.options import add_jobs, add_out, add_spec
from layerforge.cli.pipeline import Settled, Wanted, assemble, judge, record, settle, write_locks
from layerforge.cli.project import load_project, read_locks, shown
from layerforge.diagnostics import ExitCode, FindingsError, fail


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="which layers and functions (default: all)")
    parser.add_argument(
        "--locked", action="store_true", help="refuse a lock that is stale anywhere, and record nothing in it"
    )
    add_out(parser)
    add_jobs(parser)
    add_spec(parser)


def execute(args: argparse.Namespace, console: Console) -> ExitCode:
    """Build what is not there yet. Pins are never resolved here: `layerforge lock` does that."""
    from layerforge.lock.asking import read_askings  # noqa: PLC0415
    from layerforge.lock.check import check_inputs  # noqa: PLC0415

    project = load_project(args)
    chosen = project.packaged(args.names)
    console.diagnose(project.plan.warnings)
    if args.locked:
        settled = settle(project, Wanted(locked=True), console)
    else:
        stored, askings = read_locks(project.specs), read_askings(chosen, None)
        fail(FindingsError, check_inputs(chosen, stored, askings=askings))
        settled = Settled(locks={spec: item.lock for spec, item in stored.items()}, askings=askings)
    artifacts = assemble(chosen, settled, project.facts, args.out, console, jobs=args.jobs).artifacts
    judge(project, artifacts, settled.locks, console)
    if not args.locked:
        write_locks(record(settled.locks, project, artifacts), console)
    console.result = {"artifacts": [_row(artifact.path, artifact.sha256) for artifact in artifacts]}
    for artifact in artifacts:
        console.say(f"{artifact.sha256}  {shown(Path(artifact.path).absolute())}")
    return ExitCode.DONE


def _row(path: Path, sha256: str) -> dict[str, str]:
    return {"path": shown(path.absolute()), "sha256": sha256}
