"""Who may use a layer: an organization, an account, or everyone."""

import re
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag

from layerforge.names import ACCOUNT_ID, ORGANIZATION_ID
from layerforge.spec.model import Model
from layerforge.spec.problem import problem
from layerforge.spec.scalars import FilledLine
from layerforge.spec.show import kind, show
from layerforge.spec.suggest import nearest

PUBLIC: Final = "public"
_FORMS: Final = 'a grant is `organization: o-abc123def4`, `account: "111122223333"` or `public`'
_ARN: Final = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):(?P<service>iam|sts|organizations)::(?P<account>[^:]*):(?P<rest>.*)"
)
_ORGANIZATION_IN: Final = re.compile(r"(?:^|/)(o-[a-z0-9]{10,32})(?:/|$)")


def _account(value: str) -> str:
    if ACCOUNT_ID.fullmatch(value):
        return value
    _refuse_arn(value)
    digits = re.sub(r"[\s-]", "", value)
    message = f"{show(value)} is not an AWS account id"
    if ACCOUNT_ID.fullmatch(digits):
        raise problem("SPEC038", message, f'write `account: "{digits}"`')
    if value == "*":
        raise problem("SPEC038", message, "to let everyone use the layer write `- public`")
    if _ORGANIZATION_IN.search(value):
        raise problem("SPEC038", message, f"write `organization: {value}`")
    raise problem("SPEC038", message, 'an account id has 12 digits, leading zeros included: `account: "012345678901"`')


def _organization(value: str) -> str:
    if ORGANIZATION_ID.fullmatch(value):
        return value
    _refuse_arn(value)
    message = f"{show(value)} is not an AWS organization id"
    if ACCOUNT_ID.fullmatch(value):
        raise problem("SPEC038", message, f'write `account: "{value}"`')
    if re.match(r"(?:ou|r)-", value):
        hint = "AWS grants layers to whole organizations and to accounts only, not to their units: write `o-…`"
        raise problem("SPEC038", message, hint)
    raise problem("SPEC038", message, "it is `o-` and 10 to 32 lower-case letters and digits, such as `o-abc123def4`")


def _refuse_arn(value: str) -> None:
    """Say what to write instead of an ARN, in any partition (aws, aws-cn, aws-us-gov and others)."""
    found = _ARN.fullmatch(value)
    if found is None:
        return
    account, rest = found["account"], found["rest"]
    if found["service"] == "organizations":
        inside = _ORGANIZATION_IN.search(rest)
        hint = f"write `organization: {inside[1]}`" if inside else "write `organization: o-…`"
        raise problem("SPEC038", f"{show(value)} is an ARN, not an id", hint)
    write = f'write `account: "{account}"`' if ACCOUNT_ID.fullmatch(account) else "write the account's 12 digits"
    if rest == "root":
        why = f"{write}: Terraform would replace a grant to a root ARN on every plan"
        raise problem("SPEC038", f"{show(value)} is an ARN, not an id", why)
    message = f"{show(value)} is a user, role or session: AWS grants layers to accounts and organizations only"
    raise problem("SPEC038", message, f"{write} and let the account's own policies say who in it")


def _shape(value: Any) -> Any:  # noqa: ANN401 - a grant before it is validated
    """Refuse what is none of the three forms, with the form that was meant."""
    if isinstance(value, str):
        return _scalar(value)
    if value is None:
        raise problem("SPEC021", "an item of `grants` has no value", _FORMS)
    if not isinstance(value, dict):
        raise problem("SPEC038", f"a grant cannot be {kind(value)}", _FORMS)
    if len(value) > 1 and value.keys() <= {"organization", "account"}:
        raise problem("SPEC038", "one grant names two principals", "make two items of it, each with its own `-`")
    for key in value:
        if key == PUBLIC:
            raise problem("SPEC038", "`public` takes no value", "write `- public`")
        if key not in {"organization", "account"}:
            close = nearest(key, ("organization", "account"))
            forms = f"did you mean `{close}`? {_FORMS[0].upper()}{_FORMS[1:]}" if close else _FORMS
            raise problem("SPEC003", f"unknown field {show(key)} in a grant", forms, at=(key,))
    if not value:
        raise problem("SPEC038", "the grant names nobody", _FORMS)
    return value


def _scalar(value: str) -> str:
    if value == PUBLIC:
        return value
    _refuse_arn(value)
    if ACCOUNT_ID.fullmatch(value):
        hint = f'write `account: "{value}"`'
    elif ORGANIZATION_ID.fullmatch(value):
        hint = f"write `organization: {value}`"
    elif value in {"*", "all", "everyone"} or value.lower() == PUBLIC:
        hint = "write `public` to let everyone use the layer"
    else:
        hint = _FORMS
    raise problem("SPEC038", f"{show(value)} is not a grant", hint)


class OrganizationGrant(Model):
    """Every account of one AWS organization may use the layer."""

    noun: ClassVar[str] = "a grant"
    organization: Annotated[FilledLine, AfterValidator(_organization)] = Field(
        description="Id of the AWS organization, such as `o-abc123def4`. All its accounts may use the layer."
    )

    def __str__(self) -> str:
        return self.organization


class AccountGrant(Model):
    """One AWS account may use the layer."""

    noun: ClassVar[str] = "a grant"
    account: Annotated[FilledLine, AfterValidator(_account)] = Field(
        description="The 12 digits of an AWS account, best in quotes. The account may use the layer."
    )

    def __str__(self) -> str:
        return self.account


def _which(value: Any) -> str:  # noqa: ANN401 - a grant before it is validated
    if isinstance(value, str):
        return "@public"
    return "@organization" if "organization" in value else "@account"


Grant = Annotated[
    Annotated[Literal["public"], Tag("@public")]
    | Annotated[OrganizationGrant, Tag("@organization")]
    | Annotated[AccountGrant, Tag("@account")],
    Discriminator(_which),
    BeforeValidator(_shape),
]
