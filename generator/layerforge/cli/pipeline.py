"""The steps that several commands share, in the order in which data flows: lock, build, judge, write the locks."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from layerforge.cli.console import Console
from layerforge.cli.project import Project, read_locks, shown
from layerforge.diagnostics import Diagnostic, FindingsError, fail
from layerforge.facts.load import Facts
from layerforge.lock.types import ArtifactRecord, Lock, LockedUnit, OwnFile, Upgrade
from layerforge.names import LayerName, Sha256
from layerforge.plan.types import Layer, Packaged

if TYPE_CHECKING:
    from layerforge.build.types import Artifact, Job
    from layerforge.lock.asking import Asking
    from layerforge.plan.function_types import Function

_NOTHING = Upgrade()


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What the user asked of the lock step.

    Attributes:
        locked: take the lock as it is; refuse where it is stale.
        upgrade: which packages may move.
        upgrade_format: build with the newest archive format.
    """

    locked: bool = False
    upgrade: Upgrade = _NOTHING
    upgrade_format: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """What the lock step has settled.

    Attributes:
        locks: by the absolute path of their specs.
        askings: what layers and functions ask, own files included: they are read once.
        urls: where wheels can be had, as far as a resolution told.
    """

    locks: Mapping[Path, Lock]
    askings: Mapping[LayerName, "Asking"]
    urls: Mapping[Sha256, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    """The ZIPs of a run.

    Attributes:
        artifacts: all of them, in the order of what was asked for.
        made: those that were not there before.
    """

    artifacts: tuple["Artifact", ...]
    made: tuple["Artifact", ...] = ()


def settle(project: Project, wanted: Wanted, console: Console) -> Settled:
    """Make the locks fit the plan, or, for ``locked``, see that they do.

    Raises:
        FindingsError: ``locked`` and something is stale.
        OutsideError: the resolver or the index failed.
    """
    from layerforge.lock.asking import read_askings  # noqa: PLC0415

    stored = read_locks(project.specs)
    askings = read_askings(project.plan.packaged, None)
    if wanted.locked:
        from layerforge.lock.check import check_lock  # noqa: PLC0415

        fail(FindingsError, check_lock(project.plan, stored, askings=askings))
        return Settled(locks={spec: item.lock for spec, item in stored.items()}, askings=askings)
    from layerforge.lock.make import make_lock  # noqa: PLC0415

    locked = make_lock(
        project.plan,
        stored,
        facts=project.facts,
        upgrade=wanted.upgrade,
        upgrade_format=wanted.upgrade_format,
        askings=askings,
    )
    console.diagnose(locked.diagnostics)
    return Settled(locks=locked.locks, askings=askings, urls=locked.urls)


def assemble(
    items: Iterable[Packaged], settled: Settled, facts: Facts, out: Path, console: Console, *, jobs: int | None
) -> Built:
    """Build the ZIPs of some layers and functions below ``out``. What stands there with the locked digest is left.

    Raises:
        FindingsError: a ZIP does not give the recorded digest, or cannot be assembled.
        OutsideError: a wheel cannot be had.
    """
    from layerforge.build.make import build, standing  # noqa: PLC0415
    from layerforge.build.store import Store  # noqa: PLC0415
    from layerforge.cli.progress import progress_for  # noqa: PLC0415
    from layerforge.cli.wheels import fetch_wheels  # noqa: PLC0415
    from layerforge.paths import cache_dir  # noqa: PLC0415

    chosen = tuple(items)
    own = {item.name: settled.askings[item.name].own for item in chosen}
    console.diagnose(item for collected in own.values() for item in collected.diagnostics)
    todo = [job for item in chosen for job in _jobs(item, settled.locks[item.spec], own[item.name].files, out)]
    there = standing(todo)
    missing = [job for job, artifact in zip(todo, there, strict=True) if artifact is None]
    if not missing:
        return Built(artifacts=tuple(artifact for artifact in there if artifact is not None))
    store = Store(cache_dir())
    fetch_wheels(missing, store, settled.urls, facts, console, jobs=jobs)
    made = build(missing, store, parallel=jobs or os.cpu_count() or 1, progress=progress_for(console))
    following = iter(made)
    return Built(artifacts=tuple(next(following) if one is None else one for one in there), made=made)


def _jobs(item: Packaged, lock: Lock, own_files: tuple[OwnFile, ...], out: Path) -> list["Job"]:
    from layerforge.build.types import Job  # noqa: PLC0415

    jobs = []
    for unit in item.units:
        locked = lock.units[item.name, unit.key]
        record = locked.built
        jobs.append(
            Job(
                packaged=item,
                unit=unit,
                pins=locked.inputs.pins,
                own_files=own_files,
                format=locked.format,
                destination=out / item.name / "artifacts" / f"{unit.key}.zip",
                expected=record.sha256 if record else None,
            )
        )
    return jobs


def judge(project: Project, artifacts: Iterable["Artifact"], locks: Mapping[Path, Lock], console: Console) -> None:
    """Hold built ZIPs, and functions with all their layers, against the limits of AWS, and show what builds warn of.

    Raises:
        FindingsError: a ZIP or a function is over a limit, or the layers of a function do not go together.
    """
    from layerforge.verify.functions import check_functions, concerns  # noqa: PLC0415
    from layerforge.verify.sizes import check_sizes  # noqa: PLC0415

    items: dict[LayerName, Layer | Function] = {item.name: item for item in project.plan.layers}
    items |= {item.name: item for item in project.plan.functions}
    built = {(artifact.unit.layer, artifact.unit.key): artifact for artifact in artifacts}
    found: list[Diagnostic] = []
    for artifact in built.values():
        found += (*artifact.diagnostics, *check_sizes(items[artifact.unit.layer], artifact, project.facts.limits))
    functions = [function for function in project.plan.functions if concerns(function, built)]
    found += check_functions(functions, built, locks, project.facts.limits)
    fail(FindingsError, found)
    console.diagnose(found)


def record(locks: Mapping[Path, Lock], project: Project, artifacts: Iterable["Artifact"]) -> dict[Path, Lock]:
    """Return the locks with what was built written into them."""
    spec_of = {item.name: item.spec for item in project.plan.packaged}
    units = {spec: dict(lock.units) for spec, lock in locks.items()}
    for artifact in artifacts:
        table, key = units[spec_of[artifact.unit.layer]], (artifact.unit.layer, artifact.unit.key)
        locked: LockedUnit = table[key]
        table[key] = replace(
            locked,
            artifact=ArtifactRecord(
                inputs=locked.inputs.digest,
                format=artifact.format,
                sha256=artifact.sha256,
                zipped_size=artifact.zipped_size,
                unzipped_size=artifact.unzipped_size,
            ),
        )
    return {spec: replace(locks[spec], units=table) for spec, table in units.items()}


def write_locks(locks: Mapping[Path, Lock], console: Console) -> tuple[Path, ...]:
    """Write each lock that differs from its file, and return which did."""
    from layerforge.files import write_text  # noqa: PLC0415
    from layerforge.lock.file import dump_lock, lock_path  # noqa: PLC0415

    written = []
    for spec, lock in locks.items():
        path, text = lock_path(spec), dump_lock(lock)
        if not path.exists() or path.read_bytes() != text.encode():
            name = shown(path)
            write_text(Path(name), text)
            console.say(f"wrote {name}")
            written.append(path)
    return tuple(written)
