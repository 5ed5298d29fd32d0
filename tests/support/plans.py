"""Makes plans, layers, functions, pins and locks with sensible defaults, for tests that do not care which."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from layerforge.diagnostics import Location
from layerforge.lock.types import NO_REQUEST, ArtifactRecord, Inputs, Lock, LockedUnit, Pin, UnitId
from layerforge.names import Architecture, Delivery, LayerName, PackageName, RuntimeId, Sha256, Split, UnitKey
from layerforge.plan.fleet_types import Fleet, Plan, Pointer, Region, RegionState
from layerforge.plan.function_types import (
    Attached,
    BucketCode,
    ByRegion,
    Function,
    Logs,
    OwnLayer,
    PinnedLayer,
    Settings,
)
from layerforge.plan.types import (
    AccountGrant,
    CodeSource,
    Exclude,
    Grant,
    Include,
    Layer,
    OrganizationGrant,
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
    signing_profile: str | None = None,
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
        publish=Publish(via=via, ssm=ssm, signing_profile=signing_profile),
        provider_minimum=provider_minimum,
        spec=spec,
        where=location(f"layers.{name}"),
    )


def settings(**changes: Any) -> Settings:  # noqa: ANN401 - each field has a type of its own
    """Return what a function runs with by default, with some fields changed."""
    plain = Settings(
        memory=256,
        timeout=30,
        ephemeral_storage=512,
        environment={},
        role=None,
        tracing=False,
        logs=Logs(retention=365, format="JSON", group=None),
        dead_letter=None,
        in_vpc=False,
        reserved_concurrency=None,
        snap_start=False,
        kms_key=None,
        code_signing=None,
        publish=True,
        aliases=("live",),
        tags={},
    )
    return replace(plain, **changes)


def bucket_code(
    bucket: ByRegion = "example-artifacts",
    key: str = "functions/data-processor.zip",
    *,
    version: str | None = None,
    digest: str | None = None,
    size: int | None = None,
) -> BucketCode:
    """Return code that somebody else has put into a bucket."""
    return BucketCode(bucket=bucket, key=key, version=version, sha256=digest, size=size)


def own_layer(of: Layer, runtime: str = "python3.12", architecture: str = "arm64") -> OwnLayer:
    """Return a layer of the spec in a function's list, by the unit that serves the function."""
    aim = Target(runtime=RuntimeId(runtime), architecture=Architecture(architecture))
    unit = next(unit for unit in of.units if aim in unit.targets)
    return OwnLayer(layer=of.name, unit=unit.key, where=location())


def pinned_layer(
    *arns: str, label: str | None = None, layer: str | None = None, size: int | None = None
) -> PinnedLayer:
    """Return a version that somebody has chosen, by an ARN for each Region."""
    return PinnedLayer(
        label=label or arns[0],
        layer=None if layer is None else LayerName(layer),
        arns={arn.split(":")[3]: arn for arn in arns},
        size=size,
        where=location(),
    )


def pointer(of: Layer, *arns: str, channel: str = "stable") -> Pointer:
    """Return where a channel of a layer's first unit points to, by an ARN for each Region."""
    return Pointer(layer=of.name, unit=of.units[0].key, channel=channel, arns={arn.split(":")[3]: arn for arn in arns})


def function(
    name: str = "data-processor",
    *,
    runtime: str = "python3.12",
    architecture: str = "arm64",
    handler: str = "handler.lambda_handler",
    code: str | BucketCode | None = "src",
    via: Delivery = Delivery.DIRECT,
    layers: Iterable[Layer | Attached | str] = (),
    overrides: Iterable[str] = (),
    description: str = "Some function",
    provider_minimum: str = "5.100.0",
    spec: Path = SPEC,
    runs_with: Settings | None = None,
    signing_profile: str | None = None,
) -> Function:
    """Return a function.

    ``code`` is a folder, an object in a bucket, or ``None`` for the attachment alone; a layer of the spec, or an ARN,
    among ``layers`` stands for its attachment.
    """
    folder = code if isinstance(code, str) else None
    target = Target(runtime=RuntimeId(runtime), architecture=Architecture(architecture))
    unit = Unit(layer=LayerName(name), key=UnitKey("code"), targets=(target,), aws_name=name, address="this")

    def attached(item: Layer | Attached | str) -> Attached:
        if isinstance(item, Layer):
            return own_layer(item, runtime, architecture)
        return pinned_layer(item) if isinstance(item, str) else item

    return Function(
        name=LayerName(name),
        description=description,
        runtime=RuntimeId(runtime),
        architecture=Architecture(architecture),
        handler="" if code is None else handler,
        code=code if isinstance(code, BucketCode) else None,
        source=None
        if folder is None
        else CodeSource(include=(Include(path=folder, to=".", where=location()),), exclude=(), executable=()),
        units=() if folder is None else (unit,),
        via=via,
        layers=tuple(attached(item) for item in layers),
        overrides=tuple(overrides),
        settings=runs_with or settings(),
        signing_profile=signing_profile,
        provider_minimum=provider_minimum,
        spec=spec,
        where=location(f"functions.{name}"),
    )


def region(
    name: str = "eu-west-1",
    *,
    partition: str = "aws",
    state: RegionState = RegionState.ACTIVE,
    root: str | None = None,
    bucket: str | None = None,
) -> Region:
    """Return a Region that the fleet is published in."""
    return Region(
        name=name,
        partition=partition,
        state=state,
        root=root or f"roots/{name}",
        bucket=bucket,
        where=location(f"regions.{name}"),
    )


def by_layer(pointers: Iterable[Pointer]) -> dict[LayerName, tuple[Pointer, ...]]:
    """Return pointers as a fleet has them."""
    found: dict[LayerName, tuple[Pointer, ...]] = {}
    for one in pointers:
        found[one.layer] = (*found.get(one.layer, ()), one)
    return found


def fleet(
    *functions: Function, regions: Iterable[Region | str] = (), channels: Iterable[Pointer] = (), spec: Path = SPEC
) -> Fleet:
    """Return what a spec adds to its layers; a name among ``regions`` stands for an active Region."""
    return Fleet(
        spec=spec,
        functions=tuple(sorted(functions, key=lambda item: item.name)),
        regions=tuple(region(item) if isinstance(item, str) else item for item in regions),
        channels=by_layer(channels),
    )


def plan(*layers: Layer, fleets: Iterable[Fleet] = ()) -> Plan:
    """Return a plan of the layers and fleets, or of one layer with all defaults."""
    listed = tuple(fleets)
    chosen = layers or (() if listed else (layer(),))
    return Plan(layers=tuple(sorted(chosen, key=lambda item: item.name)), fleets=listed)


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
    """Return the lock of each spec file of a plan: its layers, and the code of its functions.

    Args:
        of: the plan.
        changed: by ``layer/unit``, another seed for that unit's digest, as if its content had changed.
        built: whether the artifacts have been recorded.
    """
    seeds = changed or {}
    found: dict[Path, dict[UnitId, LockedUnit]] = {}
    for one in of.fleets:
        found.setdefault(one.spec, {})
    for item in of.packaged:
        consists_of = replace(inputs([]), request=NO_REQUEST) if isinstance(item.source, CodeSource) else None
        for unit in item.units:
            name = str(unit)
            found.setdefault(item.spec, {})[item.name, unit.key] = locked_unit(
                seeds.get(name, name), consists_of=consists_of, built=built
            )
    return {spec: Lock(units=entries) for spec, entries in found.items()}
