"""Laws of mending a policy: nothing unannounced, nobody loses a grant of the spec's, and in the end it is right."""

import contextlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerforge.operate.changes import Add, ChangedError, FullError, Remove, carry_out, new_sid, plan_changes
from layerforge.operate.grants import Kind, compare
from layerforge.operate.policies import Policy, read_statement
from layerforge.plan.types import AccountGrant, Grant, OrganizationGrant, PublicGrant

ACCOUNTS = [AccountGrant(account=str(digit) * 12) for digit in range(1, 4)]
ORGANIZATIONS = [OrganizationGrant(organization=f"o-abc123def{digit}") for digit in range(2)]
GRANTS: list[Grant] = [*ACCOUNTS, *ORGANIZATIONS, PublicGrant()]


def raw(sid: str, grant: Grant, **more: object) -> dict[str, Any]:
    principal: object = "*"
    if isinstance(grant, AccountGrant):
        principal = {"AWS": f"arn:aws:iam::{grant.account}:root"}
    condition = {}
    if isinstance(grant, OrganizationGrant):
        condition = {"Condition": {"StringEquals": {"aws:PrincipalOrgID": grant.organization}}}
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": principal,
        "Action": "lambda:GetLayerVersion",
        **condition,
        **more,
    }


def policy_of(statements: Iterable[dict[str, Any]], revision: str | None = "r") -> Policy:
    return Policy(statements=tuple(map(read_statement, statements)), revision=revision)


def given_by(policy: Policy) -> set[Grant]:
    return {grant for statement in policy.statements for grant in statement.gives}


@dataclass
class FakeDoor:
    """A policy that keeps AWS's rules, remembers what was done, and lets others meddle before each write."""

    statements: list[dict[str, Any]]
    meddlers: list[Callable[["FakeDoor"], None]] = field(default_factory=list)
    revision: int = 1
    done: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    given: list[set[Grant]] = field(default_factory=list)
    room: int = 100

    def read(self) -> Policy:
        return policy_of(self.statements, str(self.revision) if self.statements else None)

    def add(self, sid: str, grant: Grant, revision: str | None) -> None:
        self._write(revision)
        if sid in [one["Sid"] for one in self.statements]:
            raise ChangedError
        if len(self.statements) >= self.room:
            raise FullError
        self.put(raw(sid, grant))
        self.done.append(f"+ {grant.key} as {sid}")

    def remove(self, sid: str, revision: str | None) -> None:
        self._write(revision)
        before = given_by(self.read())
        found = next(one for one in self.statements if one["Sid"] == sid)
        self.take(found)
        self.done.append(f"- {sid}")
        self.removed.append(json.dumps(found, sort_keys=True))
        self.given += [before, given_by(self.read())]

    def put(self, statement: dict[str, Any]) -> None:
        self.statements.append(statement)
        self.revision += 1

    def take(self, statement: dict[str, Any]) -> None:
        self.statements.remove(statement)
        self.revision += 1

    def _write(self, revision: str | None) -> None:
        if self.meddlers:
            self.meddlers.pop(0)(self)
        if revision is not None and revision != str(self.revision):
            raise ChangedError


def mend(door: FakeDoor, wanted: frozenset[Grant], *, revoke: bool) -> Policy:
    return carry_out(door, plan_changes(door.read(), wanted, revoke=revoke), wanted, pause=lambda _seconds: None)


