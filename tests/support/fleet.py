"""Published layers with grants on the stand-in, and policies with things that no API would let in."""

import json
from typing import Any
from uuid import uuid4

from moto.awslambda.models import lambda_backends

from support.estate import zip_of
from support.mirror import REGION
from support.moto_server import Aws

ACCOUNT = "123456789012"
OTHER = "us-east-1"


def api(aws: Aws, region: str = REGION) -> Any:  # noqa: ANN401 - boto3 makes the class at run time
    """Return Lambda's client of a Region."""
    return aws.client("lambda", region)


def publish(aws: Aws, name: str, *, region: str = REGION, seed: str = "content") -> str:
    """Publish a version and return its ARN."""
    content = {"ZipFile": zip_of(seed)}
    arn: str = api(aws, region).publish_layer_version(LayerName=name, Content=content)["LayerVersionArn"]
    return arn


def grant(
    aws: Aws, name: str, number: int, sid: str, principal: str, organization: str = "", *, region: str = REGION
) -> None:
    """Add a statement to a version's policy."""
    more = {"OrganizationId": organization} if organization else {}
    api(aws, region).add_layer_version_permission(
        LayerName=name,
        VersionNumber=number,
        StatementId=sid,
        Action="lambda:GetLayerVersion",
        Principal=principal,
        **more,
    )


def revoke(aws: Aws, name: str, number: int, sid: str, *, region: str = REGION) -> None:
    """Remove a statement from a version's policy."""
    api(aws, region).remove_layer_version_permission(LayerName=name, VersionNumber=number, StatementId=sid)


def plant(name: str, number: int, statement: dict[str, Any], *, region: str = REGION) -> None:
    """Put a statement into a version's policy that the API would refuse."""
    found = lambda_backends[ACCOUNT][region].get_layer_version(name, str(number))
    found.policy.statements.append({"Effect": "Allow", "Action": "lambda:GetLayerVersion", **statement})


def sids(aws: Aws, name: str, number: int, *, region: str = REGION) -> list[str]:
    """Return the statement ids of a version's policy; none without one."""
    client = api(aws, region)
    try:
        policy = client.get_layer_version_policy(LayerName=name, VersionNumber=number)["Policy"]
    except client.exceptions.ResourceNotFoundException:
        return []
    return [statement["Sid"] for statement in json.loads(policy)["Statement"]]


def plant_revision(name: str, number: int, *, region: str = REGION) -> None:
    """Give a version's policy another revision, as if somebody else had changed it."""
    lambda_backends[ACCOUNT][region].get_layer_version(name, str(number)).policy.revision = str(uuid4())
