"""Renders the roots of a plan: one folder for each spec and active Region, which calls the spec's modules. Pure."""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from layerforge.diagnostics import Diagnostic, FindingsError, fail
from layerforge.facts.types import Facts, version_key
from layerforge.plan.fleet_types import Fleet, Plan, Region, RegionState
from layerforge.render.make import templates_of
from layerforge.render.root_variables import stage_variables
from layerforge.render.root_view import root_view

IGNORE_FILE: Final = ".gitignore"
ROOT_FILES: Final = (IGNORE_FILE, "README.md", "main.tf", "outputs.tf", "variables.tf", "versions.tf")
"""Each is written by the template of its name."""


def render_roots(plan: Plan, facts: Facts, *, modules: Path) -> dict[Path, dict[str, str]]:
    """Return the texts of every root that has to be as the spec says.

    A paused Region has none here: what it has on disk stays. Nor has a retired one.

    Args:
        plan: what the specs mean.
        facts: the limits of AWS.
        modules: the folder of the modules, absolute; roots name modules by their path from themselves.

    Returns:
        For each root its folder, absolute, and its texts by name.

    Raises:
        FindingsError: ``ROOT051`` a root would lie among the modules.
    """
    fail(FindingsError, [problem for fleet in plan.fleets for problem in _problems(fleet, modules)])
    found: dict[Path, dict[str, str]] = {}
    templates = templates_of("root")
    for fleet in plan.fleets:
        stage = {function.name: stage_variables(function, facts) for function in fleet.functions if fleet.regions}
        provider = _provider(plan, fleet, facts)
        for region in fleet.regions:
            if region.state is RegionState.ACTIVE:
                folder = root_folder(fleet, region)
                owner = root_owner(fleet.spec, folder)
                view = root_view(plan, fleet, region, stage=stage, modules=modules, owner=owner, provider=provider)
                found[folder] = {
                    file: templates.get_template(f"{file.lstrip('.')}.j2").render(module=view) for file in ROOT_FILES
                }
    return found


def _provider(plan: Plan, fleet: Fleet, facts: Facts) -> str:
    """Return the versions of the AWS provider that fit all modules of a spec."""
    layers = (layer for layer in plan.layers if layer.spec == fleet.spec)
    minimums = [item.provider_minimum for items in (layers, fleet.functions) for item in items]
    lowest = max(minimums, key=version_key, default=facts.limits.provider_floor)
    return f">= {lowest}, < {max(version_key(lowest)[0], facts.limits.provider_newest_major) + 1}.0.0"


def root_folder(fleet: Fleet, region: Region) -> Path:
    """Return the folder of a Region's root, absolute."""
    return Path(os.path.normpath(fleet.spec.parent / region.root))


def root_owner(spec: Path, folder: Path) -> str:
    """Return what the first line of a root's files calls its spec: the path from the folder that the root lies in."""
    return PurePosixPath(os.path.relpath(spec, folder.parent)).as_posix()


def _problems(fleet: Fleet, modules: Path) -> Iterator[Diagnostic]:
    active = [region for region in fleet.regions if region.state is RegionState.ACTIVE]
    for region in active:
        folder = root_folder(fleet, region)
        if folder == modules or modules in folder.parents or folder in modules.parents:
            yield Diagnostic(
                code="ROOT051",
                message=f"the root of `{region.name}`, `{region.root}`, and the folder of the modules overlap",
                location=region.where,
                hint="give the Region another `root`, or the modules another `--out`",
            )
