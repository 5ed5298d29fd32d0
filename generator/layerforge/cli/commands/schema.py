"""Print the JSON Schema of the spec, for editors: `# yaml-language-server: $schema=…` on the first line of a spec."""

import argparse

from layerforge.cli.console import Console
from layerforge.cli.options import add_output
from layerforge.diagnostics import ExitCode


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    add_output(parser)


def execute(_args: argparse.Namespace, console: Console) -> ExitCode:
    """Print the schema."""
    import json  # noqa: PLC0415

    from layerforge.spec.schema import schema_text  # noqa: PLC0415 - pydantic comes with it

    text = schema_text()
    console.data(text)
    console.result = {"schema": json.loads(text)}
    return ExitCode.DONE
