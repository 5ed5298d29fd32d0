"""Patches of a function's life: its revisions, and the time that a change takes."""

import json
from dataclasses import dataclass
from typing import Any

from moto.awslambda.exceptions import PreconditionFailedException
from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.awslambda.responses import LambdaResponse
from moto.core.common_types import TYPE_RESPONSE
from moto.moto_api._internal import mock_random

from support.moto_faithful.errors import LambdaError, Replace
from support.moto_faithful.policies import STALE

CHANGES = ("update_function_configuration", "update_function_code")


@dataclass(slots=True)
class Pending:
    """How often a function that was just made or changed is seen on its way. No time passes in the stand-in."""

    looks: int = 0

    def reset(self) -> None:
        """Go back to changes that are there at once."""
        self.looks = 0


PENDING = Pending()


def revision(replace: Replace) -> None:
    """Each change gives a function another RevisionId, and a change may be bound to the one that it was read at."""
    get_configuration = LambdaFunction.get_configuration

    def with_revision(self: LambdaFunction, on_create: bool = False) -> dict[str, Any]:
        self.__dict__.setdefault("revision_id", str(mock_random.uuid4()))
        return {**get_configuration(self, on_create), "RevisionId": self.__dict__["revision_id"]}

    def moved(method: str) -> None:
        original = getattr(LambdaBackend, method)

        def change(self: LambdaBackend, name: str, qualifier: str, body: dict[str, Any]) -> dict[str, Any]:
            function = self.get_function(name, qualifier)
            if body.get("RevisionId", "") not in ("", function.get_configuration()["RevisionId"]):
                raise PreconditionFailedException(STALE)
            answer = original(self, name, qualifier, body)
            function.__dict__["revision_id"] = str(mock_random.uuid4())
            return {**answer, "RevisionId": function.__dict__["revision_id"]}

        replace(LambdaBackend, method, change)

    replace(LambdaFunction, "get_configuration", with_revision)
    for method in CHANGES:
        moved(method)


def pending(replace: Replace) -> None:
    """A function is pending at first, an update is in progress for a while, and no other is taken meanwhile."""
    get_configuration, create = LambdaFunction.get_configuration, LambdaResponse.create_function

    def seen(self: LambdaFunction, on_create: bool = False) -> dict[str, Any]:
        on_its_way = {"LastUpdateStatus": "InProgress"} if self.__dict__.get("looks_left") else {}
        if on_its_way and self.__dict__["is_new"]:
            on_its_way["State"] = "Pending"
        return {**get_configuration(self, on_create), **on_its_way}

    def looked_at(method: str) -> None:
        original = getattr(LambdaResponse, method)

        def look(self: LambdaResponse) -> str:
            answer: str = original(self)
            document = json.loads(answer)
            state = self.backend.get_function(document.get("Configuration", document)["FunctionName"]).__dict__
            state["looks_left"] = max(state.get("looks_left", 0) - 1, 0)
            return answer

        replace(LambdaResponse, method, look)

    def waits(method: str) -> None:
        original = getattr(LambdaBackend, method)

        def change(self: LambdaBackend, name: str, qualifier: str, body: dict[str, Any]) -> dict[str, Any]:
            function = self.get_function(name, qualifier)
            if function.__dict__.get("looks_left"):
                said = "The operation cannot be performed at this time. An update is in progress for resource: "
                raise LambdaError("ResourceConflictException", said + function.function_arn, 409)
            answer = original(self, name, qualifier, body)
            function.__dict__.update(looks_left=PENDING.looks, is_new=False)
            return {**answer, **({"LastUpdateStatus": "InProgress"} if PENDING.looks else {})}

        replace(LambdaBackend, method, change)

    def created(self: LambdaResponse) -> TYPE_RESPONSE:
        status, headers, body = create(self)
        function = self.backend.get_function(self.json_body["FunctionName"].rsplit(":", 1)[-1])
        function.__dict__.update(looks_left=PENDING.looks, is_new=True)
        state = {"State": "Pending", "LastUpdateStatus": "InProgress"} if PENDING.looks else {}
        return status, headers, json.dumps({**json.loads(body), **state})

    replace(LambdaFunction, "get_configuration", seen)
    replace(LambdaResponse, "create_function", created)
    for method in ("get_function", "get_function_configuration"):
        looked_at(method)
    for method in CHANGES:
        waits(method)
