"""Put the built ZIPs of what has `via: pushed` into the bucket of each Region, where the modules look for them.

Only a ZIP that is what the lock says is sent, and only where no object is yet; nothing is replaced or deleted.
"""

import argparse

from layerforge.cli.console import Console
from layerforge.cli.options import add_buckets, add_out, add_spec, part_size
from layerforge.cli.project import load_project, read_locks
from layerforge.diagnostics import ExitCode, FindingsError, fail


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="layers and functions of the spec, however they are delivered (default: all with `via: pushed`)",
    )
    parser.add_argument("--all", action="store_true", help="push everything, also what has another `via`")
    parser.add_argument(
        "--part-size",
        type=part_size,
        default="64",
        metavar="MIB",
        help="send larger ZIPs in parts of so many MiB (default: 64)",
    )
    parser.add_argument(
        "--abort-failed",
        action="store_true",
        help="take the parts of an upload away that fails (default: they stay, and the next push goes on there)",
    )
    add_buckets(parser)
    add_out(parser)
    add_spec(parser)


def execute(args: argparse.Namespace, console: Console) -> ExitCode:
    """Check what is here, send what is not there, and tell."""
    from layerforge.cli import parcels as report  # noqa: PLC0415
    from layerforge.cli.table import table  # noqa: PLC0415
    from layerforge.lock.check import check_lock  # noqa: PLC0415
    from layerforge.names import Delivery  # noqa: PLC0415
    from layerforge.operate.aws import Access  # noqa: PLC0415
    from layerforge.operate.objects import Done  # noqa: PLC0415
    from layerforge.operate.push import push  # noqa: PLC0415
    from layerforge.operate.regions import KEPT_UP, choose, paused_note  # noqa: PLC0415

    project = load_project(args)
    stored = read_locks(project.specs)
    fail(FindingsError, check_lock(project.plan, stored))
    asked = project.packaged(args.names)
    things = [one for one in asked if args.all or args.names or report.via_of(one) is Delivery.PUSHED]
    if not things:
        console.diagnose([report.nothing("PUSH009", "nothing has `via: pushed`; `--all` pushes the rest as well")])
    access = Access()
    look = choose(project.plan, things, asked=args.region, states=KEPT_UP, default=access.default_region)
    console.diagnose(paused_note(look.paused, "PUSH002"))
    buckets = report.Buckets(project.plan, args.bucket)
    buckets.check(look, "PUSH001")
    locks = {spec: item.lock for spec, item in stored.items()}
    parcels = tuple(report.parcels_of(look, buckets, locks, out=args.out, prefix=args.prefix))
    outcomes = push(access, parcels, part=args.part_size, abort=args.abort_failed)
    console.data(table(("REGION", "UNIT", "WHAT", "OBJECT"), report.rows(outcomes)))
    console.result = report.as_data(outcomes)
    console.diagnose(report.problems(outcomes))
    console.say(report.summary(outcomes, Done.SENT))
    return report.exit_code(outcomes)
