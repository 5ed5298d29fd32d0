"""Joins `gen` with its stamp: when an earlier run answers, and what a finished run leaves behind."""

import argparse
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

from layerforge.cli.console import Console
from layerforge.cli.messages import as_data, from_data
from layerforge.cli.project import as_of, spec_paths
from layerforge.cli.stamp import Watched, make_stamp, read_answer, stamp_path
from layerforge.cli.withdrawn import WITHDRAWN
from layerforge.diagnostics import OutsideError, Severity

UP_TO_DATE = "everything is up to date"
_ONCE: Final = frozenset({WITHDRAWN})
"""Codes of what happened in one run, where the others say how things are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """The stamp of one combination of specs and output folder.

    Attributes:
        path: where the stamp lies.
        question: what a repeated run must have in common with the stamped one.
        usable: whether these arguments may be answered from a stamp at all: an upgrade may not, nor what looks at git.
    """

    path: Path
    question: tuple[str, ...]
    usable: bool

    @classmethod
    def of(cls, args: argparse.Namespace) -> Self:
        """Return the memory for a `gen` with these arguments."""
        return cls(
            path=stamp_path(spec_paths(args), args.out),
            question=(str(as_of(args)), os.path.abspath(args.facts) if args.facts else "", str(Path.cwd())),  # noqa: PTH100
            usable=not (args.upgrade or args.upgrade_format or args.since),
        )

    def answers(self, console: Console) -> bool:
        """Show what the stamped run had to say if nothing has changed since, and return whether that was so."""
        answer = read_answer(self.path, self.question) if self.usable else None
        if answer is None:
            return False
        console.diagnose(from_data(item) for item in answer["diagnostics"])
        console.result = answer["result"]
        console.say(UP_TO_DATE)
        return True

    def keep(self, watched: Watched, console: Console) -> None:
        """Write the stamp. A cache that cannot be written costs the next run its speed, and nothing else."""
        from layerforge.files import write_text  # noqa: PLC0415

        nothing: dict[str, list[str]] = {"added": [], "changed": [], "removed": []}
        lasting = [as_data(item) for item in console.spoken if item.code not in _ONCE]
        answer = {"diagnostics": lasting, "result": {"built": [], "modules": nothing, "roots": {}, "effects": []}}
        try:
            write_text(self.path, make_stamp(watched, self.question, answer), durable=False)
        except OSError:
            return  # something that a later run had to compare cannot be read: it will do all the work again
        except OutsideError as error:
            console.diagnose(replace(item, severity=Severity.WARNING) for item in error.diagnostics)
