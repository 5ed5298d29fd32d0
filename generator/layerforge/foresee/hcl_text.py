"""Reads HCL as the templates write it: blocks and attributes, expressions as text. Anything else is not guessed at."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_SPACE: Final = re.compile(r"(?:[ \t\n]+|#[^\n]*)*")
_COMMENT: Final = re.compile(r"#[^\n]*")
_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_LABEL: Final = re.compile(r' *"([^"\\$%\n]*)"')
_OPEN: Final = re.compile(r" *\{")
_EQUALS: Final = re.compile(r" *=(?!=) *")
_PLAIN: Final = re.compile(r'[^"#(){}\[\]\n<]+')
_LITERAL: Final = re.compile(r'(?:[^"\\$%\n]|\\.|\$\$\{|%%\{|[$%](?!\{))*')
_TEMPLATE: Final = re.compile(r'[^"{}\n]*')
_BLANKS: Final = re.compile(r"[ \t]+")
_PAIRS: Final = {"(": ")", "[": "]", "{": "}"}
_DEEPEST: Final = 64


class UnreadableError(Exception):
    """A text is not as the templates write it: conflict markers, somebody's own edits, another version's shapes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One block.

    Attributes:
        type: such as ``resource``; empty for the file itself.
        labels: such as ``("aws_ssm_parameter", "latest")``.
        attributes: expressions by name, as text without comments and alignment.
        blocks: those inside it, in their order.
    """

    type: str
    labels: tuple[str, ...]
    attributes: Mapping[str, str]
    blocks: tuple["Block", ...]


@functools.lru_cache(maxsize=16)
def read_blocks(text: str) -> tuple[Block, ...]:
    """Return the blocks of a file. Most files of a module are the same before and after, and read once.

    Raises:
        UnreadableError: it is not what the templates write.
    """
    whole = _Reader(text).body("", (), depth=0)
    if whole.attributes:
        raise UnreadableError
    return whole.blocks


class _Reader:
    """A text, and how far it has been read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def body(self, kind: str, labels: tuple[str, ...], *, depth: int) -> Block:
        """Read up to the closing brace, or, for the file itself, to the end."""
        if depth > _DEEPEST:
            raise UnreadableError
        attributes: dict[str, str] = {}
        blocks: list[Block] = []
        while True:
            self._need(_SPACE)
            here = self.text[self.at : self.at + 1]
            if here == ("}" if depth else ""):
                self.at += 1
                return Block(type=kind, labels=labels, attributes=attributes, blocks=tuple(blocks))
            word = self._need(_WORD)[0]
            if self._maybe(_EQUALS) is None:
                blocks.append(self._block(word, depth))
            elif word in attributes:
                raise UnreadableError
            else:
                attributes[word] = self._expression()

    def _block(self, kind: str, depth: int) -> Block:
        labels = []
        while (label := self._maybe(_LABEL)) is not None:
            labels.append(label[1])
        self._need(_OPEN)
        return self.body(kind, tuple(labels), depth=depth + 1)

    def _expression(self) -> str:
        """Read to the end of the line on which all brackets are closed."""
        parts: list[str] = []
        closing: list[str] = []
        while here := self.text[self.at : self.at + 1]:
            if here in "\n}" and not closing:  # a brace: that of a block on one line
                break
            parts.append(self._part(here, closing))
        text = "".join(parts).strip()
        if closing or not text:
            raise UnreadableError
        return text

    def _part(self, here: str, closing: list[str]) -> str:
        if here == '"':
            return self._string()
        if here == "#":
            self._need(_COMMENT)
            return ""
        if here == "\n":
            self._need(_SPACE)
            return here
        if (plain := self._maybe(_PLAIN)) is not None:
            return _BLANKS.sub(" ", plain[0])
        if here in _PAIRS:
            closing.append(_PAIRS[here])
        elif (here in ")]}" and (not closing or closing.pop() != here)) or self.text.startswith("<<", self.at):
            raise UnreadableError  # the last is a heredoc, or a conflict marker
        self.at += 1
        return here

    def _string(self) -> str:
        """Read a string in quotes, with the strings inside of its templates."""
        start, depth = self.at, 0
        self.at += 1
        while True:
            self._need(_TEMPLATE if depth else _LITERAL)
            here = self.text[self.at : self.at + 1]
            if here == '"' and depth:
                self._string()
                continue
            self.at += 1 if depth or here == '"' else 2
            if here == '"':
                return self.text[start : self.at]
            if not here or here in "\\\n":
                raise UnreadableError
            depth += -1 if here == "}" else 1

    def _need(self, pattern: re.Pattern[str]) -> re.Match[str]:
        found = self._maybe(pattern)
        if found is None:
            raise UnreadableError
        return found

    def _maybe(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        return found
