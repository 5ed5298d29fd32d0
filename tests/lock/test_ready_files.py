"""A uv.lock or pylock.toml whose pins are taken as they are."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent

import pytest

from layerforge.diagnostics import Diagnostic
from layerforge.lock.uv import environment, find_uv
from layerforge.plan.types import RequirementFile
from layerforge.process import Finished
from support import plans
from support.index import SimpleIndex
from support.resolving import files, refusal, resolve, versions
from support.wheels import make_wheel, pin_of

ARM = "python312-arm64"
ONE = {"architectures": ["arm64"]}
OWN = (
    "own code goes under `include`; or build its wheel once, put it into an index or a folder that uv's `find-links`"
    " names, and ask for it as `name==version`"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def lock(project: Path, text: str) -> None:
    """Write a project and lock it as its owner would."""
    (project / "pyproject.toml").write_text(dedent(text))
    argv = [find_uv(), "lock", "--python", sys.executable]
    subprocess.run(argv, cwd=project, env=environment(), check=True, capture_output=True)


def asked(path: str, extras: Sequence[str] = (), groups: Sequence[str] = ()) -> RequirementFile:
    return RequirementFile(path=path, extras=tuple(extras), groups=tuple(groups), where=plans.location())


SERVICE = """\
    [project]
    name = "service"
    version = "1"
    requires-python = ">=3.11"
    dependencies = ["one"]

    [project.optional-dependencies]
    extra = ["two"]

    [dependency-groups]
    dev = ["three"]
    """


@pytest.fixture
def service(index: SimpleIndex, project: Path) -> Path:
    for name in ("one", "two", "three"):
        make_wheel(index.folder, name, "1.0")
    lock(project, SERVICE)
    for name in ("one", "two", "three"):
        make_wheel(index.folder, name, "2.0")
    return project


@pytest.mark.parametrize(
    ("extras", "groups", "names"),
    [
        ([], [], ["one"]),
        (["extra"], [], ["one", "two"]),
        ([], ["dev"], ["three"]),
        (["extra"], ["dev"], ["one", "three", "two"]),
    ],
)
def test_a_uv_lock_is_taken_as_it_is(
    service: Path, tmp_path: Path, extras: list[str], groups: list[str], names: list[str]
) -> None:
    before = {path: path.read_bytes() for path in service.iterdir()}
    found = resolve(tmp_path, file=asked("uv.lock", extras, groups), **ONE)
    assert versions(found) == {ARM: dict.fromkeys(names, "1.0")}
    assert set(found.urls) == {pin.sha256 for pin in found.pins[next(iter(found.pins))]}
    assert {path: path.read_bytes() for path in service.iterdir()} == before


def test_a_uv_lock_needs_no_network(service: Path, index: SimpleIndex, tmp_path: Path) -> None:
    index.requests.clear()
    resolve(tmp_path, file="uv.lock", **ONE)
    assert index.requests == []


def test_a_uv_lock_of_a_newer_python_than_ours(
    index: SimpleIndex, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_wheel(index.folder, "one", "1.0")
    lock(project, SERVICE.replace(', "two"', "").replace('["two"]', "[]").replace('["three"]', "[]"))
    for name in ("pyproject.toml", "uv.lock"):
        path = project / name
        path.write_text(path.read_text().replace(">=3.11", ">=3.99"))
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    (found,) = refusal(tmp_path, file="uv.lock", **ONE)
    assert found.code == "UV056"
    assert ">=3.99" in found.message


def test_a_stale_uv_lock(service: Path, tmp_path: Path) -> None:
    path = service / "pyproject.toml"
    path.write_text(path.read_text().replace('["one"]', '["one", "two"]'))
    assert refusal(tmp_path, file="uv.lock", **ONE) == (
        Diagnostic(
            code="UV058",
            message="the `uv.lock` does not belong to the `pyproject.toml` beside it any more",
            location=plans.location(),
            hint=f"run `uv lock` in {service}",
        ),
    )


@pytest.mark.parametrize(
    ("extras", "groups", "code", "what"),
    [(["nope"], [], "REQ023", "extra `nope`"), ([], ["nope"], "REQ024", "dependency group `nope`")],
)
def test_what_a_uv_lock_does_not_have(
    service: Path, tmp_path: Path, extras: list[str], groups: list[str], code: str, what: str
) -> None:
    (found,) = refusal(tmp_path, file=asked("uv.lock", extras, groups), **ONE)
    assert found == Diagnostic(
        code=code,
        message=f"the `uv.lock` has no {what}",
        location=plans.location(),
        hint="look at the spelling; `uv lock` takes up what is new in the `pyproject.toml`",
    )


def test_a_pin_that_the_runtime_cannot_load(index: SimpleIndex, project: Path, tmp_path: Path) -> None:
    for machine in ("x86_64", "aarch64"):
        make_wheel(index.folder, "native", "1.0", tag=f"cp311-cp311-manylinux_2_28_{machine}")
    lock(project, SERVICE.replace('"one"', '"native"').replace('["two"]', "[]").replace('["three"]', "[]"))
    assert refusal(tmp_path, file="uv.lock", runtimes=["python3.11"], **ONE) == (
        Diagnostic(
            code="UV050",
            message="`native` 1.0 has no wheel that `python3.11/arm64` can load: it needs glibc 2.28, and AL2 has 2.26"
            " (`native-1.0-cp311-cp311-manylinux_2_28_aarch64.whl`)",
            location=plans.location(),
            hint="lock another version there (the newest may be too new for the runtime), or drop the target",
        ),
    )


def test_an_export_that_nobody_can_read(service: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Finished(argv=("uv", "export"), returncode=0, stdout='lock-version = "1.0"', stderr="")
    monkeypatch.setattr("layerforge.lock.uv_project.run_uv", lambda *_, **__: broken)
    assert refusal(tmp_path, file="uv.lock", **ONE) == (
        Diagnostic(
            code="UV003",
            message="`uv export` gave a lock that cannot be read: Missing required value in 'created-by'",
            hint="this is a bug of layerforge or of uv: please report it with uv's version",
        ),
    )


WORKSPACE = """\
    [project]
    name = "service"
    version = "1"
    requires-python = ">=3.11"
    dependencies = ["one", "shared"]

    [tool.uv.sources]
    shared = {workspace = true}

    [tool.uv.workspace]
    members = ["libs/*"]
    """


def test_own_packages_of_a_workspace_are_not_pinned_but_included(
    index: SimpleIndex, project: Path, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        make_wheel(index.folder, name, "1.0")
    (project / "libs" / "shared" / "src" / "shared").mkdir(parents=True)
    text = '[project]\nname = "shared"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["two"]\n'
    (project / "libs" / "shared" / "pyproject.toml").write_text(text)
    lock(project, WORKSPACE)
    assert refusal(tmp_path, file="uv.lock", **ONE) == (
        Diagnostic(
            code="UV053",
            message="`shared` comes from a local folder, so there is no wheel of it that could be locked",
            location=plans.location(),
            hint=OWN,
        ),
    )
    for include in ("libs/shared/src/shared", "libs"):
        found = resolve(tmp_path, file="uv.lock", include=[include], **ONE)
        assert versions(found) == {ARM: {"one": "1.0", "two": "1.0"}}


PYLOCK = """\
lock-version = "1.0"
created-by = "test"

