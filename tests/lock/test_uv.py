"""How uv is found and started."""

import sys
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import pytest
from packaging.requirements import Requirement

from layerforge.diagnostics import Diagnostic, OutsideError, Severity
from layerforge.lock import uv as module
from layerforge.lock.uv import UV_RANGE, environment, find_uv, left_out, run_uv

HINT = "install layerforge with its dependencies, or `pip install 'uv<0.14,>=0.12.17'` beside it"


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    module._find_uv.cache_clear()
    yield
    module._find_uv.cache_clear()


def pretend(path: Path, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text(f"#!/bin/sh\necho {words}\n")
    path.chmod(0o755)
    monkeypatch.setattr("uv.find_uv_bin", lambda: str(path))


def test_uv_is_there_and_known() -> None:
    assert find_uv().is_file()


def test_the_range_is_that_of_the_project() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (wanted,) = [item for item in map(Requirement, project["dependencies"]) if item.name == "uv"]
    assert wanted.specifier == UV_RANGE


@pytest.mark.parametrize(
    ("words", "shown"),
    [("uv 0.12.16", "0.12.16"), ("uv 0.14.0", "0.14.0"), ("uv 1.0", "1.0"), ("hello", "of unknown version")],
)
def test_another_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, shown: str) -> None:
    pretend(tmp_path / "uv", words, monkeypatch)
    with pytest.raises(OutsideError) as caught:
        find_uv()
    assert caught.value.diagnostics == (
        Diagnostic(
            code="UV001",
            message=f"`uv` {shown} is none that layerforge knows (<0.14,>=0.12.17), and its results go into the lock",
            hint=HINT,
            notes=(str(tmp_path / "uv"),),
        ),
    )


def test_uv_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> str:
        raise FileNotFoundError("uv")

    monkeypatch.setattr("uv.find_uv_bin", missing)
    with pytest.raises(OutsideError) as caught:
        find_uv()
    assert caught.value.diagnostics == (
        Diagnostic(code="UV001", message="`uv` is not installed beside layerforge", hint=HINT),
    )


def test_the_version_is_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(tmp_path / "uv", "uv 0.13.0", monkeypatch)
    find_uv()
    (tmp_path / "uv").unlink()
    assert find_uv() == tmp_path / "uv"


def test_many_threads_look_for_uv_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(tmp_path / "uv", "uv 0.13.0", monkeypatch)
    at_once: list[int] = []
    busy = Lock()

    def look() -> str:
        free = busy.acquire(blocking=False)
        at_once.append(1 if free else 2)
        time.sleep(0.02)
        busy.release()
        return str(tmp_path / "uv")

    monkeypatch.setattr("uv.find_uv_bin", look)
    with ThreadPoolExecutor(max_workers=8) as pool:
        assert set(pool.map(lambda _: find_uv(), range(8))) == {tmp_path / "uv"}
    assert at_once == [1]


def test_what_says_where_packages_are_is_passed_on() -> None:
    given = {
        "PATH": "/bin",
        "HOME": "/home/me",
        "UV_DEFAULT_INDEX": "https://packages.example/simple",
        "UV_INDEX_OWN_PASSWORD": "secret",
        "UV_CACHE_DIR": "/cache",
        "HTTPS_PROXY": "http://proxy",
        "SSL_CERT_FILE": "/ca.pem",
        "AWS_PROFILE": "me",
    }
    assert given.items() <= environment(given).items()


def test_what_picks_versions_or_settings_is_not() -> None:
    refused = {
        *("UV_CONSTRAINT", "UV_OVERRIDE", "UV_RESOLUTION", "UV_PRERELEASE", "UV_EXCLUDE_NEWER", "UV_FROZEN"),
        *("UV_CONFIG_FILE", "UV_NO_CONFIG", "UV_PREVIEW", "UV_FORK_STRATEGY", "UV_PROJECT", "UV_WORKING_DIR"),
        *("PIP_INDEX_URL", "VIRTUAL_ENV", "PYTHONPATH", "CONDA_PREFIX", "RUST_LOG"),
    }
    assert not refused & environment(dict.fromkeys(refused, "0")).keys()


def test_no_python_is_downloaded_and_no_colour_comes_back() -> None:
    ours = environment({})
    assert ours["UV_PYTHON_DOWNLOADS"] == "never"
    assert ours["UV_PYTHON"] == sys.executable
    assert ours["NO_COLOR"] == "1"


def test_no_settings_but_those_of_the_generated_project() -> None:
    ours = environment({"UV_NO_CONFIG": "1", "XDG_CONFIG_HOME": "/home/me/.config"})
    assert (ours["XDG_CONFIG_HOME"], ours["UV_NO_SYSTEM_CONFIG"]) == ("/dev/null", "1")


def test_variables_that_are_left_out_are_said() -> None:
    assert left_out({"UV_RESOLUTION": "lowest", "UV_CONSTRAINT": "", "UV_INDEX": "x"}) == (
        Diagnostic(
            code="UV002",
            message="`UV_RESOLUTION` is set, and has no say in a lock: it would give other versions on other machines",
            severity=Severity.WARNING,
            hint="put the setting into the `uv.toml` or `[tool.uv]` beside the spec, where everybody has it",
        ),
    )


def test_uv_gets_our_python_or_looks_for_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "uv").write_text('#!/bin/sh\n[ "$1" = --version ] && echo uv 0.13.0 || echo "$@" "$UV_PYTHON"\n')
    (tmp_path / "uv").chmod(0o755)
    monkeypatch.setattr("uv.find_uv_bin", lambda: str(tmp_path / "uv"))
    assert run_uv(["lock"], cwd=tmp_path).stdout == f"lock {sys.executable}\n"
    assert run_uv(["lock"], cwd=tmp_path, any_python=True).stdout == "lock \n"
