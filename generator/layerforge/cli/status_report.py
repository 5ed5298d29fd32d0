"""What `layerforge status` compares, and what it prints."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from layerforge.diagnostics import Diagnostic, ExitCode
from layerforge.lock.types import Lock
from layerforge.operate.aws import Answers
from layerforge.operate.regions import Look
from layerforge.operate.status import Record, State, Wanted
from layerforge.plan.types import Layer, Packaged, Unit


def wanted_in(
    look: Look[Packaged], locks: Mapping[Path, Lock], prefix: str, *, parameters: bool
) -> dict[str, tuple[Wanted, ...]]:
    """Return what should be published in each Region as the locks say, none of which is stale."""
    return {
        region: tuple(one for thing in here for one in _wanted(thing, locks[thing.spec], prefix, parameters=parameters))
        for region, here in look.regions.items()
    }


def _wanted(thing: Packaged, lock: Lock, prefix: str, *, parameters: bool) -> Iterator[Wanted]:
    ssm = thing.publish.ssm if parameters and isinstance(thing, Layer) else None
    for unit in thing.units:
        built = lock.units[unit.layer, unit.key].built
        if built is not None:
            yield Wanted(
                unit=unit,
                name=f"{prefix}{unit.aws_name}",
                sha256=built.sha256,
                parameters=() if ssm is None else _parameters(ssm, unit),
                function=not isinstance(thing, Layer),
            )


def _parameters(prefix: str, unit: Unit) -> tuple[str, ...]:
    return tuple(f"{prefix}/{target.runtime}/{target.architecture}/latest" for target in unit.targets)


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
    units = f"{len(late)} unit{'' if len(late) == 1 else 's'}"
    return [
        Diagnostic(
            code="STAT001",
            message=f"{units} {'is' if len(late) == 1 else 'are'} not published as the lock says, in "
            f"{', '.join(f'`{name}`' for name in regions)}",
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
                "published": None
                if one.held is None
                else {"arn": one.held.arn, "version": one.held.number, "sha256": one.held.sha256},
                "detail": one.detail,
            }
            for one in records
        ],
    }
