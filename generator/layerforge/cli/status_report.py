"""What `layerforge status` compares, and what it prints."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layerforge.diagnostics import Diagnostic, ExitCode, plural
from layerforge.lock.types import Lock
from layerforge.operate.aws import Answers
from layerforge.operate.regions import Look
from layerforge.operate.status import Held, Record, State, Wanted
from layerforge.plan.fleet_types import Plan, Pointer
from layerforge.plan.packaged import signing_profile_of
from layerforge.plan.types import Layer, Packaged, Unit


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """What one of several environments has in its roots' variables.

    Attributes:
        name_prefix: stands before names at AWS.
        ssm_root: stands before the names of SSM parameters; ``None`` for an environment without any.
    """

    name_prefix: str
    ssm_root: str | None


def wanted_in(
    look: Look[Packaged], locks: Mapping[Path, Lock], plan: Plan, environment: Environment
) -> dict[str, tuple[Wanted, ...]]:
    """Return what should be published in each Region as the locks, none of which is stale, and the pins files say."""
    channels = {fleet.spec: fleet.channels for fleet in plan.fleets}

    def pointers(thing: Packaged, unit: Unit) -> tuple[Pointer, ...]:
        return channels[thing.spec].get(unit.layer, ()) if thing.spec in channels else ()

    def one(thing: Packaged, region: str) -> Iterator[Wanted]:
        root, ssm = environment.ssm_root, thing.publish.ssm if isinstance(thing, Layer) else None
        prefix = None if root is None or ssm is None else f"{root}{ssm}"
        for unit in thing.units:
            built = locks[thing.spec].units[unit.layer, unit.key].built
            if built is not None:
                yield Wanted(
                    unit=unit,
                    name=f"{environment.name_prefix}{unit.aws_name}",
                    sha256=built.sha256,
                    parameters=() if prefix is None else tuple(f"{prefix}/{target}/latest" for target in unit.targets),
                    channels={} if prefix is None else _channels(prefix, unit, pointers(thing, unit), region),
                    function=not isinstance(thing, Layer),
                    signed=signing_profile_of(thing) is not None,
                )

    return {
        region: tuple(found for thing in here for found in one(thing, region)) for region, here in look.regions.items()
    }


def _channels(prefix: str, unit: Unit, pointers: Iterable[Pointer], region: str) -> dict[str, str]:
    return {
        f"{prefix}/{target}/{pointer.channel}": pointer.arns[region]
        for pointer in pointers
        if pointer.unit == unit.key and region in pointer.arns
        for target in unit.targets
    }


def records_of(wanted: Mapping[str, tuple[Wanted, ...]], answers: Answers[tuple[Record, ...]]) -> list[Record]:
    """Return a record for each unit and Region, of those too that did not answer."""
    return [
        record
        for region, here in wanted.items()
        for record in answers.values.get(region) or [_unknown(region, one) for one in here]
    ]


def _unknown(region: str, wanted: Wanted) -> Record:
    return Record(region=region, wanted=wanted, state=State.UNKNOWN, detail="AWS did not answer")


def rows(records: Sequence[Record]) -> list[tuple[str, ...]]:
    """Return the rows of a table, of what is not as the lock says: Region, unit, state, what is different."""
    return [
        (one.region, str(one.wanted.unit), one.state.words, one.detail)
        for one in records
        if one.state is not State.PUBLISHED
    ]


def tallies(records: Sequence[Record]) -> list[str]:
    """Return a line for each Region: how much of it is as the lock says."""
    found: dict[str, list[bool]] = {}
    for one in records:
        found.setdefault(one.region, []).append(one.state is State.PUBLISHED)
    lines = [f"{region}: {sum(right)} of {len(right)} as the lock says" for region, right in found.items()]
    return lines or ["there is nothing to look at: no active Region"]


def verdict(records: Sequence[Record]) -> list[Diagnostic]:
    """Return the one finding: which Regions are to be run again."""
    late = [one for one in records if one.state not in (State.PUBLISHED, State.UNKNOWN)]
    if not late:
        return []
    regions = list(dict.fromkeys(one.region for one in late))
    return [
        Diagnostic(
            code="STAT001",
            message=f"{plural(len(late), 'unit')} {'is' if len(late) == 1 else 'are'} not published as the lock says, "
            f"in {', '.join(f'`{name}`' for name in regions)}",
            hint="apply Terraform there again; the other Regions need nothing",
        )
    ]


def exit_code(records: Sequence[Record]) -> ExitCode:
    """Return 3 where a Region did not answer, 1 where something differs, else 0."""
    states = {one.state for one in records}
    if State.UNKNOWN in states:
        return ExitCode.OUTSIDE
    return ExitCode.DONE if states <= {State.PUBLISHED} else ExitCode.FINDINGS


def as_data(records: Sequence[Record], paused: Sequence[str]) -> dict[str, Any]:
    """Return everything as plain data: one record for each unit and Region."""
    return {
        "regions": list(dict.fromkeys(one.region for one in records)),
        "paused": list(paused),
        "records": [
            {
                "region": one.region,
                "name": one.wanted.unit.layer,
                "kind": "function" if one.wanted.function else "layer",
                "unit": one.wanted.unit.key,
                "aws_name": one.wanted.name,
                "state": one.state.value,
                "sha256": one.wanted.sha256,
                "published": None if one.held is None else _published(one.held),
                "detail": one.detail,
            }
            for one in records
        ],
    }


def _published(held: Held) -> dict[str, Any]:
    return {"arn": held.arn, "version": held.number, "sha256": held.sha256, "signing_job": held.signing_job}
