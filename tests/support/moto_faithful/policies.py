"""Patches of a layer version's resource policy."""

import json
import re
from typing import Any

from moto.awslambda.exceptions import PreconditionFailedException
from moto.awslambda.models import LayerVersion
from moto.awslambda.policy import Policy
from moto.awslambda.responses import LambdaResponse
from moto.moto_api._internal import mock_random
from moto.utilities.utils import get_partition

from support.moto_faithful.errors import LambdaError, Replace

STALE = (
    "The RevisionId provided does not match the latest RevisionId for the Lambda function or alias. "
    "Call the GetFunction or the GetAlias API to retrieve the latest RevisionId for your resource."
)


def statement_shape(replace: Replace) -> None:
    """An account becomes its root's ARN, an organization a condition, the resource the version's ARN."""
    original = Policy.add_statement

    def add_statement(self: Policy, raw: str, qualifier: str | None = None) -> tuple[Any, str]:
        if not isinstance(self.parent, LayerVersion):
            return original(self, raw, qualifier)
        asked = json.loads(raw)
        principal = asked["Principal"]
        if re.fullmatch(r"\d{12}", principal):
            principal = f"arn:{get_partition(self.parent.region)}:iam::{principal}:root"
        statement = {
            "Sid": asked["StatementId"],
            "Effect": "Allow",
            "Principal": principal if principal == "*" else {"AWS": principal},
            "Action": asked["Action"],
            "Resource": self.parent.arn,
        }
        if asked.get("OrganizationId"):
            statement["Condition"] = {"StringEquals": {"aws:PrincipalOrgID": asked["OrganizationId"]}}
        self.statements.append(statement)
        self.revision = str(mock_random.uuid4())
        return statement, self.revision

    replace(Policy, "add_statement", add_statement)


def duplicate_statement(replace: Replace) -> None:
    """A statement id that the version's policy has already is a conflict."""
    original = Policy.add_statement

    def add_statement(self: Policy, raw: str, qualifier: str | None = None) -> tuple[Any, str]:
        name = json.loads(raw).get("StatementId")
        if isinstance(self.parent, LayerVersion) and any(item.get("Sid") == name for item in self.statements):
            said = f"The statement id ({name}) provided already exists."
            remedy = "Please provide a new statement id, or remove the existing statement."
            raise LambdaError("ResourceConflictException", f"{said} {remedy}", 409)
        return original(self, raw, qualifier)

    replace(Policy, "add_statement", add_statement)


def policy_revision(replace: Replace) -> None:
    """AddLayerVersionPermission holds the caller to the revision that the query names."""
    original = LambdaResponse.add_layer_version_permission

    def add_layer_version_permission(self: LambdaResponse) -> str:
        asked = self.querystring.get("RevisionId", [None])[0]
        version = self.backend.get_layer_version(self._get_param("LayerName"), self._get_param("VersionNumber"))
        if asked and asked != version.policy.revision:
            raise PreconditionFailedException(STALE)
        return original(self)

    replace(LambdaResponse, "add_layer_version_permission", add_layer_version_permission)


def removal(replace: Replace) -> None:
    """RemoveLayerVersionPermission is held to the revision that the query names, and gives the policy a new one."""
    original = Policy.del_statement

    def del_statement(self: Policy, sid: str, revision: str | list[str] = "") -> None:
        asked = revision[0] if isinstance(revision, list) else revision
        original(self, sid, asked)
        self.revision = str(mock_random.uuid4())

    replace(Policy, "del_statement", del_statement)
