"""Building one ZIP of large packages: layerforge beside the usual ways, from the same wheels."""

import hashlib
import shutil
import sys
import time
from pathlib import Path

from contestants import BOUND, OURS_BUILD, OURS_COMMAND, PEX, UV_ZIPFILE, check, contestants, versions
from inputs import DATA_SCIENCE, Inputs, call, prepare
from measure import Cost, median, ratio, repeat
from report import Claim, Measured, table


def tools(repetitions: int) -> Measured:
    """Return the table, and what was claimed beside what was measured."""
    inputs = prepare("data-science", DATA_SCIENCE)
    _warm(inputs)
    costs = repeat(contestants(inputs), repetitions, say="tools")
    check(inputs)
    rows = [[name, *_cells(name, costs)] for name in costs]
    intro = (
        f"{versions()}. SHA-256 in one thread: {_sha256_rate():.0f} MB/s.\n\n"
        f"One ZIP of {', '.join(DATA_SCIENCE)} and their dependencies for python3.12 on x86_64 "
        f"({inputs.size / 1e6:.0f} MB of wheels), caches warm, no network, medians of {repetitions} rounds. "
        "The first two rows are measured inside a running Python, the others are whole commands."
    )
    head = ["what", "CPU s", "wall s", "CPU ÷ the build", "CPU ÷ the command"]
    build, command, bound = costs[OURS_BUILD], costs[OURS_COMMAND], costs[BOUND]
    claims = [
        Claim.at_least("uv + zipfile, CPU of the build's", ratio(costs[UV_ZIPFILE], build), 25, "×"),
        Claim.at_least("pex with a lock, CPU of the build's", ratio(costs[PEX], build), 20, "×"),
        Claim.at_most("the build, CPU of copy + sha256", ratio(build, bound), 1.6, "×"),
        Claim.at_least("uv + zipfile, CPU of the whole command's", ratio(costs[UV_ZIPFILE], command), 15, "×"),
    ]
    return f"{intro}\n\n{table(head, rows)}", claims


def _cells(name: str, costs: dict[str, list[Cost]]) -> list[str]:
    middle = median(costs[name])
    of_build, of_command = ratio(costs[name], costs[OURS_BUILD]), ratio(costs[name], costs[OURS_COMMAND])
    return [f"{middle.cpu:.2f}", f"{middle.wall:.2f}", f"{of_build:.1f}", f"{of_command:.1f}"]


def _warm(inputs: Inputs) -> None:
    """Lock the bench's spec with its digest once, and bring its wheels into the store."""
    out = Path(inputs.folder, "warm")
    shutil.rmtree(out, ignore_errors=True)
    call(sys.executable, "-m", "layerforge", "gen", "--spec", inputs.spec, "--out", out, cwd=inputs.folder)


def _sha256_rate() -> float:
    """Return MB/s of one thread, the best of five."""
    block, rates = bytes(1 << 26), []
    for _ in range(5):
        begin = time.process_time()
        hashlib.sha256(block).digest()
        rates.append(len(block) / 1e6 / (time.process_time() - begin))
    return max(rates)
