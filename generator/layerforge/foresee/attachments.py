"""Which layers the functions of a root have, in their order, and how that changes."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from layerforge.foresee.hcl_text import Block
from layerforge.foresee.types import Effect, Kind
from layerforge.names import LAYER_VERSION_ARN

_OWN: Final = re.compile(r"module\.([A-Za-z0-9_-]+)\.arns\[")
_ENTRY: Final = re.compile(r"\n([^\n]+),(?=\n)")
_EXAMPLE: Final = re.compile(r"^  layers = \[\n(.*?)^  \]$", re.MULTILINE | re.DOTALL)
_LINE: Final = re.compile(r"^    ([^#\n]+),$", re.MULTILINE)

Lists = Mapping[str, tuple[str, ...]]
"""The layers of each function of a root, by the function's name."""


def name_of(call: Block) -> str:
    """Return the layer or function whose module a root calls: the last part of its path."""
    return call.attributes.get("source", "").strip('"').rpartition("/")[2]


def lists_of(calls: Mapping[str, Block]) -> dict[str, tuple[str, ...]]:
    """Return the layers of each function, as people call them."""
    names = {label: name_of(call) for label, call in calls.items()}
    return {
        name_of(call): tuple(_entry(line, names) for line in _ENTRY.findall(call.attributes.get("layers", "")))
        for call in calls.values()
    }


def list_in_readme(text: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """Return the layers that a function's README shows in its example, which is for roots of the user's own.

    Args:
        text: of the README.
        names: of layers, by the labels that calls of their modules have.
    """
    example = _EXAMPLE.search(text)
    return () if example is None else tuple(_entry(line, names) for line in _LINE.findall(example[1]))


def own_list_changes(before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[Effect]:
    """Yield how the layers of a function change that no emitted root has."""
    if before != after:
        was, will_be = (", ".join(listed) or "none" for listed in (before, after))
        text = f"layers {was} → {will_be}, once your own root hands it this list"
        yield Effect(kind=Kind.LAYERS, text=text, before=was, after=will_be)


def _entry(line: str, names: Mapping[str, str]) -> str:
    if own := _OWN.match(line):
        return names.get(own[1], own[1])
    arn = LAYER_VERSION_ARN.fullmatch(line.strip('"'))
    return line if arn is None else f"{arn['name']}:{arn['version']}"


def list_changes(name: str, roots: Mapping[str, tuple[Lists, Lists]]) -> Iterator[Effect]:
    """Yield how the layers of one function change, once for Regions in which they change alike.

    Args:
        name: the function's.
        roots: the lists before and after by Region.
    """
    regions: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for region, (before, after) in roots.items():
        if name in before and name in after and before[name] != after[name]:
            regions.setdefault((before[name], after[name]), []).append(region)
    for (old, new), where in regions.items():
        was, will_be = (", ".join(listed) or "none" for listed in (old, new))
        text = f"layers in {', '.join(where)}: {was} → {will_be}"
        yield Effect(kind=Kind.LAYERS, text=text, before=was, after=will_be)