[[packages]]
name = "one"
version = "1.0"
wheels = [{{url = "https://me:secret@packages.example/{file}", hashes = {{sha256 = "{digest}"}}}}]
"""


def test_a_pylock_is_taken_as_it_is_without_asking_anybody(
    uv_alone: Path, tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.example/simple")
    digest = plans.sha256("one")
    (project / "pylock.toml").write_text(PYLOCK.format(file="one-1.0-py3-none-any.whl", digest=digest))
    found = resolve(tmp_path, file="pylock.toml", **ONE)
    assert files(found) == {ARM: ["one-1.0-py3-none-any.whl"]}
    assert found.urls == {digest: "https://packages.example/one-1.0-py3-none-any.whl"}


@pytest.mark.parametrize(
    ("source", "kind", "hint"),
    [
        ('vcs = {type = "git", url = "https://example.com/a", commit-id = "abc"}', "version control", None),
        ('directory = {path = "../a"}', "a local folder", OWN),
        (f'archive = {{url = "https://example.com/a.tar.gz", hashes = {{sha256 = "{"0" * 64}"}}}}', "a URL", None),
    ],
)
def test_packages_of_a_pylock_that_are_no_wheels(
    uv_alone: Path, tmp_path: Path, project: Path, source: str, kind: str, hint: str | None
) -> None:
    text = f'lock-version = "1.0"\ncreated-by = "test"\n[[packages]]\nname = "a"\n{source}\n'
    (project / "pylock.toml").write_text(text)
    (found,) = refusal(tmp_path, file="pylock.toml", **ONE)
    assert (found.code, found.location) == ("UV053", plans.location())
    assert found.message == f"`a` comes from {kind}, so there is no wheel of it that could be locked"
    assert hint is None or found.hint == hint


def test_a_pylock_with_a_source_alone(uv_alone: Path, tmp_path: Path, project: Path) -> None:
    sdist = f'sdist = {{url = "https://example.com/a-1.0.tar.gz", hashes = {{sha256 = "{"0" * 64}"}}}}'
    text = f'lock-version = "1.0"\ncreated-by = "test"\n[[packages]]\nname = "a"\nversion = "1.0"\n{sdist}\n'
    (project / "pylock.toml").write_text(text)
    (found,) = refusal(tmp_path, file="pylock.toml", **ONE)
    assert found.code == "UV013"
    assert found.message == "`a` 1.0 is there as source only, and layers are made of wheels"


def test_a_pylock_for_other_targets(uv_alone: Path, tmp_path: Path, project: Path) -> None:
    text = PYLOCK.format(file="one-1.0-py3-none-any.whl", digest=plans.sha256("one"))
    (project / "pylock.toml").write_text(f"environments = [\"sys_platform == 'win32'\"]\n{text}")
    (found,) = refusal(tmp_path, file="pylock.toml", **ONE)
    assert found == Diagnostic(
        code="UV056",
        message="the lock file is not made for `python3.12/arm64`: Provided environment does not satisfy any of the"
        " environments specified in the lock file",
        location=plans.location(),
        hint="make it for this target too, or drop the target from the layer",
    )


def test_a_pylock_of_this_machine_pins_its_own_files(index: SimpleIndex, tmp_path: Path, project: Path) -> None:
    wheel = make_wheel(project / "wheels", "one", "1.0")
    text = PYLOCK.format(file="x", digest=pin_of(wheel).sha256)
    url = text.split('url = "')[1].split('"')[0]
    (project / "pylock.toml").write_text(text.replace(f'url = "{url}"', f'path = "wheels/{wheel.name}"'))
    found = resolve(tmp_path, file="pylock.toml", **ONE)
    assert found.pins == {ARM: (pin_of(wheel),)}
    assert found.urls == {pin_of(wheel).sha256: wheel.as_uri()}
