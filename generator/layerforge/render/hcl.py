"""Writes values as HCL: strings that Terraform reads back as they were, and the alignment of ``terraform fmt``."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Final

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_KEYWORDS: Final = frozenset({"true", "false", "null", "for", "if", "in", "else", "endif", "endfor"})
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_remember = lru_cache(maxsize=8192)
"""Hundreds of modules say mostly the same words: what comes of a word hangs on the word alone."""
_TEMPLATE: Final = re.compile(r"([$%])(?=\{)")


class Expression(str):
    """HCL that is ready to be written as it stands. Only code makes these, never a user's text."""

    __slots__ = ()


@_remember
def inside(text: str) -> Expression:
    r"""Return ``text`` as it stands between the quotes of an HCL string.

    Terraform normalises strings to NFC, so they are written in it. HCL knows no ``\b`` and ``\f``; what cannot be
    printed is written as ``\uXXXX``. A lone surrogate, which no file can hold, becomes U+FFFD.
    """
    if text.isascii() and text.isprintable():
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return Expression(_TEMPLATE.sub(r"\1\1", escaped))
    escaped = "".join(_escape(character) for character in unicodedata.normalize("NFC", text))
    return Expression(_TEMPLATE.sub(r"\1\1", escaped))


def _escape(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    number = ord(character)
    if 0xD800 <= number <= 0xDFFF:
        return "\N{REPLACEMENT CHARACTER}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


@_remember
def string(text: str) -> Expression:
    """Return ``text`` as an HCL string in quotes."""
    return Expression(f'"{inside(text)}"')


@_remember
def name(text: str) -> Expression:
    """Return ``text``, which has to be an HCL identifier: the name of a block, a variable or an attribute.

    Raises:
        ValueError: it is none.
    """
    if not _IDENTIFIER.fullmatch(text):
        raise ValueError(f"{text!r} is not an HCL identifier")
    return Expression(text)


def written(text: str) -> Expression:
    """Return what a template itself has written, values in it escaped already, as an expression."""
    return Expression(text.strip())


@_remember
def key(text: str) -> Expression:
    """Return ``text`` as the key of an object: bare where that means the same, else in quotes."""
    bare = _IDENTIFIER.fullmatch(text) is not None and text not in _KEYWORDS
    return Expression(text) if bare else string(text)


Value = str | int | bool | None | Sequence["Value"] | Mapping[str, "Value"]
"""What can be written; an ``Expression`` among the strings stands for itself."""


def value(given: Value, indent: int = 0) -> Expression:
    """Return any value as HCL.

    A list goes on one line; a map on one line an entry, its ``=`` aligned, its closing brace ``indent`` spaces in.

    Raises:
        TypeError: HCL has no such value.
    """
    if isinstance(given, Expression):
        return given
    if isinstance(given, str):
        return string(given)
    if given is None or isinstance(given, bool):
        return Expression({None: "null", True: "true", False: "false"}[given])
    if isinstance(given, int):
        return Expression(given)
    if isinstance(given, Mapping):
        return _object(given, indent)
    if isinstance(given, Sequence):
        return Expression(f"[{', '.join(value(item) for item in given)}]")
    raise TypeError(f"HCL has no value for {given!r}")


def _object(entries: Mapping[str, Value], indent: int) -> Expression:
    if not entries:
        return Expression("{}")
    pairs = [(key(word), value(item, indent + 2)) for word, item in entries.items()]
    return Expression(f"{{\n{aligned(pairs, indent + 2)}\n{' ' * indent}}}")


def compact(entries: Mapping[str, Value]) -> Expression:
    """Return an object on one line."""
    if not entries:
        return Expression("{}")
    return Expression(f"{{ {', '.join(f'{key(word)} = {value(item)}' for word, item in entries.items())} }}")


def aligned(pairs: Iterable[tuple[str, Expression]], indent: int = 0) -> Expression:
    """Return ``name = value`` lines as ``terraform fmt`` wants them.

    It aligns the signs of neighbouring lines; a value that spans lines stands for itself and parts its neighbours.
    """
    margin = " " * indent
    lines: list[str] = []
    for spans, group in groupby(pairs, key=lambda pair: "\n" in pair[1]):
        listed = list(group)
        width = 0 if spans else max(len(left) for left, _ in listed)
        lines += [f"{margin}{left:<{width}} = {right}" for left, right in listed]
    return Expression("\n".join(lines))
