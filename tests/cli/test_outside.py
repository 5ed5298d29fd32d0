"""What the machine does to a command: no right, no room, no folder to stand in, nobody who reads."""

import errno
import json
import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from layerforge.cli.messages import render_diagnostics
from layerforge.cli.outside import of_the_machine
from layerforge.diagnostics import ExitCode, OutsideError
from layerforge.paths import cache_dir

LAYERFORGE = (sys.executable, "-m", "layerforge")


def said(error: OSError) -> str:
    known = of_the_machine(error)
    assert known is not None
    return render_diagnostics([known])


def test_a_refusal_of_the_operating_system_names_the_file_and_the_way_out() -> None:
    assert said(PermissionError(errno.EACCES, "Permission denied", "modules/a/main.tf")) == (
        "error[CLI012]: `modules/a/main.tf` cannot be used: Permission denied\n\n"
        "hint: give yourself the right to read and write there, or choose another folder\n"
    )
    assert said(OSError(errno.EMFILE, "Too many open files", "x")) == (
        "error[CLI012]: `x` cannot be used: Too many open files\n\n"
        "hint: more files may be open at once: see `ulimit -n`\n"
    )
    assert said(OSError(errno.ENOMEM, "Cannot allocate memory")) == (
        "error[CLI012]: the operating system refused: Cannot allocate memory\n"
    )


def test_a_file_that_is_missing_is_a_bug_of_ours_and_keeps_its_traceback() -> None:
    assert of_the_machine(FileNotFoundError(errno.ENOENT, "No such file or directory", "templates/main.tf.j2")) is None


def test_a_folder_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    for command in ("gen", "validate", "lock", "render", "build"):
        done = subprocess.run([*LAYERFORGE, command], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (ExitCode.OUTSIDE, "")
        assert done.stderr == (
            "error[CLI011]: the folder in which this runs does not exist any more\n\n"
            "hint: change to one that does: `cd .` is enough where it was made anew\n\n1 error\n"
        )
    monkeypatch.chdir(tmp_path)


def no_store(shown: str) -> str:
    return (
        f"error[CLI014]: the store cannot be in `{shown}`: nobody knows that home folder\n\n"
        "hint: set LAYERFORGE_CACHE_DIR, or HOME, to the full path of a folder\n"
    )


def test_a_store_in_a_home_folder_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERFORGE_CACHE_DIR", "~nobody-of-that-name/x")
    with pytest.raises(OutsideError) as raised:
        cache_dir()
    assert render_diagnostics(raised.value.diagnostics) == no_store("~nobody-of-that-name/x")


def test_a_user_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_uid: int) -> None:
        raise KeyError

    for name in ("HOME", "XDG_CACHE_HOME", "LAYERFORGE_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    with pytest.raises(OutsideError) as raised:
        cache_dir()
    assert render_diagnostics(raised.value.diagnostics) == no_store("~/.cache/layerforge")


def into(stdout: int, *argv: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*LAYERFORGE, *argv],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env={**os.environ, **variables},
    )


@pytest.mark.parametrize("argv", [("schema",), ("schema", "--json"), ("cache", "dir")])
def test_nobody_reads(argv: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = into(writer, *argv)
    os.close(writer)
    assert (done.returncode, done.stderr) == (ExitCode.OUTSIDE, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is a file of Linux")
@pytest.mark.parametrize("argv", [("schema",), ("schema", "--json"), ("cache", "dir")])
def test_the_output_has_no_room(argv: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = into(full.fileno(), *argv)
    assert (done.returncode, done.stderr) == (
        ExitCode.OUTSIDE,
        "the output cannot be written: No space left on device\n",
    )


@pytest.mark.parametrize("argv", ["schema", "schema --json", "cache dir"])
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_there_is_no_output_at_all(argv: str, closed: str) -> None:
    done = subprocess.run(["sh", "-c", f'exec "$0" -m layerforge {argv} {closed}', sys.executable], check=False)
    assert done.returncode == ExitCode.DONE


def test_an_encoding_without_the_characters(tmp_path: Path) -> None:
    variables = {"PYTHONIOENCODING": "ascii", "LAYERFORGE_CACHE_DIR": str(tmp_path / "日本")}
    done = into(subprocess.PIPE, "cache", "dir", "--json", **variables)
    assert json.loads(done.stdout)["result"] == {"dir": str(tmp_path / "日本")}
    done = into(subprocess.PIPE, "cache", "dir", **variables)
    assert done.stdout == f"{tmp_path}/\\u65e5\\u672c\n"
