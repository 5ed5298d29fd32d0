"""Wheel, source distribution and editable install all work, and find their templates."""

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from layerforge import __version__
from support.repository import ROOT, sources

KINDS = ("wheel", "sdist", "editable")
INSIDE = ("policies/", "templates/")
PAGES = "docs/policies/"
SHIPPED = (*INSIDE, PAGES, "generator/layerforge/")


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    """A clean copy of the sources, and what was built from it."""

    sources: Path
    wheel: Path
    sdist: Path


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build as a release does, from a clean copy, with the pinned tools of this environment."""
    top = tmp_path_factory.mktemp("sources")
    for path in sources():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, top / path)
    out = top / "dist"
    _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, top, cwd=top)
    (wheel,), (sdist,) = out.glob("*.whl"), out.glob("*.tar.gz")
    return Built(sources=top, wheel=wheel, sdist=sdist)


def _run(*argv: str | Path, cwd: Path) -> str:
    env = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME"}}
    done = subprocess.run([str(word) for word in argv], cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{argv}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def _environment(folder: Path) -> Path:
    """Make a fresh environment that sees our dependencies, but not layerforge, and return its Python.

    A path file adds this environment's packages; the path files in there, such as our own editable one, do not count.
    """
    venv.create(folder)
    python = folder / "bin" / "python"
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    (folder / "lib" / version / "site-packages" / "dependencies.pth").write_text(f"{packages}\n", encoding="utf-8")
    return python


@pytest.fixture(scope="session", params=KINDS)
def installed(request: pytest.FixtureRequest, built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh environment with layerforge in it, by way of each kind of package."""
    folder = tmp_path_factory.mktemp(f"installed from {request.param}")
    python = _environment(folder / "environment")
    what = {"wheel": [built.wheel], "sdist": [built.sdist], "editable": ["--editable", built.sources]}[request.param]
    options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--ignore-installed"]
    _run(sys.executable, "-m", "pip", "--python", python, "install", *options, *what, cwd=folder)
    return python


def _shipped_files() -> set[str]:
    """Return what the package must hold, as paths within the package."""
    names = {path.as_posix() for path in sources()}
    pages = {f"layerforge/policies/pages/{name.removeprefix(PAGES)}" for name in names if name.startswith(PAGES)}
    inside = {f"layerforge/{name}" for name in names if name.startswith(INSIDE)}
    return (
        inside | pages | {name.removeprefix("generator/") for name in names if name.startswith("generator/layerforge/")}
    )


def test_the_wheel_holds_every_file_of_the_package_the_templates_and_the_policies(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert names == _shipped_files()
    assert any(name.startswith("layerforge/templates/") for name in names)
    assert any(name.startswith("layerforge/policies/layer_") for name in names)


def test_the_sdist_holds_what_the_wheel_is_built_from(built: Built) -> None:
    with tarfile.open(built.sdist) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    wanted = {path.as_posix() for path in sources() if path.as_posix().startswith(SHIPPED)}
    assert wanted | {"LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml"} <= names
    assert not {name for name in names if name.startswith(("tests/", "modules/", "examples/"))}


def test_the_wheel_names_licence_readme_and_command(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as wheel:
        (info,) = {name.partition("/")[0] for name in wheel.namelist() if ".dist-info/" in name}
        metadata = wheel.read(f"{info}/METADATA").decode()
        scripts = wheel.read(f"{info}/entry_points.txt").decode()
        assert f"{info}/licenses/LICENSE" in wheel.namelist()
    assert "License-Expression: Apache-2.0" in metadata
    assert "# layerforge" in metadata
    assert "layerforge = layerforge.__main__:main" in scripts


def test_an_installed_layerforge_has_its_policies_with_it(installed: Path, tmp_path: Path) -> None:
    folder = Path(_run(installed, "-m", "layerforge", "policies", "--path", cwd=tmp_path).strip())
    assert not folder.is_relative_to(ROOT)
    held = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in {".py", ".jsonl"}}
    tracked = {path.relative_to("policies").as_posix() for path in sources() if path.parts[0] == "policies"}
    assert held == tracked
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from lambda_layer_rules.world import page\n"
        "print(open(page('CKV_LAYER_1'), encoding='utf-8').readline())"
    )
    assert _run(installed, "-c", code, folder, cwd=tmp_path).startswith("# CKV_LAYER_1: ")


def test_the_version_stands_in_both_places() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == __version__


