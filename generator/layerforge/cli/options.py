"""Arguments that several commands share, spelled once."""

import argparse
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

from layerforge.names import BUCKET, REGION, SSM_PREFIX

DEFAULT_SPEC = "layers.yaml"
DEFAULT_OUT = "modules"
_KEY_PREFIX = re.compile(r"[0-9A-Za-z!_.*'()-]+(/[0-9A-Za-z!_.*'()-]+)*")


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add ``--json`` and ``--quiet``."""
    group = parser.add_argument_group("output")
    group.add_argument("--json", action="store_true", help="print everything as one JSON object")
    group.add_argument("-q", "--quiet", action="store_true", help="say nothing but warnings and errors")


def add_spec(parser: argparse.ArgumentParser) -> None:
    """Add what every command takes that reads a spec."""
    group = parser.add_argument_group("spec")
    group.add_argument(
        "--spec",
        action="append",
        type=Path,
        metavar="FILE",
        help=f"the spec; may be given several times (default: {DEFAULT_SPEC})",
    )
    group.add_argument(
        "--as-of",
        type=_day,
        metavar="DATE",
        help="judge runtimes as of this day, such as 2027-01-31 (default: today)",
    )
    group.add_argument("--facts", type=Path, metavar="FILE", help="a JSON file that adds runtimes or replaces them")
    add_output(parser)


def add_regions(parser: argparse.ArgumentParser) -> None:
    """Add what every command takes that looks at AWS."""
    group = parser.add_argument_group("AWS")
    group.add_argument(
        "--region",
        action="append",
        type=matching(REGION, "the name of a Region, such as eu-west-1"),
        default=[],
        metavar="REGION",
        help="look here instead of in the spec's Regions; may be repeated (default without Regions in the spec: "
        "that of your AWS configuration)",
    )
    group.add_argument(
        "--name-prefix",
        type=matching(re.compile("[A-Za-z0-9_-]*"), "a prefix of names, such as dev-"),
        default="",
        metavar="PREFIX",
        help="what the modules have as `name_prefix` (default: none)",
    )


def add_buckets(parser: argparse.ArgumentParser) -> None:
    """Add what every command takes that moves ZIPs to or from S3."""
    group = parser.add_argument_group("AWS")
    group.add_argument(
        "--region",
        action="append",
        type=matching(REGION, "the name of a Region, such as eu-west-1"),
        default=[],
        metavar="REGION",
        help="take this Region instead of the spec's active ones; may be repeated (default without Regions in the "
        "spec: that of your AWS configuration)",
    )
    group.add_argument(
        "--bucket",
        type=matching(BUCKET, "the name of a bucket, such as my-artifacts"),
        metavar="NAME",
        help="the bucket (default: that of each Region in the spec)",
    )
    group.add_argument(
        "--prefix",
        type=matching(_KEY_PREFIX, "a prefix such as layers or team/layers"),
        default="layers",
        metavar="PREFIX",
        help="what the modules have as `artifact_prefix` (default: layers)",
    )


def add_since(parser: argparse.ArgumentParser) -> None:
    """Add ``--since``."""
    parser.add_argument(
        "--since",
        metavar="COMMIT",
        help="tell what an apply will do where this commit has been applied, such as origin/main "
        "(default: where what stands here has been)",
    )


def add_out(parser: argparse.ArgumentParser) -> None:
    """Add ``--out``."""
    parser.add_argument(
        "--out", type=Path, default=Path(DEFAULT_OUT), metavar="DIR", help=f"the modules (default: {DEFAULT_OUT}/)"
    )


def add_jobs(parser: argparse.ArgumentParser) -> None:
    """Add ``--jobs``."""
    parser.add_argument(
        "-j", "--jobs", type=_jobs, metavar="N", help="downloads, or builds, at a time (default: 16, or one a core)"
    )


def add_upgrades(parser: argparse.ArgumentParser) -> None:
    """Add ``--upgrade`` and ``--upgrade-format``."""
    group = parser.add_argument_group("upgrades")
    group.add_argument(
        "--upgrade",
        nargs="?",
        action="append",
        const="",
        metavar="PACKAGE",
        help="take newer versions of this package, or of all of them; may be given several times",
    )
    group.add_argument(
        "--upgrade-format",
        action="store_true",
        help="build with the newest archive format: digests change, content not",
    )


def matching(pattern: re.Pattern[str], what: str) -> Callable[[str], str]:
    """Return a type for arguments: text that is ``what``."""

    def checked(text: str) -> str:
        if not pattern.fullmatch(text):
            raise argparse.ArgumentTypeError(f"{text!r} is not {what}")
        return text

    return checked


def count(text: str) -> int:
    """Return a number from 0 on."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 on")
    return int(text)


def part_size(text: str) -> int:
    """Return the bytes of a size in MiB that S3 takes for a part."""
    if not text.isdecimal() or not 5 <= int(text) <= 5120:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 5 to 5120")
    return int(text) << 20


def ssm_root(text: str) -> str:
    """Return what stands before the names of SSM parameters."""
    if text and not SSM_PREFIX.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a prefix such as /test")
    return text


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2027-01-31") from None


def _jobs(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 256")
    return int(text)
