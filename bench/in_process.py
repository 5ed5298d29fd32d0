"""Runs inside a child: the build of one unit, or copy and sha256 of its wheels, measured without Python's start.

Prints one JSON object: ``cpu`` and ``wall`` in seconds, ``peak`` resident memory in bytes, ``sha256`` of what was made.
"""

import hashlib
import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from layerforge.build.store import Store
    from layerforge.build.types import Job

_CHUNK = 1 << 20


def copy(spec: Path, destination: Path) -> Callable[[], str]:
    """Prepare the bound: read every wheel once, write it once, take the sha256 on the way."""
    wheels = sorted((spec.parent / "wheels").glob("*.whl"))

    def work() -> str:
        hasher = hashlib.sha256()
        with destination.open("wb") as out:
            for wheel in wheels:
                with wheel.open("rb", buffering=0) as stream:
                    while chunk := stream.read(_CHUNK):
                        hasher.update(chunk)
                        out.write(chunk)
        return hasher.hexdigest()

    return work


def build(spec: Path, destination: Path) -> Callable[[], str]:
    """Prepare the build of the spec's only unit from a warm store; its ZIP is not there yet."""
    from layerforge.build.make import build as build_units
    from layerforge.build.progress import Silent

    job, store = _job(spec, destination)

    def work() -> str:
        (artifact,) = build_units([job], store, parallel=1, progress=Silent())
        return artifact.sha256

    return work


def fetch(spec: Path, destination: Path) -> Callable[[], str]:
    """Prepare to bring the wheels of the spec's only unit into the store."""
    from layerforge.build.fetch import fetch as fetch_wheels
    from layerforge.build.progress import Silent

    job, store = _job(spec, destination)

    def work() -> str:
        fetch_wheels(job.pins, store, urls={}, root=spec.parent, jobs=8, progress=Silent())
        return ""

    return work


def _job(spec: Path, destination: Path) -> tuple["Job", "Store"]:
    from layerforge.build.store import Store
    from layerforge.build.types import Job
    from layerforge.facts.load import load_facts
    from layerforge.lock.file import lock_path, read_lock
    from layerforge.lock.own_files import collect
    from layerforge.paths import cache_dir
    from layerforge.plan.make import make_plan
    from layerforge.spec.load import load_spec

    (layer,) = make_plan([load_spec(spec)], load_facts(None), datetime.now(UTC).date()).layers
    (unit,) = layer.units
    locked = read_lock(lock_path(spec)).lock.units[layer.name, unit.key]
    job = Job(
        packaged=layer,
        unit=unit,
        pins=locked.inputs.pins,
        own_files=collect(layer),
        format=locked.format,
        destination=destination,
        expected=locked.built.sha256 if locked.built else None,  # as the command line does: the lock's digest
    )
    return job, Store(cache_dir())


def used() -> float:
    """Return the CPU seconds of this process, all its threads, and the children that it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def peak() -> int:
    """Return the peak resident memory of this process in bytes."""
    status = Path("/proc/self/status")
    if status.is_file():  # ru_maxrss also counts the parent's, from before the exec
        lines = status.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def main() -> None:
    """Do what the arguments say: ``copy|fetch|build SPEC DESTINATION``."""
    what, spec, destination = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    destination.unlink(missing_ok=True)
    work = {"copy": copy, "fetch": fetch, "build": build}[what](spec, destination)
    wall, cpu = time.perf_counter(), used()
    digest = work()
    cpu, wall = used() - cpu, time.perf_counter() - wall
    print(json.dumps({"cpu": cpu, "wall": wall, "peak": peak(), "sha256": digest}))


if __name__ == "__main__":
    main()
