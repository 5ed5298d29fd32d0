"""Resolving with the real uv against an index on loopback."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from layerforge.diagnostics import Diagnostic, LayerforgeError
from layerforge.facts.load import load_facts
from layerforge.lock.requests import read_request
from layerforge.lock.resolve import resolve_layer
from layerforge.lock.types import Pin, Resolution, Upgrade
from layerforge.names import PackageName, Split
from support import plans
from support.index import SimpleIndex
from support.wheels import make_wheel, pin_of


def resolve(
    folder: Path,
    *requirements: str,
    runtimes: Sequence[str] = ("python3.12",),
    architectures: Sequence[str] = ("x86_64", "arm64"),
    split: Split = Split.TARGET,
    preferences: Sequence[Pin] = (),
    upgrade: Upgrade | None = None,
) -> Resolution:
    project = folder / "project"
    project.mkdir(exist_ok=True)
    layer = plans.layer(
        "data",
        runtimes=runtimes,
        architectures=architectures,
        split=split,
        content=plans.source(requirements=requirements),
        spec=project / "layers.yaml",
    )
    request = read_request(layer)
    return resolve_layer(layer, request, facts=load_facts(), preferences=preferences, upgrade=upgrade)


def files(resolution: Resolution) -> dict[str, list[str]]:
    return {str(key): [pin.file for pin in pins] for key, pins in resolution.pins.items()}


def refusal(folder: Path, *requirements: str, **how: object) -> tuple[Diagnostic, ...]:
    with pytest.raises(LayerforgeError) as caught:
        resolve(folder, *requirements, **how)  # type: ignore[arg-type]
    return caught.value.diagnostics


def test_a_requirement_becomes_pins_of_each_unit_with_its_dependencies(index: SimpleIndex, tmp_path: Path) -> None:
    app = make_wheel(index.folder, "app", "1.0", requires=["native>=1"])
    x86 = make_wheel(index.folder, "native", "1.0", tag="cp312-cp312-manylinux_2_28_x86_64")
    arm = make_wheel(index.folder, "native", "1.0", tag="cp312-cp312-manylinux_2_17_aarch64")
    found = resolve(tmp_path, "app")
    assert found.pins == {
        "python312-x86-64": (pin_of(app), pin_of(x86)),
        "python312-arm64": (pin_of(app), pin_of(arm)),
    }
    assert found.urls == {pin_of(path).sha256: index.file_url(path.name) for path in (app, x86, arm)}
    assert found.diagnostics == ()


def test_no_requirements_ask_no_index(index: SimpleIndex, tmp_path: Path) -> None:
    assert resolve(tmp_path).pins == {"python312-x86-64": (), "python312-arm64": ()}
    assert index.requests == []


def test_locked_versions_stay_unless_upgraded(index: SimpleIndex, tmp_path: Path) -> None:
    old = {name: pin_of(make_wheel(index.folder, name, "1.0")) for name in ("one", "two")}
    for name in ("one", "two"):
        make_wheel(index.folder, name, "2.0")
    preferences = tuple(old.values())

    def versions(upgrade: Upgrade | None) -> list[str]:
        found = resolve(tmp_path, "one", "two", architectures=["arm64"], preferences=preferences, upgrade=upgrade)
        return [pin.version for pin in found.pins[next(iter(found.pins))]]

    assert versions(None) == ["1.0", "1.0"]
    assert versions(Upgrade(packages=frozenset({PackageName("two")}))) == ["1.0", "2.0"]
    assert versions(Upgrade(everything=True)) == ["2.0", "2.0"]
