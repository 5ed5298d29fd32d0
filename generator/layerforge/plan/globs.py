"""The globs of the spec: what ``exclude`` and ``executable`` mean by ``*``, ``?``, ``[...]`` and ``**``."""

import re
from functools import lru_cache
from typing import Final

_ANY_FOLDERS: Final = "**"


@lru_cache(maxsize=4096)
def compile_glob(glob: str) -> re.Pattern[str]:
    """Return the pattern whose ``fullmatch`` tells whether a path within the layer's root matches.

    The glob stands for the whole path (``python/pandas/tests/x.py``). ``*``, ``?`` and ``[...]`` stay within one
    component. ``**`` as a component is any number of components, also none, but the last one of a path: that is at
    least one. A trailing ``/`` is short for ``/**``. There is no escape character but ``[*]``.
    """
    components = glob.split("/")
    if components[-1] == "" and len(components) > 1:
        components[-1] = _ANY_FOLDERS
    pattern = ""
    for index, component in enumerate(components):
        last = index == len(components) - 1
        if component == _ANY_FOLDERS:
            if not last and components[index + 1] == _ANY_FOLDERS:
                continue  # the same as one of them, and it keeps the pattern fast
            pattern += ".+" if last else "(?:[^/]+/)*"
        else:
            pattern += "".join(_characters(component)) + ("" if last else "/")
    return re.compile(pattern, re.DOTALL)


def _characters(component: str) -> list[str]:
    found: list[str] = []
    index = 0
    while index < len(component):
        char = component[index]
        index += 1
        if char == "*":
            if not found or found[-1] != "[^/]*":
                found.append("[^/]*")
        elif char == "?":
            found.append("[^/]")
        elif char == "[":
            end = component.find("]", index + 1 + component.startswith("!", index))
            if end < 0:
                found.append(re.escape(char))
            else:
                found.append(_class(component[index:end]))
                index = end + 1
        else:
            found.append(re.escape(char))
    return found


def _class(members: str) -> str:
    """Translate what stands between brackets. A range that runs backwards matches nothing, as in a shell."""
    inverted = members.startswith("!")
    members = members[1:] if inverted else members
    parts = []
    index = 0
    while index < len(members):
        if members[index + 1 : index + 2] == "-" and index + 2 < len(members):
            low, high = members[index], members[index + 2]
            if low <= high:
                parts.append(f"{re.escape(low)}-{re.escape(high)}")
            index += 3
        else:
            parts.append(re.escape(members[index]))
            index += 1
    chosen = "".join(parts)
    if not chosen:
        return "[^/]" if inverted else "(?!)"
    return f"[^/{chosen}]" if inverted else f"(?!/)[{chosen}]"
