"""Resolving against the package index that uv is configured for: real packages, and pip as the judge."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name, parse_wheel_filename

from layerforge.facts.load import load_facts
from layerforge.lock.targets import manylinux, platform_of
from layerforge.lock.urls import find_urls
from layerforge.plan.types import Target
from support import plans
from support.resolving import files, resolve, versions

pytestmark = pytest.mark.network

TEN = (
    "numpy==2.2.6",
    "pandas==2.2.3",
    "pyarrow==20.0.0",
    "cryptography==45.0.3",
    "pydantic-core==2.33.2",
    "lxml==5.4.0",
    "psycopg2-binary==2.9.10",
    "protobuf==6.31.1",
    "charset-normalizer==3.4.2",
    "requests==2.32.3",
)
SIX = plans.targets(["python3.11", "python3.12", "python3.13"], ["x86_64", "arm64"])


@pytest.fixture(autouse=True)
def an_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what the index offers as it was on one day."""
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "uv.toml").write_text('exclude-newer = "2026-11-01"\n')
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)


def pips_choice(target: Target, folder: Path) -> set[str]:
    """Return the files that pip takes for a target, told all platforms that it can load."""
    platform = platform_of(target, load_facts())
    argv = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--no-deps"]
    argv += ["--report", "-", "--target", str(folder / "none"), "--only-binary", ":all:", "--implementation", "cp"]
    argv += ["--python-version", ".".join(map(str, platform.python))]
    argv += [f"--platform={name}" for name in manylinux(platform.glibc, target.architecture)]
    done = subprocess.run([*argv, *TEN], check=True, capture_output=True)
    return {item["download_info"]["url"].rsplit("/", 1)[1] for item in json.loads(done.stdout)["install"]}


@pytest.mark.slow
def test_ten_packages_on_six_targets_come_as_pip_would_choose(tmp_path: Path) -> None:
    found = resolve(
        tmp_path, *TEN, runtimes=["python3.11", "python3.12", "python3.13"], architectures=["x86_64", "arm64"]
    )
    names = {canonicalize_name(item.split("==")[0]) for item in TEN}
    for target, own in zip(SIX, files(found).values(), strict=True):
        assert {file for file in own if parse_wheel_filename(file)[0] in names} == pips_choice(target, tmp_path), target


def test_the_data_science_layer_on_both_architectures(tmp_path: Path) -> None:
    found = resolve(tmp_path, "pandas==2.2.2", "numpy==1.26.4", "pyarrow==16.1.0")
    chosen = files(found)
    for key, machine in (("python312-x86-64", "x86_64"), ("python312-arm64", "aarch64")):
        assert {
            f"numpy-1.26.4-cp312-cp312-manylinux_2_17_{machine}.manylinux2014_{machine}.whl",
            f"pandas-2.2.2-cp312-cp312-manylinux_2_17_{machine}.manylinux2014_{machine}.whl",
            f"pyarrow-16.1.0-cp312-cp312-manylinux_2_28_{machine}.whl",
        } <= set(chosen[key])
        assert {"python-dateutil", "pytz", "tzdata"} <= versions(found)[key].keys()
    pins = {pin for unit in found.pins.values() for pin in unit}
    assert find_urls(tuple(pins), tmp_path / "project") == found.urls
    assert len(found.urls) == len(pins)


def test_one_version_for_two_operating_systems(tmp_path: Path) -> None:
    found = resolve(tmp_path, "pandas", "numpy", runtimes=["python3.11", "python3.12"])
    assert len({tuple(sorted(unit.items())) for unit in versions(found).values()}) == 1
    assert [item.message.partition(" 2.")[0] for item in found.diagnostics] == ["held back by AL2: `numpy`"]


def test_versions_that_differ_between_architectures_are_brought_together(tmp_path: Path) -> None:
    found = versions(resolve(tmp_path, "psycopg2-binary", runtimes=["python3.11"]))
    assert found["python311-x86-64"] == found["python311-arm64"]


def test_a_package_that_the_operating_system_holds_back_far(tmp_path: Path) -> None:
    found = resolve(tmp_path, "onnxruntime", runtimes=["python3.11"], architectures=["x86_64"])
    assert versions(found)["python311-x86-64"]["onnxruntime"] == "1.16.3"
    (note,) = [item for item in found.diagnostics if "`onnxruntime`" in item.message]
    assert note.message.startswith("held back by AL2: `onnxruntime` 1.16.3, newest is 1.")
