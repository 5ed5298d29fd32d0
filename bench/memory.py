"""Whether memory grows with the layer: the peak of a build from some 70 MB of wheels, and from some 220 MB."""

import sys

from contestants import ask
from inputs import DATA_SCIENCE, LARGE, Inputs, call, prepare
from report import Claim, Measured, table

_MB = 1_000_000


def memory() -> Measured:
    """Return the table, and what was claimed beside what was measured."""
    sets = [prepare("data-science", DATA_SCIENCE), prepare("large", LARGE)]
    peaks = [_peak(inputs) for inputs in sets]
    rows = [
        [f"{inputs.size / _MB:.0f} MB in {len(inputs.wheels)} wheels", f"{peak / _MB:.1f}"]
        for inputs, peak in zip(sets, peaks, strict=True)
    ]
    growth = (peaks[1] - peaks[0]) / _MB
    claims = [Claim.at_most("peak memory, more for the larger layer", growth, 15, " MB")]
    return table(["build from", "peak resident memory, MB"], rows), claims


def _peak(inputs: Inputs) -> float:
    """Return the least of three peaks in bytes; the larger set is over Lambda's limit, so just the build runs."""
    destination = inputs.folder / "memory.zip"
    call(sys.executable, "-m", "layerforge", "lock", "--spec", inputs.spec, cwd=inputs.folder)
    ask("fetch", inputs, destination)
    return min(ask("build", inputs, destination)["peak"] for _ in range(3))
