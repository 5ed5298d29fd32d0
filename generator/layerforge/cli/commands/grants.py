"""Compare who may use the published layer versions with the spec, in every Region; --apply mends what differs.

Terraform adds grants to new versions and takes none away. This looks at every live version, old ones too. Grants are
compared by what they mean, the account or organization, and not by the statement's id.
"""

import argparse

from layerforge.cli.console import Console
from layerforge.cli.options import add_regions, add_spec, matching
from layerforge.cli.project import load_project
from layerforge.diagnostics import ExitCode
from layerforge.names import AWS_LAYER_NAME


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    parser.add_argument("layers", nargs="*", metavar="LAYER", help="layers of the spec (default: all)")
    parser.add_argument("--apply", action="store_true", help="add the grants that are missing")
    parser.add_argument(
        "--revoke",
        action="store_true",
        help="with --apply: also take away what the spec does not have; alone: show what would be done",
    )
    parser.add_argument(
        "--layer-name",
        action="append",
        type=matching(AWS_LAYER_NAME, "the name of a layer at AWS"),
        default=[],
        metavar="NAME",
        help="a layer's whole name at AWS that no spec has any more: every grant on it is one too many; may be "
        "repeated; without LAYER nothing else is looked at",
    )
    add_regions(parser)
    add_spec(parser)


def execute(args: argparse.Namespace, console: Console) -> ExitCode:
    """Audit, show what differs, mend it, and tell what is left."""
    from layerforge.cli import grants_report as report  # noqa: PLC0415
    from layerforge.cli.grants_scope import scope_of  # noqa: PLC0415
    from layerforge.cli.table import table  # noqa: PLC0415
    from layerforge.operate.aws import Access  # noqa: PLC0415
    from layerforge.operate.mend import mend, review, untouched  # noqa: PLC0415
    from layerforge.operate.regions import paused_note  # noqa: PLC0415

    access = Access()
    scope = scope_of(args, load_project(args), access.default_region)
    console.diagnose(paused_note(scope.paused, "GRANT005"))
    console.say(f"looking at {scope}")
    reviewed = review(access, scope.where, revoke=args.revoke)
    if args.apply or args.revoke:
        console.data(table(("REGION", "VERSION", "CHANGE"), report.change_rows(reviewed)))
    else:
        head = ("REGION", "VERSION", "DIFFERENCE", "WHO")
        console.data(table(head, report.difference_rows(report.found_in(reviewed))))
    outcomes = mend(access, reviewed) if args.apply else untouched(reviewed)
    console.result = report.as_data(reviewed, outcomes, scope.paused)
    console.diagnose(report.verdict(reviewed, outcomes))
    console.say(report.summary(reviewed, outcomes))
    return report.exit_code(reviewed, outcomes)
