"""What is known of runtimes and limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from layerforge.facts.fleet_types import FunctionLimits, Partition
from layerforge.names import RUNTIME_ID, Architecture, RuntimeId


@dataclass(frozen=True, kw_only=True, slots=True)
class Runtime:
    """One AWS runtime.

    Attributes:
        id: AWS's identifier.
        family: ``python``, ``nodejs``, ``java``, ``ruby``, ``dotnet``, ``go`` or ``provided``.
        version: the language's version, such as ``3.12``; ``None`` where the identifier has none.
        os: the operating system's key.
        glibc: the C library's version on it, as ``(2, 34)``.
        preview: offered without support.
        deprecation: no security patches from this day on; ``None`` while not scheduled.
        block_create: no new functions from this day on.
        block_update: no updates of functions from this day on.
        architectures: what AWS offers it on.
        patch_floor: the lowest full version that AWS runs (``3.12.0``), for ``python_full_version`` markers.
        provider_minimum: the first version of the Terraform AWS provider that knows it; ``None`` if not known.
    """

    id: RuntimeId
    family: str
    version: str | None
    os: str
    glibc: tuple[int, int]
    preview: bool
    deprecation: date | None
    block_create: date | None
    block_update: date | None
    architectures: tuple[Architecture, ...]
    patch_floor: str | None
    provider_minimum: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Quotas and field sizes of AWS, in bytes, characters or pieces as the names say."""

    layers_per_function: int
    unzipped_bytes: int
    direct_upload_zipped_bytes: int
    layer_name_characters: int
    description_characters: int
    license_characters: int
    compatible_runtimes: int
    ssm_name_characters: int
    ssm_arn_characters: int
    ssm_levels: int
    provider_floor: str
    provider_newest_major: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What is known of the world, and as of when."""

    date: date
    runtimes: Mapping[RuntimeId, Runtime]
    limits: Limits
    functions: FunctionLimits
    partitions: tuple[Partition, ...]

    def partition(self, region: str) -> Partition | None:
        """Return the partition that a Region's name belongs to; ``None`` if the name is none of a Region."""
        return next((one for one in self.partitions if one.pattern.fullmatch(region)), None)

    def runtime(self, runtime_id: RuntimeId) -> Runtime:
        """Return what is known of a runtime; of one that is not in the table what is likely.

        An unknown runtime is taken for the next one of its family: on the newest operating system, on both
        architectures, without dates. The plan warns about it.

        Raises:
            ValueError: the text is no runtime identifier.
        """
        known = self.runtimes.get(runtime_id)
        return known if known is not None else self._likely(runtime_id)

    @property
    def newest_provider_minimum(self) -> str:
        """The highest version of the AWS provider that any known runtime is known to need."""
        known = [row.provider_minimum for row in self.runtimes.values() if row.provider_minimum is not None]
        return max((*known, self.limits.provider_floor), key=version_key)

    def _likely(self, runtime_id: RuntimeId) -> Runtime:
        parts = RUNTIME_ID.fullmatch(runtime_id)
        if parts is None:
            raise ValueError(f"{runtime_id!r} is not a runtime identifier")
        newest = max(self.runtimes.values(), key=lambda row: row.glibc)
        version = parts["version"]
        return Runtime(
            id=runtime_id,
            family=parts["family"],
            version=None if version is None else version.removesuffix(".x"),
            os=newest.os,
            glibc=newest.glibc,
            preview=False,
            deprecation=None,
            block_create=None,
            block_update=None,
            architectures=tuple(Architecture),
            patch_floor=f"{version}.0" if version is not None and parts["family"] == "python" else None,
            provider_minimum=None,
        )


def version_key(version: str) -> tuple[int, ...]:
    """Return a version of numbers and dots as something that sorts."""
    return tuple(int(part) for part in version.split("."))
