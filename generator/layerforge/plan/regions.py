"""The Regions of a spec, and rules about them: one partition, one root each."""

from collections.abc import Iterator, Sequence
from os.path import normpath

from layerforge.diagnostics import Diagnostic
from layerforge.facts.load import Facts
from layerforge.names import identifier
from layerforge.plan.fleet_types import Fleet, Region, RegionState
from layerforge.plan.types import Layer
from layerforge.plan.words import error, place, warning
from layerforge.spec.load import LoadedSpec
from layerforge.spec.suggest import nearest

ROOTS = "roots"


def plan_regions(loaded: LoadedSpec, facts: Facts) -> tuple[Region, ...]:
    """Return the Regions of a spec in its order."""
    found = []
    for name, region in loaded.spec.regions.items():
        partition = facts.partition(name)
        found.append(
            Region(
                name=name,
                partition=partition.name if partition is not None else "aws",
                state=RegionState(region.state),
                root=region.root or f"{ROOTS}/{name}",
                bucket=region.bucket,
                where=loaded.positions.key(("regions", name)),
            )
        )
    return tuple(found)


def active(regions: Sequence[Region]) -> tuple[Region, ...]:
    """Return those that are published to."""
    return tuple(region for region in regions if region.state is RegionState.ACTIVE)


def check_regions(regions: Sequence[Region], facts: Facts) -> Iterator[Diagnostic]:
    """Yield ``PLAN022`` where partitions mix, and ``PLAN023``, a warning, for Regions that are not known."""
    for region in regions:
        if region.partition != regions[0].partition:
            message = (
                f"`{region.name}` is in the partition `{region.partition}`, "
                f"`{regions[0].name}` in `{regions[0].partition}`"
            )
            hint = "accounts, roles and layers end at a partition: write a spec for each"
            yield error("PLAN022", message, region.where, hint)
        partition = facts.partition(region.name)
        if partition is not None and region.name not in partition.regions:
            close = nearest(region.name, partition.regions)
            message = f"`{region.name}` is not among the Regions known on {facts.date}"
            hint = f"did you mean `{close}`? If it is new, all is well" if close else "if it is new, all is well"
            yield warning("PLAN023", message, region.where, hint)


def check_buckets(regions: Sequence[Region]) -> Iterator[Diagnostic]:
    """Yield ``PLAN028`` for a bucket that two Regions have: it lies in one of them."""
    taken: dict[str, Region] = {}
    for region in regions:
        first = region if region.bucket is None else taken.setdefault(region.bucket, region)
        if first is not region:
            message = f"`{region.name}` has the bucket of `{first.name}`, `{region.bucket}`"
            hint = "a bucket lies in one Region, and Lambda takes ZIPs from its own alone: name another one"
            yield error("PLAN028", message, region.where, hint)


def check_roots(fleets: Sequence[tuple[LoadedSpec, Fleet]]) -> Iterator[Diagnostic]:
    """Yield ``PLAN024`` for Regions, of any spec of a run, that would share a root."""
    taken: dict[str, Region] = {}
    for loaded, fleet in fleets:
        for region in fleet.regions:
            if region.state is RegionState.RETIRED:
                continue
            folder = normpath(loaded.path.parent / region.root).casefold()
            first = taken.setdefault(folder, region)
            if first is not region:
                message = (
                    f"`{region.name}` would have the same root as `{first.name}` ({place(first.where)}), "
                    f"`{region.root}`"
                )
                hint = f"give it one of its own: `root: {ROOTS}/{loaded.path.stem}/{region.name}`"
                where = loaded.positions.value(("regions", region.name, "root"))
                yield error("PLAN024", message, where, hint)


def check_addresses(fleet: Fleet, layers: Sequence[Layer]) -> Iterator[Diagnostic]:
    """Yield ``PLAN029`` for layers and functions whose modules would have one address in the roots."""
    taken: dict[str, str] = {}
    if not active(fleet.regions):
        return
    for name, where in [(item.name, item.where) for things in (layers, fleet.functions) for item in things]:
        word = identifier(name)
        if taken.setdefault(word, name) != name:
            message = f"`{taken[word]}` and `{name}` would both be `module.{word}` in the roots"
            yield error("PLAN029", message, where, "rename one of them")


def check_load(fleet: Fleet, layers: int, facts: Facts) -> Iterator[Diagnostic]:
    """Yield ``PLAN025``, a warning, where a root holds more modules than Terraform plans quickly."""
    count, most = layers + len(fleet.functions), facts.functions.root_modules
    live = active(fleet.regions)
    if live and count > most:
        message = (
            f"each root of this spec holds {layers:,} layers and {len(fleet.functions):,} functions; "
            f"above {most} together Terraform becomes slow"
        )
        hint = "split the spec: each file has roots and states of its own"
        yield warning("PLAN025", message, live[0].where, hint)
