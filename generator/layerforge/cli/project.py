"""What a command works on: the specs it was given, their plan, their locks, the store."""

import argparse
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from layerforge.cli.options import DEFAULT_SPEC
from layerforge.cli.specs import plan_specs
from layerforge.diagnostics import Diagnostic, Location, SpecError, plural
from layerforge.facts.load import Facts, load_facts
from layerforge.plan.fleet_types import Plan
from layerforge.plan.types import Layer, Packaged

if TYPE_CHECKING:
    from layerforge.lock.file import StoredLock


P = TypeVar("P", bound=Packaged)


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """The specs of a run and what follows from them.

    Attributes:
        specs: absolute paths, as given, each once.
        facts: the world's facts, with the user's own.
        plan: of all specs together.
    """

    specs: tuple[Path, ...]
    facts: Facts
    plan: Plan

    @property
    def counted(self) -> str:
        """How much there is, in words."""
        units = sum(len(item.units) for item in self.plan.packaged)
        counts = ((len(self.plan.layers), "layer"), (len(self.plan.functions), "function"), (units, "unit"))
        return ", ".join(plural(count, word) for count, word in counts if count)

    def chosen(self, names: list[str]) -> tuple[Layer, ...]:
        """Return the layers with these names, or all for none.

        Raises:
            SpecError: ``CLI002`` for a name that no spec has.
        """
        return _chosen(self.plan.layers, names, "layer")

    def packaged(self, names: list[str]) -> tuple[Packaged, ...]:
        """Return the layers and the functions with code that have these names, or all for none.

        Raises:
            SpecError: ``CLI002`` for a name that no spec has.
        """
        return _chosen(self.plan.packaged, names, "layer or function with code")


def _chosen(things: tuple[P, ...], names: list[str], what: str) -> tuple[P, ...]:
    known = {thing.name: thing for thing in things}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SpecError(
            Diagnostic(
                code="CLI002",
                message=f"there is no {what} {', '.join(f'`{name}`' for name in unknown)}",
                hint=f"the spec has: {', '.join(f'`{name}`' for name in sorted(known))}",
            )
        )
    return tuple(known[name] for name in known if not names or name in names)


def spec_paths(args: argparse.Namespace) -> tuple[Path, ...]:
    """Return the absolute paths of the specs that the arguments name, each once, in their order."""
    given: list[Path] = args.spec or [Path(DEFAULT_SPEC)]
    return tuple(dict.fromkeys(Path(os.path.abspath(path)) for path in given))  # noqa: PTH100 - keeps symlinks


def as_of(args: argparse.Namespace) -> date:
    """Return the day as of which runtimes are judged."""
    chosen: date | None = args.as_of
    return chosen or datetime.now(UTC).date()


def load_project(args: argparse.Namespace) -> Project:
    """Read the specs and plan them.

    Raises:
        SpecError: with every problem of every spec; ``CLI001`` when there is no spec at all.
    """
    paths = spec_paths(args)
    if args.spec is None and not paths[0].exists():
        other = Path(DEFAULT_SPEC).with_suffix(".yml")
        named = f"rename `{other}`, or name it with `--spec {other}`" if other.exists() else None
        raise SpecError(
            Diagnostic(
                code="CLI001",
                message=f"there is no `{DEFAULT_SPEC}` here",
                location=Location(file=DEFAULT_SPEC),
                hint=named or "`layerforge init` writes one, `--spec FILE` names another",
            )
        )
    facts = load_facts(args.facts)
    plan = plan_specs({path: shown(path) for path in paths}, facts, as_of(args))
    return Project(specs=paths, facts=facts, plan=plan)


def read_locks(specs: tuple[Path, ...]) -> Mapping[Path, "StoredLock"]:
    """Read the lock of every spec, by the spec's path."""
    from layerforge.lock.file import lock_path, read_lock  # noqa: PLC0415 - not every command needs locks

    return {spec: read_lock(lock_path(spec)) for spec in specs}


def shown(path: Path) -> str:
    """Return a path as a person would write it: relative to the working folder where it lies below it."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return os.path.relpath(path) if path.anchor == Path.cwd().anchor else str(path)
