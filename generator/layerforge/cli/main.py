"""The table of commands and the one place where errors become exit codes."""

from collections.abc import Sequence


def run(argv: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    raise SystemExit(f"no commands yet: {' '.join(argv)}")
