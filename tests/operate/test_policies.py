"""Reading policies: what a statement gives, and what in it no spec could say."""

import json
from typing import Any

import pytest

from layerforge.operate.policies import Oddity, read_policy, read_statement
from layerforge.plan.types import AccountGrant, Grant, OrganizationGrant, PublicGrant

ROOT = {"AWS": "arn:aws:iam::111122223333:root"}
ORGANIZATION = {"StringEquals": {"aws:PrincipalOrgID": "o-abc123def4"}}
ACCOUNT = AccountGrant(account="111122223333")
TEAM = OrganizationGrant(organization="o-abc123def4")


def statement(principal: object, **more: object) -> dict[str, Any]:
    return {
        "Sid": "one",
        "Effect": "Allow",
        "Principal": principal,
        "Action": "lambda:GetLayerVersion",
        "Resource": "arn:aws:lambda:eu-west-1:123456789012:layer:tools:1",
        **more,
    }


@pytest.mark.parametrize(
    ("raw", "gives"),
    [
        (statement(ROOT), {ACCOUNT}),
        (statement({"AWS": "arn:aws-cn:iam::111122223333:root"}), {ACCOUNT}),
        (statement({"AWS": "111122223333"}), {ACCOUNT}),
        (
            statement({"AWS": ["111122223333", "arn:aws:iam::444455556666:root"]}),
            {ACCOUNT, AccountGrant(account="444455556666")},
        ),
        (statement("*"), {PublicGrant()}),
        (statement({"AWS": "*"}), {PublicGrant()}),
        (statement("*", Condition={}), {PublicGrant()}),
        (statement("*", Condition=ORGANIZATION), {TEAM}),
        (statement("*", Condition={"StringEquals": {"AWS:principalorgid": ["o-abc123def4"]}}), {TEAM}),
        (statement(ROOT, Action=["lambda:getlayerversion"]), {ACCOUNT}),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else "",
)
def test_what_a_statement_gives(raw: dict[str, Any], gives: set[Grant]) -> None:
    read = read_statement(raw)
    assert (read.gives, read.odd) == (gives, ())


@pytest.mark.parametrize(
    ("raw", "gives", "odd"),
    [
        (
            statement({"AWS": "AIDAJQABLZS4A3QDU576Q"}),
            set(),
            [(Oddity.PRINCIPAL, "principal `AIDAJQABLZS4A3QDU576Q`")],
        ),
        (
            statement({"AWS": "arn:aws:iam::111122223333:role/deploy"}),
            set(),
            [(Oddity.PRINCIPAL, "principal `arn:aws:iam::111122223333:role/deploy`")],
        ),
        (
            statement({"Service": "lambda.amazonaws.com"}),
            set(),
            [(Oddity.PRINCIPAL, "principal `Service: lambda.amazonaws.com`")],
        ),
        (
            statement({"AWS": ["111122223333", "AIDAJQABLZS4A3QDU576Q"]}),
            {ACCOUNT},
            [(Oddity.PRINCIPAL, "principal `AIDAJQABLZS4A3QDU576Q`")],
        ),
        (
            statement(ROOT, Action="lambda:*"),
            {ACCOUNT},
            [(Oddity.ACTION, "action `lambda:*` for account 111122223333")],
        ),
        (
            statement("*", Action="lambda:GetFunction"),
            set(),
            [(Oddity.ACTION, "action `lambda:GetFunction` for everyone")],
        ),
        (
            statement(ROOT, Condition=ORGANIZATION),
            set(),
            [(Oddity.CONDITION, "condition `aws:PrincipalOrgID` on account 111122223333")],
        ),
        (
            statement("*", Condition={"StringLike": {"aws:PrincipalArn": "x"}}),
            set(),
            [(Oddity.CONDITION, 'condition `{"StringLike": {"aws:PrincipalArn": "x"}}` on everyone')],
        ),
        (
            statement("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "everything"}}),
            set(),
            [(Oddity.CONDITION, 'condition `{"StringEquals": {"aws:PrincipalOrgID": "everything"}}` on everyone')],
        ),
        (statement(ROOT, Effect="Deny"), set(), [(Oddity.CONDITION, "effect `Deny`")]),
        (statement(ROOT, NotAction="x"), set(), [(Oddity.CONDITION, "`NotAction`")]),
        (statement(None), set(), []),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else "",
)
def test_what_no_spec_could_say(raw: dict[str, Any], gives: set[Grant], odd: list[tuple[Oddity, str]]) -> None:
    read = read_statement(raw)
    assert read.gives == gives
    assert list(read.odd) == odd


def test_a_policy_with_one_statement_that_is_no_list() -> None:
    policy = read_policy(json.dumps({"Statement": statement(ROOT)}), "r1")
    assert [one.sid for one in policy.statements] == ["one"]
    assert policy.revision == "r1"


def test_other_words_under_the_same_id_are_another_statement() -> None:
    assert read_statement(statement(ROOT)) != read_statement(statement("*"))
    assert read_statement(statement(ROOT)) == read_statement(dict(reversed(statement(ROOT).items())))
