"""What the machine does to a command wherever it happens to be: no right, no room, no folder, nobody who reads."""

import contextlib
import errno
import os
import sys
from pathlib import Path
from typing import Final

from layerforge.diagnostics import Diagnostic, ExitCode

_OF_THE_MACHINE: Final = frozenset(
    {
        *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.ESTALE),
        *(errno.ELOOP, errno.ENAMETOOLONG, errno.ENOTDIR, errno.EMFILE, errno.ENFILE, errno.ENOMEM),
    }
)


def of_the_machine(error: OSError) -> Diagnostic | None:
    """Say what the operating system refused; ``None`` for what only a mistake of ours can bring about."""
    if isinstance(error, FileNotFoundError) and not _stands_somewhere():
        return Diagnostic(
            code="CLI011",
            message="the folder in which this runs does not exist any more",
            hint="change to one that does: `cd .` is enough where it was made anew",
        )
    if error.errno not in _OF_THE_MACHINE:
        return None
    if not isinstance(error.filename, str):
        return Diagnostic(code="CLI012", message=f"the operating system refused: {error.strerror}")
    from layerforge.files import disk_problem  # noqa: PLC0415

    return disk_problem(error, Path(error.filename), code="CLI012", verb="used")


def lose_output(error: OSError) -> ExitCode:
    """Go on without stdout, which nobody reads or which takes no more, and return the exit code of that."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still buffered goes there at exit
    if not isinstance(error, BrokenPipeError):
        with contextlib.suppress(OSError):
            sys.stderr.write(f"the output cannot be written: {error.strerror or error}\n")
    return ExitCode.OUTSIDE


def _stands_somewhere() -> bool:
    try:
        Path.cwd()
    except FileNotFoundError:
        return False
    return True
