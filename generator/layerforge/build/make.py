"""Builds units: lists members, assembles them, writes the ZIP, and holds it against the digest in the lock."""

import contextlib
import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from layerforge.build.archive import FORMATS, ArchiveWriter
from layerforge.build.assemble import Assembled, assemble
from layerforge.build.builders import BUILDERS
from layerforge.build.content import damaged, own_member
from layerforge.build.outcome import gather, merge_warnings
from layerforge.build.progress import Progress
from layerforge.build.standing import find_standing, standing
from layerforge.build.store import Store
from layerforge.build.types import Artifact, Entry, Job, Member
from layerforge.diagnostics import Diagnostic, FindingsError
from layerforge.files import write_atomically
from layerforge.lock.types import Pin
from layerforge.names import Sha256
from layerforge.plan.packaged import source_of
from layerforge.plan.types import PythonSource

__all__ = ["build", "standing"]


def build(jobs: Sequence[Job], store: Store, *, parallel: int, progress: Progress) -> tuple[Artifact, ...]:
    """Build the ZIP of each job, several at once, and return the artifacts in the jobs' order.

    A ZIP that stands at its destination with the expected digest is left alone. Where no digest is expected, the
    wheels' own digests are checked before they are used; else the ZIP's digest proves them afterwards.

    Args:
        jobs: the units to build.
        store: has all their wheels.
        parallel: how many threads; digests, reads and writes run side by side.
        progress: hears of each unit that is done.

    Raises:
        LayerforgeError: everything that went wrong, for all jobs. Nothing that differs from the lock is left behind.
    """
    progress.start("building ZIPs", count=len(jobs))
    pool = ThreadPoolExecutor(max(1, parallel))
    try:
        unproved = sorted({pin for job in jobs if job.expected is None for pin in job.pins})
        gather([pool.submit(_prove, pin, store) for pin in unproved], [None] * len(unproved))
        futures = [pool.submit(_build, job, store) for job in jobs]
        for future in as_completed(futures):
            size = 0 if future.exception() else future.result().zipped_size
            progress.advance(size, done=1)
    finally:
        pool.shutdown(cancel_futures=True)  # of an interrupted run, only what has begun is waited for
        progress.finish()
    return merge_warnings(gather(futures, [job.unit for job in jobs]), [job.packaged for job in jobs])


def _build(job: Job, store: Store) -> Artifact:
    found = find_standing(job)
    if found is not None:
        return found
    if job.format not in FORMATS:
        raise FindingsError(_unknown_format(job))
    try:
        return _write(job, _assemble(job, store), store)
    except BaseException:
        if job.expected is not None and find_standing(job) is None:  # another process may have put the right one there
            with contextlib.suppress(OSError):
                job.destination.unlink(missing_ok=True)
        raise


def _assemble(job: Job, store: Store) -> Assembled:
    source = source_of(job.packaged)
    builder = BUILDERS[type(source)]
    members: list[Member] = []
    for pin in job.pins:
        stored = store.open_wheel(pin)
        members += builder.list_members(pin, stored.path, stored.index)
    members += map(own_member, job.own_files)
    prefer = source.prefer if isinstance(source, PythonSource) else ()
    return assemble(members, source.exclude, prefer)


def _write(job: Job, assembled: Assembled, store: Store) -> Artifact:
    """Write the ZIP. It is not forced to the disk: nobody trusts it without its digest, and it can be built again."""
    with write_atomically(job.destination, durable=False) as stream:
        sha256, size = ArchiveWriter(stream).write(assembled.members)
        if job.expected not in {None, sha256}:
            for pin in job.pins:
                _prove(pin, store)
            raise FindingsError(_differs(job, sha256))
    return Artifact(
        unit=job.unit,
        path=job.destination,
        format=job.format,
        sha256=sha256,
        zipped_size=size,
        unzipped_size=sum(member.size for member in assembled.members),
        content=tuple([Entry(member.name, member.size, member.crc32, member.origin) for member in assembled.members]),
        diagnostics=assembled.diagnostics,
    )


def _prove(pin: Pin, store: Store) -> None:
    """Hold a wheel of the store against its pin.

    Raises:
        FindingsError: ``BUILD011`` it was changed since it entered the store.
    """
    stored = store.open_wheel(pin)
    with stored.path.open("rb", buffering=0) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != pin.sha256:
        raise FindingsError(damaged(stored.path))


def _differs(job: Job, sha256: Sha256) -> Diagnostic:
    return Diagnostic(
        code="BUILD010",
        message=f"`{job.unit}` was built with another digest than the lock has for the same inputs",
        location=job.packaged.where,
        notes=(f"built: {sha256}", f"lock:  {job.expected}"),
        hint="if the lock was edited or merged by hand, take the unit's `artifact` out of it and run `layerforge gen`; "
        "else two builds of one input differ, which is a bug in layerforge: please report it",
    )


def _unknown_format(job: Job) -> Diagnostic:
    return Diagnostic(
        code="BUILD007",
        message=f"`{job.unit}` is locked with archive format {job.format}, and this layerforge writes "
        f"{', '.join(map(str, sorted(FORMATS)))}",
        location=job.packaged.where,
        hint="use the layerforge that wrote the lock, or a newer one",
    )
