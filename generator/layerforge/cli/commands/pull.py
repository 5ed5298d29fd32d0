"""Bring the ZIPs that the lock names from a bucket to modules/<name>/artifacts, where Terraform looks for them.

What is there already, with the right digest, is left alone; what comes is checked before it takes its place.
"""

import argparse

from layerforge.cli.console import Console
from layerforge.cli.options import add_buckets, add_out, add_spec
from layerforge.cli.project import load_project, read_locks
from layerforge.diagnostics import ExitCode, FindingsError, fail


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="layers and functions of the spec (default: all)")
    add_buckets(parser)
    add_out(parser)
    add_spec(parser)


def execute(args: argparse.Namespace, console: Console) -> ExitCode:
    """Bring what is not here, and tell."""
    from layerforge.cli import parcels as report  # noqa: PLC0415
    from layerforge.cli.table import table  # noqa: PLC0415
    from layerforge.lock.check import check_lock  # noqa: PLC0415
    from layerforge.operate.aws import Access  # noqa: PLC0415
    from layerforge.operate.objects import Done  # noqa: PLC0415
    from layerforge.operate.pull import pull  # noqa: PLC0415
    from layerforge.operate.regions import KEPT_UP, choose, paused_note  # noqa: PLC0415

    project = load_project(args)
    stored = read_locks(project.specs)
    fail(FindingsError, check_lock(project.plan, stored))
    access = Access()
    things = project.packaged(args.names)
    look = choose(project.plan, things, asked=args.region, states=KEPT_UP, default=access.default_region)
    console.diagnose(paused_note(look.paused, "PULL002"))
    buckets = report.Buckets(project.plan, args.bucket)
    look = report.nearest(look, buckets)
    buckets.check(look, "PULL001")
    locks = {spec: item.lock for spec, item in stored.items()}
    parcels = tuple(report.parcels_of(look, buckets, locks, out=args.out, prefix=args.prefix))
    outcomes = pull(access, parcels)
    console.data(table(("REGION", "UNIT", "WHAT", "OBJECT"), report.rows(outcomes)))
    console.result = report.as_data(outcomes)
    console.diagnose(report.problems(outcomes))
    console.say(report.summary(outcomes, Done.BROUGHT))
    return report.exit_code(outcomes)