SIDS = ["one", "two", "three", "four", *(grant.key for grant in GRANTS), *(f"layerforge-{one.key}" for one in GRANTS)]
ODD: list[dict[str, object]] = [
    {},
    {},
    {"Action": "lambda:*"},
    {"Action": "lambda:GetFunction"},
    {"Effect": "Deny"},
    {"Principal": {"AWS": "AIDAJQABLZS4A3QDU576Q"}},
    {"Principal": {"AWS": ["111111111111", "222222222222"]}},
    {"Principal": {"AWS": ["111111111111", "AIDAJQABLZS4A3QDU576Q"]}},
    {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
]
statements = st.builds(
    lambda sid, grant, odd: raw(sid, grant, **odd), st.sampled_from(SIDS), st.sampled_from(GRANTS), st.sampled_from(ODD)
)
policies = st.lists(statements, max_size=7, unique_by=lambda one: one["Sid"])
wishes = st.frozensets(st.sampled_from(GRANTS), max_size=4)


@given(policies, wishes)
def test_after_it_the_audit_is_clean(start: list[dict[str, Any]], wanted: frozenset[Grant]) -> None:
    door = FakeDoor(start)
    after = mend(door, wanted, revoke=True)
    assert compare(after, wanted) == ()
    assert plan_changes(after, wanted, revoke=True) == ()
    assert given_by(after) == wanted


@given(policies, wishes)
def test_without_revoke_nothing_is_removed_and_nothing_is_missing(
    start: list[dict[str, Any]], wanted: frozenset[Grant]
) -> None:
    door, before = FakeDoor(list(start)), list(start)
    after = mend(door, wanted, revoke=False)
    assert door.statements[: len(before)] == before
    assert Kind.MISSING not in {item.kind for item in compare(after, wanted)}


@given(policies, wishes, st.integers(min_value=0, max_value=8))
def test_at_no_moment_does_anybody_lose_a_grant_of_the_specs(
    start: list[dict[str, Any]], wanted: frozenset[Grant], room: int
) -> None:
    door = FakeDoor(start, room=room)
    had = given_by(door.read()) & wanted
    with contextlib.suppress(FullError):
        mend(door, wanted, revoke=True)
        assert given_by(door.read()) == wanted
    assert all(had <= moment for moment in door.given)
    assert not any(_right(json.loads(one), wanted) for one in door.removed)


@given(policies, wishes, st.booleans())
def test_what_is_right_is_left_alone(start: list[dict[str, Any]], wanted: frozenset[Grant], revoke: bool) -> None:
    door = FakeDoor(start)
    mend(door, wanted, revoke=revoke)
    done = list(door.done)
    mend(door, wanted, revoke=revoke)
    assert door.done == done
    assert not {json.dumps(one, sort_keys=True) for one in start if _right(one, wanted)} & set(door.removed)


def _right(statement: dict[str, Any], wanted: frozenset[Grant]) -> bool:
    read = read_statement(statement)
    return not read.odd and read.gives <= wanted


def replaced(door: FakeDoor, sid: str, statement: dict[str, Any]) -> None:
    for found in [one for one in door.statements if one["Sid"] == sid]:
        door.take(found)
    door.put({**statement, "Sid": sid})


def dropped(door: FakeDoor, sid: str) -> None:
    for found in [one for one in door.statements if one["Sid"] == sid]:
        door.take(found)


meddling = st.one_of(
    st.builds(lambda sid, one: lambda door: replaced(door, sid, one), st.sampled_from(SIDS), statements),
    st.builds(lambda sid: lambda door: dropped(door, sid), st.sampled_from(SIDS)),
    st.just(lambda _door: None),
)


@given(policies, wishes, st.lists(meddling, max_size=6))
def test_whatever_others_do_meanwhile_we_do_only_what_was_announced(
    start: list[dict[str, Any]], wanted: frozenset[Grant], meddlers: list[Callable[[FakeDoor], None]]
) -> None:
    announced = plan_changes(policy_of(start), wanted, revoke=True)
    door = FakeDoor(list(start), meddlers)
    try:
        carry_out(door, announced, wanted, pause=lambda _seconds: None)
    except ChangedError:
        assert not meddlers
    texts = {change.statement.text for change in announced if isinstance(change, Remove)}
    assert set(door.removed) <= texts
    assert all(before & wanted <= after for before, after in zip(door.given[::2], door.given[1::2], strict=True))
    added = [line.split()[1] for line in door.done if line.startswith("+")]
    assert set(added) <= {change.grant.key for change in announced if isinstance(change, Add)}


def test_a_policy_that_never_comes_to_rest_is_given_up() -> None:
    def restless(door: FakeDoor) -> None:
        door.revision += 1

    door = FakeDoor([raw("x", PublicGrant())], [restless] * 50)
    pauses: list[float] = []
    changes = plan_changes(door.read(), frozenset(), revoke=True)
    with pytest.raises(ChangedError):
        carry_out(door, changes, frozenset(), pause=pauses.append)
    assert pauses == [0.1, 0.2, 0.4, 0.8, 1.6]
    assert door.done == []


def test_the_good_half_of_a_statement_is_added_before_it_goes() -> None:
    account = ACCOUNTS[0]
    door = FakeDoor([raw(account.key, account, Action="lambda:*")])
    mend(door, frozenset([account]), revoke=True)
    assert door.done == ["+ account-111111111111 as layerforge-account-111111111111", "- account-111111111111"]


def test_new_statements_never_take_terraforms_id_nor_one_that_is_taken() -> None:
    account = ACCOUNTS[0]
    taken = [raw("layerforge-account-111111111111", PublicGrant()), raw("layerforge-account-111111111111-2", account)]
    assert new_sid(account, Policy()) == "layerforge-account-111111111111"
    assert new_sid(account, policy_of(taken)) == "layerforge-account-111111111111-3"


def test_in_a_full_policy_what_goes_makes_room_for_what_comes() -> None:
    one, two, three = ACCOUNTS
    both = raw("both", one, Principal={"AWS": [one.account, two.account]})
    door = FakeDoor([both, raw("old", three)], room=2)
    after = mend(door, frozenset([one]), revoke=True)
    assert door.done == ["- old", "+ account-111111111111 as layerforge-account-111111111111", "- both"]
    assert given_by(after) == {one}


def test_in_a_full_policy_nothing_goes_that_the_spec_gives_and_nothing_unless_it_may() -> None:
    one, two, three = ACCOUNTS
    both = raw("both", one, Principal={"AWS": [one.account, two.account]})
    for door, revoke in (FakeDoor([both], room=1), True), (FakeDoor([raw("old", three)], room=1), False):
        with pytest.raises(FullError):
            mend(door, frozenset([one]), revoke=revoke)
        assert door.done == []
