"""What our policies cost checkov: 100 emitted modules, scanned without them and with them."""

import shutil
from pathlib import Path

from inputs import ROOT, WORK, call
from measure import Cost, median, ratio, repeat, run
from report import Claim, Measured, table

CHECKOV = ROOT / ".venv-scan" / "bin" / "checkov"
ALONE = "checkov"
OURS = "checkov with our policies"
MODULES = 100


def scan(repetitions: int) -> Measured:
    """Return the table, and what was claimed beside what was measured."""
    call("make", ".venv-scan/.stamp", cwd=ROOT)
    folder = _modules()
    options = ("--directory", str(folder), "--framework", "terraform", "--skip-download", "--quiet", "--compact")
    contestants = {
        ALONE: lambda: run([str(CHECKOV), *options]),
        OURS: lambda: run([str(CHECKOV), *options, "--external-checks-dir", str(ROOT / "policies")]),
    }
    costs = repeat(contestants, repetitions, say="scan")
    rows = [[name, *_cells(costs[name], costs[ALONE])] for name in contestants]
    claims = [
        Claim.at_most(
            f"a scan of {MODULES} modules with our policies, CPU of checkov's alone",
            ratio(costs[OURS], costs[ALONE]),
            1.5,
            "×",
        )
    ]
    return table([f"{MODULES} modules", "CPU s", "wall s", "CPU ÷ checkov"], rows), claims


def _cells(costs: list[Cost], alone: list[Cost]) -> list[str]:
    middle = median(costs)
    return [f"{middle.cpu:.2f}", f"{middle.wall:.2f}", f"{ratio(costs, alone):.2f}"]


def _modules() -> Path:
    """Copy emitted modules of this repository until there are enough; each has names of its own."""
    folder = WORK / f"scan-{MODULES}"
    shutil.rmtree(folder, ignore_errors=True)
    emitted = sorted(path.parent for path in (ROOT / "modules").glob("*/main.tf"))
    for number in range(MODULES):
        module = emitted[number % len(emitted)]
        to = folder / f"{module.name}-{number:03}"
        to.mkdir(parents=True)
        for file in sorted(module.glob("*.tf")):
            text = file.read_text(encoding="utf-8").replace(module.name, to.name)
            (to / file.name).write_text(text, encoding="utf-8")
    return folder
