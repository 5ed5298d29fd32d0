"""Resolves one layer: each C library's targets together, one version of a package for all, one wheel a unit."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from packaging.pylock import Pylock
from packaging.version import Version

from layerforge.diagnostics import Diagnostic, LayerforgeError, Severity
from layerforge.facts.load import Facts
from layerforge.lock.choose import Chosen, choose
from layerforge.lock.pip_config import check_pip
from layerforge.lock.ready_files import read_ready
from layerforge.lock.requests import Request
from layerforge.lock.select import select
from layerforge.lock.targets import Glibc, Platform, platform_of
from layerforge.lock.types import Pin, Resolution, Upgrade
from layerforge.lock.uv import left_out
from layerforge.lock.uv_project import Answer, Question, ask
from layerforge.names import PackageName
from layerforge.plan.types import Layer, Target

_NEWEST_GLIBC: Glibc = (2, 99)
"""A C library that every wheel can be loaded by: what would be chosen if it did not matter."""

Versions = Mapping[PackageName, Mapping[Target, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Round:
    """Answers for all targets of a layer."""

    questions: tuple[Question, ...]
    answers: tuple[Answer, ...]

    @property
    def by_target(self) -> dict[Target, Pylock]:
        return {
            platform.target: answer.pylock
            for question, answer in zip(self.questions, self.answers, strict=True)
            for platform in question.platforms
        }


def resolve_layer(
    layer: Layer, request: Request, *, facts: Facts, preferences: Sequence[Pin] = (), upgrade: Upgrade | None = None
) -> Resolution:
    """Return the pins of each unit of a layer, and where they can be had.

    Args:
        layer: what to resolve.
        request: what it asks for, from `read_request`.
        facts: what is known of the runtimes.
        preferences: versions to keep where they fit.
        upgrade: what may leave them.

    Raises:
        SpecError: what is asked for cannot be had.
        OutsideError: uv, an index or the network failed.
    """
    platforms = tuple(platform_of(target, facts) for target in layer.targets)
    if not request.requirements and request.ready is None:
        return Resolution(pins={unit.key: () for unit in layer.units})
    if request.ready is not None:
        pylock, notes = read_ready(layer, request)
        chosen = choose(layer, request, dict.fromkeys(layer.targets, pylock), platforms)
        return _resolution(chosen, notes)
    check_pip(request.settings)
    wanted = upgrade or Upgrade()
    kept = () if wanted.everything else tuple(preferences)
    first, diagnostics = _first_round(request, platforms, kept, wanted)
    last = _one_version(first, request, platforms)
    chosen = choose(layer, request, last.by_target, platforms)
    said = [item for answer in last.answers for item in answer.diagnostics]
    return _resolution(chosen, [*left_out(), *said, *diagnostics, *_differing(layer, last, request, platforms)])


def _resolution(chosen: Chosen, diagnostics: Sequence[Diagnostic]) -> Resolution:
    unique = tuple(dict.fromkeys([*diagnostics, *chosen.notes]))
    return Resolution(pins=chosen.pins, urls=chosen.urls, diagnostics=unique)


def _first_round(
    request: Request, platforms: Sequence[Platform], kept: Sequence[Pin], upgrade: Upgrade
) -> tuple[_Round, list[Diagnostic]]:
    """Ask for each C library's targets, and at the same time what would come if the C library did not matter."""
    generations: dict[Glibc, list[Platform]] = {}
    for platform in platforms:
        generations.setdefault(platform.glibc, []).append(platform)
    questions = tuple(
        Question(request=request, platforms=tuple(members), glibc=glibc, preferences=tuple(kept), upgrade=upgrade)
        for glibc, members in generations.items()
    )
    free = [dataclasses.replace(question, glibc=_NEWEST_GLIBC) for question in questions]
    with ThreadPoolExecutor(max_workers=4) as pool:
        hopes = [pool.submit(_try, question) for question in free]
        answers = _ask_all(questions, pool)
        wishes = [hope.result() for hope in hopes]
    notes = [
        note
        for question, answer, wish in zip(questions, answers, wishes, strict=True)
        if wish is not None
        for note in _held_back(question, answer, wish, request)
    ]
    return _Round(questions=questions, answers=answers), notes


def _ask_all(questions: Sequence[Question], pool: ThreadPoolExecutor) -> tuple[Answer, ...]:
    """Ask several questions at once; raise everything that is wrong with all of them together."""
    pending = [pool.submit(ask, question) for question in questions]
    answers: list[Answer] = []
    failures: list[LayerforgeError] = []
    for future in pending:
        try:
            answers.append(future.result())
        except LayerforgeError as error:
            failures.append(error)
    if failures:
        raise type(failures[0])(dict.fromkeys(item for error in failures for item in error.diagnostics))
    return tuple(answers)


