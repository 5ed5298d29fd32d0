"""What may and may not stand in a tracked file."""

import ast
import os
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

from support.repository import ROOT, text, tracked

# Written in two parts, so that this file does not hold them itself.
HOSTS = tuple(
    ".".join(parts)
    for parts in [
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "terraform", "io"),
        ("registry", "opentofu", "org"),
        ("repo1", "maven", "org"),
        ("repo", "maven", "apache", "org"),
        ("rubygems", "org"),
    ]
)
FOLDERS = re.compile(r"(?<![\w./-])(?:/roo" r"t/|/wor" r"k/|/tm" r"p/lf|/hom" r"e/(?!user\b|me\b)\w|/User" r"s/\w)")
LARGEST = 1 << 20
SCRIPTS = {".ci/run", ".ci/venv"}


@pytest.mark.parametrize("host", HOSTS)
def test_no_file_names_the_host_of_a_package_registry(host: str) -> None:
    assert [str(path) for path in tracked() if host in text(path).lower()] == []


def test_no_file_holds_a_path_of_one_machine() -> None:
    found = {str(path): FOLDERS.findall(text(path)) for path in tracked() if path.name != "LICENSE"}
    assert {name: hits for name, hits in found.items() if hits} == {}


def test_no_file_is_large() -> None:
    assert [str(path) for path in tracked() if (ROOT / path).stat().st_size > LARGEST] == []


def test_no_built_or_local_file_is_tracked() -> None:
    local = (".zip", ".pyc", ".tfstate", ".tfplan", ".terraform.lock.hcl", ".DS_Store", ".env")
    placeholders = {path for path in tracked(".zip") if path.match("modules/*/tests/other/*.zip")}
    assert [str(path) for path in tracked() if path.name.endswith(local) and path not in placeholders] == []
    assert [str(path) for path in placeholders if (ROOT / path).read_bytes().startswith(b"PK")] == []


def first_line(path: Path) -> str:
    """Return the first line of a Python file's docstring; empty for none."""
    docstring = ast.get_docstring(ast.parse(text(path)))
    return docstring.splitlines()[0] if docstring else ""


def test_every_python_file_says_in_its_first_line_what_lives_in_it() -> None:
    silent = [str(path) for path in tracked(".py") if not first_line(path).endswith((".", "?", ":"))]
    assert silent == []


def test_modules_of_the_product_are_not_longer_than_a_reader_can_hold() -> None:
    product = [path for path in tracked(".py") if path.parts[0] == "generator" and path.name != "types.py"]
    assert [str(path) for path in product if len(text(path).splitlines()) > 260] == []


def test_templates_ask_nothing_of_the_file_system() -> None:
    asked = re.compile(r"\b(?:fileexists|fileset|templatefile|file)\s*\(")
    templates = [path for path in tracked() if path.parts[0] == "templates"]
    assert templates
    assert [str(path) for path in templates if asked.search(text(path))] == []


def test_pytest_leaves_out_no_folder_that_holds_tests(request: pytest.FixtureRequest) -> None:
    # By itself pytest passes over every folder named `build`, and so over all tests of that stage.
    left_out = request.config.getini("norecursedirs")
    tests = [path for path in tracked(".py") if path.name.startswith("test_")]
    assert {path.parts[1] for path in tests} >= {"build", "lock", "render"}
    assert [path for path in tests if any(fnmatch(part, each) for part in path.parts for each in left_out)] == []
    roots = [ROOT / each for each in request.config.getini("testpaths")]
    assert [path for path in tests if not any((ROOT / path).is_relative_to(root) for root in roots)] == []


def test_scripts_can_be_run() -> None:
    assert [name for name in sorted(SCRIPTS) if not os.access(ROOT / name, os.X_OK)] == []


def test_ci_is_strict_and_leaves_no_test_out() -> None:
    script = text(Path(".ci/run"))
    assert script.startswith("#!/usr/bin/env bash\n")
    assert "\nset -euo pipefail\n" in script
    assert "\nexport CI=true\n" in script
    assert re.findall(r"--ignore|--deselect|-k |-m |not slow|\|\| true", script) == []
