"""Finds grants that leave a module. Terraform adds grants and revokes none, so whoever drops one has to be told."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

from layerforge.diagnostics import Diagnostic, Severity

WITHDRAWN: Final = "OUT007"
_TABLE: Final = "main.tf"
_GRANTS: Final = re.compile(r"^  grants = \{\n(.*?)^  \}", re.MULTILINE | re.DOTALL)
_KEY: Final = re.compile(r"^    ([A-Za-z0-9_-]+) += ", re.MULTILINE)


def withdrawn_grants(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return layer and statement id of the grants that are in the generated texts now and will not be, sorted."""
    return tuple(
        (PurePosixPath(name).parent.name, key)
        for name, text in sorted(before.items())
        if PurePosixPath(name).name == _TABLE
        for key in sorted(_keys(text) - _keys(after.get(name, "")))
    )


def _keys(text: str) -> set[str]:
    return {key for block in _GRANTS.findall(text) for key in _KEY.findall(block)}


def withdrawal_notes(withdrawn: tuple[tuple[str, str], ...]) -> tuple[Diagnostic, ...]:
    """Return ``OUT007`` for each: what was published keeps the grant, and how to revoke it."""
    return tuple(
        Diagnostic(
            code=WITHDRAWN,
            message=f"the grant `{grant}` leaves `{layer}`, but no version that has it: Terraform revokes nothing",
            severity=Severity.WARNING,
            hint="`layerforge grants --apply --revoke` takes it away from every version; with `--layer-name NAME` also "
            "where the whole layer has left the spec",
        )
        for layer, grant in withdrawn
    )
