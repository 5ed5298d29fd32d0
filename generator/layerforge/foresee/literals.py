"""Reads HCL expressions that are values as they stand: strings, numbers, lists and objects."""

import re
from typing import Final

from layerforge.foresee.hcl_text import UnreadableError

_TOKEN: Final = re.compile(
    r'[ \n]*(?:(?P<text>"(?:[^"\\$%\n]|\\.|\$\$\{|%%\{|[$%](?!\{))*")|(?P<number>-?[0-9]+)(?![\w.])'
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_-]*)|(?P<sign>[\[\]{}=,.]))"
)
_ESCAPED: Final = re.compile(r'\\(["\\nrt])|\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})|\$(\$\{)|%(%\{)')
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t"}
_WORDS: Final = {"true": True, "false": False, "null": None}

Value = str | int | bool | None | list["Value"] | dict[str, "Value"]


class Reference(str):
    """A name such as ``var.memory_size`` in the place of a value."""

    __slots__ = ()


def value_of(expression: str) -> Value:
    """Return the value that an expression is.

    Raises:
        UnreadableError: it is none, but something to compute.
    """
    reader = _Values(expression)
    found = reader.value()
    if expression[reader.at :].strip():
        raise UnreadableError
    return found


def strings(expression: str) -> tuple[str, ...]:
    """Return a list of strings.

    Raises:
        UnreadableError: it is none.
    """
    found = value_of(expression)
    if not isinstance(found, list):
        raise UnreadableError
    return tuple(_text(item) for item in found)


def table(expression: str) -> dict[str, Value]:
    """Return an object.

    Raises:
        UnreadableError: it is none.
    """
    found = value_of(expression)
    if not isinstance(found, dict):
        raise UnreadableError
    return found


def _text(value: Value) -> str:
    if not isinstance(value, str):
        raise UnreadableError
    return value


class _Values:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def value(self) -> Value:
        token = self._next()
        if (text := token["text"]) is not None:
            return _unescaped(text[1:-1])
        if token["number"] is not None:
            return int(token["number"])
        if token["word"] is not None:
            return self._word(token["word"])
        if token["sign"] == "[":
            return self._list()
        if token["sign"] == "{":
            return self._object()
        raise UnreadableError

    def _word(self, word: str) -> Value:
        parts = [word]
        while self._sign("."):
            parts.append(self._next()["word"] or "")
        if parts[1:]:
            return Reference(".".join(parts))
        if word not in _WORDS:
            raise UnreadableError
        return _WORDS[word]

    def _list(self) -> Value:
        found: list[Value] = []
        while not self._sign("]"):
            found.append(self.value())
            if not self._sign(",") and not self._peek("]"):
                raise UnreadableError
        return found

    def _object(self) -> Value:
        found: dict[str, Value] = {}
        while not self._sign("}"):
            token = self._next()
            key = token["word"] if token["text"] is None else _unescaped(token["text"][1:-1])
            if key is None or key in found or not self._sign("="):
                raise UnreadableError
            found[key] = self.value()
            self._sign(",")
        return found

    def _next(self) -> re.Match[str]:
        token = _TOKEN.match(self.text, self.at)
        if token is None:
            raise UnreadableError
        self.at = token.end()
        return token

    def _peek(self, sign: str) -> bool:
        token = _TOKEN.match(self.text, self.at)
        return token is not None and token["sign"] == sign

    def _sign(self, sign: str) -> bool:
        if not self._peek(sign):
            return False
        self._next()
        return True


def _unescaped(text: str) -> str:
    def plain(found: re.Match[str]) -> str:
        if found[1] is not None:
            return _ESCAPES.get(found[1], found[1])
        if found[4] is not None or found[5] is not None:
            return str(found[4] or found[5])
        return chr(int(found[2] or found[3], 16))

    return _ESCAPED.sub(plain, text)
