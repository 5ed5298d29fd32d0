"""Plans how a policy becomes what the spec says, and carries it out without anybody losing access in between."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final, Protocol

from layerforge.operate.grants import by_key
from layerforge.operate.policies import Policy, Statement
from layerforge.plan.types import Grant

_TRIES: Final = 6
_FIRST_PAUSE: Final = 0.1
"""Seconds; each further pause is twice as long."""


class ChangedError(Exception):
    """Somebody else has changed the policy since it was read."""


class GoneError(Exception):
    """The version was deleted since it was listed."""


class FullError(Exception):
    """The policy takes no further statement: AWS bounds its length."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Add:
    """Give a grant."""

    grant: Grant


@dataclass(frozen=True, kw_only=True, slots=True)
class Remove:
    """Take a statement away: this one, not whatever has its id by now."""

    statement: Statement


Change = Add | Remove


class Door(Protocol):
    """The way to the policy of one version."""

    def read(self) -> Policy:
        """Return the policy as it is now."""

    def add(self, sid: str, grant: Grant, revision: str | None) -> None:
        """Add a statement to the policy of that revision, or raise ChangedError or GoneError."""

    def remove(self, sid: str, revision: str | None) -> None:
        """Remove a statement from the policy of that revision, or raise ChangedError or GoneError."""


def plan_changes(policy: Policy, wanted: frozenset[Grant], *, revoke: bool) -> tuple[Change, ...]:
    """Return what makes the policy give what is wanted, and, to ``revoke``, nothing else.

    What is added comes first. A statement that gives something wanted together with something else is replaced: its
    good half is added on its own before it goes.
    """
    leaving = [one for one in policy.statements if revoke and (one.odd or not one.gives <= wanted)]
    staying = {grant for one in policy.statements if one not in leaving for grant in one.gives}
    return (
        *(Add(grant=grant) for grant in by_key(wanted - staying)),
        *(Remove(statement=statement) for statement in leaving),
    )


def new_sid(grant: Grant, policy: Policy) -> str:
    """Return a statement id that is free.

    Never the grant's key itself: that is Terraform's, which fails with a conflict where it finds it taken, as it would
    when a grant is new in the spec and this tool was faster.
    """
    taken = {statement.sid for statement in policy.statements}
    first = f"layerforge-{grant.key}"
    return next(sid for number in count(1) if (sid := first if number == 1 else f"{first}-{number}") not in taken)


def carry_out(
    door: Door,
    announced: Iterable[Change],
    wanted: frozenset[Grant],
    *,
    pause: Callable[[float], None] = time.sleep,
) -> Policy:
    """Make the announced changes, as far as they are still due, and return the policy as it is afterwards.

    Before each change the policy is read again, and the change names the revision that was read. When somebody else
    was faster, that is repeated a few times; nothing is done that was not announced. Where the policy is full, what is
    to go anyway makes room for what is to come.

    Raises:
        GoneError: the version was deleted in the meantime.
        ChangedError: the policy kept changing.
        FullError: the policy takes no further statement, and nothing that is to go can make room.
    """
    promised = tuple(announced)
    revoke = any(isinstance(change, Remove) for change in promised)
    refusals, full = 0, False
    for _ in range(len(promised) + _TRIES + 1):
        policy = door.read()
        adding, removing = _due(policy, promised, wanted, revoke=revoke)
        due = (*removing, *adding) if full else (*adding, *removing)
        if not due:
            return policy
        try:
            _make(door, due[0], policy)
        except FullError:
            if not removing:
                raise
            full = True
        except ChangedError:
            refusals += 1
            if refusals == _TRIES:
                raise
            pause(_FIRST_PAUSE * 2 ** (refusals - 1))
    raise ChangedError


def _due(
    policy: Policy, promised: Sequence[Change], wanted: frozenset[Grant], *, revoke: bool
) -> tuple[list[Change], list[Change]]:
    """Return the promised changes that the policy still needs: what to add, and what to remove at no grant's cost.

    As long as something is missing, a statement that gives a part of it stays.
    """
    needed = plan_changes(policy, wanted, revoke=revoke)
    adding: list[Change] = [change for change in needed if isinstance(change, Add) and change in promised]
    removing = [change for change in needed if isinstance(change, Remove)]
    leaving = {change.statement for change in removing}
    staying = {grant for one in policy.statements if one not in leaving for grant in one.gives}
    return adding, [change for change in removing if change in promised and change.statement.gives & wanted <= staying]


def _make(door: Door, change: Change, policy: Policy) -> None:
    match change:
        case Add():
            door.add(new_sid(change.grant, policy), change.grant, policy.revision)
        case Remove():
            door.remove(change.statement.sid, policy.revision)
