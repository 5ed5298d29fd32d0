"""python-terraform, with its translation of options kept and its way to run things replaced."""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from python_terraform import IsFlagged, Terraform

from layerforge.diagnostics import Diagnostic, OutsideError
from layerforge.process import Finished, run

FLAG: Final = IsFlagged
"""The value of an option that takes none."""


class Root(Terraform):  # type: ignore[misc]  # the library carries no types
    """One folder that Terraform runs in; not to be shared between threads.

    Of the library we keep ``generate_cmd_string`` (options) and the files for variables. It would run with the user's
    terminal as input and without a time limit, take every unknown attribute for a subcommand, and read state files
    that are none.
    """

    def __init__(
        self, folder: Path, *, binary: str, env: Mapping[str, str], timeout: float, plugins: Path | None = None
    ) -> None:
        """Take the folder, the program, its whole environment and the seconds that one command may take.

        ``plugins`` is a filesystem mirror that ``init`` takes providers from, and from nowhere else.
        """
        super().__init__(working_dir=str(folder), terraform_bin_path=binary, is_env_vars_included=False)
        self.env = dict(env)
        self.timeout = timeout
        self.plugins = plugins

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as the library has it
        """Refuse what the library would take for a subcommand."""
        raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}")

    def read_state_file(self, file_path: str | None = None) -> None:
        """Do nothing: we read what commands print."""

    def cmd(self, command: str, *arguments: str, ok: Sequence[int] = (0,), **options: Any) -> Finished:  # noqa: ANN401
        """Run one command, such as ``cmd("plan", out="x.tfplan", var={"a": 1}, json=FLAG)``.

        Args:
            command: with its subcommand, if any.
            arguments: positional ones, after the options.
            ok: the exit statuses that the caller understands.
            options: without their dash, underscores for dashes; a dictionary becomes a file of variables, a list a
                repeated option, ``FLAG`` one without value, ``None`` none at all.

        Raises:
            OutsideError: as ``layerforge.process.run``.
        """
        try:
            words = self.generate_cmd_string(command, *arguments, **options)
            return run(words, cwd=Path(self.working_dir), env=self.env, timeout=self.timeout, ok=ok)
        finally:
            self.temp_var_files.clean_up()

    def document(self, command: str, *arguments: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401
        """Run a command that prints one JSON document, whether it succeeds or finds faults."""
        finished = self.cmd(command, *arguments, ok=(0, 1), json=FLAG, **options)
        try:
            found: dict[str, Any] = json.loads(finished.stdout)
        except ValueError as error:
            raise _no_json(finished) from error
        return found

    def events(self, command: str, *arguments: str, **options: Any) -> tuple[dict[str, Any], ...]:  # noqa: ANN401
        """Run a command that prints one JSON object a line, whether it succeeds or finds faults."""
        finished = self.cmd(command, *arguments, ok=(0, 1), json=FLAG, **options)
        try:
            found = tuple(json.loads(line) for line in finished.stdout.splitlines() if line.startswith("{"))
        except ValueError as error:
            raise _no_json(finished) from error
        if not found:
            raise _no_json(finished)
        return found

    def initialise(self) -> tuple[dict[str, Any], ...]:
        """Run ``init`` without a backend and return what it printed."""
        plugins = None if self.plugins is None else str(self.plugins)
        return self.events("init", input=False, backend=False, no_color=FLAG, plugin_dir=plugins)


def _no_json(finished: Finished) -> OutsideError:
    return OutsideError(
        Diagnostic(
            code="TF004",
            message=f"`{finished.argv[0]}` did not print the JSON that it was asked for",
            notes=(" ".join(finished.argv), *finished.last_lines()),
        )
    )


def check_binary(root: Root, oldest: tuple[int, int]) -> str:
    """Return the version of Terraform or OpenTofu.

    Raises:
        OutsideError: ``TF001`` there is none, ``TF002`` it is too old for the modules.
    """
    binary = root.terraform_bin_path
    wanted = ".".join(str(part) for part in oldest)
    if shutil.which(binary, path=root.env.get("PATH")) is None:
        raise OutsideError(
            Diagnostic(
                code="TF001",
                message=f"`{binary}` is not installed",
                hint=f"install Terraform {wanted} or newer, or name another program with LAYERFORGE_TERRAFORM (`tofu`)",
            )
        )
    version = str(root.document("version").get("terraform_version", ""))
    parts = tuple(int(part) for part in version.split("-", maxsplit=1)[0].split(".")[:2] if part.isdigit())
    if parts < oldest:
        raise OutsideError(
            Diagnostic(
                code="TF002",
                message=f"`{binary}` is {version or 'of an unknown version'}, the modules need {wanted} or newer",
                hint=f"install Terraform {wanted} or newer, or name another program with LAYERFORGE_TERRAFORM",
            )
        )
    return version
