"""Reads from AWS what is published of units in a Region, with as few requests as will do."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from layerforge.names import Sha256
from layerforge.operate.aws import Access, asking
from layerforge.operate.published import list_versions
from layerforge.operate.signatures import signed_digest
from layerforge.operate.status import Held, Record, Seen, Wanted, is_version_of, judge, settled

_PARAMETERS_AT_ONCE: Final = 10
"""The most names that GetParameters takes."""


def survey(access: Access, region: str, wanted: Sequence[Wanted]) -> tuple[Record, ...]:
    """Say of each unit how it stands in a Region.

    A unit whose parameters name a version with the lock's content takes one request to Lambda; others take a few more.
    What is signed takes one to Signer beside.

    Raises:
        OutsideError: AWS could not be asked.
    """
    values = _parameters(access, region, {name for one in wanted for name in (*one.parameters, *one.channels)})
    return tuple(access.each(wanted, lambda one: judge(region, one, _seen(access, region, one, values))))


def _seen(access: Access, region: str, wanted: Wanted, values: Mapping[str, str]) -> Seen:
    if wanted.function:
        return Seen(newest=_function(access, region, wanted))
    pointers = {name: values[name] for name in (*wanted.parameters, *wanted.channels) if name in values}
    newest_arns = {pointers[name] for name in wanted.parameters if name in pointers}
    arns = {arn for arn in newest_arns if is_version_of(arn, wanted.name, region)}
    pointed = {arn: held for arn in sorted(arns) if (held := _version(access, region, wanted, arn)) is not None}
    seen = Seen(pointers=pointers, pointed=pointed)
    if settled(wanted, seen):
        return seen
    newest = next(iter(list_versions(access, region, wanted.name)), None)
    return replace(seen, newest=None if newest is None else _version(access, region, wanted, newest.arn))


def _parameters(access: Access, region: str, names: Iterable[str]) -> dict[str, str]:
    ordered = sorted(names)
    chunks = [ordered[at : at + _PARAMETERS_AT_ONCE] for at in range(0, len(ordered), _PARAMETERS_AT_ONCE)]

    def one(chunk: list[str]) -> list[tuple[str, str]]:
        with asking(region, "ssm"):
            answer = access.ssm(region).get_parameters(Names=chunk)
        return [(item["Name"], item["Value"]) for item in answer["Parameters"]]

    return dict(pair for pairs in access.each(chunks, one) for pair in pairs)


def _version(access: Access, region: str, wanted: Wanted, arn: str) -> Held | None:
    client = access.lambda_(region)
    with asking(region):
        try:
            answer = client.get_layer_version_by_arn(Arn=arn)
        except client.exceptions.ResourceNotFoundException:
            return None
    return _held(access, wanted, answer["Content"], answer["LayerVersionArn"], answer["Version"])


def _function(access: Access, region: str, wanted: Wanted) -> Held | None:
    client = access.lambda_(region)
    with asking(region):
        try:
            answer = client.get_function_configuration(FunctionName=wanted.name)
        except client.exceptions.ResourceNotFoundException:
            return None
    return _held(access, wanted, answer, answer["FunctionArn"], None)


def _held(access: Access, wanted: Wanted, about: Any, arn: str, number: int | None) -> Held:  # noqa: ANN401 - one of several answers with a CodeSha256
    job = about.get("SigningJobArn") if wanted.signed else None
    before = None if job is None else signed_digest(access, job, wanted.unit)
    sha256 = Sha256(base64.b64decode(about["CodeSha256"]).hex()) if before is None else before
    return Held(arn=arn, number=number, sha256=sha256, signing_job=job)
