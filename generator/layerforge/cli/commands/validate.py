"""Check the spec, the requirement files and the own code that it names. Needs no network and writes nothing."""

import argparse

from layerforge.cli.console import Console
from layerforge.cli.options import add_spec
from layerforge.cli.project import load_project
from layerforge.diagnostics import Diagnostic, ExitCode, LayerforgeError, SpecError


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    add_spec(parser)


def execute(args: argparse.Namespace, console: Console) -> ExitCode:
    """Report every problem, or how many layers and units the specs make."""
    from layerforge.lock.own_files import collect  # noqa: PLC0415
    from layerforge.lock.requests import read_request  # noqa: PLC0415 - packaging comes with it

    project = load_project(args)
    console.diagnose(project.plan.warnings)
    problems: list[Diagnostic] = []
    for layer in project.plan.layers:
        for read in (read_request, collect):
            try:
                read(layer)
            except LayerforgeError as error:
                problems += error.diagnostics
    if problems:
        raise SpecError(problems)
    units = [unit for layer in project.plan.layers for unit in layer.units]
    console.result = {
        "layers": {
            layer.name: {unit.key: [str(target) for target in unit.targets] for unit in layer.units}
            for layer in project.plan.layers
        }
    }
    console.say(f"{len(project.plan.layers)} layers, {len(units)} units: the spec is valid")
    return ExitCode.DONE
