"""What `gen` foretells between two plans, without a file."""

from collections.abc import Mapping
from pathlib import Path

from layerforge.cli.effects_report import report
from layerforge.facts.load import load_facts
from layerforge.foresee.make import foresee
from layerforge.foresee.types import Difference, Effects
from layerforge.plan.fleet_types import Plan
from layerforge.render.make import render
from layerforge.render.roots import render_roots
from support import plans

Texts = tuple[Mapping[str, str], Mapping[str, Mapping[str, str]]]
"""Those of the modules, and of each root by its Region."""


def texts_of(plan: Plan, changed: Mapping[str, str] | None = None) -> Texts:
    """Return what `gen` writes; ``changed`` gives units another content."""
    roots = render_roots(plan, load_facts(), modules=Path("/project/modules"))
    modules = render(plan, plans.locks(plan, changed=changed), load_facts())
    return modules, {folder.name: texts for folder, texts in roots.items()}


def difference(before: Mapping[str, str], after: Mapping[str, str]) -> Difference:
    """Return a folder after, with how it was before."""
    names = sorted({*before, *after})
    return Difference(
        after=after, before={name: before.get(name) for name in names if before.get(name) != after.get(name)}
    )


def foretold(before: Texts, plan: Plan, changed: Mapping[str, str] | None = None) -> Effects:
    """Return what an apply will do after some texts."""
    modules, roots = texts_of(plan, changed)
    in_roots = {name: difference(before[1].get(name, {}), roots.get(name, {})) for name in sorted({*before[1], *roots})}
    differing = {name: one for name, one in in_roots.items() if one.before}
    return foresee(plan, difference(before[0], modules), differing)


def lines(effects: Effects) -> list[str]:
    """Return what is said of them, without the lines around it and the margin, each line with its label."""
    found, last = [], ""
    for line in [line for line in report(effects, colour=False).splitlines() if line.startswith("  ")]:
        label, _, text = line[2:].partition("  ")
        last = label or last
        found.append(f"{last}: {text.strip()}" if text else label)
    return found
