"""Compare what is published with the lock, unit by unit and Region by Region; changes nothing.

Looks at the SSM parameters and the version that they name, or, for layers without parameters, at the newest version; of
functions at their code, their layers and what their aliases point to.
"""

import argparse

from layerforge.cli.console import Console
from layerforge.cli.options import add_regions, add_spec, ssm_root
from layerforge.cli.project import load_project, read_locks
from layerforge.diagnostics import ExitCode, FindingsError, fail, plural


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="layers and functions of the spec (default: all)")
    parameters = parser.add_mutually_exclusive_group()
    parameters.add_argument("--no-ssm", action="store_true", help="look at the newest versions, not at SSM parameters")
    parameters.add_argument(
        "--ssm-root",
        type=ssm_root,
        default="",
        metavar="PREFIX",
        help="what the roots have as `ssm_root` (default: none)",
    )
    add_regions(parser)
    add_spec(parser)


def execute(args: argparse.Namespace, console: Console) -> ExitCode:
    """Ask each Region, and report."""
    from layerforge.cli import status_report as report  # noqa: PLC0415
    from layerforge.cli.status_scope import Environment, wanted_in  # noqa: PLC0415
    from layerforge.cli.table import table  # noqa: PLC0415
    from layerforge.lock.check import check_lock  # noqa: PLC0415
    from layerforge.operate.aws import Access  # noqa: PLC0415
    from layerforge.operate.regions import KEPT_UP, choose, paused_note  # noqa: PLC0415
    from layerforge.operate.survey import survey  # noqa: PLC0415

    project = load_project(args)
    stored = read_locks(project.specs)
    fail(FindingsError, check_lock(project.plan, stored))
    locks = {spec: item.lock for spec, item in stored.items()}
    access = Access()
    look = choose(
        project.plan, project.packaged(args.names), asked=args.region, states=KEPT_UP, default=access.default_region
    )
    console.diagnose(paused_note(look.paused, "STAT002"))
    environment = Environment(name_prefix=args.name_prefix, ssm_root=None if args.no_ssm else args.ssm_root)
    wanted = wanted_in(look, locks, project.plan, environment)
    if wanted:
        console.say(f"looking at {plural(sum(map(len, wanted.values())), 'unit')} in {', '.join(wanted)}")
    answers = access.in_regions(list(wanted), lambda region: survey(access, region, wanted[region]))
    records = report.records_of(wanted, answers)
    console.data(table(("REGION", "UNIT", "STATE", "WHAT"), report.rows(records)))
    console.result = report.as_data(records, look.paused)
    for line in report.tallies(records):
        console.say(line)
    console.diagnose([*report.verdict(records), *answers.diagnostics])
    return report.exit_code(records)
