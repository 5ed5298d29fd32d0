"""Reads published layer versions and their policies from AWS, and is the way to change a policy."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from layerforge.operate.aws import Access, asking, pages, refusal
from layerforge.operate.changes import ChangedError, FullError, GoneError
from layerforge.operate.grants import Audited, Subject, Version
from layerforge.operate.policies import ACTION, Policy, read_policy
from layerforge.plan.types import Grant

if TYPE_CHECKING:
    from mypy_boto3_lambda.client import LambdaClient

_NOT_THERE: Final = "ResourceNotFoundException"
_FULL: Final = "PolicyLengthExceededException"
_CHANGED: Final = ("PreconditionFailedException", "ResourceConflictException")


def audit(access: Access, region: str, subjects: Iterable[Subject]) -> tuple[Audited, ...]:
    """Read the policies of all live versions of some layers in a Region, the newest version of each first.

    Raises:
        OutsideError: AWS could not be asked.
    """
    listed = tuple(subjects)
    found = access.each(listed, lambda subject: list_versions(access, region, subject.name))
    pairs = [(subject, version) for subject, versions in zip(listed, found, strict=True) for version in versions]
    policies = access.each(pairs, lambda pair: PolicyDoor(access.lambda_(region), pair[1]).read())
    return tuple(
        Audited(subject=subject, version=version, policy=policy)
        for (subject, version), policy in zip(pairs, policies, strict=True)
    )


def list_versions(access: Access, region: str, name: str) -> tuple[Version, ...]:
    """Return the live versions of a layer, newest first; none for a layer that is not there.

    Raises:
        OutsideError: AWS could not be asked.
    """
    client = access.lambda_(region)
    with asking(region):
        try:
            items = list(pages(client, "list_layer_versions", "LayerVersions", LayerName=name))
        except client.exceptions.ResourceNotFoundException:
            return ()
    found = [Version(region=region, name=name, number=item["Version"], arn=item["LayerVersionArn"]) for item in items]
    return tuple(sorted(found, key=lambda version: -version.number))


@dataclass(frozen=True, slots=True)
class PolicyDoor:
    """The policy of one version, at AWS."""

    client: "LambdaClient"
    version: Version

    def read(self) -> Policy:
        """Return the policy as it is now; a version without one has no statements."""
        with asking(self.version.region):
            try:
                answer = self.client.get_layer_version_policy(
                    LayerName=self.version.name, VersionNumber=self.version.number
                )
            except self.client.exceptions.ResourceNotFoundException:
                return Policy()
        return read_policy(answer["Policy"], answer["RevisionId"])

    def add(self, sid: str, grant: Grant, revision: str | None) -> None:
        """Add one statement."""
        named = {"OrganizationId": grant.organization_id, "RevisionId": revision}
        given = {name: value for name, value in named.items() if value is not None}
        with asking(self.version.region):
            try:
                self.client.add_layer_version_permission(
                    LayerName=self.version.name,
                    VersionNumber=self.version.number,
                    StatementId=sid,
                    Action=ACTION,
                    Principal=grant.principal,
                    **given,
                )
            except self.client.exceptions.ClientError as error:
                _translate(error)
                raise

    def remove(self, sid: str, revision: str | None) -> None:
        """Remove one statement."""
        given = {} if revision is None else {"RevisionId": revision}
        with asking(self.version.region):
            try:
                self.client.remove_layer_version_permission(
                    LayerName=self.version.name, VersionNumber=self.version.number, StatementId=sid, **given
                )
            except self.client.exceptions.ClientError as error:
                if refusal(error) == _NOT_THERE:
                    raise ChangedError from error
                _translate(error)
                raise


def _translate(error: Exception) -> None:
    if refusal(error) in _CHANGED:
        raise ChangedError from error
    if refusal(error) == _NOT_THERE:
        raise GoneError from error
    if refusal(error) == _FULL:
        raise FullError from error
