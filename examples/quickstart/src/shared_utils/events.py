"""The events that start our functions, read into plain objects."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One HTTP request, from a REST API (payload 1.0), an HTTP API or a function URL (payload 2.0).

    Attributes:
        method: in capitals, such as ``GET``.
        path: with a leading slash, without the query.
        headers: names in lower case.
        query: the last value of each parameter.
        body: decoded text; empty for none.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    def json(self) -> Any:
        """Return the body as JSON, or ``None`` if there is no body.

        Raises:
            ValueError: the body is not JSON.
        """
        return json.loads(self.body) if self.body else None


def parse_request(event: Mapping[str, Any]) -> Request:
    """Read an event of API Gateway or of a function URL.

    Raises:
        ValueError: the event is not an HTTP request.
    """
    http = event.get("requestContext", {}).get("http")
    if http is not None:
        method, path = http["method"], event.get("rawPath") or http["path"]
    elif "httpMethod" in event:
        method, path = event["httpMethod"], event["path"]
    else:
        keys = ", ".join(sorted(event)) or "nothing"
        raise ValueError(f"not an HTTP event; it has: {keys}")
    body = event.get("body") or ""
    if body and event.get("isBase64Encoded"):
        body = base64.b64decode(body).decode()
    return Request(
        method=method.upper(),
        path=path,
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        query=dict(event.get("queryStringParameters") or {}),
        body=body,
    )


def parse_sqs(event: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield message id and JSON body of each record of an SQS event.

    Raises:
        ValueError: a body is not JSON; the message says which record.
    """
    for record in event.get("Records", ()):
        try:
            yield record["messageId"], json.loads(record["body"])
        except json.JSONDecodeError as problem:
            raise ValueError(f"message {record['messageId']} is not JSON: {problem}") from problem
