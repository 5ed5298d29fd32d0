"""Reads the resource policy of a layer version: who may use it, and what in it no spec could say."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any, Final

from layerforge.names import ACCOUNT_ID, ORGANIZATION_ID
from layerforge.plan.types import AccountGrant, Grant, OrganizationGrant, PublicGrant

ACTION: Final = "lambda:GetLayerVersion"
"""The one action that a layer version can be granted for."""

_ROOT: Final = re.compile(r"arn:aws[a-zA-Z-]*:iam::([0-9]{12}):root")
_UNDERSTOOD: Final = {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}


class Oddity(StrEnum):
    """What a statement can hold that no spec says."""

    PRINCIPAL = "unknown"
    ACTION = "action"
    CONDITION = "condition"


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One statement of a policy.

    Attributes:
        sid: its id, unique in the policy.
        gives: the grants that it amounts to.
        odd: what else there is in it, by kind, in words.
        text: the whole statement in canonical JSON: another text is another statement.
    """

    sid: str
    gives: frozenset[Grant]
    odd: tuple[tuple[Oddity, str], ...]
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """The policy of one layer version.

    Attributes:
        statements: in AWS's order; empty for a version that only its own account may use.
        revision: what changes have to name; ``None`` without statements.
    """

    statements: tuple[Statement, ...] = ()
    revision: str | None = None


def read_policy(document: str, revision: str | None) -> Policy:
    """Read what GetLayerVersionPolicy answers."""
    statements = json.loads(document).get("Statement", [])
    listed = [statements] if isinstance(statements, dict) else statements
    return Policy(statements=tuple(map(read_statement, listed)), revision=revision)


def read_statement(raw: Mapping[str, Any]) -> Statement:
    """Read one statement. What is not understood is odd, and never counts as a grant."""
    odd: list[tuple[Oddity, str]] = []
    actions, covered = _actions(raw.get("Action"))
    if actions:
        odd.append((Oddity.ACTION, f"action {_quoted(actions)} for {_shown(raw.get('Principal'))}"))
    organizations, unread = _condition(raw.get("Condition"))
    strange = sorted({*raw} - _UNDERSTOOD)
    if raw.get("Effect") != "Allow" or strange:
        covered = False
        odd.append((Oddity.CONDITION, _quoted(strange) if strange else f"effect `{raw.get('Effect')}`"))
    accounts, everyone, unknown = _principals(raw.get("Principal"))
    odd += [(Oddity.PRINCIPAL, f"principal `{name}`") for name in unknown]
    if unread is not None or (organizations and accounts):
        covered = False
        odd.append((Oddity.CONDITION, f"condition `{unread or 'aws:PrincipalOrgID'}` on {_shown(raw['Principal'])}"))
    gives: set[Grant] = {AccountGrant(account=account) for account in accounts}
    if everyone:
        gives |= {OrganizationGrant(organization=name) for name in organizations} or {PublicGrant()}
    return Statement(
        sid=str(raw.get("Sid", "")),
        gives=frozenset(gives) if covered else frozenset(),
        odd=tuple(odd),
        text=json.dumps(raw, sort_keys=True, ensure_ascii=False),
    )


def in_words(grant: Grant) -> str:
    """Return a grant as messages name it."""
    match grant:
        case OrganizationGrant():
            return f"organization {grant.organization}"
        case AccountGrant():
            return f"account {grant.account}"
        case PublicGrant():
            return "everyone"


def _actions(given: object) -> tuple[list[str], bool]:
    """Return the actions beyond ours, and whether ours is among those given."""
    listed = _listed(given)
    others = [name for name in listed if name.lower() != ACTION.lower()]
    return others or ([] if listed else ["none"]), any(fnmatchcase(ACTION.lower(), name.lower()) for name in listed)


def _condition(given: object) -> tuple[list[str], str | None]:
    """Return the organizations of a condition, and what of it is not understood."""
    if not given:
        return [], None
    if isinstance(given, dict) and list(given) == ["StringEquals"]:
        tests: dict[str, Any] = given["StringEquals"]
        if [key.lower() for key in tests] == ["aws:principalorgid"]:
            values = _listed(next(iter(tests.values())))
            if values and all(ORGANIZATION_ID.fullmatch(value) for value in values):
                return values, None
    return [], json.dumps(given, sort_keys=True, ensure_ascii=False)


def _principals(given: object) -> tuple[list[str], bool, list[str]]:
    """Return the accounts, whether it is everyone, and whom we do not know."""
    kinds = given if isinstance(given, dict) else {"AWS": given}
    names = _listed(kinds.get("AWS"))
    unknown = [f"{kind}: {name}" for kind, value in kinds.items() if kind != "AWS" for name in _listed(value)]
    accounts = []
    for name in names:
        root = _ROOT.fullmatch(name)
        if root is not None or ACCOUNT_ID.fullmatch(name):
            accounts.append(name if root is None else root[1])
        elif name != "*":
            unknown.append(name)
    return accounts, "*" in names, unknown


def _listed(value: object) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _shown(principal: object) -> str:
    accounts, everyone, unknown = _principals(principal)
    return ", ".join([*(f"account {name}" for name in accounts), *(["everyone"] if everyone else []), *unknown])


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
