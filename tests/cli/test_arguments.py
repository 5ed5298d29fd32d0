"""Arguments that contradict each other, or that name what is not there."""

from pathlib import Path

import pytest

from layerforge.cli.main import run
from layerforge.diagnostics import ExitCode

SPEC = """\
version: 1
layers:
  tools: {runtimes: [python3.12], source: {ecosystem: python, requirements: [six]}}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAYERFORGE_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path


def refused(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert run(argv) == ExitCode.SPEC
    said = capsys.readouterr()
    assert said.out == ""
    return said.err.removesuffix("\n1 error\n")


@pytest.mark.parametrize(
    "argv", [["validate"], ["lock"], ["build"], ["render"], ["gen"], ["gen", "--check"], ["why", "six"]], ids=" ".join
)
def test_there_is_no_spec(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, *argv) == (
        "error[CLI001]: there is no `layers.yaml` here\n --> layers.yaml\n\n"
        "hint: `layerforge init` writes one, `--spec FILE` names another\n"
    )


def test_the_spec_has_the_other_ending(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "layers.yml").write_text(SPEC)
    assert refused(capsys, "gen") == (
        "error[CLI001]: there is no `layers.yaml` here\n --> layers.yaml\n\n"
        "hint: rename `layers.yml`, or name it with `--spec layers.yml`\n"
    )


def test_there_is_no_such_layer(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "layers.yaml").write_text(SPEC)
    said = refused(capsys, "build", "tolls", "tools")
    assert said.startswith("error[CLI002]: there is no layer ")
    assert "`tolls`" in said
    assert said.endswith("\n\nhint: the spec has: `tools`\n")


@pytest.mark.parametrize("argv", [["--upgrade"], ["--upgrade", "six"], ["--upgrade-format"]], ids=" ".join)
def test_locked_and_an_upgrade(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "gen", "--locked", *argv) == (
        "error[CLI005]: `--locked` takes the lock as it is, so nothing can be upgraded with it\n\n"
        "hint: leave out `--locked`, or the upgrade\n"
    )


@pytest.mark.parametrize("argv", [["lock", "--upgrade", "six>=1"], ["gen", "--upgrade", "six>=1"], ["why", "six>=1"]])
def test_a_requirement_where_a_name_is_wanted(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, *argv) == (
        "error[CLI006]: `six>=1` is not a package's name\n\n"
        "hint: give the bare name, such as `numpy`; versions are the spec's business\n"
    )


def test_there_are_no_modules(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hint = "hint: `layerforge gen` writes the modules, `--out DIR` says where they are\n"
    assert refused(capsys, "test") == f"error[CLI008]: there are no modules here\n --> {here}/modules\n\n{hint}"
    (here / "modules/tools").mkdir(parents=True)
    (here / "modules/tools/versions.tf").touch()
    assert refused(capsys, "test", "tolls", "tools", "words") == (
        f"error[CLI008]: there is no module `tolls`, `words` here\n --> {here}/modules\n\n{hint}"
    )


@pytest.mark.parametrize("option", ["--keep-days", "--max-bytes"])
def test_a_limit_of_the_cache_below_nothing(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "cache", "prune", f"{option}=-3") == (
        f"error[CLI009]: argument {option}: '-3' is not a number from 0 on\n\n"
        "hint: `layerforge cache prune --help` tells what there is\n"
    )
