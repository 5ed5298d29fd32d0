"""Compares layerforge with other tools, all in one run: `make bench`. Prints Markdown."""

import argparse
import os
import sys
from collections.abc import Callable

from inputs import ROOT, WORK
from measure import machine
from memory import memory
from report import Measured, update, with_claims
from roots import roots, terraform
from scale import scale
from scan import scan
from startup import startup
from tools import tools

from layerforge.paths import CACHE_VARIABLE

PARTS: dict[str, Callable[[int], Measured]] = {
    "tools": tools,
    "startup": startup,
    "memory": lambda _: memory(),
    "scale": lambda _: scale(),
    "roots": lambda _: roots(),
    "scan": scan,
}
"""Each takes the number of repetitions, and returns its text and what was claimed beside what was measured."""

LONG = ("scale", "roots")
"""Parts that take minutes each; they have a number of repetitions of their own."""
QUOTED = ("tools", "roots")
"""Parts that the README quotes too."""


def main() -> None:
    """Measure, print, and write the page on speed if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=7, help="measured rounds, at least 7 to be quoted")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this part")
    parser.add_argument("--long", action="store_true", help=f"also the parts that take minutes: {', '.join(LONG)}")
    parser.add_argument(
        "--update-docs",
        action="store_true",
        help="write what was measured into docs/speed.md and the README; all parts",
    )
    args = parser.parse_args()
    if args.update_docs and args.repetitions < 7:
        parser.error("--update-docs needs at least 7 repetitions")
    everything = args.long or args.update_docs
    chosen = args.part or [name for name in PARTS if everything or name not in LONG]

    if "roots" in chosen:
        terraform()  # told now, and not after many minutes
    WORK.mkdir(parents=True, exist_ok=True)
    os.environ[CACHE_VARIABLE] = str(WORK / "cache")  # a store of its own, warm and known
    print(machine(), flush=True)
    texts: dict[str, str] = {}
    kept = True
    for name in (name for name in PARTS if name in chosen):
        text, claims = PARTS[name](args.repetitions)
        texts[name] = with_claims(text, claims)
        kept = kept and all(claim.kept for claim in claims)
        print(f"\n{texts[name]}", flush=True)
    if args.update_docs:
        update(ROOT / "docs/speed.md", machine(), texts)
        update(ROOT / "README.md", machine(), {name: text for name, text in texts.items() if name in QUOTED})
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
