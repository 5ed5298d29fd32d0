"""Command lines that cannot be understood: each word is named, with what may have been meant."""

import json

import pytest

from layerforge.cli.main import run
from layerforge.diagnostics import ExitCode


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("gne", "there is no command `gne`", "did you mean `gen`? `layerforge --help`"),
        ("x", "there is no command `x`", "`layerforge --help`"),
        ("x gen", "there is no command `x`", "`layerforge --help`"),
        ("--verison", "there is no option `--verison`", "did you mean `--version`? `layerforge --help`"),
        ("gen --jbos 3", "there is no option `--jbos`", "did you mean `--jobs`? `layerforge gen --help`"),
        ("gen --jbos=3", "there is no option `--jbos`", "did you mean `--jobs`? `layerforge gen --help`"),
        ("gen --lock", "there is no option `--lock`", "did you mean `--locked`? `layerforge gen --help`"),
        ("gen -x", "there is no option `-x`", "`layerforge gen --help`"),
        ("gen -j x", "argument -j/--jobs: 'x' is not a number from 1 to 256", "`layerforge gen --help`"),
        ("gen it", "`it` is one word too many", "`layerforge gen --help`"),
        ("why", "the following arguments are required: PACKAGE", "`layerforge why --help`"),
        (
            "--spec=a.yaml gen",
            "`--spec=a.yaml` comes too early",
            "options come after the command: `layerforge gen --spec=a.yaml …`",
        ),
        ("--spec a.yaml gen", "`--spec` comes too early", "options come after the command: `layerforge gen --spec …`"),
        ("cache", "the following arguments are required: ACTION", "`layerforge cache --help`"),
        ("cache prnue", "there is no action `prnue`", "did you mean `prune`? `layerforge cache --help`"),
        ("cache verify --dorp", "there is no option `--dorp`", "did you mean `--drop`? `layerforge cache --help`"),
        ("cache -q verify", "`-q` comes too early: it goes after the action", "`layerforge cache --help`"),
    ],
)
def test_what_is_wrong_and_what_may_have_been_meant(
    line: str, message: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(line.split()) == ExitCode.SPEC
    said = capsys.readouterr()
    more = " tells what there is" if hint.endswith("--help`") else ""
    assert (said.out, said.err) == ("", f"error[CLI009]: {message}\n\nhint: {hint}{more}\n\n1 error\n")


def test_every_mistake_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["gen", "--spce", "x", "--foo"]) == ExitCode.SPEC
    assert capsys.readouterr().err == (
        "error[CLI009]: there is no option `--spce`\n\n"
        "hint: did you mean `--spec`? `layerforge gen --help` tells what there is\n\n"
        "error[CLI009]: there is no option `--foo`\n\nhint: `layerforge gen --help` tells what there is\n\n2 errors\n"
    )


@pytest.mark.parametrize(
    ("line", "command", "message"),
    [
        ("gen --bogus --json", "gen", "there is no option `--bogus`"),
        ("cache --json", "cache", "the following arguments are required: ACTION"),
        ("--json", "", "there is no option `--json`"),
        ("--json gen", "gen", "`--json` comes too early"),
    ],
)
def test_it_is_json_too(line: str, command: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(line.split()) == ExitCode.SPEC
    said = capsys.readouterr()
    assert said.err == ""
    answer = json.loads(said.out)
    assert (answer["command"], answer["exit_code"]) == (command, 2)
    assert [(item["code"], item["message"]) for item in answer["diagnostics"]] == [("CLI009", message)]
