"""Processes of the AWS provider that serve many commands of Terraform, which would start three for each command."""

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ATTACH: Final = "TF_REATTACH_PROVIDERS"
ATTACHED: Final = frozenset({"apply", "plan", "show", "test", "validate"})
"""The commands that talk to a provider."""
AT_ONCE: Final = 2
"""Processes, of up to half a gigabyte each. A fleet's Regions take turns."""
_PRINTED: Final = re.compile(rf"{ATTACH}='(.*)'")
_HOST: Final = re.compile(r"^[^/]+/(?=[^/]+/)")
"""Of the registry, which the provider names in full. Without it Terraform and OpenTofu take each its own."""
_UNTIL_STDIN_ENDS: Final = '"$1" -debug & read -r _; kill $!; wait $!'
"""The process ends with the one that started it, however that ends."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Process:
    """A provider that runs, for one folder and environment: files and endpoints are what it sees itself.

    Attributes:
        attach: what tells Terraform where it is.
    """

    attach: str
    _shell: subprocess.Popen[str]
    _socket: tempfile.TemporaryDirectory[str]

    @classmethod
    def start(cls, program: Path, folder: Path, env: Mapping[str, str]) -> "Process":
        """Start a provider, and wait until it listens."""
        socket = tempfile.TemporaryDirectory(prefix="tf")  # its path has to be short
        shell = subprocess.Popen(
            ["sh", "-c", _UNTIL_STDIN_ENDS, "sh", str(program)],
            cwd=folder,
            env={**env, "TMPDIR": socket.name},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert shell.stdout is not None
        found = (_PRINTED.search(line) for line in shell.stdout)
        printed = json.loads(next(match[1] for match in found if match))
        attach = {_HOST.sub("", source): served for source, served in printed.items()}
        return cls(attach=json.dumps(attach), _shell=shell, _socket=socket)

    def stop(self) -> None:
        """End it."""
        self._shell.communicate()
        self._socket.cleanup()


@dataclass(frozen=True, slots=True)
class Providers:
    """The provider in its own debug mode: every command configures it anew, as it would a fresh process.

    It has one configuration at a time: a root with several needs a process for each, as Terraform starts them.

    Attributes:
        program: of the provider.
    """

    program: Path
    _running: dict[tuple[Path, frozenset[tuple[str, str]]], Process] = field(default_factory=dict)

    def attached(self, folder: Path, env: Mapping[str, str]) -> dict[str, str]:
        """Return an environment for Terraform in a folder, with the process that serves it."""
        key = folder, frozenset(env.items())
        process = self._running.pop(key, None)
        while process is None and len(self._running) >= AT_ONCE:
            self._running.pop(next(iter(self._running))).stop()
        self._running[key] = process or Process.start(self.program, folder, env)
        return {**env, ATTACH: self._running[key].attach}

    def stop(self) -> None:
        """End all processes."""
        while self._running:
            self._running.popitem()[1].stop()


@contextmanager
def sharing(packages: Path) -> Iterator[Providers | None]:
    """Yield the AWS provider of a folder that ``init`` has filled; ``None`` where a system knows no such processes."""
    programs = sorted(packages.glob("*/hashicorp/aws/*/*/terraform-provider-aws*"))
    if os.name != "posix" or not programs:
        yield None
        return
    providers = Providers(program=programs[-1].resolve())
    try:
        yield providers
    finally:
        providers.stop()
