"""The settings of uv that matter to a lock, by what they do to it."""

from collections.abc import Iterable, Iterator
from typing import Final

CHANGES_RESULTS: Final = (
    "index-strategy",
    "resolution",
    "prerelease",
    "prerelease-package",
    "exclude-newer",
    "exclude-newer-package",
    "constraint-dependencies",
    "override-dependencies",
    "exclude-dependencies",
    "dependency-metadata",
    "no-sources",
    "no-sources-package",
)
"""Carried, and part of the request's digest."""

SAYS_WHERE: Final = (
    "index",
    "index-url",
    "extra-index-url",
    "no-index",
    "find-links",
    "keyring-provider",
    "allow-insecure-host",
    "native-tls",
    "system-certs",
    "http-proxy",
    "https-proxy",
    "no-proxy",
    "offline",
    "no-cache",
    "cache-dir",
    "concurrent-downloads",
)
"""Carried, and part of no digest: two mirrors of one index are the same to the lock."""

PROJECT_ONLY: Final = ("sources", "constraint-dependencies", "override-dependencies", "exclude-dependencies")
"""What uv takes from pyproject.toml even where a uv.toml stands beside it."""

_CARRIED: Final = frozenset({*CHANGES_RESULTS, *SAYS_WHERE, *PROJECT_ONLY})
_ANOTHER: Final = frozenset({"build-constraint-dependencies"})
"""A setting of uv's that reads like one that is carried, and is another."""
_CLOSE: Final = 0.87
"""How alike a misspelt setting is at least. uv's own settings are less alike; a test asks uv."""


def misspelt(keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each key that stands for none of uv's settings but means one that is carried, and how to mend it.

    uv refuses such a file. To pass over the key would be to ask another index than the one that is meant.
    """
    from difflib import get_close_matches  # noqa: PLC0415 - hardly any file has a key that is not carried

    for key in keys:
        if key == "tool":
            yield key, "in a `uv.toml` the settings stand at the top: leave `[tool.uv]` out, and `tool.uv.` of tables"
        elif key not in _CARRIED | _ANOTHER:
            for meant in get_close_matches(key.lower().replace("_", "-"), sorted(_CARRIED), n=1, cutoff=_CLOSE):
                yield key, f"did you mean `{meant}`?"
