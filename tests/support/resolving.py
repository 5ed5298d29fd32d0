"""Resolves layers of tests, in a project folder of their own."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from layerforge.diagnostics import Diagnostic, LayerforgeError
from layerforge.facts.load import load_facts
from layerforge.lock.requests import read_request
from layerforge.lock.resolve import Resolver
from layerforge.lock.types import Pin, Resolution, Upgrade
from layerforge.names import Split
from layerforge.plan.types import Layer, RequirementFile
from support import plans


def layer_of(
    folder: Path,
    *requirements: str,
    file: RequirementFile | str | None = None,
    runtimes: Sequence[str] = ("python3.12",),
    architectures: Sequence[str] = ("x86_64", "arm64"),
    split: Split = Split.TARGET,
    include: Sequence[str] = (),
) -> Layer:
    """Return a layer whose spec lies in ``folder/"project"``."""
    project = folder / "project"
    project.mkdir(exist_ok=True)
    content = plans.source(requirements=requirements, include=include)
    if file is not None:
        asked = file if isinstance(file, RequirementFile) else RequirementFile(path=file, where=plans.location())
        content = replace(content, requirements=asked)
    return plans.layer(
        "data",
        runtimes=runtimes,
        architectures=architectures,
        split=split,
        content=content,
        spec=project / "layers.yaml",
    )


def resolve(
    folder: Path, *requirements: str, preferences: Sequence[Pin] = (), upgrade: Upgrade | None = None, **how: object
) -> Resolution:
    """Resolve requirements for a layer; ``how`` are the words of `layer_of`."""
    layer = layer_of(folder, *requirements, **how)  # type: ignore[arg-type]
    request = read_request(layer)
    return Resolver()(layer, request, facts=load_facts(), preferences=preferences, upgrade=upgrade)


def refusal(folder: Path, *requirements: str, **how: object) -> tuple[Diagnostic, ...]:
    """Return what is wrong with a layer that cannot be resolved."""
    with pytest.raises(LayerforgeError) as caught:
        resolve(folder, *requirements, **how)  # type: ignore[arg-type]
    return caught.value.diagnostics


def files(resolution: Resolution) -> dict[str, list[str]]:
    """Return the files of each unit."""
    return {str(key): [pin.file for pin in pins] for key, pins in resolution.pins.items()}


def versions(resolution: Resolution) -> dict[str, dict[str, str]]:
    """Return the versions of each unit's packages."""
    return {str(key): {str(pin.name): pin.version for pin in pins} for key, pins in resolution.pins.items()}
