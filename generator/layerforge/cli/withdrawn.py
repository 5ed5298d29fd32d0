"""Tells of grants that leave a module. Terraform adds grants and revokes none, so whoever drops one has to be told."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from layerforge.diagnostics import Diagnostic, Severity

if TYPE_CHECKING:
    from layerforge.foresee.types import Effects

WITHDRAWN: Final = "OUT007"


def withdrawal_notes(effects: "Effects") -> Iterator[Diagnostic]:
    """Yield ``OUT007`` for each grant that leaves: what was published keeps it, and how to revoke it."""
    from layerforge.foresee.types import Kind  # noqa: PLC0415 - the code alone is needed where nothing is to do

    for one in effects.affected:
        for effect in one.effects:
            if effect.kind is Kind.GRANT_LEFT:
                yield Diagnostic(
                    code=WITHDRAWN,
                    message=f"the grant `{effect.before}` leaves `{one.name}`, but no version that has it: "
                    "Terraform revokes nothing",
                    severity=Severity.WARNING,
                    hint="`layerforge grants --apply --revoke` takes it away from every version; with "
                    "`--layer-name NAME` also where the whole layer has left the spec",
                )
