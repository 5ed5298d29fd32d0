"""A function that tells what it finds in its layers."""

import os
import subprocess
import sys
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import jinja2
import markupsafe._speedups
import yaml
import yaml._yaml
from house import words

OPT = Path(words.__file__).parents[2]
MODULES = (jinja2, yaml._yaml, markupsafe._speedups, words)


def main(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own
    """Use every layer, or fail if the event asks for that."""
    if event.get("fail"):
        raise ValueError(event["fail"])
    return {
        "context": [context.aws_request_id, context.function_name, context.invoked_function_arn],
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "modules": [str(Path(str(module.__file__)).relative_to(OPT)) for module in MODULES],
        "versions": {name: metadata.version(name) for name in ("PyYAML", "Jinja2", "jmespath", "MarkupSafe")},
        "entry points": [point.load().__name__ for point in metadata.entry_points(group="babel.extractors")],
        "text": jinja2.Template("{{ words }}, {{ name }}").render(words=words.GREETING, name=event["name"]),
        "parsed": yaml.load(event["yaml"], yaml.CSafeLoader),
        "data": resources.files("house").joinpath("words.txt").read_text(encoding="utf-8"),
        "bin": output("jp.py", "a.b", text='{"a": {"b": 7}}', PYTHONPATH=str(OPT / "python")),
        "tool": output(str(OPT / "python/house/tool.sh")),
    }


def output(*argv: str, text: str = "", **env: str) -> str:
    """Return what a program prints."""
    environment = {**os.environ, **env}
    return subprocess.run(argv, input=text, env=environment, capture_output=True, text=True, check=True).stdout
