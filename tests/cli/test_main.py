"""The command line as a whole: commands, exit codes, what is imported."""

import json
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from layerforge import __version__
from layerforge.cli import main
from layerforge.cli.console import Console
from layerforge.diagnostics import Diagnostic, ExitCode, FindingsError, LayerforgeError, OutsideError, SpecError


def run_module(*argv: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "layerforge", *argv], capture_output=True, text=True, cwd=cwd, check=False
    )


def test_help_names_every_command_and_every_command_has_help() -> None:
    done = run_module("--help")
    assert done.returncode == ExitCode.DONE
    for name, text in main.COMMANDS.items():
        assert f"  {name} " in done.stdout
        assert text in done.stdout


@pytest.mark.parametrize("name", main.COMMANDS)
def test_each_command_has_help_of_its_own(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main.run([name, "--help"])
    assert stop.value.code == ExitCode.DONE
    assert f"usage: layerforge {name}" in capsys.readouterr().out


def test_version() -> None:
    assert run_module("--version").stdout == f"layerforge {__version__}\n"


def test_no_command_prints_the_help() -> None:
    done = run_module()
    assert done.returncode == ExitCode.SPEC
    assert "commands:" in done.stdout


HEAVY = ("pydantic", "jinja2", "boto3", "urllib3", "yaml", "packaging", "platformdirs", "json.decoder", "asyncio")


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom layerforge.__main__ import main\nsys.argv = ['layerforge', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(*sorted(sys.modules), sep='\\n', file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.splitlines())
    assert "layerforge.cli.main" in loaded
    assert not {name for name in HEAVY if name in loaded} - {"json.decoder"}


class FakeCommand(ModuleType):
    """A command that raises, or returns, what it is told."""

    def __init__(self, outcome: BaseException | ExitCode) -> None:
        super().__init__("fake", "Do something made up.")
        self.outcome = outcome

    def configure(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true")

    def execute(self, args: Namespace, console: Console) -> ExitCode:
        console.result = {"answer": 42}
        console.data("data\n")
        console.say("talk")
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


Fake = Callable[[BaseException | ExitCode], None]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    def install(outcome: BaseException | ExitCode) -> None:
        monkeypatch.setattr(main, "import_module", lambda _name: FakeCommand(outcome))

    return install


FINDING = Diagnostic(code="A001", message="something is wrong")


@pytest.mark.parametrize(("family", "code"), [(FindingsError, 1), (SpecError, 2), (OutsideError, 3)], ids=str)
def test_each_family_of_errors_has_its_exit_code(
    family: type[LayerforgeError], code: int, fake: Fake, capsys: pytest.CaptureFixture[str]
) -> None:
    fake(family(FINDING))
    assert main.run(["gen"]) == code
    said = capsys.readouterr()
    assert said.out == "data\n"
    assert said.err == "talk\nerror[A001]: something is wrong\n\n1 error\n"


def test_done_is_zero_and_talk_goes_to_stderr(fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    fake(ExitCode.DONE)
    assert main.run(["gen"]) == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("data\n", "talk\n")


def test_a_bug_keeps_its_traceback(fake: Fake) -> None:
    fake(ZeroDivisionError("a bug"))
    with pytest.raises(ZeroDivisionError):
        main.run(["gen"])


def test_json_is_one_object_whatever_happens(fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    fake(FindingsError(FINDING))
    assert main.run(["gen", "--json"]) == 1
    said = capsys.readouterr()
    assert said.err == ""
    assert json.loads(said.out) == {
        "command": "gen",
        "exit_code": 1,
        "diagnostics": [
            {
                "code": "A001",
                "severity": "error",
                "message": "something is wrong",
                "hint": None,
                "notes": [],
                "location": None,
            }
        ],
        "result": {"answer": 42},
    }


def test_ctrl_c_is_130_without_a_traceback(fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    fake(KeyboardInterrupt())
    assert main.run(["gen"]) == 130
    assert capsys.readouterr().err == "talk\n\ninterrupted; run the same command again to go on\n"


def test_ctrl_c_is_json_too(fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    fake(KeyboardInterrupt())
    assert main.run(["gen", "--json"]) == 130
    answer = json.loads(capsys.readouterr().out)
    assert (answer["exit_code"], answer["diagnostics"][0]["code"]) == (130, "CLI013")


def test_ctrl_c_before_a_command_has_begun_shows_no_traceback() -> None:
    code = (
        "import sys\nfrom unittest.mock import patch\nfrom layerforge.__main__ import main\n"
        "with patch('layerforge.cli.main.run', side_effect=KeyboardInterrupt):\n    sys.exit(main())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "\ninterrupted\n")


def test_the_same_finding_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(command="gen")
    console.diagnose([FINDING])
    console.diagnose([FINDING])
    assert capsys.readouterr().err.count("A001") == 1
