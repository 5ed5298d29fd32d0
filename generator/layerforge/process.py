"""The one way in which layerforge starts other programs."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from layerforge.diagnostics import Diagnostic, OutsideError

_LAST_LINES = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """A program that ran to its end.

    Attributes:
        argv: what was run.
        returncode: its exit status.
        stdout: what it printed, decoded as UTF-8.
        stderr: likewise.
    """

    argv: tuple[str, ...]
    returncode: int
    stdout: str
    stderr: str

    def last_lines(self) -> tuple[str, ...]:
        """Return the end of what the program said, for a message."""
        talk = (self.stderr.strip() or self.stdout.strip()).splitlines()
        return tuple(line.rstrip() for line in talk[-_LAST_LINES:])


def run(
    argv: Sequence[str | os.PathLike[str]],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float | None = None,
    ok: Sequence[int] = (0,),
    errors: str = "replace",
) -> Finished:
    """Run a program without a shell and without standard input, and return what it printed.

    Args:
        argv: the program and its arguments.
        cwd: the folder to run in.
        env: the whole environment; ``None`` passes ours on.
        timeout: seconds until the program is killed.
        ok: the exit statuses that the caller understands.
        errors: what becomes of bytes that are no UTF-8; ``surrogateescape`` keeps file names whole.

    Raises:
        OutsideError: ``RUN001`` the program is not there, ``RUN002`` it took too long, ``RUN003`` another exit status.
    """
    words = tuple(os.fspath(word) for word in argv)
    try:
        done = subprocess.run(
            words, cwd=cwd, env=env, timeout=timeout, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except OSError as error:
        hint = "see that it is installed, made for this machine, and that you may run it"
        raise _failure("RUN001", words, f"cannot be started: {error.strerror}", hint=hint) from error
    except subprocess.TimeoutExpired as error:
        raise _failure("RUN002", words, f"did not finish within {timeout:g} s") from error
    finished = Finished(
        argv=words,
        returncode=done.returncode,
        stdout=done.stdout.decode("utf-8", errors),
        stderr=done.stderr.decode("utf-8", errors),
    )
    if finished.returncode not in ok:
        raise _failure("RUN003", words, f"failed with exit status {done.returncode}", said=finished.last_lines())
    return finished


def _failure(
    code: str, words: Sequence[str], what: str, *, said: Sequence[str] = (), hint: str | None = None
) -> OutsideError:
    notes = (" ".join(words), *said)
    return OutsideError(Diagnostic(code=code, message=f"`{words[0]}` {what}", notes=notes, hint=hint))
