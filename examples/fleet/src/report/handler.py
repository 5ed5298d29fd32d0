"""Writes a report as YAML."""

from typing import Any

import yaml
from observability import correlation_id, log


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer with the event's ``figures`` as YAML."""
    figures = event.get("figures", {})
    log("reported", figures=len(figures), correlation_id=correlation_id(event))
    return {"statusCode": 200, "body": yaml.dump(figures, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper))}
