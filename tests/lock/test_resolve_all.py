"""Layers that ask for the same: uv is asked once, and each of them is judged by itself."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from layerforge.diagnostics import SpecError
from layerforge.facts.load import load_facts
from layerforge.lock import uv_project
from layerforge.lock.requests import read_request
from layerforge.lock.resolve_all import Task, resolve_all
from layerforge.lock.types import Pin, Resolution, Upgrade
from layerforge.lock.uv import run_uv
from layerforge.names import LayerName, Split
from layerforge.plan.types import Layer, RequirementLine, RequirementList
from layerforge.process import Finished
from support import plans
from support.index import SimpleIndex
from support.resolving import files
from support.wheels import make_wheel

WHEEL = "one-1.0-py3-none-any.whl"
UV_LOCK = 'version = 1\nrevision = 3\n\n[[package]]\nname = "one"\nversion = "1.0"\n'
PYLOCK = f"""\
lock-version = "1.0"
created-by = "uv"
[[packages]]
name = "one"
version = "1.0"
wheels = [{{ url = "https://packages.example/{WHEEL}", hashes = {{ sha256 = "{plans.sha256(WHEEL)}" }} }}]
"""


class CountingUv:
    """Counts what uv is asked. Without the real one, it has one package, whatever is asked for."""

    def __init__(self, *, real: bool) -> None:
        self.real = real
        self.calls: list[str] = []

    def __call__(self, arguments: Sequence[str | os.PathLike[str]], *, cwd: Path, **more: Any) -> Finished:  # noqa: ANN401
        self.calls.append(str(arguments[0]))
        if self.real:
            return run_uv(arguments, cwd=cwd, **more)
        (cwd / "uv.lock").write_text(UV_LOCK)
        return Finished(argv=("uv",), returncode=0, stdout=PYLOCK, stderr="")


def counting(monkeypatch: pytest.MonkeyPatch, *, real: bool = False) -> CountingUv:
    uv = CountingUv(real=real)
    monkeypatch.setattr(uv_project, "run_uv", uv)
    return uv


def layer(folder: Path, name: str, requirement: str, *, line: int = 1, **more: Any) -> Layer:  # noqa: ANN401
    """Return a layer whose requirement stands in a line of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    asked = RequirementLine(text=requirement, where=plans.location(f"layers.{name}", line=line))
    source = replace(plans.source(), requirements=RequirementList(lines=(asked,)))
    return plans.layer(name, content=source, spec=folder / "layers.yaml", **more)


def resolve(*layers: Layer, preferences: Sequence[tuple[Pin, ...]] | None = None) -> dict[str, Resolution]:
    had = preferences or [()] * len(layers)
    tasks = [
        Task(layer=one, request=read_request(one), preferences=pins) for one, pins in zip(layers, had, strict=True)
    ]
    return {str(name): found for name, found in _all(tasks).items()}


def _all(tasks: Sequence[Task]) -> dict[LayerName, Resolution]:
    return dict(resolve_all(tasks, facts=load_facts(), upgrade=Upgrade(), resolve=None))


def test_uv_is_asked_once_for_layers_that_ask_for_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    uv = counting(monkeypatch)
    found = resolve(*(layer(tmp_path, f"layer-{number:02}", "one", line=number) for number in range(1, 51)))
    assert sorted(uv.calls) == ["export", "lock", "lock"]  # the second without the C library, for a note
    assert list(found) == [f"layer-{number:02}" for number in range(1, 51)]
    assert {tuple(pins) for one in found.values() for pins in one.pins.values()} == {(plans.pin("one", "1.0"),)}


def test_what_differs_in_anything_that_uv_sees_is_asked_by_itself(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / "uv.toml").write_text('find-links = ["here"]\n')
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings" / "uv.toml").write_text('prerelease = "allow"\n')
    uv = counting(monkeypatch)
    alike = [layer(tmp_path / "plain", name, "one") for name in ("a", "b")]
    others = [
        layer(tmp_path / "plain", "requirement", "one>=1"),
        layer(tmp_path / "plain", "runtime", "one", runtimes=["python3.13"]),
        layer(tmp_path / "plain", "architecture", "one", architectures=["arm64"]),
        layer(tmp_path / "settings", "settings", "one"),
        layer(tmp_path / "wheels", "place", "one"),
        layer(tmp_path / "plain", "version", "one"),
    ]
    old = plans.pin("one", "0.9")
    resolve(*alike, *others, preferences=[()] * 7 + [(old,)])
    assert uv.calls.count("export") == 1 + len(others)
    assert uv.calls.count("lock") == 2 * (1 + len(others)) + 2  # a preference costs one more each


def test_the_real_uv_answers_each_layer_as_if_it_were_alone(
    monkeypatch: pytest.MonkeyPatch, index: SimpleIndex, tmp_path: Path
) -> None:
    for machine in ("x86_64", "aarch64"):
        make_wheel(index.folder, "native", "1.0", tag=f"cp312-cp312-manylinux_2_17_{machine}", requires=["pure"])
    make_wheel(index.folder, "native", "2.0", tag="cp312-cp312-manylinux_2_17_x86_64", requires=["pure"])
    make_wheel(index.folder, "pure", "1.0")
    layers = [layer(tmp_path, f"layer-{number}", "native") for number in range(4)]
    layers += [layer(tmp_path, "cut", "native", split=Split.ARCHITECTURE), layer(tmp_path, "other", "pure")]
    alone = {one.name: resolve(one)[one.name] for one in layers}
    uv = counting(monkeypatch, real=True)
    assert resolve(*layers) == alone
    together = len(uv.calls)
    uv.calls.clear()
    resolve(layers[0])
    resolve(layers[-1])
    assert together == len(uv.calls)
    assert files(alone["cut"]) == {
        "x86-64": ["native-1.0-cp312-cp312-manylinux_2_17_x86_64.whl", "pure-1.0-py3-none-any.whl"],
        "arm64": ["native-1.0-cp312-cp312-manylinux_2_17_aarch64.whl", "pure-1.0-py3-none-any.whl"],
    }


def test_what_is_wrong_is_told_for_each_layer_at_its_own_place(
    monkeypatch: pytest.MonkeyPatch, index: SimpleIndex, tmp_path: Path
) -> None:
    make_wheel(index.folder, "one", "1.0")
    uv = counting(monkeypatch, real=True)
    with pytest.raises(SpecError) as caught:
        resolve(*(layer(tmp_path, name, "one>1", line=line) for line, name in enumerate("abc", start=7)))
    assert uv.calls == ["lock"]
    told = [(item.code, item.location.line, item.location.path) for item in caught.value.diagnostics if item.location]
    assert told == [("UV006", 7, "layers.a"), ("UV006", 8, "layers.b"), ("UV006", 9, "layers.c")]
