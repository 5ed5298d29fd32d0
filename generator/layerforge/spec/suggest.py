"""What somebody may have meant."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

MEANT: Final = {
    "aarch64": "arm64",
    "account_id": "account",
    "amd64": "x86_64",
    "arch": "architectures",
    "compatible_architectures": "architectures",
    "compatible_runtimes": "runtimes",
    "dependencies": "requirements",
    "deps": "requirements",
    "env": "runtimes",
    "layer_name": "layers",
    "license_info": "license",
    "licence": "license",
    "org": "organization",
    "organization_id": "organization",
    "packages": "requirements",
    "parameter": "ssm",
    "permissions": "grants",
    "principal": "account",
    "principals": "grants",
    "python_version": "runtimes",
    "type": "ecosystem",
    "version": "release",
    "x64": "x86_64",
    "x86": "x86_64",
}
"""What other tools call our fields and values."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that comes closest to a mistyped one, if one comes close at all."""
    words = list(known)
    meant = MEANT.get(word.lower().replace("-", "_"))
    if meant in words:
        return meant
    short = word.lower()[:_LONGEST]
    begun = [one for one in words if len(short) >= _TELLING and one.startswith(short)]
    found = begun[:1] or get_close_matches(short, words, n=1, cutoff=0.6)
    return found[0] if found else None


_LONGEST: Final = 60
_TELLING: Final = 3
