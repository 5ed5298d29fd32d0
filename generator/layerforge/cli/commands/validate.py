"""Check the spec, the requirement files and the own code that it names. Needs no network and writes nothing."""

import argparse

from layerforge.cli.console import Console
from layerforge.cli.options import add_spec
from layerforge.cli.project import load_project
from layerforge.diagnostics import ExitCode


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    add_spec(parser)


def execute(args: argparse.Namespace, console: Console) -> ExitCode:
    """Report every problem, or how many layers, functions and units the specs make."""
    from layerforge.lock.asking import read_askings  # noqa: PLC0415

    project = load_project(args)
    console.diagnose(project.plan.warnings)
    asked = read_askings(project.plan.packaged, None)
    console.diagnose(item for asking in asked.values() for item in asking.own.diagnostics)
    console.result = {
        "layers": {
            layer.name: {unit.key: [str(target) for target in unit.targets] for unit in layer.units}
            for layer in project.plan.layers
        },
        "functions": {item.name: f"{item.runtime}/{item.architecture}" for item in project.plan.functions},
    }
    console.say(f"{project.counted}: the spec is valid")
    return ExitCode.DONE
