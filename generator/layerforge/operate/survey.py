"""Reads from AWS what is published of units in a Region, with as few requests as will do."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from layerforge.names import Sha256
from layerforge.operate.aws import Access, asking
from layerforge.operate.function_status import Deployed, SeenFunction, attached, judge_function
from layerforge.operate.published import list_versions
from layerforge.operate.signatures import signed_digest
from layerforge.operate.status import (
    Asked,
    Held,
    Record,
    Seen,
    Wanted,
    WantedFunction,
    is_version_of,
    judge,
    settled,
)

_PARAMETERS_AT_ONCE: Final = 10
"""The most names that GetParameters takes."""


def survey(access: Access, region: str, asked: Sequence[Asked]) -> tuple[Record, ...]:
    """Say of each unit how it stands in a Region: of layers first, then of functions.

    A unit whose parameters name a version with the lock's content takes one request to Lambda; others take a few more.
    A function takes one, and one for each alias; what its layers hold is asked once for all functions. What is signed
    takes one to Signer beside.

    Raises:
        OutsideError: AWS could not be asked.
    """
    layers = [one for one in asked if isinstance(one, Wanted)]
    values = _parameters(access, region, {name for one in layers for name in (*one.parameters, *one.channels)})
    seen = access.each(layers, lambda one: _seen(access, region, one, values))
    records = [judge(region, one, found) for one, found in zip(layers, seen, strict=True)]
    return (*records, *_functions(access, region, [one for one in asked if isinstance(one, WantedFunction)], seen))


def _functions(
    access: Access, region: str, asked: Sequence[WantedFunction], layers: Iterable[Seen]
) -> tuple[Record, ...]:
    found = access.each(asked, lambda one: _function(access, region, one))
    contents = {held.arn: held for one in layers for held in (one.newest, *one.pointed.values()) if held is not None}
    missing = {
        arn: layer
        for one, seen in zip(asked, found, strict=True)
        for arn, layer in attached(region, one, seen)
        if arn not in contents
    }
    more = access.each(missing.items(), lambda pair: _version(access, region, pair[1], pair[0]))
    known = {**contents, **dict(zip(missing, more, strict=True))}
    return tuple(judge_function(region, one, seen, known) for one, seen in zip(asked, found, strict=True))


def _seen(access: Access, region: str, wanted: Wanted, values: Mapping[str, str]) -> Seen:
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


def _function(access: Access, region: str, wanted: WantedFunction) -> SeenFunction:
    newest = _deployed(access, region, wanted, {})
    if newest is None:
        return SeenFunction(newest=None, aliases={})
    found = {name: _deployed(access, region, wanted, {"Qualifier": name}) for name in wanted.aliases}
    return SeenFunction(newest=newest, aliases={name: one for name, one in found.items() if one is not None})


def _deployed(access: Access, region: str, wanted: WantedFunction, qualifier: Mapping[str, str]) -> Deployed | None:
    client = access.lambda_(region)
    with asking(region):
        try:
            answer = client.get_function_configuration(FunctionName=wanted.name, **qualifier)
        except client.exceptions.ResourceNotFoundException:
            return None
    number = int(answer["Version"]) if answer["Version"].isdigit() else None
    return Deployed(
        held=_held(access, wanted, answer, answer["FunctionArn"], number),
        layers=tuple(layer["Arn"] for layer in answer.get("Layers", ())),
    )


def _held(access: Access, wanted: Asked, about: Any, arn: str, number: int | None) -> Held:  # noqa: ANN401 - one of several answers with a CodeSha256
    job = about.get("SigningJobArn") if wanted.signed else None
    before = None if job is None else signed_digest(access, job, wanted.unit)
    sha256 = Sha256(base64.b64decode(about["CodeSha256"]).hex()) if before is None else before
    return Held(arn=arn, number=number, sha256=sha256, signing_job=job)
