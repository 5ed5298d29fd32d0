"""YAML text to plain strings, lists and mappings, with the place of each; scalars stay as they are written."""

import re
from dataclasses import dataclass
from typing import Any, Final
from unicodedata import normalize

import yaml
from yaml import YAMLError
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    StreamEndEvent,
)

from layerforge.diagnostics import Diagnostic
from layerforge.spec.frame import Frame
from layerforge.spec.positions import Positions, Span, SpecPath
from layerforge.spec.show import show
from layerforge.spec.syntax import explain
from layerforge.spec.text import LINE_BREAK

MAX_DEPTH: Final = 16
"""Twice as deep as a spec goes."""

MAX_VALUES: Final = 400_000
"""More than a spec of 10,000 layers holds."""

MOST_PROBLEMS: Final = 100
"""What is told of one file: who mends these sees what is left."""

_NULLS: Final = frozenset(("", "~", "null", "Null", "NULL"))
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORD: Final = re.compile(r"[^\s,\[\]{}]+")
_WRITE_OUT: Final = "write the value out; `defaults` holds what layers share"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tree:
    """One YAML document.

    Attributes:
        data: strings, lists, mappings and ``None``, nested.
        usable: whether the text was read to its end, so that ``data`` may be validated.
        places: where everything stands.
        refused: paths of values that were not taken over (aliases) or that lack something (merge keys), so that
            nobody complains about them twice.
        wrong: paths of all that is wrong so far.
        diagnostics: what is wrong so far, in the file's order.
    """

    data: Any
    usable: bool
    places: Positions
    refused: frozenset[SpecPath]
    wrong: frozenset[SpecPath]
    diagnostics: tuple[Diagnostic, ...]


def read_tree(text: str, shown: str) -> Tree:
    """Return the document in a text. Whatever is wrong is in its ``diagnostics``; nothing is raised."""
    walk = _Walk(text, shown)
    usable = True
    try:
        walk.run(text)
    except YAMLError as error:
        walk.found.append(explain(error, walk.places))
        usable = False
    except _Stop:
        usable = False
    return Tree(
        data=walk.root[0] if walk.root else None,
        usable=usable,
        places=walk.places,
        refused=frozenset(walk.refused),
        wrong=frozenset(walk.wrong),
        diagnostics=tuple(walk.found),
    )


class _Stop(Exception):  # noqa: N818 - the end of the walk is not an error
    """The rest of the text is not worth reading."""


