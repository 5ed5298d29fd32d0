"""Where a command's words go: data to stdout, talk to stderr, or everything as one JSON object."""

import io
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TextIO

from layerforge.cli.messages import as_data, hints_once, render_diagnostics, tally
from layerforge.diagnostics import Diagnostic, ExitCode


class LostOutput(Exception):  # noqa: N818 - it tells what happened, and nobody has made a mistake
    """Nobody reads stdout any more, or it takes no more."""

    def __init__(self, error: OSError) -> None:
        """Carry what the operating system answered."""
        super().__init__(str(error))
        self.error = error


@dataclass(kw_only=True, slots=True)
class Console:
    """Collects what a command has to say and prints it the way that the user asked for.

    Attributes:
        command: the command's name, for ``--json``.
        as_json: print one JSON object to stdout and no talk at all.
        quiet: no talk but diagnostics.
        stdout: for data.
        stderr: for talk.
        spoken: every diagnostic so far.
        result: what ``--json`` shows as the command's result.
    """

    command: str
    as_json: bool = False
    quiet: bool = False
    stdout: TextIO = field(default_factory=lambda: sys.stdout or io.StringIO())
    stderr: TextIO = field(default_factory=lambda: sys.stderr or io.StringIO())
    spoken: list[Diagnostic] = field(default_factory=list)
    result: dict[str, Any] = field(default_factory=dict)

    def say(self, text: str) -> None:
        """Talk to the person: one line to stderr."""
        if not (self.as_json or self.quiet):
            print(text, file=self.stderr, flush=True)

    def data(self, text: str) -> None:
        """Give data: a text to stdout as it is."""
        if not self.as_json:
            self._write(text)

    def diagnose(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Show diagnostics, each once however often it is said."""
        known = frozenset(self.spoken)
        fresh = [item for item in dict.fromkeys(diagnostics) if item not in known]
        self.spoken += fresh
        if fresh and not self.as_json:
            text = render_diagnostics(hints_once(fresh), colour=wants_colour(self.stderr))
            print(text, file=self.stderr, flush=True)

    def interrupted(self) -> None:
        """Say that somebody pressed Ctrl-C, and that nothing is lost."""
        again = "run the same command again to go on"
        if self.as_json:
            self.diagnose([Diagnostic(code="CLI013", message="interrupted", hint=again)])
        else:
            print(f"\ninterrupted; {again}", file=self.stderr)

    def close(self, exit_code: int) -> None:
        """End the command: the count of findings, or the whole JSON object."""
        if self.as_json:
            whole = {
                "command": self.command,
                "exit_code": int(exit_code),
                "diagnostics": [as_data(item) for item in self.spoken],
                "result": self.result,
            }
            self._write(f"{self._as_text(whole)}\n")
        elif exit_code != ExitCode.DONE and self.spoken:
            print(tally(self.spoken), file=self.stderr)
        self._write("")

    def _write(self, text: str) -> None:
        """Give stdout a text at once, so that a stdout that takes no more is found here and nowhere else."""
        try:
            try:
                self.stdout.write(text)
            except UnicodeEncodeError:
                self.stdout.write(text.encode("ascii", "backslashreplace").decode())
            self.stdout.flush()
        except OSError as error:
            raise LostOutput(error) from error

    def _as_text(self, whole: dict[str, Any]) -> str:
        """Return JSON that stdout can carry: characters that its encoding has no code for are escaped."""
        text = json.dumps(whole, indent=2, ensure_ascii=False)
        try:
            text.encode(self.stdout.encoding or "utf-8")
        except UnicodeEncodeError:
            return json.dumps(whole, indent=2)
        return text

    def interactive(self) -> bool:
        """Return whether a moving progress line makes sense."""
        return not (self.as_json or self.quiet or os.environ.get("CI")) and self.stderr.isatty()


def wants_colour(stream: TextIO) -> bool:
    """Return whether a stream wants colour: a terminal, unless ``NO_COLOR`` is set; ``FORCE_COLOR`` wins over both."""
    if os.environ.get("FORCE_COLOR"):
        return True
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and stream.isatty()
