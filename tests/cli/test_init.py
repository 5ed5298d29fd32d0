"""`layerforge init`: what it writes, and what it leaves alone."""

from pathlib import Path

import pytest

from layerforge.cli.main import run
from layerforge.diagnostics import ExitCode
from layerforge.spec.schema import schema_text


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_first_spec_is_valid_and_the_editor_finds_its_schema(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", "--name", "team-tools"]) == ExitCode.DONE
    assert capsys.readouterr().err == (
        "wrote layers.yaml\nwrote layers.schema.json\nwrote .gitignore\n"
        "next: edit layers.yaml, then run `layerforge gen`\n"
    )
    assert (here / "layers.yaml").read_text().startswith("# yaml-language-server: $schema=layers.schema.json\n")
    assert (here / "layers.schema.json").read_text() == schema_text()
    assert (here / ".gitignore").read_text() == "/modules/*/artifacts/\n"
    assert run(["validate", "--json"]) == ExitCode.DONE


def test_a_spec_that_is_there_stays(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "layers.yaml").write_text("mine")
    assert run(["init"]) == ExitCode.SPEC
    assert capsys.readouterr().err == (
        "error[CLI004]: there is a `layers.yaml` here already\n --> layers.yaml\n\n"
        "hint: edit it, or run `layerforge init` in another folder\n\n1 error\n"
    )
    assert {path.name: path.read_text() for path in here.iterdir()} == {"layers.yaml": "mine"}


def test_a_schema_that_is_there_stays(here: Path) -> None:
    (here / "layers.schema.json").write_text("mine")
    assert run(["init", "-q"]) == ExitCode.DONE
    assert (here / "layers.schema.json").read_text() == "mine"


@pytest.mark.parametrize("name", ["-x", "a b", "ü", ""])
def test_a_name_that_no_layer_can_have(name: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", f"--name={name}"]) == ExitCode.SPEC
    assert capsys.readouterr().err == (
        f"error[CLI003]: `{name}` cannot be a layer's name\n\n"
        "hint: take letters, digits, `-` and `_`, with a letter or digit at both ends\n\n1 error\n"
    )
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"*.log\n", b"*.log\n/modules/*/artifacts/\n"),
        (b"*.log", b"*.log\n/modules/*/artifacts/\n"),
        (b"\xff\xfe is no UTF-8\n", b"\xff\xfe is no UTF-8\n/modules/*/artifacts/\n"),
        (b"/modules/*/artifacts/\r\n", b"/modules/*/artifacts/\r\n"),
    ],
)
def test_a_gitignore_gets_one_line_and_keeps_the_others(before: bytes, after: bytes, here: Path) -> None:
    (here / ".gitignore").write_bytes(before)
    assert run(["init", "-q"]) == ExitCode.DONE
    assert (here / ".gitignore").read_bytes() == after


def test_a_gitignore_that_is_a_link_stays_one(here: Path) -> None:
    (here / "shared").write_text("*.log\n")
    (here / ".gitignore").symlink_to("shared")
    assert run(["init", "-q"]) == ExitCode.DONE
    assert (here / ".gitignore").is_symlink()
    assert (here / "shared").read_text() == "*.log\n/modules/*/artifacts/\n"


def test_a_gitignore_that_is_a_folder_is_left_alone(here: Path) -> None:
    (here / ".gitignore").mkdir()
    assert run(["init", "-q"]) == ExitCode.DONE
    assert (here / ".gitignore").is_dir()
