"""Measures child processes: CPU of a child and all its descendants by wait4, wall by the clock, repetitions paired."""

import os
import platform
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

MB = 1_000_000
_UNIT = 1 if sys.platform == "darwin" else 1024
"""Of ``ru_maxrss``, in bytes."""

Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What one repetition cost.

    Attributes:
        cpu: seconds of user and system time, of all processes that took part.
        wall: seconds.
        peak: the most resident memory of any one of them, in bytes, and no less than this process has: Linux counts
            what a child had before it became a program of its own.
    """

    cpu: float
    wall: float
    peak: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(cpu=self.cpu + other.cpu, wall=self.wall + other.wall, peak=max(self.peak, other.peak))


def run(argv: Sequence[str], *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Cost:
    """Run a program to its end and return its cost.

    Raises:
        SystemExit: it failed; what it said is in the message.
    """
    begin = time.perf_counter()
    with subprocess.Popen(
        argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as child:
        assert child.stdout is not None
        said = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - begin
    if child.returncode:
        sys.exit(f"{' '.join(argv)}\nfailed with {child.returncode}:\n{said.decode(errors='replace')[-4000:]}")
    return Cost(cpu=usage.ru_utime + usage.ru_stime, wall=wall, peak=usage.ru_maxrss * _UNIT)


def repeat(
    contestants: Mapping[Name, Callable[[], Cost]], repetitions: int, *, say: str = ""
) -> dict[Name, list[Cost]]:
    """Let all contestants run once a repetition, in an order that rotates, after one unmeasured round.

    So each repetition's costs were measured within seconds of each other and can be divided by each other.
    """
    costs: dict[Name, list[Cost]] = {name: [] for name in contestants}
    names = list(contestants)
    for number in range(repetitions + 1):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            cost = contestants[name]()
            if number:
                costs[name].append(cost)
        print(f"{say} {number}/{repetitions}", file=sys.stderr, flush=True)
    return costs


def median(costs: Sequence[Cost]) -> Cost:
    """Return the medians of CPU, wall and memory."""
    return Cost(
        cpu=statistics.median(cost.cpu for cost in costs),
        wall=statistics.median(cost.wall for cost in costs),
        peak=round(statistics.median(cost.peak for cost in costs)),
    )


def ratio(costs: Sequence[Cost], to: Sequence[Cost]) -> float:
    """Return the median of the CPU ratios, each of one repetition."""
    return statistics.median(one.cpu / other.cpu for one, other in zip(costs, to, strict=True))


def machine() -> str:
    """Return the processor's name, how many it has, and the system."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        found = re.search(r"^model name\s*:\s*(.+)$", info.read_text(encoding="utf-8"), re.MULTILINE)
        name = found.group(1) if found else name
    return (
        f"{name}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    )
