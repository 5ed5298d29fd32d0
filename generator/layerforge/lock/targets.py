"""What a target looks like to a resolver: markers and wheel tags from the facts alone, never from the host."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from packaging.markers import Environment
from packaging.tags import Tag, compatible_tags, cpython_tags

from layerforge.diagnostics import Diagnostic, SpecError
from layerforge.facts.load import Facts
from layerforge.names import Architecture
from layerforge.plan.types import Target

Glibc = tuple[int, int]

_MACHINES: Final = {Architecture.X86_64: "x86_64", Architecture.ARM64: "aarch64"}
_LOWEST: Final = {Architecture.X86_64: 5, Architecture.ARM64: 17}
"""The first manylinux of an architecture, as the minor version of glibc 2 (PEP 513, PEP 599)."""
_LEGACY: Final = {5: "manylinux1", 12: "manylinux2010", 17: "manylinux2014"}
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
_HOST_MARKER: Final = re.compile(r"\bplatform_(?:release|version)\b")


@dataclass(frozen=True, kw_only=True, slots=True)
class Platform:
    """A target as a resolver sees it.

    Attributes:
        target: which one.
        python: the language's version, as ``(3, 12)``.
        full: the lowest full version that AWS runs, such as ``3.12.0``.
        glibc: the C library's version, as ``(2, 34)``.
        os: the operating system's key in the facts, for messages.
    """

    target: Target
    python: tuple[int, int]
    full: str
    glibc: Glibc
    os: str

    @property
    def machine(self) -> str:
        """The architecture as ``uname -m`` says it."""
        return _MACHINES[self.target.architecture]

    @property
    def environment(self) -> Environment:
        """All eleven environment markers. The kernel's release and version are not promised, hence empty."""
        return Environment(
            implementation_name="cpython",
            implementation_version=self.full,
            os_name="posix",
            platform_machine=self.machine,
            platform_python_implementation="CPython",
            platform_release="",
            platform_system="Linux",
            platform_version="",
            python_full_version=self.full,
            python_version=".".join(map(str, self.python)),
            sys_platform="linux",
        )

    @property
    def marker(self) -> str:
        """The environment as one marker for uv: from the lowest patch release to the next minor version."""
        major, minor = self.python
        return (
            f"sys_platform == 'linux' and platform_machine == '{self.machine}' and implementation_name == 'cpython'"
            f" and python_full_version >= '{self.full}' and python_full_version < '{major}.{minor + 1}'"
        )

    @property
    def tags(self) -> tuple[Tag, ...]:
        """The wheel tags that the target can load, best first, in pip's order."""
        platforms = tuple(manylinux(self.glibc, self.target.architecture))
        interpreter = "cp" + "".join(map(str, self.python))
        return (
            *cpython_tags(self.python, abis=[interpreter], platforms=platforms),
            *compatible_tags(self.python, interpreter=interpreter, platforms=platforms),
        )


def platform_of(target: Target, facts: Facts) -> Platform:
    """Return what the facts say about a target; of a runtime that they do not know, what is likely (the plan warns).

    Raises:
        SpecError: ``UV020`` the runtime is not known well enough to resolve for it.
    """
    runtime = facts.runtime(target.runtime)
    if runtime.version is None or runtime.patch_floor is None:
        raise SpecError(
            Diagnostic(
                code="UV020",
                message=f"packages cannot be chosen for the runtime `{target.runtime}`: its Python is not known",
                hint="add the runtime with `version`, `os` and `patch_floor` to a file, and give it as `--facts FILE`",
            )
        )
    major, minor = runtime.version.split(".")[:2]
    return Platform(
        target=target, python=(int(major), int(minor)), full=runtime.patch_floor, glibc=runtime.glibc, os=runtime.os
    )


def manylinux(glibc: Glibc, architecture: Architecture) -> Iterator[str]:
    """Yield the platform tags that a C library can load (PEP 600), best first, the legacy aliases in their places.

    ``linux_*`` is left out: such a wheel says nothing about the C library it needs. So is musllinux.
    """
    major, newest = glibc
    machine = _MACHINES[architecture]
    for minor in range(newest, _LOWEST[architecture] - 1, -1):
        yield f"manylinux_{major}_{minor}_{machine}"
        if minor in _LEGACY:
            yield f"{_LEGACY[minor]}_{machine}"


def shared_tags(platforms: Sequence[Platform]) -> tuple[Tag, ...]:
    """Return the tags that all of some targets can load, in the first one's order."""
    first, *others = platforms
    common = set(first.tags).intersection(*(other.tags for other in others))
    return tuple(tag for tag in first.tags if tag in common)


def asks_for_host(marker: str) -> bool:
    """Tell whether a marker looks at the kernel's release or version, which Lambda does not promise."""
    return bool(_HOST_MARKER.search(_QUOTED.sub("", marker)))
