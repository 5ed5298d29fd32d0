"""What is known of the world, from the files in `data/`: the same that layerforge's plan stage reads."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

DATA = Path(__file__).resolve().parents[1] / "data"
AS_OF = "LAYERFORGE_AS_OF"


def as_of() -> date:
    """Return the day to judge by: the environment's ``LAYERFORGE_AS_OF`` (``2026-11-20``), else today."""
    written = os.environ.get(AS_OF, "").strip()
    if not written:
        return date.today()  # noqa: DTZ011 - AWS gives days without a time zone
    try:
        return date.fromisoformat(written)
    except ValueError:
        stop(f"{AS_OF} is {written!r}; write a day such as 2026-11-20")


def stop(message: str) -> NoReturn:
    """End the scan because of a setting: a rule that judged by a wrong one would say nothing, and look content."""
    sys.stderr.write(f"error: {message}\n")  # checkov swallows the message of SystemExit
    sys.stderr.flush()
    checkov = multiprocessing.parent_process()
    if checkov is not None and checkov.pid is not None:
        # With several frameworks each has a process of its own, and checkov goes on without those that end.
        os.kill(checkov.pid, signal.SIGTERM)
    raise SystemExit(2)


def stop_before(oldest: tuple[int, int, int], version: str) -> None:
    """End the scan if checkov is older than the oldest version that the rules were tried with."""
    parts = tuple(int(part) for part in version.split(".")[:3] if part.isdecimal())
    if parts < oldest[: len(parts)]:
        stop(f"the policies for layers need checkov {'.'.join(map(str, oldest))} or newer; this is {version}")


@lru_cache(maxsize=1)
def runtimes() -> Mapping[str, Mapping[str, Any]]:
    """Return what is known of each runtime, by AWS's identifier."""
    return {row["id"]: row for row in _rows("runtimes")}


@lru_cache(maxsize=1)
def limits() -> Mapping[str, Any]:
    """Return AWS's limits, and the version of the AWS provider below which nothing is known."""
    return _rows("limits")[0]


@lru_cache(maxsize=1)
def rules() -> Mapping[str, Mapping[str, Any]]:
    """Return title and severity of each rule, by its id."""
    return {row["id"]: row for row in _rows("rules")}


def page(rule: str) -> str:
    """Return where a rule is explained: its page as shipped, or in a checkout; else the name of that in a checkout."""
    name = f"docs/policies/{rule}.md"
    there = (DATA.parent / "pages" / f"{rule}.md", DATA.parents[1] / name)
    return str(next((path for path in there if path.is_file()), name))


@lru_cache(maxsize=1)
def native_packages() -> frozenset[str]:
    """Return names of packages that hold machine code."""
    return frozenset(name for row in _rows("native") for name in row["packages"])


def _rows(name: str) -> list[dict[str, Any]]:
    # One JSON value a line; checkov takes every file that ends in `.json` for a policy.
    lines = (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line]
