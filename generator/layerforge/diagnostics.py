"""What layerforge has to say about somebody's input: findings as values, and the errors that carry them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import ClassVar


class Severity(StrEnum):
    """How much a finding matters. Only an error stops the work."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, kw_only=True, slots=True)
class Location:
    """A place in a file.

    Attributes:
        file: the path as the user gave it, or relative to the working folder.
        line: counted from 1; ``None`` for the file as a whole.
        column: counted from 1, in characters; ``None`` for the line as a whole.
        length: how many characters the caret underlines.
        text: the line itself, so that a message can show it without reading the file again.
        path: the way to the value, such as ``layers.pandas.source.requirements[0]``.
    """

    file: str
    line: int | None = None
    column: int | None = None
    length: int = 1
    text: str | None = None
    path: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnostic:
    """One finding: what is wrong, where, and how to mend it.

    Attributes:
        code: stable identifier, the stage in capitals and three digits, such as ``SPEC003``.
        message: what is wrong, one sentence without a full stop; names in backquotes.
        hint: how to mend it.
        notes: further lines that help to understand, such as the largest packages of a unit.
    """

    code: str
    message: str
    severity: Severity = Severity.ERROR
    location: Location | None = None
    hint: str | None = None
    notes: tuple[str, ...] = ()


class ExitCode(IntEnum):
    """What the command line returns. Anything else is a bug and shows its traceback."""

    DONE = 0
    FINDINGS = 1
    SPEC = 2
    OUTSIDE = 3


class LayerforgeError(Exception):
    """The work cannot go on, for reasons that the diagnostics give. Raised through one of its families."""

    exit_code: ClassVar[ExitCode]

    def __init__(self, diagnostics: Diagnostic | Iterable[Diagnostic]) -> None:
        """Carry one diagnostic or several, in the order in which a reader should see them."""
        self.diagnostics = (diagnostics,) if isinstance(diagnostics, Diagnostic) else tuple(diagnostics)
        super().__init__("; ".join(f"{item.code}: {item.message}" for item in self.diagnostics))


class FindingsError(LayerforgeError):
    """A check did not pass: something is stale, too large, in conflict, not what its digest says."""

    exit_code = ExitCode.FINDINGS


class SpecError(LayerforgeError):
    """The user's spec, or a file that it names, says something that cannot be done."""

    exit_code = ExitCode.SPEC


class OutsideError(LayerforgeError):
    """A tool, an index, the network, the disk or AWS did not do what was asked of it."""

    exit_code = ExitCode.OUTSIDE


def plural(count: int, noun: str) -> str:
    """Return a count with its noun, for messages."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def fail(family: type[LayerforgeError], diagnostics: Iterable[Diagnostic]) -> None:
    """Raise ``family`` with all ``diagnostics`` if one of them is an error; else do nothing."""
    found = tuple(diagnostics)
    if any(item.severity is Severity.ERROR for item in found):
        raise family(found)


def in_file_order(diagnostics: Iterable[Diagnostic], files: Sequence[str]) -> tuple[Diagnostic, ...]:
    """Return each diagnostic once, in the order of files, lines and columns; those of other files come last.

    Args:
        diagnostics: in any order; what stands nowhere goes first.
        files: paths for messages, in their order.
    """
    ranks = {file: rank for rank, file in reversed([*enumerate(files)])}

    def place(one: Diagnostic) -> tuple[int, int, int]:
        where = one.location
        return (ranks.get(where.file, len(files)), where.line or 0, where.column or 0) if where else (0, 0, 0)

    return tuple(sorted(dict.fromkeys(diagnostics), key=place))
