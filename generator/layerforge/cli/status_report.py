"""What `layerforge status` prints: the table, the finding, and the same as plain data."""

from collections.abc import Mapping, Sequence
from typing import Any

from layerforge.diagnostics import Diagnostic, ExitCode, plural
from layerforge.operate.aws import Answers
from layerforge.operate.status import Asked, Held, Record, State, WantedFunction


def records_of(wanted: Mapping[str, tuple[Asked, ...]], answers: Answers[tuple[Record, ...]]) -> list[Record]:
    """Return a record for each unit and Region, of those too that did not answer."""
    return [
        record
        for region, here in wanted.items()
        for record in answers.values.get(region) or [_unknown(region, one) for one in here]
    ]


def _unknown(region: str, wanted: Asked) -> Record:
    return Record(region=region, wanted=wanted, state=State.UNKNOWN, detail="AWS did not answer")


def rows(records: Sequence[Record]) -> list[tuple[str, ...]]:
    """Return the rows of a table, of what is seen not to be as the lock says: Region, unit, state, the difference."""
    return [
        (one.region, str(one.wanted.unit), one.state.words, one.detail)
        for one in records
        if one.state not in (State.PUBLISHED, State.UNKNOWN)
    ]


def tallies(records: Sequence[Record]) -> list[str]:
    """Return a line for each Region: how much of it is as the lock says, or that nothing is known of it."""
    found: dict[str, list[State]] = {}
    for one in records:
        found.setdefault(one.region, []).append(one.state)
    lines = [f"{region}: {_tally(states)}" for region, states in found.items()]
    return lines or ["there is nothing to look at: no active Region"]


def _tally(states: Sequence[State]) -> str:
    if State.UNKNOWN in states:  # a Region answers for all of its units or for none
        return f"no answer, so nothing is known of its {plural(len(states), 'unit')}"
    return f"{states.count(State.PUBLISHED)} of {len(states)} as the lock says"


def verdict(records: Sequence[Record]) -> list[Diagnostic]:
    """Return the one finding: which Regions are to be run again."""
    late = [one for one in records if one.state not in (State.PUBLISHED, State.UNKNOWN)]
    if not late:
        return []
    regions = list(dict.fromkeys(one.region for one in late))
    unknown = any(one.state is State.UNKNOWN for one in records)
    others = "of Regions without an answer nothing is known" if unknown else "the other Regions need nothing"
    return [
        Diagnostic(
            code="STAT001",
            message=f"{plural(len(late), 'unit')} {'is' if len(late) == 1 else 'are'} not published as the lock says, "
            f"in {', '.join(f'`{name}`' for name in regions)}",
            hint=f"apply Terraform there again; {others}" + _where_a_plan_is_empty(late),
        )
    ]


def _where_a_plan_is_empty(late: Sequence[Record]) -> str:
    """Return what helps where Terraform takes for done what stopped before a version of the function was published."""
    behind = [one for one in late if isinstance(one.wanted, WantedFunction) and one.state is State.ELSEWHERE]
    if not behind:
        return ""
    first = behind[0]
    return (
        f". If it plans nothing for `{first.wanted.unit.layer}`: `aws lambda publish-version --region {first.region} "
        f"--function-name {first.wanted.name}`, then apply"
    )


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
                "kind": "function" if isinstance(one.wanted, WantedFunction) else "layer",
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
