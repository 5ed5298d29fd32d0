"""Check or shrink the store of downloaded wheels."""

import argparse

from layerforge.cli.console import Console
from layerforge.cli.options import add_output, count
from layerforge.diagnostics import ExitCode, FindingsError, fail, plural
from layerforge.foresee.words import size
from layerforge.paths import CACHE_VARIABLE, cache_dir


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    verify = actions.add_parser("verify", help="hash everything again and name what is damaged")
    verify.add_argument("--drop", action="store_true", help="remove what is damaged; the next build fetches it again")
    prune = actions.add_parser("prune", help="remove what has not been used for long, and what killed runs left")
    prune.add_argument(
        "--keep-days", type=count, default=30, metavar="N", help="keep what was used since (default: 30)"
    )
    prune.add_argument("--max-bytes", type=count, metavar="N", help="shrink to this size, oldest first")
    prune.add_argument("--dry-run", action="store_true", help="only tell")
    show = actions.add_parser("dir", help="print where the store is")
    for action in (verify, prune, show):
        add_output(action)
    parser.epilog = f"{CACHE_VARIABLE} puts the store elsewhere"


def execute(args: argparse.Namespace, console: Console) -> ExitCode:
    """Do what the action says."""
    from layerforge.build.store import Store  # noqa: PLC0415

    folder = cache_dir()
    if args.action == "dir":
        console.data(f"{folder}\n")
        console.result = {"dir": str(folder)}
    elif args.action == "verify":
        findings = Store(folder).verify(drop=args.drop)
        fail(FindingsError, findings)
        console.diagnose(findings)
        console.say("the store is sound")
    else:
        pruned = Store(folder).prune(keep_days=args.keep_days, max_bytes=args.max_bytes, dry_run=args.dry_run)
        console.result = {
            "dry_run": args.dry_run,
            "wheels": list(pruned.wheels),
            "leftovers": pruned.leftovers,
            "freed": pruned.freed,
            "kept": pruned.kept,
            "kept_bytes": pruned.kept_bytes,
        }
        for name in pruned.wheels:
            console.data(f"{name}\n")
        console.say(
            f"{'would free' if args.dry_run else 'freed'} {size(pruned.freed)}: {plural(len(pruned.wheels), 'wheel')},"
            f" {plural(pruned.leftovers, 'leftover')}; {plural(pruned.kept, 'wheel')} ({size(pruned.kept_bytes)})"
            f" {'stays' if pruned.kept == 1 else 'stay'}"
        )
    return ExitCode.DONE
