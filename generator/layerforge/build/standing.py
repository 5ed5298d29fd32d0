"""Recognises ZIPs that stand at their destination already, so that neither wheels nor a build are needed for them."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from layerforge.build.types import Artifact, Entry, Job
from layerforge.build.zip_directory import read_directory
from layerforge.build.zip_header import Refused
from layerforge.names import Sha256


def standing(jobs: Sequence[Job], *, parallel: int = 1) -> tuple[Artifact | None, ...]:
    """Return, for each job, the artifact at its destination if it has the expected digest, else ``None``."""
    if parallel < 2 or len(jobs) < 2:
        return tuple(map(find_standing, jobs))
    with ThreadPoolExecutor(parallel) as pool:
        return tuple(pool.map(find_standing, jobs))


def find_standing(job: Job) -> Artifact | None:
    """Return the artifact at the destination of one job if it has the expected digest.

    The ZIP does not say who brought its members, so their origin is empty.
    """
    if job.expected is None:
        return None
    try:
        with job.destination.open("rb", buffering=0) as file:
            digest = Sha256(hashlib.file_digest(file, "sha256").hexdigest())
            size = file.tell()
            if digest != job.expected:
                return None
            headers, _ = read_directory(file, size)
    except (OSError, Refused):
        return None
    content = (Entry(path=item.raw_name.decode(), size=item.size, crc32=item.crc32, origin="") for item in headers)
    return Artifact(
        unit=job.unit,
        path=job.destination,
        format=job.format,
        sha256=digest,
        zipped_size=size,
        unzipped_size=sum(item.size for item in headers),
        content=tuple(content),
    )
