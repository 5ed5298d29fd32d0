"""A function is invoked by Lambda's own runtime client, with the layers that `gen` has built laid out as `/opt`."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from layerforge.plan.function_types import OwnLayer
from support import specs
from support.lambda_host import MACHINE, Host, Invoked, lay_out, python_of
from support.pythons import VERSIONS, need_several
from support.runtime_api import ARN, Answer, RuntimeApi

pytestmark = pytest.mark.network

PROJECT = Path(__file__).with_name("project")
EVENT = {"name": "Lambda", "yaml": "[1, two]"}


@dataclass(frozen=True, kw_only=True)
class Built:
    """The project, built for one Python.

    Attributes:
        version: of Python, such as ``3.12``.
        layers: ZIPs of the function's layers by name, in the order of the plan.
        code: the function's ZIP.
        python: an interpreter with the runtime client.
    """

    version: str
    layers: dict[str, Path]
    code: Path
    python: Path

    def invoke(self, folder: Path, layers: Sequence[str], events: Sequence[Any]) -> Invoked:
        """Lay out some layers in some order, and let the function handle the events."""
        opt = lay_out([self.layers[name] for name in layers], folder / "opt")
        task = lay_out([self.code], folder / "task")
        return Host(python=self.python, version=self.version, opt=opt, task=task).invoke("app.main", events)


@pytest.fixture(scope="module", params=VERSIONS)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build the project for one of the Pythons that are here, with the layers in the order of the plan."""
    version, top = request.param, tmp_path_factory.mktemp("runtime")
    if version not in need_several():
        pytest.skip(f"Python {version} is not installed")
    python = python_of(version, top / "pythons")
    shutil.copytree(PROJECT, top, dirs_exist_ok=True)
    spec = top / "layers.yaml"
    spec.write_text(spec.read_text().replace("python3.12", f"python{version}").replace("x86_64", MACHINE))
    cache = os.environ.get("LAYERFORGE_CACHE_DIR") or str(tmp_path_factory.getbasetemp() / "runtime-store")
    gen = [sys.executable, "-m", "layerforge", "gen"]
    done = subprocess.run(
        gen, cwd=top, env={**os.environ, "LAYERFORGE_CACHE_DIR": cache}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (function,) = specs.plan(top, spec.read_text()).functions
    zips = {
        attached.layer: top / f"modules/{attached.layer}/artifacts/{attached.unit}.zip"
        for attached in function.layers
        if isinstance(attached, OwnLayer)
    }
    return Built(version=version, layers=zips, code=top / "modules/reader/artifacts/code.zip", python=python)


def test_a_function_finds_all_that_its_layers_bring(built: Built, tmp_path: Path) -> None:
    order = list(built.layers)
    assert order == ["packages", "house", "hotfix"]
    told = built.invoke(tmp_path, order, [EVENT, {"fail": "no more paper"}, EVENT])
    compiled = f"cpython-{built.version.replace('.', '')}-{platform.machine()}-linux-gnu.so"
    first, failed, last = told.answers
    assert first.document == {
        "context": [RuntimeApi.request_id(1), "reader", ARN],
        "python": built.version,
        "modules": [
            "python/jinja2/__init__.py",
            f"python/yaml/_yaml.{compiled}",
            f"python/markupsafe/_speedups.{compiled}",
            "python/house/words.py",
        ],
        "versions": {"PyYAML": "6.0.3", "Jinja2": "3.1.6", "jmespath": "1.0.1", "MarkupSafe": "3.0.3"},
        "entry points": ["babel_extract"],
        "text": "good evening, Lambda",
        "parsed": [1, "two"],
        "data": "grüezi\n",
        "bin": "7\n",
        "tool": "tool of the house\n",
    }
    assert [(one.kind, one.request) for one in told.answers] == [
        ("response", RuntimeApi.request_id(1)),
        ("error", RuntimeApi.request_id(2)),
        ("response", RuntimeApi.request_id(3)),
    ]
    assert {**failed.document, "stackTrace": len(failed.document["stackTrace"])} == {
        "errorMessage": "no more paper",
        "errorType": "ValueError",
        "requestId": RuntimeApi.request_id(2),
        "stackTrace": 1,
    }
    assert {**first.document, "context": None} == {**last.document, "context": None}
    assert told.unknown == ()


def test_the_order_of_layers_decides_who_wins(built: Built, tmp_path: Path) -> None:
    (answer,) = built.invoke(tmp_path, ["packages", "hotfix", "house"], [EVENT]).answers
    assert answer.document["text"] == "good morning, Lambda"


def test_a_layer_left_out_is_a_module_not_found(built: Built, tmp_path: Path) -> None:
    told = built.invoke(tmp_path, ["house", "hotfix"], [EVENT])
    message = "Unable to import module 'app': No module named 'jinja2'"
    assert told.answers == (
        Answer(
            kind="init/error",
            error_type="Runtime.ImportModuleError",
            document={
                "errorMessage": message,
                "errorType": "Runtime.ImportModuleError",
                "requestId": "",
                "stackTrace": [],
            },
        ),
    )
    assert f"[ERROR] Runtime.ImportModuleError: {message}" in told.log
