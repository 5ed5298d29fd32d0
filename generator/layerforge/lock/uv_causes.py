"""What uv's reasons for having no solution come down to, where one reason explains all."""

import re
from typing import Final

from layerforge.diagnostics import Diagnostic
from layerforge.lock.asked import WHEEL_REMEDY

_LOGIN_HINT: Final = (
    "if an index should have it: one that wants a login may answer with a page for people instead; look at the index's"
    " URL and credentials (`UV_DEFAULT_INDEX`, `UV_INDEX`, or `[[index]]` in uv.toml), else at the name's spelling"
)
_NOWHERE: Final = "`{name}` is in none of the indexes"
_WHO: Final = r"(?<!\S)(?P<name>[A-Za-z0-9][\w.-]*?)(?:[=<>!~]=?\S+)? ha(?:s|ve)"
"""A package, with or without versions, alone or as the last of several entries."""
_NO_WHEEL_HINT: Final = f"ask for another version, drop the target from the layer, or {WHEEL_REMEDY}"
_CAUSES: Final = (
    ("UV007", re.compile(r"(?P<name>[\w.-]+) was not found in the package registry"), _NOWHERE, _LOGIN_HINT),
    ("UV007", re.compile(r"there is no version of (?P<name>[\w.-]+==[^\s,]+)"), _NOWHERE, _LOGIN_HINT),
    ("UV007", re.compile(r"there are no versions of (?P<name>[\w.-]+)"), _NOWHERE, _LOGIN_HINT),
    (
        "UV014",
        re.compile(rf"{_WHO} no `(?P<aim>[^`]*)`-compatible wheels"),
        "`{name}` has no wheel that `{aim}` can load",
        _NO_WHEEL_HINT,
    ),
    (
        "UV013",
        re.compile(rf"{_WHO} no usable wheels"),
        "`{name}` has no wheel that fits, only source, and layers are made of wheels",
        WHEEL_REMEDY,
    ),
    (
        "UV014",
        re.compile(rf"{_WHO} no wheels with a matching Python \w+ tag"),
        "`{name}` has no wheel that the Pythons of these targets can load",
        _NO_WHEEL_HINT,
    ),
    (
        "UV015",
        re.compile(r"(?P<name>[\w.-]+)==(?P<version>\S+) was yanked"),
        "every version of `{name}` that fits was yanked by its authors",
        "pin it by `=={version}` if it has to be",
    ),
)
"""Code, what to look for, message and hint; the first that is found counts."""


def find_cause(reasons: str) -> Diagnostic | None:
    """Return what explains all of uv's reasons, in our words; ``None`` where they only exclude each other."""
    for code, pattern, message, hint in _CAUSES:
        found = pattern.search(reasons)
        if found:
            words = {name: value or "" for name, value in found.groupdict().items()}
            return Diagnostic(code=code, message=message.format(**words), hint=hint.format(**words))
    return None
