"""What `gen` costs for fleets of three sizes, and whether it grows with the number of modules and no faster."""

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from fleet import ATTACHED, REGIONS, Fleet, make_fleet
from inputs import WORK
from measure import MB, Cost, median, repeat, run
from report import Claim, Measured, table

SIZES = ((100, 200), (300, 600), (1000, 2000))
ROUNDS = 3
FIRST = "everything is new"
ONE_LINE = "one line changed"
NOTHING = "nothing to do"
TASKS = (FIRST, ONE_LINE, NOTHING)
ASIDE = WORK / "scale-aside"
"""Where earlier results lie until all is measured: for minutes after thousands of files were deleted, ext4 takes
several times as long for each new one, and that is no cost of `gen`."""


def scale() -> Measured:
    """Return the table, and what was claimed beside what was measured."""
    shutil.rmtree(ASIDE, ignore_errors=True)
    fleets = [make_fleet(f"scale-{layers}", layers, functions) for layers, functions in SIZES]
    contestants = {(task, fleet.items): _task(task, fleet) for fleet in fleets for task in TASKS}
    medians = {name: median(costs) for name, costs in repeat(contestants, ROUNDS, say="scale").items()}
    shutil.rmtree(ASIDE)
    rows = [
        [task, f"{fleet.layers:,} + {fleet.functions:,}", *cells(medians[task, fleet.items], fleet.items)]
        for task in TASKS
        for fleet in fleets
    ]
    intro = (
        f"`gen` of specs with that many layers and functions: own code, one file each, {ATTACHED} layers a function, a "
        f"grant and an SSM parameter a layer, {len(REGIONS)} Regions. Medians of {ROUNDS} rounds; memory is the peak "
        "of the process."
    )
    head = ["`gen` where", "layers + functions", "CPU s", "wall s", "CPU ms a module", "memory, MB"]
    return f"{intro}\n\n{table(head, rows)}", claims(medians, fleets[0].items, fleets[-1].items)


def cells(cost: Cost, items: int) -> list[str]:
    """Return the numbers of a row."""
    return [f"{cost.cpu:.2f}", f"{cost.wall:.2f}", f"{cost.cpu / items * 1000:.2f}", f"{cost.peak / MB:.0f}"]


def claims(medians: dict[tuple[str, int], Cost], small: int, large: int) -> list[Claim]:
    """Claim that a module of a large fleet costs hardly more than one of a small fleet."""

    def growth(task: str, what: Callable[[Cost], float]) -> float:
        return (what(medians[task, large]) / large) / (what(medians[task, small]) / small)

    def claim(task: str, word: str, what: Callable[[Cost], float], limit: float) -> Claim:
        text = f"`gen`, {task}: {word} a module among {large:,}, of one among {small:,}"
        return Claim.at_most(text, growth(task, what), limit, "×")

    return [
        *(claim(task, "CPU", lambda cost: cost.cpu, 1.2) for task in (FIRST, ONE_LINE)),
        claim(ONE_LINE, "memory", lambda cost: cost.peak, 1),
    ]


def _task(task: str, fleet: Fleet) -> Callable[[], Cost]:
    def once() -> Cost:
        if task == FIRST:
            ASIDE.mkdir(exist_ok=True)
            aside = Path(tempfile.mkdtemp(dir=ASIDE))
            for name in ("modules", "roots", "layers.lock.json"):
                if (fleet.folder / name).exists():
                    (fleet.folder / name).rename(aside / name)
        elif task == ONE_LINE:
            with fleet.one_line.open("a", encoding="utf-8") as stream:
                stream.write("# one more line\n")
        return run([str(Path(sys.executable).with_name("layerforge")), "gen", "--quiet"], cwd=fleet.folder)

    return once
