"""Who may use a layer version."""

from __future__ import annotations

import re

from lambda_layer_rules.check import PASSED, UNKNOWN, LayerCheck, Verdict, failed
from lambda_layer_rules.resource import PERMISSION, Resource

ACCOUNT = re.compile(r"\d{1,12}")  # checkov reads an id in a list as a number, without the zeros in front
ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")
_KEY = r"(?:\[[^\]]*\])?"
_SOMEBODY = re.compile(
    rf"(?:data\.)?(?:aws_iam_(?:role|user|group)\.[\w-]+{_KEY}\.(?:arn|name|id)"
    rf"|aws_caller_identity\.[\w-]+{_KEY}\.(?:arn|user_id)"
    rf"|aws_organizations_(?:organization|organizational_unit)\.[\w-]+{_KEY}\.(?:arn|id))"
)
ACTION = "lambda:GetLayerVersion"


class PublicGrant(LayerCheck):
    """`*` without an organization is everyone."""

    rule = "CKV_LAYER_1"
    resources = (PERMISSION,)

    def judge(self, resource: Resource) -> Verdict:
        """Say what the rule finds."""
        principal = resource.value("principal").words
        if principal is None:
            return UNKNOWN
        if principal != "*":
            return PASSED
        organization = resource.value("organization_id")
        if organization.absent or organization.words == "":
            return failed("Every AWS account may use this version.", "principal", "organization_id")
        return PASSED if ORGANIZATION.fullmatch(organization.words or "") else UNKNOWN


class Principal(LayerCheck):
    """Lambda refuses users and roles; a root ARN is replaced on every plan."""

    rule = "CKV_LAYER_2"
    resources = (PERMISSION,)

    def judge(self, resource: Resource) -> Verdict:
        """Say what the rule finds."""
        principal = resource.value("principal")
        written = principal.words if principal.known else principal.text
        if written is None:
            return UNKNOWN
        if written == "*" or ACCOUNT.fullmatch(written):
            return PASSED
        if re.search(r"^arn:[^:]*:iam::[^:]*:root$", written):
            return failed("AWS stores the bare account id: Terraform replaces this grant on every plan.", "principal")
        if written.startswith("arn:") or _SOMEBODY.fullmatch(written):
            return failed("Lambda takes an account id, or `*` with an organization.", "principal")
        if principal.known and written:
            return failed(f"`{written}` is neither an account id of 12 digits nor `*`.", "principal")
        return UNKNOWN


class Action(LayerCheck):
    """There is one action that a grant can allow."""

    rule = "CKV_LAYER_3"
    resources = (PERMISSION,)

    def judge(self, resource: Resource) -> Verdict:
        """Say what the rule finds."""
        action = resource.value("action").words
        if action is None:
            return UNKNOWN
        return PASSED if action == ACTION else failed(f"The only action there is: {ACTION}.", "action")


PublicGrant()
Principal()
Action()
