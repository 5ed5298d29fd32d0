"""The whole line in one go: what `gen` does when no stamp answers."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from layerforge.cli.arguments import wanted
from layerforge.cli.console import Console
from layerforge.cli.emit import Emitted, Wish, emit, stale
from layerforge.cli.pipeline import Settled, assemble, judge, record, settle, write_locks
from layerforge.cli.project import Project, load_project, read_locks, shown
from layerforge.cli.stamp import Watched
from layerforge.diagnostics import FindingsError, fail
from layerforge.foresee.words import size
from layerforge.lock.check import check_lock
from layerforge.lock.file import lock_path
from layerforge.lock.roots import without_gone_roots
from layerforge.plan.packaged import source_of
from layerforge.spec.pins import pins_path
from layerforge.verify.functions import check_functions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layerforge.build.types import Artifact
    from layerforge.lock.types import Lock


def generate(args: argparse.Namespace, console: Console) -> Watched:
    """Lock, build and render, and return what the result depends on.

    Raises:
        LayerforgeError: from any of the steps; what came before it is kept.
    """
    asked = wanted(args)
    project = load_project(args)
    console.diagnose(project.plan.warnings)
    settled = settle(project, asked, console)
    built = assemble(project.plan.packaged, settled, project.facts, args.out, console, jobs=args.jobs)
    judge(project, built.artifacts, settled.locks, console)
    locks = settled.locks if asked.locked else record(settled.locks, project, built.artifacts)
    _say_built(built.made, console)
    written = write_locks(locks, console)
    emitted = emit(project, locks, Wish(out=args.out, since=args.since), console)
    if not asked.locked:  # only now: a run that is killed before finds its way to a removed root again
        written += write_locks(without_gone_roots(project.plan, locks), console)
    if not (built.made or written or emitted):
        console.say(f"{project.counted}: everything is up to date")
    return _watched(args, project, settled, built.artifacts, emitted)


def check(args: argparse.Namespace, console: Console) -> None:
    """Tell everything that `gen` would change, and write nothing.

    Raises:
        FindingsError: something is stale.
    """
    project = load_project(args)
    console.diagnose(project.plan.warnings)
    stored = read_locks(project.specs)
    findings = list(check_lock(project.plan, stored))
    locks: Mapping[Path, Lock] = {spec: item.lock for spec, item in stored.items()}
    if not findings:
        findings += check_functions(project.plan.functions, {}, locks, project.facts.limits)
        findings += stale(emit(project, locks, Wish(out=args.out, check=True, since=args.since), console))
    fail(FindingsError, findings)
    console.diagnose(findings)
    console.say("spec, lock and modules fit each other")


def _say_built(made: tuple["Artifact", ...], console: Console) -> None:
    paths = [(shown(artifact.path.absolute()), artifact) for artifact in made]
    console.result["built"] = [path for path, _ in paths]
    for path, artifact in paths:
        console.say(f"built {path} ({size(artifact.zipped_size)})")


def _watched(
    args: argparse.Namespace, project: Project, settled: Settled, artifacts: tuple["Artifact", ...], emitted: Emitted
) -> Watched:
    """Collect what a later run must find unchanged."""
    out = Path(os.path.abspath(args.out))  # noqa: PTH100
    files = {*project.specs, *map(lock_path, project.specs), *map(pins_path, project.specs), *emitted.other_specs}
    if args.facts:
        files.add(Path(os.path.abspath(args.facts)))  # noqa: PTH100
    trees = set()
    for asking in settled.askings.values():
        files |= set(asking.request.files if asking.request else ())
    for item in project.plan.packaged:
        trees |= {item.root / include.path for include in source_of(item).include}
    outputs = dict.fromkeys(emitted.files, "")
    outputs |= {Path(os.path.abspath(artifact.path)): artifact.sha256 for artifact in artifacts}  # noqa: PTH100
    return Watched(files=frozenset(files), trees=frozenset(trees), outputs=outputs, folder=out, around=emitted.around)
