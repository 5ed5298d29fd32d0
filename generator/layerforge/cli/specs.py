"""Reads and plans the specs of a run. What is wrong is told at once, whichever stage would find it."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from layerforge.diagnostics import Diagnostic, LayerforgeError, Location, Severity, SpecError, fail, in_file_order
from layerforge.facts.load import Facts
from layerforge.plan.fleet_types import Plan
from layerforge.plan.types import Packaged


def plan_specs(paths: Mapping[Path, str], facts: Facts, as_of: date) -> Plan:
    """Return the plan of the specs in some files.

    A spec with a mistake in one layer is judged on: its other layers and functions against the rules of the plan, and
    the requirements and own files of those that are right.

    Args:
        paths: absolute, each with the path for messages.
        facts: of the world.
        as_of: the day that the dates of runtimes are held against.

    Raises:
        SpecError: with every problem of every spec, and warnings where all could be judged.
    """
    from layerforge.plan.make import draw_plan  # noqa: PLC0415 - pydantic comes with it
    from layerforge.spec.load import read_spec  # noqa: PLC0415

    readings = [read_spec(path, shown=shown) for path, shown in paths.items()]
    unread = [problem for reading in readings for problem in reading.problems]
    plan, found = draw_plan([reading.loaded for reading in readings if reading.loaded is not None], facts, as_of)
    if unread:  # what a part is warned of may be untrue of the whole
        found = tuple(one for one in found if one.severity is Severity.ERROR)
    if unread or len(plan.warnings) < len(found):
        problems = (*unread, *found, *_unasked(plan, (*unread, *found)))
        fail(SpecError, in_file_order(problems, tuple(paths.values())))
    return plan


def _unasked(plan: Plan, problems: tuple[Diagnostic, ...]) -> Iterator[Diagnostic]:
    """Yield what is wrong with the requirements and own files of layers and functions that have no other problem."""
    from layerforge.lock.asking import read_askings  # noqa: PLC0415 - packaging comes with it

    errors = [one.location for one in problems if one.severity is Severity.ERROR and one.location is not None]
    judged = [item for item in plan.packaged if not any(_within(where, item) for where in errors)]
    try:
        read_askings(judged, None)
    except LayerforgeError:
        pass  # one by one, so that what keeps one from being read hides nothing of the others
    else:
        return
    for item in judged:
        try:
            read_askings([item], None)
        except SpecError as error:
            yield from error.diagnostics
        except LayerforgeError:
            continue  # git or the disk: told when their turn comes, the spec is what is judged here


def _within(where: Location, item: Packaged) -> bool:
    below = where.path.removeprefix(item.where.path)
    return where.file == item.where.file and below != where.path and below[:1] in {"", ".", "["}
