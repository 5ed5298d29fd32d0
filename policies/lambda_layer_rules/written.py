"""Expressions as their authors wrote them: checkov works some out by guessing, and does not say which."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from lambda_layer_rules.scene import Attributes, Scene, Scope, scope_of

_NAMED = re.compile(r"\b(local|var|each)\.([A-Za-z_][\w-]*)")
_WORDS = re.compile(r'"(?:[^"\\\n]|\\.)*"|(?:#|//)[^\n]*|/\*(?s:.*?)\*/|<<[-~]?\w+')
"""Texts, comments and the beginnings of heredocs: what stands in them compares nothing."""
_GUESSED = re.compile(r"[=!<>]=|<|(?<!=)>|&&|\|\||[\[{(]\s*for\s")
_LOCALS = re.compile(r"\s*locals\s*\{")
_MAX_DEPTH = 8


def guessed(node: Attributes, key: str, scene: Scene) -> bool:
    """Tell whether checkov's value of an argument cannot be trusted.

    It takes a comparison with null, with a variable that nobody has set or with an attribute for one of two texts, and
    an expression with ``for`` for an empty list. Locals and the arguments of modules are followed to where they come
    from.
    """
    return any(map(_is_guess, _origins(argument(node, key), node, scene, 0)))


def argument(node: Attributes, key: str) -> str:
    """Return an argument of a block, name included; empty where it is not found."""
    return _assigned(str(node["file_path_"]), node["__start_line__"], node["__end_line__"], key)


def _is_guess(text: str) -> bool:
    has_templates = "${" in text or "%{" in text  # in which anything may be compared
    return _GUESSED.search(text if has_templates else _WORDS.sub('""', text)) is not None


def _origins(text: str, node: Attributes, scene: Scene, depth: int) -> Iterator[str]:
    yield text
    if depth > _MAX_DEPTH:
        return
    scope = scope_of(node)
    for kind, name in _NAMED.findall(text):
        if kind == "each":
            yield from _origins(argument(node, "for_each"), node, scene, depth + 1)
        elif kind == "local":
            for block in scene.named(scope, "locals", name):
                yield from _origins(_local(str(block["file_path_"]), name), block, scene, depth + 1)
        else:
            for call in _calls(scope, scene):
                yield from _origins(argument(call, name), call, scene, depth + 1)


def _calls(scope: Scope, scene: Scene) -> list[Attributes]:
    return [] if scope.around is None else scene.named(scope.around, "module", scope.calls[0][1])


@lru_cache(maxsize=1024)
def _local(path: str, name: str) -> str:
    lines = _lines(path)
    for number, line in enumerate(lines, 1):
        if _LOCALS.match(line):
            closing = " " * (len(line) - len(line.lstrip())) + "}"
            last = next((end for end in range(number, len(lines)) if lines[end].startswith(closing)), len(lines))
            found = _assigned(path, number, last, name)
            if found:
                return found
    return ""


@lru_cache(maxsize=16384)
def _assigned(path: str, first: int, last: int, key: str) -> str:
    """Return what is assigned to a name between two lines; to the outermost, if blocks inside have it too."""
    lines = _lines(path)[first - 1 : last]
    pattern = re.compile(rf"(\s*)(?:[\w\" ]+\{{\s*)?{re.escape(key)}\s*=[^=>]")
    places = [(len(found[1]), number) for number, line in enumerate(lines) if (found := pattern.match(line))]
    if not places:
        return ""
    start = min(places)[1]
    for end in range(start + 1, len(lines)):
        text = "\n".join(lines[start:end])
        if sum(map(text.count, "[({")) <= sum(map(text.count, "])}")):
            return text
    return "\n".join(lines[start:])


@lru_cache(maxsize=64)
def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