def _try(question: Question) -> Answer | None:
    try:
        return ask(question)
    except LayerforgeError:
        return None


def _one_version(first: _Round, request: Request, platforms: Sequence[Platform]) -> _Round:
    """Ask again with upper bounds where a package's version differs between targets; if that fails, keep what was."""
    best = first
    for _ in range(3):
        versions = _versions(best, request, platforms)
        bounds = {
            name: min(map(Version, set(found.values()))).public for name, found in versions.items() if _differ(found)
        }
        if not bounds:
            return best
        again = _ask_again(best, request, platforms, bounds)
        if again is None:
            again = best
            for name, bound in bounds.items():
                again = _ask_again(again, request, platforms, {name: bound}) or again
        if again is best or again == best:
            return best
        best = again
    return best


def _ask_again(
    best: _Round, request: Request, platforms: Sequence[Platform], bounds: Mapping[PackageName, str]
) -> _Round | None:
    """Ask with further bounds and the versions so far as preferences; ``None`` where that has no solution."""
    versions = _versions(best, request, platforms)
    questions = []
    for question in best.questions:
        own = {platform.target for platform in question.platforms}
        kept = sorted({(name, found[target]) for name, found in versions.items() for target in own if target in found})
        questions.append(
            dataclasses.replace(
                question,
                bounds={**question.bounds, **bounds},
                upgrade=Upgrade(),
                preferences=tuple(_preference(name, version) for name, version in kept if name not in bounds),
            )
        )
    with ThreadPoolExecutor(max_workers=4) as pool:
        try:
            answers = _ask_all(questions, pool)
        except LayerforgeError:
            return None
    asked = _Round(questions=tuple(questions), answers=answers)
    now = _versions(asked, request, platforms)
    return asked if sum(map(_differ, now.values())) < sum(map(_differ, versions.values())) else None


def _preference(name: PackageName, version: str) -> Pin:
    return Pin(name=name, version=version, file="", sha256="")  # type: ignore[arg-type]


def _versions(asked: _Round, request: Request, platforms: Sequence[Platform]) -> Versions:
    """Return the version of each package for each target that it goes to."""
    found: dict[PackageName, dict[Target, str]] = {}
    locks = asked.by_target
    for platform in platforms:
        selection = select(locks[platform.target], platform, platform.tags, hashes=request.hashes)
        for name, choice in selection.choices.items():
            found.setdefault(name, {})[platform.target] = str(choice.package.version)
    return found


def _differ(found: Mapping[Target, str]) -> bool:
    return len(set(found.values())) > 1


def _differing(layer: Layer, asked: _Round, request: Request, platforms: Sequence[Platform]) -> Iterator[Diagnostic]:
    for name, found in sorted(_versions(asked, request, platforms).items()):
        if not _differ(found):
            continue
        by_version: dict[str, list[str]] = {}
        for target, version in found.items():
            by_version.setdefault(version, []).append(str(target))
        yield Diagnostic(
            code="UV062",
            message=f"no one version of `{name}` serves all targets of `{layer.name}`",
            severity=Severity.NOTE,
            location=layer.where,
            notes=tuple(f"{version} for {', '.join(targets)}" for version, targets in by_version.items()),
        )


def _held_back(question: Question, answer: Answer, wish: Answer, request: Request) -> Iterator[Diagnostic]:
    """Name the packages that the C library alone keeps from a newer version."""
    got = _highest(answer.pylock, question.platforms, request)
    free = _highest(wish.pylock, question.platforms, request)
    system = question.platforms[0].os
    for name in sorted(got.keys() & free.keys()):
        if free[name] > got[name]:
            glibc = ".".join(map(str, question.glibc))
            yield Diagnostic(
                code="UV063",
                message=f"held back by {system}: `{name}` {got[name]}, newest is {free[name]}",
                severity=Severity.NOTE,
                location=next((item.where for item in request.requirements if item.name == name), None),
                hint=f"newer wheels need a newer glibc than {system}'s {glibc}; a runtime on a newer system gets them",
            )


def _highest(pylock: Pylock, platforms: Sequence[Platform], request: Request) -> dict[PackageName, Version]:
    found: dict[PackageName, Version] = {}
    for platform in platforms:
        for name, choice in select(pylock, platform, platform.tags, hashes=request.hashes).choices.items():
            if choice.package.version is not None:
                found[name] = max(found.get(name, choice.package.version), choice.package.version)
    return found
