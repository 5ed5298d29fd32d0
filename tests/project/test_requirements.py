"""The pins of requirements/ are complete, hashed, without hosts, and in step with pyproject.toml."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from support.repository import ROOT

FOLDER = ROOT / "requirements"
FILES = sorted(FOLDER.glob("*.txt"))
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+)(?: ; (?P<marker>.*?))? \\$")


def pins(path: Path) -> dict[str, Version]:
    """Return the pinned versions of a requirements file by normalised name."""
    found = map(PIN.match, path.read_text(encoding="utf-8").splitlines())
    return {canonicalize_name(pin["name"]): Version(pin["version"]) for pin in found if pin}


def project() -> dict[str, list[str]]:
    """Return what pyproject.toml asks for."""
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {"run": data["project"]["dependencies"], "build": data["build-system"]["requires"]}


def test_every_source_has_its_pins() -> None:
    assert {path.stem for path in FILES} == {path.stem for path in FOLDER.glob("*.in")}
    assert len(FILES) == 6


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_line_is_a_pin_or_a_hash(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    odd = [
        line for line in lines if not PIN.match(line) and not re.match(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$", line)
    ]
    assert odd == []
    assert pins(path)


@pytest.mark.parametrize(("kind", "file"), [("run", "run.txt"), ("run", "dev.txt"), ("build", "build.txt")])
def test_what_pyproject_asks_for_is_pinned_within_its_range(kind: str, file: str) -> None:
    pinned = pins(FOLDER / file)
    for line in project()[kind]:
        wanted = Requirement(line)
        assert pinned[canonicalize_name(wanted.name)] in wanted.specifier, line


def test_development_runs_what_users_run() -> None:
    run, dev, build = (pins(FOLDER / f"{name}.txt") for name in ("run", "dev", "build"))
    assert {name: version for name, version in run.items() if dev.get(name) != version} == {}
    both = build.keys() & dev.keys()
    assert {name: build[name] for name in both} == {name: dev[name] for name in both}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.in")), ids=lambda path: path.name)
def test_every_source_says_what_it_is_for_and_is_sorted(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# ")
    names = [line for line in lines if line and not line.startswith(("#", "-"))]
    assert names == sorted(names)


def test_every_dependency_has_a_decision() -> None:
    wanted = {canonicalize_name(Requirement(line).name) for lines in project().values() for line in lines}
    decided = {path.stem.partition("-")[2] for path in (ROOT / "docs/adr").glob("0*.md")}
    assert sorted(wanted - decided) == []
