"""Which layers `layerforge grants` looks at, and where."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from layerforge.cli.project import Project
from layerforge.diagnostics import Diagnostic, SpecError, plural
from layerforge.operate.grants import Subject, left_over, subjects
from layerforge.operate.regions import choose


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What to audit.

    Attributes:
        where: the layers at AWS, by Region.
        paused: Regions of the spec that are left alone.
    """

    where: Mapping[str, tuple[Subject, ...]]
    paused: tuple[str, ...]

    def __str__(self) -> str:
        names = {subject.name for found in self.where.values() for subject in found}
        return f"{plural(len(names), 'layer')} at AWS in {', '.join(self.where) or 'no Region'}"


def scope_of(args: argparse.Namespace, project: Project, default: Callable[[], str]) -> Scope:
    """Return what the arguments ask for: layers of the spec, and names that have left it.

    Raises:
        SpecError: ``CLI002`` no such layer, ``GRANT008`` a name that has not left the spec.
        OutsideError: ``AWS006`` no Region is named anywhere.
    """
    gone: Sequence[str] = args.layer_name
    layers = project.chosen(args.layers) if args.layers or not gone else ()
    _refuse_ours(gone, project, args.name_prefix)
    # What has left the spec may lie wherever anything of the specs does.
    look = choose(project.plan, project.plan.layers if gone else layers, asked=args.region, default=default)
    where = {
        region: (*subjects([layer for layer in here if layer in layers], args.name_prefix), *left_over(gone))
        for region, here in look.regions.items()
    }
    return Scope(where=where, paused=look.paused)


def _refuse_ours(names: Sequence[str], project: Project, prefix: str) -> None:
    ours = {subject.name: subject.label for subject in subjects(project.plan.layers, prefix)}
    mistaken = [name for name in names if name in ours]
    if mistaken:
        raise SpecError(
            Diagnostic(
                code="GRANT008",
                message=f"the spec still has {', '.join(f'`{name}`, the unit `{ours[name]}`' for name in mistaken)}",
                hint="`--layer-name` is for layers that have left the spec; name one of the spec's as LAYER",
            )
        )
