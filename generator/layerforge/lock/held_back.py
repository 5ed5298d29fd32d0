"""Finds the packages that a runtime's C library alone keeps from a newer version."""

import dataclasses
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from packaging.version import Version

from layerforge.diagnostics import Diagnostic, LayerforgeError, Severity
from layerforge.lock.question import Question
from layerforge.lock.rounds import Round
from layerforge.lock.targets import Glibc
from layerforge.lock.types import Upgrade
from layerforge.lock.uv_project import newest
from layerforge.names import PackageName

_ANY_GLIBC: Final[Glibc] = (2, 99)
"""A C library that loads every wheel: what would be chosen if it did not matter."""

Wish = tuple[Question, Mapping[PackageName, str], Future[Mapping[PackageName, Version] | None]]


def wish(asked: Round, pool: ThreadPoolExecutor) -> list[Wish]:
    """Start to find out what each question would have come to if the C library did not matter.

    uv has everything in its cache by then: that takes a fraction of the first answer's time, beside other work.
    """
    versions = asked.versions()
    started: list[Wish] = []
    for question in asked.questions:
        own = {platform.target for platform in question.platforms}
        got = {
            name: str(max(Version(found[target]) for target in own & found.keys()))
            for name, found in versions.items()
            if own & found.keys()
        }
        kept = tuple(pin for pin in question.preferences if pin.name not in question.upgrade.packages)
        free = dataclasses.replace(question, glibc=_ANY_GLIBC, preferences=kept, upgrade=Upgrade())
        started.append((question, got, pool.submit(_newest, free)))
    return started


def held_back(wishes: list[Wish]) -> Iterator[Diagnostic]:
    """Return a note for each package that the C library keeps back, with its newest version."""
    for question, got, pending in wishes:
        free = pending.result() or {}
        system = question.platforms[0].os
        glibc = ".".join(map(str, question.glibc))
        for name, version in sorted(got.items()):
            if name in free and free[name] > Version(version):
                asked = (item.where for item in question.request.requirements if item.name == name)
                yield Diagnostic(
                    code="UV063",
                    message=f"held back by {system}: `{name}` {version}, newest is {free[name]}",
                    severity=Severity.NOTE,
                    location=next(asked, None),
                    hint=f"its newer wheels need a newer glibc than {system}'s {glibc}; runtimes on a newer system get"
                    " them",
                )


def _newest(question: Question) -> Mapping[PackageName, Version] | None:
    try:
        return newest(question)
    except LayerforgeError:
        return None
