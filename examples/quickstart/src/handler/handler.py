"""A small function behind a URL: it greets, and it can ask another service. Its imports come from the layer."""

from typing import Any

import requests
from shared_utils import error, get_logger, json_response, parse_request

log = get_logger("quickstart")


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer ``GET /?name=...`` with a greeting, and ``GET /address`` with the address we are seen under."""
    try:
        request = parse_request(event)
    except ValueError as problem:
        return error(400, str(problem))
    log.info("request", extra={"method": request.method, "path": request.path})

    if request.path == "/address":
        try:
            answer = requests.get("https://checkip.amazonaws.com", timeout=3)
            answer.raise_for_status()
        except requests.RequestException as problem:
            log.exception("no address")
            return error(502, type(problem).__name__)
        return json_response({"address": answer.text.strip()})
    return json_response({"hello": request.query.get("name", "world"), "requests": requests.__version__})
