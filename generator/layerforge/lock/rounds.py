"""Asks uv in rounds: each C library's targets at once, then again until one version of a package serves all of them."""

import dataclasses
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from packaging.pylock import Pylock
from packaging.version import Version

from layerforge.diagnostics import Diagnostic, LayerforgeError, OutsideError, SpecError
from layerforge.lock.once import Once
from layerforge.lock.question import Question
from layerforge.lock.requests import Request
from layerforge.lock.select import select
from layerforge.lock.targets import Glibc, Platform
from layerforge.lock.types import Pin, Upgrade
from layerforge.lock.uv_project import Answer, ask
from layerforge.names import PackageName, Sha256
from layerforge.plan.types import Target

_ROUNDS: Final = 5
_THREADS: Final = 4

Versions = Mapping[PackageName, Mapping[Target, str]]
"""The version of each package for each target that it goes to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """Answers for all targets of a layer.

    Attributes:
        questions: one for each C library.
        answers: in their order.
    """

    questions: tuple[Question, ...]
    answers: tuple[Answer, ...]

    @property
    def locks(self) -> dict[Target, Pylock]:
        """The lock that each target's packages come from."""
        return {
            platform.target: answer.pylock
            for question, answer in zip(self.questions, self.answers, strict=True)
            for platform in question.platforms
        }

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All that uv had to say."""
        return tuple(dict.fromkeys(item for answer in self.answers for item in answer.diagnostics))

    def versions(self) -> Versions:
        """Return what was chosen for each target."""
        found: dict[PackageName, dict[Target, str]] = {}
        for question, answer in zip(self.questions, self.answers, strict=True):
            for platform in question.platforms:
                chosen = select(answer.pylock, platform, platform.tags, hashes=question.request.hashes).choices
                for name, choice in chosen.items():
                    found.setdefault(name, {})[platform.target] = str(choice.package.version)
        return found


def first_round(
    request: Request, platforms: Sequence[Platform], preferences: Sequence[Pin], upgrade: Upgrade, once: Once
) -> Round:
    """Ask once for each C library."""
    generations: dict[Glibc, list[Platform]] = {}
    for platform in platforms:
        generations.setdefault(platform.glibc, []).append(platform)
    questions = tuple(
        Question(
            request=request,
            platforms=tuple(members),
            glibc=glibc,
            preferences=tuple(preferences),
            upgrade=upgrade,
            once=once,
        )
        for glibc, members in generations.items()
    )
    return _ask_all(questions)


def one_version(first: Round) -> Round:
    """Ask again, the lowest version as upper bound, where a package's version differs between targets.

    All such packages together; where that has no solution, one after the other, and what has none stays as it was.
    """
    names = _differing(first)
    if not names:
        return first
    best = _settle(first, names)
    if best is not None:
        return best
    best = first
    for name in sorted(names):
        best = _settle(best, frozenset({name})) or best
    return best


def _settle(start: Round, names: frozenset[PackageName]) -> Round | None:
    """Lower some packages, round by round, until each has one version; ``None`` if they do not get there.

    A lower version may not be there for all targets either, and may bring other packages that differ.
    """
    others = _differing(start) - names
    current = start
    for _ in range(_ROUNDS):
        bounds = {name: bound for name, bound in _bounds(current).items() if name not in others}
        if not bounds:
            return current
        try:
            current = _ask_again(current, bounds)
        except LayerforgeError:
            return None
    return None if _differing(current) - others else current


def _differing(asked: Round) -> frozenset[PackageName]:
    return frozenset(name for name, found in asked.versions().items() if differs(found))


def differs(found: Mapping[Target, str]) -> bool:
    """Tell whether targets get different versions of a package."""
    return len(set(found.values())) > 1


def _bounds(asked: Round) -> dict[PackageName, str]:
    return {
        name: min(map(Version, set(found.values()))).public
        for name, found in sorted(asked.versions().items())
        if differs(found)
    }


def _ask_again(best: Round, bounds: Mapping[PackageName, str]) -> Round:
    """Ask with further bounds, and with the versions so far as preferences."""
    versions = best.versions()
    questions = []
    for question in best.questions:
        own = {platform.target for platform in question.platforms}
        kept = {(name, found[target]) for name, found in versions.items() for target in own & found.keys()}
        preferences = tuple(
            Pin(name=name, version=version, file="", sha256=Sha256(""))
            for name, version in sorted(kept)
            if name not in bounds
        )
        further = {**question.bounds, **bounds}
        questions.append(dataclasses.replace(question, bounds=further, upgrade=Upgrade(), preferences=preferences))
    return _ask_all(tuple(questions))


def _ask_all(questions: tuple[Question, ...]) -> Round:
    """Ask several questions at once; raise all that is wrong with them together."""
    answers: list[Answer] = []
    failures: list[LayerforgeError] = []
    with ThreadPoolExecutor(max_workers=_THREADS) as pool:
        for future in [pool.submit(ask, question) for question in questions]:
            try:
                answers.append(future.result())
            except LayerforgeError as error:
                failures.append(error)
    if failures:
        family = SpecError if any(isinstance(error, SpecError) for error in failures) else OutsideError
        raise family(dict.fromkeys(item for error in failures for item in error.diagnostics))
    return Round(questions=questions, answers=tuple(answers))
