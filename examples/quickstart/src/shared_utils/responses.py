"""Answers in the form that API Gateway and function URLs expect from a function."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any


def json_response(
    body: object, status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return an answer with ``body`` as JSON.

    Args:
        body: anything that ``json`` can write; dates and the like are written as text.
        status: the HTTP status.
        headers: further headers; they win over ours.
    """
    return {
        "statusCode": int(status),
        "headers": {"content-type": "application/json; charset=utf-8", **(headers or {})},
        "body": json.dumps(body, default=str, ensure_ascii=False),
        "isBase64Encoded": False,
    }


def error(status: int, message: str) -> dict[str, Any]:
    """Return an answer that tells the caller what went wrong: ``{"error": {"status": 404, "message": "..."}}``."""
    return json_response({"error": {"status": int(status), "message": message}}, status)
