"""Starting other programs: what is returned, and what is said when it does not work."""

import sys
from pathlib import Path

import pytest

from layerforge.cli.messages import render_diagnostics
from layerforge.diagnostics import OutsideError
from layerforge.process import run

HINT = "\nhint: see that it is installed, made for this machine, and that you may run it\n"


def refused(*argv: str, timeout: float | None = None) -> str:
    with pytest.raises(OutsideError) as raised:
        run(argv, timeout=timeout)
    return render_diagnostics(raised.value.diagnostics)


def test_a_program_that_ends_well_gives_what_it_printed(tmp_path: Path) -> None:
    done = run([sys.executable, "-c", "import os; print(os.getcwd(), input.__name__)"], cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{tmp_path} input\n", "")


def test_a_program_gets_no_input_and_only_the_environment_that_it_is_given() -> None:
    code = "import os, sys; print(repr(sys.stdin.read()), os.environ.get('SEEN'), os.environ.get('HOME'))"
    assert run([sys.executable, "-c", code], env={"SEEN": "yes"}).stdout == "'' yes None\n"


def test_a_program_that_is_not_there() -> None:
    assert refused("no-such-program", "--version") == (
        "error[RUN001]: `no-such-program` cannot be started: No such file or directory\n\n  no-such-program --version\n"
        + HINT
    )


def test_a_file_that_cannot_be_run(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\n")
    assert refused(str(script)) == (
        f"error[RUN001]: `{script}` cannot be started: Permission denied\n\n  {script}\n" + HINT
    )


def test_a_program_of_another_machine(tmp_path: Path) -> None:
    script = tmp_path / "program"
    script.write_bytes(b"\x7fELF no program")
    script.chmod(0o755)
    assert refused(str(script)) == (
        f"error[RUN001]: `{script}` cannot be started: Exec format error\n\n  {script}\n" + HINT
    )


def test_a_program_that_takes_too_long() -> None:
    code = "import time; time.sleep(60)"
    assert refused(sys.executable, "-c", code, timeout=0.2) == (
        f"error[RUN002]: `{sys.executable}` did not finish within 0.2 s\n\n  {sys.executable} -c {code}\n"
    )


def test_a_program_that_fails_is_quoted_with_its_last_lines() -> None:
    code = "import sys; print('data'); [print(n, file=sys.stderr) for n in range(30)]; sys.exit(7)"
    lines = "".join(f"  {number}\n" for number in range(10, 30))
    assert refused(sys.executable, "-c", code) == (
        f"error[RUN003]: `{sys.executable}` failed with exit status 7\n\n  {sys.executable} -c {code}\n{lines}"
    )


def test_a_program_that_fails_without_a_word_on_stderr_is_quoted_from_stdout() -> None:
    said = refused(sys.executable, "-c", "import sys; print('data'); sys.exit(7)")
    assert said.endswith("  data\n")
    assert run([sys.executable, "-c", "import sys; sys.exit(7)"], ok=(0, 7)).returncode == 7