def test_an_installed_layerforge_finds_its_templates_and_facts(installed: Path, tmp_path: Path) -> None:
    code = (
        "import layerforge, layerforge.paths as paths, layerforge.facts.load as load\n"
        "print(layerforge.__file__)\n"
        "print(sorted(str(p.relative_to(paths.templates_dir())) for p in paths.templates_dir().rglob('*.j2')))\n"
        "print('python3.13' in load.load_facts(None).runtimes)\n"
    )
    where, templates, facts = _run(installed, "-c", code, cwd=tmp_path).splitlines()
    assert not where.startswith(str(ROOT))
    wanted = sorted(path.relative_to("templates").as_posix() for path in sources() if path.suffix == ".j2")
    assert templates == str(wanted)
    assert wanted
    assert facts == "True"


@pytest.mark.parametrize("command", [("bin/layerforge",), ("bin/python", "-m", "layerforge")])
def test_an_installed_layerforge_runs(installed: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    program, *rest = command
    argv = [installed.parent.parent / program, *rest]
    assert _run(*argv, "--version", cwd=tmp_path) == f"layerforge {__version__}\n"


WHAT_WE_NEED = """
import importlib, pkgutil, layerforge
for found in pkgutil.walk_packages(layerforge.__path__, "layerforge."):
    if not found.name.startswith(("layerforge.policies", "layerforge.templates")):
        importlib.import_module(found.name)

# pydantic: validators in generic aliases, once left out
from layerforge.spec.layers import Defaults
try:
    Defaults.model_validate({"runtimes": ["python3.13", "python3.13"], "architectures": []})
except ValueError as error:
    print([one["loc"] for one in error.errors()])

# packaging: the names of wheels with local versions, once refused
from packaging.pylock import Pylock
wheel = {"url": "https://packages.invalid/a-1%2Blocal-py3-none-any.whl", "hashes": {"sha256": "0"}}
package = {"name": "a", "version": "1+local", "wheels": [wheel]}
Pylock.from_dict({"lock-version": "1.0", "created-by": "us", "packages": [package]})

# boto3: the newest parameters that we send
import boto3, botocore.stub
from layerforge.operate.parts import _begun
client = boto3.client("s3", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
stub = botocore.stub.Stubber(client)
stub.add_response("create_multipart_upload", {"UploadId": "begun"})
with stub:
    print(_begun(client, {"Bucket": "example", "Key": "key"}))
"""


@pytest.mark.network
def test_the_lowest_versions_that_pyproject_allows_are_enough(built: Built, tmp_path: Path) -> None:
    uv, pins = (sys.executable, "-m", "uv", "pip"), tmp_path / "lowest.txt"
    options = ("--quiet", "--no-header", "--resolution", "lowest-direct", "--output-file", pins)
    _run(*uv, "compile", *options, "pyproject.toml", cwd=ROOT)
    venv.create(tmp_path / "lowest")
    python = tmp_path / "lowest/bin/python"
    _run(*uv, "install", "--quiet", "--python", python, "--requirements", pins, cwd=tmp_path)
    _run(*uv, "install", "--quiet", "--python", python, "--no-deps", built.wheel, cwd=tmp_path)
    said = _run(python, "-c", WHAT_WE_NEED, cwd=tmp_path)
    assert said.splitlines() == ["[('runtimes',), ('architectures',)]", "begun"]
    layer = "{runtimes: [python3.13], source: {ecosystem: python, requirements: [idna]}}"
    (tmp_path / "layers.yaml").write_text(f"version: 1\nlayers:\n  low: {layer}\n", encoding="utf-8")
    _run(python, "-m", "layerforge", "gen", cwd=tmp_path)
    assert (tmp_path / "modules/low/artifacts/python313-x86-64.zip").is_file()


def test_an_installed_layerforge_renders_a_module(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "src" / "own").mkdir(parents=True)
    (tmp_path / "src" / "own" / "__init__.py").write_text('"""Ours."""\n', encoding="utf-8")
    (tmp_path / "layers.yaml").write_text(
        "version: 1\nlayers:\n  own:\n    runtimes: [python3.13]\n    architectures: [arm64]\n    split: none\n"
        "    source: {ecosystem: python, requirements: [], include: [src/own]}\n",
        encoding="utf-8",
    )
    _run(installed, "-m", "layerforge", "gen", cwd=tmp_path)
    assert (tmp_path / "modules/own/main.tf").is_file()
    assert (tmp_path / "modules/own/artifacts/all.zip").is_file()
