"""Makes plans, layers, pins and locks with sensible defaults, for tests that need some and do not care which."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from layerforge.diagnostics import Location
from layerforge.lock.types import ArtifactRecord, Inputs, Lock, LockedUnit, Pin, UnitId
from layerforge.names import Architecture, Delivery, LayerName, PackageName, RuntimeId, Sha256, Split, UnitKey
from layerforge.plan.types import (
    AccountGrant,
    Exclude,
    Grant,
    Include,
    Layer,
    OrganizationGrant,
    Plan,
    PublicGrant,
    Publish,
    PythonSource,
    RequirementFile,
    RequirementLine,
    RequirementList,
    Target,
    Unit,
)

SPEC = Path("/project/layers.yaml")

ORGANIZATION = OrganizationGrant(organization="o-abc123def4")
ACCOUNT = AccountGrant(account="111122223333")
PUBLIC = PublicGrant()


def sha256(text: str) -> Sha256:
    """Return a digest that is the same for the same text, to stand for that of some content."""
    return Sha256(hashlib.sha256(text.encode()).hexdigest())


def location(path: str = "", *, file: str = "layers.yaml", line: int | None = 1, text: str | None = None) -> Location:
    """Return a place in a spec."""
    return Location(file=file, line=line, column=None if line is None else 1, text=text, path=path)


def pin(name: str = "requests", version: str = "2.32.3", *, file: str | None = None, digest: str | None = None) -> Pin:
    """Return a pin of a pure wheel."""
    wheel = file or f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    return Pin(name=PackageName(name), version=version, file=wheel, sha256=Sha256(digest or sha256(wheel)))


def targets(runtimes: Iterable[str], architectures: Iterable[str]) -> tuple[Target, ...]:
    """Return runtimes × architectures, runtimes first."""
    listed = tuple(architectures)
    return tuple(
        Target(runtime=RuntimeId(runtime), architecture=Architecture(item)) for runtime in runtimes for item in listed
    )


def units(layer: str, split: Split, of: Sequence[Target]) -> tuple[Unit, ...]:
    """Cut targets into units as the spec's ``split`` says."""
    cut: dict[str, list[Target]] = {}
    for target in of:
        architecture = target.architecture.value.replace("_", "-")
        key = {
            Split.TARGET: f"{target.runtime.replace('.', '')}-{architecture}",
            Split.ARCHITECTURE: architecture,
            Split.NONE: "all",
        }[split]
        cut.setdefault(key, []).append(target)
    return tuple(
        Unit(
            layer=LayerName(layer),
            key=UnitKey(key),
            targets=tuple(members),
            aws_name=layer if key == "all" else f"{layer}-{key}",
            address=key.replace("-", "_"),
        )
        for key, members in cut.items()
    )


def source(
    *,
    requirements: Sequence[str] | str = ("requests==2.32.3",),
    include: Iterable[str] = (),
    exclude: Iterable[str] = (),
    prefer: Iterable[str] = (),
    executable: Iterable[str] = (),
) -> PythonSource:
    """Return a Python source; ``requirements`` as one string is the path of a file."""
    return PythonSource(
        requirements=RequirementFile(path=requirements, where=location())
        if isinstance(requirements, str)
        else RequirementList(lines=tuple(RequirementLine(text=text, where=location()) for text in requirements)),
        include=tuple(Include(path=path, to=path.rsplit("/", 1)[-1], where=location()) for path in include),
        exclude=tuple(Exclude(glob=glob, where=location()) for glob in exclude),
        prefer=tuple(PackageName(name) for name in prefer),
        executable=tuple(executable),
    )


def layer(
    name: str = "shared-utils",
    *,
    runtimes: Iterable[str] = ("python3.12",),
    architectures: Iterable[str] = ("x86_64", "arm64"),
    split: Split = Split.TARGET,
    grants: Iterable[Grant] = (),
    via: Delivery = Delivery.DIRECT,
    ssm: str | None = None,
    description: str = "Some layer",
    license: str | None = None,  # noqa: A002 - the field's own word
    provider_minimum: str = "5.100.0",
    spec: Path = SPEC,
    content: PythonSource | None = None,
) -> Layer:
    """Return a layer with its units, by default one unit for each of two architectures."""
    aims = targets(runtimes, architectures)
    return Layer(
        name=LayerName(name),
        description=description,
        license=license,
        split=split,
        targets=aims,
        units=units(name, split, aims),
        source=content or source(),
        grants=tuple(sorted(grants, key=lambda grant: grant.key)),
        publish=Publish(via=via, ssm=ssm),
        provider_minimum=provider_minimum,
        spec=spec,
        where=location(f"layers.{name}"),
    )


def plan(*layers: Layer) -> Plan:
    """Return a plan of the layers, or of one with all defaults."""
    return Plan(layers=tuple(sorted(layers or (layer(),), key=lambda item: item.name)))


def inputs(pins: Iterable[Pin] | None = None, *, request: str = "request") -> Inputs:
    """Return inputs of some pins and no own files."""
    return Inputs(
        pins=tuple(sorted((pin(),) if pins is None else pins)),
        request=sha256(request),
        own_files=sha256("no own files"),
        fields=sha256("no fields"),
    )


def locked_unit(seed: str, *, consists_of: Inputs | None = None, size: int = 2128, built: bool = True) -> LockedUnit:
    """Return a unit as the lock holds it; the digest of its ZIP follows ``seed``."""
    given = consists_of or inputs()
    record = ArtifactRecord(
        inputs=given.digest, format=1, sha256=sha256(f"zip of {seed}"), zipped_size=size, unzipped_size=3 * size
    )
    return LockedUnit(inputs=given, artifact=record if built else None)


def locks(of: Plan, *, changed: Mapping[str, str] | None = None, built: bool = True) -> dict[Path, Lock]:
    """Return the lock of each spec file of a plan.

    Args:
        of: the plan.
        changed: by ``layer/unit``, another seed for that unit's digest, as if its content had changed.
        built: whether the artifacts have been recorded.
    """
    seeds = changed or {}
    found: dict[Path, dict[UnitId, LockedUnit]] = {}
    for item in of.layers:
        for unit in item.units:
            name = str(unit)
            found.setdefault(item.spec, {})[item.name, unit.key] = locked_unit(seeds.get(name, name), built=built)
    return {spec: Lock(units=entries) for spec, entries in found.items()}