class _Walk:
    """Takes the parser's events one by one with a stack of its own: no recursion, and no alias is ever followed."""

    def __init__(self, text: str, shown: str) -> None:
        self.root: list[Any] = []
        self.found: list[Diagnostic] = []
        self.refused: set[SpecPath] = set()
        self.wrong: set[SpecPath] = set()
        self._keys: dict[SpecPath, Span] = {}
        self._values: dict[SpecPath, Span] = {}
        self.places = Positions(file=shown, lines=tuple(LINE_BREAK.split(text)), keys=self._keys, values=self._values)
        self._stack = [Frame(path=None, into=self.root, start=Span(0, 0, 0, 0), keyed=False)]
        self._documents = 0
        self._values_read = 0

    def run(self, text: str) -> None:
        loader = _LOADER(text)
        try:
            while not isinstance(event := loader.get_event(), StreamEndEvent):
                if isinstance(event, ScalarEvent):
                    self._scalar(self._stack[-1], event)
                elif isinstance(event, CollectionStartEvent):
                    self._open(self._stack[-1], event)
                elif isinstance(event, CollectionEndEvent):
                    self._close(event)
                elif isinstance(event, AliasEvent):
                    self._alias(self._stack[-1], event)
                elif isinstance(event, DocumentStartEvent):
                    self._document(event)
        finally:
            loader.dispose()

    def _document(self, event: DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            self._refuse("SPEC008", "a spec is one YAML document", event, "leave this `---` and what follows out")
            raise _Stop

    def _scalar(self, frame: Frame, event: ScalarEvent) -> None:
        self._values_read += 1
        if self._values_read > MAX_VALUES:
            self._refuse("SPEC004", f"the spec holds more than {MAX_VALUES:,} values", event, "is it the right file?")
            raise _Stop
        if frame.awaits_key:
            self._key(frame, event)
            return
        if not frame.drops:
            self._check_extras(event)
            span = _span(event)
            if span[:2] != span[2:]:
                self._values[frame.next_path] = span
        frame.put(None if not event.style and event.value in _NULLS else _composed(event.value))

    def _key(self, frame: Frame, event: ScalarEvent) -> None:
        key = frame.key = _composed(event.value)
        if frame.into is None:
            return
        self._check_extras(event)
        path, plain = frame.next_path, not event.style
        if plain and key == "<<":
            self._refuse("SPEC011", "merge keys are not taken", event, "write the fields out, or use `defaults`")
            self.refused.add(path[:-1])
        elif plain and key in _NULLS:
            self._refuse("SPEC013", "a key is missing or null", event, "write `key: value`; quotes make `null` a text")
        elif (first := self._keys.get(path)) is not None:
            message = f"the key {show(key)} stands here twice, first in line {first.line + 1}"
            self._refuse("SPEC012", message, event, "keep one of them")
        else:
            self._keys[path] = _span(event)
            return
        frame.skip_next()

    def _open(self, frame: Frame, event: CollectionStartEvent) -> None:
        if len(self._stack) > MAX_DEPTH:
            self._refuse(
                "SPEC014", f"the spec is nested deeper than {MAX_DEPTH} levels", event, "no field is that deep"
            )
            raise _Stop
        keyed, start, path = isinstance(event, MappingStartEvent), _span(event), frame.next_path
        if frame.awaits_key:
            if frame.into is not None:
                self._refuse("SPEC013", "a key must be text", event, "a key that begins with a bracket needs quotes")
            frame.skip_next()
            self._stack.append(Frame(path=path, into=None, start=start, keyed=keyed))
            return
        into: Any = None
        if not frame.drops:
            self._check_extras(event)
            into = {} if keyed else []
            if event.flow_style:
                self._values[path] = start
            elif not frame.keyed and frame.path is not None:
                self._values[path] = Span(start.line, start.column, start.line + 1, 0)
        frame.put(into)
        self._stack.append(Frame(path=path, into=into, start=start, keyed=keyed))

    def _close(self, event: CollectionEndEvent) -> None:
        frame = self._stack.pop()
        if frame.into is not None and frame.path is not None and self._values.get(frame.path) == frame.start:
            end = _span(event)
            self._values[frame.path] = Span(frame.start.line, frame.start.column, end.end_line, end.end_column)

    def _alias(self, frame: Frame, event: AliasEvent) -> None:
        path, is_key = frame.next_path, frame.awaits_key
        if not frame.drops:
            self._refuse("SPEC010", f"the alias {show(f'*{event.anchor}')} is not taken", event, _WRITE_OUT)
            if not is_key:
                self.refused.add(path)
                self._values[path] = _span(event)
        if is_key:
            frame.skip_next()
        else:
            frame.put(None)

    def _check_extras(self, event: ScalarEvent | CollectionStartEvent) -> None:
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            hint = "leave the tag out: every value is taken as the text that is written"
            self._refuse("SPEC009", f"the tag {show(tag)} is not taken", event, hint, word="!")
        if event.anchor is not None:
            message = f"the anchor {show(f'&{event.anchor}')} is not taken"
            self._refuse("SPEC010", message, event, _WRITE_OUT, word=f"&{event.anchor}")

    def _refuse(self, code: str, message: str, event: Event, hint: str, *, word: str = "") -> None:
        """Note what is wrong with an event, or with the ``word`` before its value."""
        span = _span(event)
        if word and (column := self.places.lines[span.line].find(word, span.column)) >= 0:
            end = _WORD.match(self.places.lines[span.line], column)
            span = Span(span.line, column, span.line, end.end() if end is not None else column + len(word))
        path = self._stack[-1].next_path
        where = self.places.at(span, path)
        self.wrong.add(path)
        self.found.append(Diagnostic(code=code, message=message, location=where, hint=hint))
        if len(self.found) > MOST_PROBLEMS:
            raise _Stop


def _composed(text: str) -> str:
    return text if text.isascii() else normalize("NFC", text)


def _span(event: Event) -> Span:
    start: Any = event.start_mark
    end: Any = event.end_mark
    return Span(start.line, start.column, end.line, end.column)
