"""A machine of Lambda's, as far as a function can tell: its layers, its code, and the real runtime client."""

import os
import platform
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from support.pythons import ROOT, interpreters
from support.runtime_api import Answer, serve_runtime_api
from support.tf import missing

MACHINE: Final = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "")
"""This machine's processor as Lambda calls it."""

_BOOTSTRAP: Final = Path(__file__).with_name("lambda_bootstrap.py")
_SECONDS: Final = 60


@dataclass(frozen=True, kw_only=True)
class Invoked:
    """What came of a run: the answers in their order, what was logged, requests that the API does not have."""

    answers: tuple[Answer, ...]
    log: str
    unknown: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Host:
    """What is laid out for one function.

    Attributes:
        python: an interpreter with the runtime client and nothing else.
        version: of Python, such as ``3.12``.
        opt: what is ``/opt`` in Lambda.
        task: what is ``/var/task``.
    """

    python: Path
    version: str
    opt: Path
    task: Path

    def environment(self, handler: str, api: str) -> dict[str, str]:
        """Return the whole environment that the runtime gets, by the names of Lambda."""
        return {
            "AWS_EXECUTION_ENV": f"AWS_Lambda_python{self.version}",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
            "AWS_LAMBDA_FUNCTION_NAME": "reader",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/reader",
            "AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/21/[$LATEST]0123456789abcdef",
            "AWS_LAMBDA_RUNTIME_API": api,
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_REGION": "eu-west-1",
            "LAMBDA_RUNTIME_DIR": str(_BOOTSTRAP.parent),
            "LAMBDA_TASK_ROOT": str(self.task),
            "LANG": "en_US.UTF-8",
            "LD_LIBRARY_PATH": f"{self.task}:{self.task}/lib:{self.opt}/lib",
            "PATH": f"{self.python.parent}:/usr/local/bin:/usr/bin:/bin:{self.opt}/bin",
            "PYTHONDONTWRITEBYTECODE": "1",  # nothing can be written below /opt and /var/task
            "TZ": ":UTC",
            "_HANDLER": handler,
        }

    def invoke(self, handler: str, events: Sequence[Any]) -> Invoked:
        """Start the runtime, let it handle the events, and stop it."""
        with serve_runtime_api(events) as api:
            with subprocess.Popen(
                [self.python, _BOOTSTRAP, self.opt],
                cwd=self.task,
                env=self.environment(handler, api.address),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            ) as runtime:
                until = time.monotonic() + _SECONDS
                while not api.done.wait(0.05) and runtime.poll() is None and time.monotonic() < until:
                    pass
                runtime.kill()
                log = runtime.stdout.read() if runtime.stdout else ""
            assert api.done.is_set(), f"the runtime has not answered:\n{log}"
        return Invoked(answers=tuple(api.answers), log=log, unknown=tuple(api.unknown))


def lay_out(zips: Iterable[Path], to: Path) -> Path:
    """Unpack ZIPs over each other as Lambda does: a later one replaces files of an earlier one; modes are kept."""
    to.mkdir(parents=True)
    for path in zips:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                archive.extract(info, to)
                (to / info.filename).chmod(info.external_attr >> 16 & 0o777)
    return to


def python_of(version: str, folder: Path) -> Path:
    """Return an interpreter that has the runtime client and nothing else; skip, or fail in CI, where that cannot be."""
    from uv import find_uv_bin  # noqa: PLC0415

    if sys.platform != "linux" or not MACHINE:
        missing("the runtime client is published for Linux on x86_64 and arm64 only")
    uv, python = find_uv_bin(), folder / version / "bin" / "python"
    wanted = ["--require-hashes", "--only-binary", ":all:", "--requirement", ROOT / "requirements/runtime.txt"]
    for argv in (
        [uv, "venv", "--quiet", "--no-project", "--python", interpreters()[version], python.parents[1]],
        [uv, "pip", "install", "--quiet", "--python", python, *wanted],
    ):
        done = subprocess.run(argv, capture_output=True, text=True, check=False, env=os.environ)
        if done.returncode:
            missing(f"awslambdaric cannot be installed for Python {version}: {done.stderr.strip()}")
    return python
