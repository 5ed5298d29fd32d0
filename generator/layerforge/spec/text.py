"""A spec's bytes to text, or the reason why not."""

import re
import stat
from itertools import islice
from pathlib import Path
from typing import Final

from layerforge.diagnostics import Diagnostic, Location, SpecError
from layerforge.spec.positions import Positions, Span

MAX_BYTES: Final = 10 * 1024 * 1024
"""More than a spec of 10,000 layers needs; a larger file is none."""

LINE_BREAK: Final = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""What YAML counts as the end of a line."""

UNPRINTABLE: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""What a YAML file may not hold (YAML 1.1, section 5.1), and byte order marks within the text."""

_BYTE_ORDER_MARKS: Final = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
_UTF8_MARK: Final = b"\xef\xbb\xbf"
_SHOWN_CHARACTERS: Final = 20


def read_text(path: Path, shown: str) -> str:
    """Return the text of a file without its byte order mark.

    Raises:
        SpecError: ``SPEC001`` cannot be read, ``SPEC002`` not UTF-8, ``SPEC004`` too large, ``SPEC006`` unprintable.
    """
    raw = _read(path, shown)
    for mark, name in _BYTE_ORDER_MARKS.items():
        if raw.startswith(mark):
            raise SpecError(_whole("SPEC002", f"the spec is {name}, not UTF-8", shown, "save the file as UTF-8"))
    try:
        text = raw.removeprefix(_UTF8_MARK).decode()
    except UnicodeDecodeError as error:
        raise SpecError(_not_utf8(error, shown)) from error
    if found := tuple(_unprintable(text, shown)):
        raise SpecError(found)
    return text


def _read(path: Path, shown: str) -> bytes:
    try:
        status = path.stat()
        if stat.S_ISREG(status.st_mode):
            with path.open("rb") as file:
                raw = file.read(MAX_BYTES + 1)
        elif stat.S_ISDIR(status.st_mode):
            hint = f"name the file in it, such as `{Path(shown, 'layers.yaml').as_posix()}`"
            raise SpecError(_whole("SPEC001", "the spec cannot be read: it is a folder", shown, hint))
        else:
            raise SpecError(_whole("SPEC001", "the spec cannot be read: it is no regular file", shown, None))
    except FileNotFoundError as error:
        hint = "`layerforge init` writes a first one; `--spec FILE` names another"
        raise SpecError(_whole("SPEC001", "the spec is not there", shown, hint)) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no path holds a NUL character"
        raise SpecError(_whole("SPEC001", f"the spec cannot be read: {reason}", shown, None)) from error
    if len(raw) > MAX_BYTES:
        message = f"the spec is larger than {MAX_BYTES // 1024 // 1024} MiB"
        raise SpecError(_whole("SPEC004", message, shown, "is it the right file? Several specs can share the layers"))
    return raw


def _not_utf8(error: UnicodeDecodeError, shown: str) -> Diagnostic:
    before = error.object[: error.start].decode()
    lines = LINE_BREAK.split(before)
    return Diagnostic(
        code="SPEC002",
        message=f"the spec is not UTF-8: byte 0x{error.object[error.start]:02x} stands for no character",
        location=Location(file=shown, line=len(lines), column=len(lines[-1]) + 1),
        hint="save the file as UTF-8",
    )


def _unprintable(text: str, shown: str) -> list[Diagnostic]:
    found = list(islice(UNPRINTABLE.finditer(text), _SHOWN_CHARACTERS))
    if not found:
        return []
    places = Positions(file=shown, lines=tuple(UNPRINTABLE.sub("\ufffd", line) for line in LINE_BREAK.split(text)))
    answer = []
    for match in found:
        lines = LINE_BREAK.split(text[: match.start()])
        line, column = len(lines) - 1, len(lines[-1])
        answer.append(
            Diagnostic(
                code="SPEC006",
                message=f"the character U+{ord(match[0]):04X} cannot stand in a spec",
                location=places.at(Span(line, column, line, column + 1)),
                hint="remove it; editors show it when they are told to render control characters",
            )
        )
    return answer


def _whole(code: str, message: str, shown: str, hint: str | None) -> Diagnostic:
    return Diagnostic(code=code, message=message, location=Location(file=shown), hint=hint)
