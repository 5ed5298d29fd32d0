"""Audits the policies of layer versions and makes them what the spec says, in several Regions at a time."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from layerforge.diagnostics import Diagnostic, OutsideError
from layerforge.operate.aws import Access
from layerforge.operate.changes import Change, ChangedError, FullError, GoneError, carry_out, plan_changes
from layerforge.operate.grants import Audited, Difference, Subject, Version, compare
from layerforge.operate.policies import Policy
from layerforge.operate.published import PolicyDoor, audit


@dataclass(frozen=True, kw_only=True, slots=True)
class Repair:
    """What one version needs; no changes for one that is as it should be."""

    audited: Audited
    changes: tuple[Change, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """The state of the fleet's grants.

    Attributes:
        repairs: one for every live version, by Region, of the Regions that answered.
        problems: why others did not.
    """

    repairs: Mapping[str, tuple[Repair, ...]]
    problems: tuple[Diagnostic, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What came of a repair.

    Attributes:
        repair: what was to be done.
        policy: as it was read last; ``None`` for a version that was deleted in the meantime.
        problem: why something is left to do.
        outside: whether AWS could not be asked any more.
    """

    repair: Repair
    policy: Policy | None
    problem: Diagnostic | None = None
    outside: bool = False

    @property
    def left(self) -> tuple[Difference, ...]:
        """What still differs from the spec."""
        return () if self.policy is None else compare(self.policy, self.repair.audited.subject.wanted)

    def made(self, change: Change) -> bool:
        """Tell whether a change is not due any more."""
        wanted = self.repair.audited.subject.wanted
        return self.policy is None or change not in plan_changes(self.policy, wanted, revoke=True)


def review(access: Access, where: Mapping[str, Sequence[Subject]], *, revoke: bool) -> Review:
    """Audit every live version of some layers in each Region, and plan what it needs."""
    answers = access.in_regions(list(where), lambda region: audit(access, region, where[region]))
    return Review(
        repairs={
            region: tuple(
                Repair(audited=one, changes=plan_changes(one.policy, one.subject.wanted, revoke=revoke))
                for one in audited
            )
            for region, audited in answers.values.items()
        },
        problems=answers.diagnostics,
    )


def untouched(reviewed: Review) -> tuple[Outcome, ...]:
    """Return the outcome of doing nothing."""
    return tuple(
        Outcome(repair=repair, policy=repair.audited.policy) for found in reviewed.repairs.values() for repair in found
    )


def mend(access: Access, reviewed: Review) -> tuple[Outcome, ...]:
    """Carry out what is planned. When a Region cannot be asked any more, the rest of it is left as it is."""
    planned = reviewed.repairs
    answers = access.in_regions(list(planned), lambda region: _mend_region(access, region, planned[region]))
    return tuple(outcome for found in answers.values.values() for outcome in found)


def _mend_region(access: Access, region: str, planned: Sequence[Repair]) -> tuple[Outcome, ...]:
    lost = threading.Event()

    def one(repair: Repair) -> Outcome:
        before, version = repair.audited.policy, repair.audited.version
        if lost.is_set() or not repair.changes:
            return Outcome(repair=repair, policy=before)
        try:
            door = PolicyDoor(access.lambda_(region), version)
            try:
                return Outcome(repair=repair, policy=carry_out(door, repair.changes, repair.audited.subject.wanted))
            except FullError:
                problem = _full(version)
            except ChangedError:
                problem = _restless(version)
            return Outcome(repair=repair, policy=door.read(), problem=problem)  # some changes may have been made
        except GoneError:
            return Outcome(repair=repair, policy=None)
        except OutsideError as error:
            lost.set()
            return Outcome(repair=repair, policy=before, problem=error.diagnostics[0], outside=True)

    return tuple(access.each(planned, one))


def _full(version: Version) -> Diagnostic:
    return Diagnostic(
        code="GRANT006",
        message=f"the policy of `{version.name}:{version.number}` in `{version.region}` takes no further grant",
        hint="grant to one organization instead of many accounts; `--apply --revoke` takes away first what the spec "
        "does not have, where that makes room",
    )


def _restless(version: Version) -> Diagnostic:
    return Diagnostic(
        code="GRANT007",
        message=f"the policy of `{version.name}:{version.number}` in `{version.region}` keeps changing while we do",
        hint="somebody else changes the same grants right now; run the same command again afterwards",
    )
