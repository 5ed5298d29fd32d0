"""What `layerforge grants` prints: the table, the findings, and the same as plain data."""

from collections.abc import Iterable, Sequence, Sized
from typing import Any, Final

from layerforge.diagnostics import Diagnostic, ExitCode, Severity, plural
from layerforge.operate.changes import Add, Change
from layerforge.operate.grants import Difference, Kind, Version
from layerforge.operate.mend import Outcome, Review
from layerforge.operate.policies import in_words

_MOST: Final = 10

Found = tuple[Version, Difference]


def found_in(reviewed: Review) -> list[Found]:
    """Return every difference with its version."""
    return [
        (one.audited.version, difference)
        for found in reviewed.repairs.values()
        for one in found
        for difference in one.audited.differences
    ]


def left_in(outcomes: Iterable[Outcome]) -> list[Found]:
    """Return every difference that is left."""
    return [(one.repair.audited.version, difference) for one in outcomes for difference in one.left]


def difference_rows(found: Iterable[Found]) -> list[tuple[str, ...]]:
    """Return the rows of a table: Region, version, difference, who."""
    return [
        (version.region, f"{version.name}:{version.number}", difference.kind.value, _who(difference))
        for version, difference in found
    ]


def change_rows(reviewed: Review) -> list[tuple[str, ...]]:
    """Return the rows of a table: Region, version, change."""
    return [
        (one.audited.version.region, f"{one.audited.version.name}:{one.audited.version.number}", _change(change))
        for found in reviewed.repairs.values()
        for one in found
        for change in one.changes
    ]


def verdict(reviewed: Review, outcomes: Sequence[Outcome]) -> list[Diagnostic]:
    """Return everything there is to say: what is left, and what could not be asked or done."""
    said = _findings(left_in(outcomes))
    if not outcomes and reviewed.repairs:
        said.append(_nothing_there(reviewed.repairs))
    return [*said, *(one.problem for one in outcomes if one.problem is not None), *reviewed.problems]


def exit_code(reviewed: Review, outcomes: Sequence[Outcome]) -> ExitCode:
    """Return 3 where AWS did not answer for something, 1 where something is left that differs, else 0."""
    if reviewed.problems or any(one.outside for one in outcomes):
        return ExitCode.OUTSIDE
    return ExitCode.FINDINGS if left_in(outcomes) else ExitCode.DONE


def summary(reviewed: Review, outcomes: Sequence[Outcome]) -> str:
    """Return the last line: how many versions, and how many changes were made."""
    if not (reviewed.repairs or reviewed.problems):
        return "there is nothing to look at: no Region but paused ones"
    text = f"{plural(len(outcomes), 'version')} in {plural(len(reviewed.repairs), 'Region')}"
    changes = [one.made(change) for one in outcomes for change in one.repair.changes]
    if any(changes):
        text += f", {sum(changes)} of {plural(len(changes), 'change')} made"
    said_already = not outcomes or left_in(outcomes) or reviewed.problems
    return text if said_already else f"{text}: the grants are those of the spec"


def _findings(found: Sequence[Found]) -> list[Diagnostic]:
    """Return what to say about differences: one diagnostic for what is missing, too much, and open to everyone."""
    missing = [version for version, item in found if item.kind is Kind.MISSING]
    public = [version for version, item in found if item.kind is Kind.PUBLIC]
    other = {(version, item.sid) for version, item in found if item.kind not in (Kind.MISSING, Kind.PUBLIC)}
    said = []
    if public:
        said.append(
            Diagnostic(
                code="GRANT003",
                message=f"everyone in the world may use {_versions(public)}, and the spec does not say `public`",
                notes=_named(public),
                hint="`layerforge grants --apply --revoke` closes them; a grant `public` in the spec says it is meant",
            )
        )
    if missing:
        said.append(
            Diagnostic(
                code="GRANT001",
                message=f"{plural(len(missing), 'grant')} of the spec {_are(missing)} missing on {_versions(missing)}",
                hint="`layerforge grants --apply` adds what is missing",
            )
        )
    if other:
        said.append(
            Diagnostic(
                code="GRANT002",
                message=f"{plural(len(other), 'statement')} that the spec does not have {_are(other)} on "
                f"{_versions(version for version, _ in other)}",
                hint="`layerforge grants --apply --revoke` takes away what is not in the spec",
            )
        )
    return said


def _nothing_there(regions: Iterable[str]) -> Diagnostic:
    """Return the warning that there was nothing to audit."""
    return Diagnostic(
        code="GRANT004",
        message=f"no version of these layers is published in {', '.join(f'`{name}`' for name in regions)}",
        severity=Severity.WARNING,
        hint="is it the right account (`aws sts get-caller-identity`), and is `--name-prefix` what the modules have?",
    )


def as_data(reviewed: Review, outcomes: Iterable[Outcome], paused: Sequence[str]) -> dict[str, Any]:
    """Return everything as plain data."""
    done = tuple(outcomes)
    return {
        "regions": list(reviewed.repairs),
        "paused": list(paused),
        "versions": len(done),
        "differences": [_difference_data(version, item) for version, item in found_in(reviewed)],
        "changes": [_change_data(one, change) for one in done for change in one.repair.changes],
        "left": [_difference_data(version, item) for version, item in left_in(done)],
    }


def _difference_data(version: Version, item: Difference) -> dict[str, Any]:
    return {
        **_version_data(version),
        "kind": item.kind.value,
        "who": item.what,
        "grant": None if item.grant is None else item.grant.key,
        "statement": item.sid,
    }


def _change_data(outcome: Outcome, change: Change) -> dict[str, Any]:
    return {
        **_version_data(outcome.repair.audited.version),
        "change": "add" if isinstance(change, Add) else "revoke",
        "grant": change.grant.key if isinstance(change, Add) else None,
        "statement": None if isinstance(change, Add) else change.statement.sid,
        "done": outcome.made(change),
    }


def _version_data(version: Version) -> dict[str, Any]:
    return {"region": version.region, "name": version.name, "version": version.number, "arn": version.arn}


def _who(difference: Difference) -> str:
    return difference.what if difference.sid is None else f"{difference.what} (statement {difference.sid})"


def _change(change: Change) -> str:
    if isinstance(change, Add):
        return f"+ {in_words(change.grant)}"
    statement = change.statement
    words = [in_words(grant) for grant in sorted(statement.gives, key=lambda grant: grant.key)]
    return f"- {', '.join([*words, *(text for _, text in statement.odd)])} (statement {statement.sid})"


def _versions(versions: Iterable[Version]) -> str:
    return plural(len(set(versions)), "version")


def _are(things: Sized) -> str:
    return "is" if len(things) == 1 else "are"


def _named(versions: Iterable[Version]) -> tuple[str, ...]:
    names = [f"{version.region} {version.name}:{version.number}" for version in dict.fromkeys(versions)]
    more = [f"and {len(names) - _MOST} more"] if len(names) > _MOST else []
    return (*names[:_MOST], *more)
