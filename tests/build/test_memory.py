"""Memory does not grow with the layer: three times the wheels, the same peak but for the list of members."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from support.wheels import make_wheel

MIB = 1 << 20
PROGRAM = """
import json, resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from layerforge.build.make import build
from layerforge.build.progress import Silent
from layerforge.build.types import Job
from support import plans
from support.wheel_store import WheelStore, as_store

def peak():
    # Linux counts what the parent had before it became this program into ru_maxrss, and not into VmHWM.
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

store = WheelStore(sorted(Path(sys.argv[1]).glob("*.whl")))
layer = plans.layer("memory")
job = Job(packaged=layer, unit=layer.units[0], pins=store.pins, own_files=(), format=1, destination=Path(sys.argv[2]))
[artifact] = build([job], as_store(store), parallel=2, progress=Silent())
print(json.dumps([artifact.zipped_size, peak()]))
"""


def peak(folder: Path, wheels: int) -> tuple[int, int]:
    """Build a layer of some wheels of 24 MB and 1,150 files each, and return the ZIP's size and the peak in bytes."""
    noise = random.Random(1).randbytes(20 * MIB)
    for number in range(wheels):
        small = {f"p{number}/{index:04}/module.py": noise[index * 3000 : index * 3000 + 3600] for index in range(1150)}
        make_wheel(folder, f"p{number}", "1.0", files={f"p{number}/large.so": noise} | small, level=0)
    here = Path(__file__).resolve()
    command = [sys.executable, "-c", PROGRAM, str(folder), str(folder / "layer.zip"), str(here.parents[1])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    size, used = json.loads(done.stdout)
    return size, used


@pytest.mark.slow
def test_memory_does_not_grow_with_the_layer(tmp_path: Path) -> None:
    small, used_for_small = peak(tmp_path / "small", 3)
    large, used_for_large = peak(tmp_path / "large", 9)
    assert 70_000_000 < small < 80_000_000
    assert large > 2.9 * small
    assert used_for_large - used_for_small <= 15 * MIB
