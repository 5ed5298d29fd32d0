"""What every function of the fleet logs with: one JSON object a line, with an id that follows a request."""

import json
import os
import sys
from datetime import UTC, datetime
from typing import Any


def correlation_id(event: dict[str, Any]) -> str:
    """Return the id that came with an event, or an empty text."""
    headers = event.get("headers") or {}
    found = {name.lower(): value for name, value in headers.items()}.get("x-correlation-id", "")
    return str(found)


def log(message: str, **fields: object) -> None:
    """Write one line to where Lambda collects logs. ``LOG_LEVEL`` of ``OFF`` silences it."""
    if os.environ.get("LOG_LEVEL", "INFO") == "OFF":
        return
    line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "message": message, **fields}
    sys.stdout.write(json.dumps(line, default=str, ensure_ascii=False) + "\n")
