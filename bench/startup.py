"""What a command costs before it does anything: ``--help``, and ``gen`` with nothing to do, against bare Python."""

import shutil
import sys
from pathlib import Path

from inputs import WORK, call
from measure import Cost, median, ratio, repeat, run
from report import Claim, Measured, table

BARE = "`python -c pass`"
HELP = "`layerforge --help`"


def startup(repetitions: int) -> Measured:
    """Return the table, and what was claimed beside what was measured."""
    small, large = _project(100), _project(1000)
    for folder in (small, large):
        run(_gen(), cwd=folder)
    contestants = {
        BARE: lambda: run([sys.executable, "-c", "pass"]),
        HELP: lambda: run([*_layerforge(), "--help"]),
        "`gen`, 100 layers, nothing to do": lambda: run(_gen(), cwd=small),
        "`gen`, 1,000 layers, nothing to do": lambda: run(_gen(), cwd=large),
    }
    costs = repeat(contestants, repetitions, say="startup")
    rows = [[name, *_cells(costs[name], costs[BARE])] for name in contestants]
    of_help, of_small, of_large = list(contestants)[1:]
    claims = [
        Claim.at_most("`--help`, CPU of bare Python's", ratio(costs[of_help], costs[BARE]), 8, "×"),
        Claim.at_most("no-op `gen` of 100 layers, CPU of bare Python's", ratio(costs[of_small], costs[BARE]), 10, "×"),
        Claim.at_most("no-op `gen` of 1,000 layers, wall", median(costs[of_large]).wall, 4, " s"),
    ]
    return table(["command", "CPU ms", "wall ms", "CPU ÷ bare Python"], rows), claims


def _cells(costs: list[Cost], bare: list[Cost]) -> list[str]:
    middle = median(costs)
    return [f"{middle.cpu * 1000:.0f}", f"{middle.wall * 1000:.0f}", f"{ratio(costs, bare):.1f}"]


def _layerforge() -> list[str]:
    return [str(Path(sys.executable).with_name("layerforge"))]


def _gen() -> list[str]:
    return [*_layerforge(), "gen", "--quiet"]


def _project(count: int) -> Path:
    """Write a spec of that many layers, each with one small own module and no packages."""
    folder = WORK / f"startup-{count}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    lines = ["version: 1", "defaults:", "  runtimes: [python3.13]", "  architectures: [arm64]", "layers:"]
    for number in range(count):
        package = folder / "src" / f"package_{number:04}"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(f'"""Layer {number}."""\n', encoding="utf-8")
        source = f"{{ecosystem: python, requirements: [], include: [src/package_{number:04}]}}"
        lines += [f"  layer-{number:04}:", "    split: none", f"    source: {source}"]
    (folder / "layers.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    call("git", "init", "--quiet", cwd=folder)
    return folder
