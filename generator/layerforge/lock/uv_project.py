"""Has uv lock the generated project, and reads what comes out of it."""

import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from packaging.pylock import Pylock, PylockValidationError
from packaging.version import Version

from layerforge.diagnostics import Diagnostic, OutsideError
from layerforge.lock.question import Problem, Question, problem_of
from layerforge.lock.uv import run_uv
from layerforge.lock.uv_talk import failure, warnings
from layerforge.names import PackageName
from layerforge.process import Finished

EXPORT: Final = ("export", "--frozen", "--no-header", "--format", "pylock.toml")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What uv came to: one lock for all the question's targets, and what it had to say."""

    pylock: Pylock
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Locked:
    """What came of a problem: how uv ended, and the uv.lock that it wrote if it did not fail."""

    finished: Finished
    text: str = ""


def ask(question: Question) -> Answer:
    """Have uv lock a generated project.

    Raises:
        SpecError: there is no solution, with uv's reasons.
        OutsideError: uv or an index failed.
    """
    problem, locked = _lock(question)
    found = warnings(locked.finished, question.request)
    pylock = question.once(("export", problem), partial(_export, problem, locked))
    return Answer(pylock=pylock, diagnostics=found)


def newest(question: Question) -> dict[PackageName, Version]:
    """Return the highest version of each package that a question comes to, and nothing else of the answer."""
    problem, locked = _lock(question)
    warnings(locked.finished, question.request)
    return question.once(("newest", problem), partial(_newest, locked))


def _lock(question: Question) -> tuple[Problem, _Locked]:
    problem = problem_of(question)
    locked = question.once(problem, partial(_solve, problem))
    if locked.finished.returncode:
        raise failure(locked.finished, question.request, question.platforms)
    return problem, locked


def _solve(problem: Problem) -> _Locked:
    """Have uv lock a project; what it prefers stands in a uv.lock.

    uv itself writes that one's head, from a project without requirements: options that differ make it ignore the rest.
    """
    with tempfile.TemporaryDirectory(prefix="layerforge-") as name:
        folder = Path(name)
        lock = folder / "uv.lock"
        if problem.head:
            _write(folder / "pyproject.toml", problem.head)
            head = run_uv(["lock"], cwd=folder)
            if head.returncode:
                return _Locked(finished=head)
            _write(lock, lock.read_text("utf-8") + problem.preferences)
        _write(folder / "pyproject.toml", problem.project)
        finished = run_uv(["lock", *problem.words], cwd=folder)
        return _Locked(finished=finished, text="" if finished.returncode else lock.read_text("utf-8"))


def _export(problem: Problem, locked: _Locked) -> Pylock:
    with tempfile.TemporaryDirectory(prefix="layerforge-") as name:
        folder = Path(name)
        _write(folder / "pyproject.toml", problem.project)
        _write(folder / "uv.lock", locked.text)
        return export(["--no-default-groups", "--no-emit-project"], folder)


def _newest(locked: _Locked) -> dict[PackageName, Version]:
    found: dict[PackageName, Version] = {}
    for package in tomllib.loads(locked.text)["package"]:
        version = Version(package["version"])
        found[package["name"]] = max(version, found.get(package["name"], version))
    return found


def export(words: Sequence[str], folder: Path) -> Pylock:
    """Return the lock of a project as a pylock, without resolving anything.

    Only where an index gives no digests uv has to download the files to have them.
    """
    finished = run_uv([*EXPORT, *words, "--offline"], cwd=folder)
    if finished.returncode and "to compute missing hashes" in finished.stderr:
        finished = run_uv([*EXPORT, *words], cwd=folder)
    if finished.returncode:
        raise failure(finished, None, ())
    try:
        return Pylock.from_dict(tomllib.loads(finished.stdout))
    except (ValueError, PylockValidationError) as error:
        message = f"`uv export` gave a lock that cannot be read: {error}"
        hint = "this is a bug of layerforge or of uv: please report it with uv's version"
        raise OutsideError(Diagnostic(code="UV003", message=message, hint=hint)) from error


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="")
