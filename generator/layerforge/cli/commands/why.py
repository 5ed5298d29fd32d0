"""Tell which layers, units and requirements bring a package. Reads the wheels, and fetches those that are not here."""

import argparse
from typing import TYPE_CHECKING

from layerforge.cli.console import Console
from layerforge.cli.options import add_spec
from layerforge.cli.project import Project, load_project, read_locks
from layerforge.diagnostics import Diagnostic, ExitCode, FindingsError, fail

if TYPE_CHECKING:
    from layerforge.build.dependencies import Chain
    from layerforge.build.store import Store
    from layerforge.lock.types import LockedUnit
    from layerforge.plan.types import Layer, Unit


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    parser.add_argument("package", metavar="PACKAGE", help="a distribution's name")
    add_spec(parser)


def execute(args: argparse.Namespace, console: Console) -> ExitCode:
    """Print the chains of every unit that has the package."""
    from layerforge.build.store import Store  # noqa: PLC0415
    from layerforge.cli.arguments import package_name  # noqa: PLC0415
    from layerforge.cli.wheels import fetch_pins  # noqa: PLC0415
    from layerforge.lock.check import check_inputs  # noqa: PLC0415
    from layerforge.lock.requests import settings_root  # noqa: PLC0415
    from layerforge.paths import cache_dir  # noqa: PLC0415

    package = package_name(args.package)
    project = load_project(args)
    stored = read_locks(project.specs)
    fail(FindingsError, check_inputs(project.plan.layers, stored))
    store, rows = Store(cache_dir()), []
    for layer in project.plan.layers:
        for unit in layer.units:
            locked = stored[layer.spec].lock.units[layer.name, unit.key]
            pin = next((pin for pin in locked.inputs.pins if pin.name == package), None)
            if pin is not None:
                fetch_pins(settings_root(layer), locked.inputs.pins, store, {}, console, jobs=None)
                rows.append((unit, pin.version, _chains(project, store, layer, unit, locked, package)))
    if not rows:
        raise FindingsError(_nowhere(args.package, project))
    console.result = {
        "package": package,
        "units": [
            {
                "unit": str(unit),
                "version": version,
                "chains": [list(chain) for chain in found],
                "functions": _attaching(project, unit),
            }
            for unit, version, found in rows
        ],
    }
    for unit, version, found in rows:
        console.data(f"{unit}: {package} {version}\n")
        console.data("".join(f"  {' -> '.join(chain)}\n" for chain in found))
        if functions := _attaching(project, unit):
            console.data(f"  attached by {', '.join(functions)}\n")
    return ExitCode.DONE


def _attaching(project: Project, unit: "Unit") -> list[str]:
    """Return the functions that attach a unit. One that pins an older version through a channel is not among them."""
    from layerforge.plan.function_types import OwnLayer  # noqa: PLC0415

    return [
        function.name
        for function in project.plan.functions
        if any(
            isinstance(item, OwnLayer) and (item.layer, item.unit) == (unit.layer, unit.key) for item in function.layers
        )
    ]


def _chains(
    project: Project, store: "Store", layer: "Layer", unit: "Unit", locked: "LockedUnit", package: str
) -> "list[Chain]":
    """Join what the unit's targets give: a chain may exist on one of them only."""
    from layerforge.build.dependencies import Need, chains, dependency_graph  # noqa: PLC0415
    from layerforge.lock.requests import read_request  # noqa: PLC0415
    from layerforge.lock.targets import platform_of  # noqa: PLC0415
    from layerforge.names import PackageName  # noqa: PLC0415

    wheels = [store.open_wheel(pin) for pin in locked.inputs.pins]
    found = set()
    for target in unit.targets:
        environment = platform_of(target, project.facts).environment
        wanted = read_request(layer).wanted(environment) or tuple((pin.name, ()) for pin in locked.inputs.pins)
        roots = [Need(name=PackageName(name), extras=frozenset(extras)) for name, extras in wanted]
        graph = dependency_graph(wheels, roots, environment)
        found |= set(chains(graph, [root.name for root in roots], PackageName(package)))
    return sorted(found, key=lambda chain: (len(chain), chain))


def _nowhere(package: str, project: Project) -> Diagnostic:
    return Diagnostic(
        code="CLI007",
        message=f"no layer has `{package}`",
        notes=tuple(f"looked in {unit}" for layer in project.plan.layers for unit in layer.units),
        hint="names are those of distributions (`PyYAML`), not of modules (`yaml`)",
    )
