"""What `layerforge push` and `layerforge pull` move: which ZIP of which unit, and which object in which bucket."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from layerforge.cli.project import shown
from layerforge.diagnostics import Diagnostic, ExitCode, Severity, SpecError, fail
from layerforge.lock.types import Lock
from layerforge.names import Delivery
from layerforge.operate.objects import Done, Outcome, Parcel, key_of
from layerforge.operate.regions import Look
from layerforge.plan.fleet_types import Plan
from layerforge.plan.function_types import Function
from layerforge.plan.types import Layer, Packaged


def via_of(thing: Packaged) -> Delivery | None:
    """Return how the ZIPs of something reach Lambda."""
    if isinstance(thing, Layer):
        return thing.publish.via
    return thing.via if isinstance(thing, Function) else None


class Buckets:
    """The bucket of each Region, which the user or the spec names."""

    def __init__(self, plan: Plan, given: str | None) -> None:
        """Take the bucket that the user names; it wins over those of the specs."""
        self._given = given
        self._declared = {(fleet.spec, one.name): one.bucket for fleet in plan.fleets for one in fleet.regions}

    def of(self, thing: Packaged, region: str) -> str | None:
        """Return the bucket of a thing in a Region; ``None`` if nobody names one."""
        return self._given or self._declared.get((thing.spec, region))

    def check(self, look: Look[Packaged], code: str) -> None:
        """See that each Region has one.

        Raises:
            SpecError: with the given code, for each Region without one.
        """
        lacking = [name for name, here in look.regions.items() if any(not self.of(thing, name) for thing in here)]
        fail(
            SpecError,
            [
                Diagnostic(
                    code=code,
                    message=f"no bucket is named for `{name}`",
                    hint=f"write `regions: {{{name}: {{bucket: NAME}}}}` in the spec, or give `--bucket NAME`",
                )
                for name in lacking
            ],
        )


def nearest(look: Look[Packaged], buckets: Buckets) -> Look[Packaged]:
    """Leave of each thing's Regions only the first that has a bucket: its ZIPs are the same everywhere."""
    found: dict[str, list[Packaged]] = {}
    first: dict[str, str] = {}
    for name, here in look.regions.items():
        for thing in here:
            known = first.get(thing.name)
            if known is None or (buckets.of(thing, name) and not buckets.of(thing, known)):
                first[thing.name] = name
    for name, here in look.regions.items():
        kept = [thing for thing in here if first[thing.name] == name]
        if kept:
            found[name] = kept
    return Look(regions={name: tuple(here) for name, here in found.items()}, paused=look.paused)


def parcels_of(
    look: Look[Packaged], buckets: Buckets, locks: Mapping[Path, Lock], *, out: Path, prefix: str
) -> Iterator[Parcel]:
    """Yield a parcel for each unit and Region; the locks are known to be fresh."""
    for region, here in look.regions.items():
        for thing in here:
            for unit in thing.units:
                built = locks[thing.spec].units[unit.layer, unit.key].built
                bucket = buckets.of(thing, region)
                if built is not None and bucket is not None:
                    path = out.absolute() / thing.name / "artifacts" / f"{unit.key}.zip"
                    yield Parcel(
                        unit=unit,
                        path=path,
                        shown=shown(path),
                        sha256=built.sha256,
                        size=built.zipped_size,
                        region=region,
                        bucket=bucket,
                        key=key_of(prefix, unit, built.sha256),
                    )


def nothing(code: str, hint: str) -> Diagnostic:
    """Return the note that there is nothing to move."""
    return Diagnostic(code=code, message="there is nothing to push", severity=Severity.NOTE, hint=hint)


def rows(outcomes: Iterable[Outcome]) -> list[tuple[str, ...]]:
    """Return the rows of a table: Region, unit, what became of it, the object."""
    return [
        (one.parcel.region, str(one.parcel.unit), one.done or "failed", one.parcel.url)
        for one in outcomes
        if one.done is not Done.THERE
    ]


def as_data(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return everything for ``--json``."""
    return {
        "objects": [
            {
                "region": one.parcel.region,
                "name": one.parcel.unit.layer,
                "unit": one.parcel.unit.key,
                "bucket": one.parcel.bucket,
                "key": one.parcel.key,
                "sha256": one.parcel.sha256,
                "size": one.parcel.size,
                "outcome": "failed" if one.done is None else one.done.value,
            }
            for one in outcomes
        ]
    }


def summary(outcomes: Sequence[Outcome], done: Done) -> str:
    """Say in a line what was done."""
    there = sum(one.done is Done.THERE for one in outcomes)
    failed = sum(one.done is None for one in outcomes)
    moved = sum(one.done is done for one in outcomes)
    more = f", {failed} failed" if failed else ""
    return f"{moved} {done.value}, {there} {Done.THERE.value}{more}"


def problems(outcomes: Sequence[Outcome]) -> tuple[Diagnostic, ...]:
    """Return what went wrong, each once."""
    return tuple(dict.fromkeys(item for one in outcomes for item in one.problems))


def exit_code(outcomes: Sequence[Outcome]) -> ExitCode:
    """Return the worst of the exit codes."""
    return ExitCode(max((one.exit_code for one in outcomes), default=0))
