"""`lock --ask-aws`: brings what AWS says of layers of others into the locks."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from layerforge.diagnostics import Diagnostic
from layerforge.lock.externals import ask_externals
from layerforge.lock.types import ExternalRecord, Lock
from layerforge.operate.aws import Access
from layerforge.operate.sizes import read_sizes
from layerforge.plan.fleet_types import Plan


def ask_aws(plan: Plan, locks: Mapping[Path, Lock]) -> tuple[Mapping[Path, Lock], tuple[Diagnostic, ...]]:
    """Return the locks with the sizes that AWS told, and what it did not tell. What a lock knows is not asked again."""
    problems: list[Diagnostic] = []

    def ask(arns: Sequence[str]) -> Mapping[str, ExternalRecord]:
        answers = read_sizes(Access(), arns)
        problems.extend(answers.diagnostics)
        return answers.values

    return ask_externals(plan, locks, ask), tuple(problems)
