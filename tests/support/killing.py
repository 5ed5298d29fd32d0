"""Kills a piece of work by SIGKILL at every boundary it crosses: before, in the middle of and after each one.

A boundary is a call that changes the disk. The work runs in forked children of one fresh interpreter, so that a
hundred deaths take a second.
"""

import importlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

BOUNDARIES = ("open", "write", "fsync", "ftruncate", "replace", "rename", "mkdir", "unlink", "rmdir", "utime")


@dataclass(frozen=True, kw_only=True)
class Deaths:
    """What came of it.

    Attributes:
        points: the calls that the work was killed at, such as ``before replace``.
        failures: what the next run, or the check after it, had to say.
    """

    points: tuple[str, ...]
    failures: tuple[str, ...]


def kill_everywhere(
    work: Callable[[Path], None], check: Callable[[Path], None], folder: Path, seed: Path | None
) -> Deaths:
    """Run ``work`` in a new folder again and again, killed one boundary later each time, then run it to its end.

    Args:
        work: a function of a module in ``tests``; called with the folder.
        check: likewise; raises if the folder is not as it has to be after a death and a whole run.
        folder: for the runs.
        seed: what the folder holds at first; nothing by default.
    """
    names = [f"{function.__module__}:{function.__qualname__}" for function in (work, check)]
    argv = [sys.executable, "-m", "support.killing", *names, str(folder), str(seed or "")]
    here = str(Path(__file__).parents[1])
    done = subprocess.run(argv, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": here}, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return Deaths(points=tuple(found["points"]), failures=tuple(found["failures"]))


def _main(work: str, check: str, folder: str, seed: str) -> None:
    run, judge = _function(work), _function(check)
    _prepare(Path(folder, "first"), seed)
    run(Path(folder, "first"))  # so that the children find everything imported
    points: list[str] = []
    failures: list[str] = []
    while True:
        place = Path(folder, f"run{len(points)}")
        _prepare(place, seed)
        point, failure = _one_death(len(points), place, run, judge)
        failures += [failure] if failure else []
        if not point:
            break
        points.append(point)
        shutil.rmtree(place)
    sys.stdout.write(json.dumps({"points": points, "failures": failures}))


def _one_death(number: int, place: Path, run: Callable[[Path], None], judge: Callable[[Path], None]) -> tuple[str, str]:
    """Return at which point the run died, or nothing if it lived, and what went wrong otherwise."""
    status, talk = _in_child(lambda: _killed_at(number, lambda: run(place)), place)
    if not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
        return "", f"run {number} was not killed and failed: {talk}" if status else ""
    point = talk.strip()
    status, talk = _in_child(lambda: _in_turn(run, judge, place), place)
    return point, f"after a death {point} (the {number}.): {talk}" if status else ""


def _in_turn(run: Callable[[Path], None], judge: Callable[[Path], None], place: Path) -> None:
    run(place)
    judge(place)


def _prepare(place: Path, seed: str) -> None:
    if seed:
        shutil.copytree(seed, place)
    else:
        place.mkdir(parents=True)


def _function(name: str) -> Callable[[Path], None]:
    module, _, attribute = name.partition(":")
    found: Callable[[Path], None] = getattr(importlib.import_module(module), attribute)
    return found


def _in_child(work: Callable[[], object], place: Path) -> tuple[int, str]:
    """Fork, work, and return the wait status and what was written to standard error."""
    talk = place.with_suffix(".talk")
    child = os.fork()
    if child == 0:
        fd = os.open(talk, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(fd, 2)
        status = 1
        try:
            work()
            status = 0
        except BaseException:  # noqa: BLE001 - told to the parent
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    _, status = os.waitpid(child, 0)
    return status, talk.read_text()


def _killed_at(number: int, work: Callable[[], None]) -> None:
    """Run ``work`` with every boundary counted, and die at the ``number``-th moment."""
    moments = 0

    def moment(text: str) -> bool:
        nonlocal moments
        moments += 1
        return moments == number + 1 and bool(os.pwrite(2, text.encode(), 0))

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def guard(name: str, original: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **options: object) -> object:
            if moment(f"before {name}"):
                die()
            if name == "write" and moment(f"amid {name}"):
                *front, data = args
                half = bytes(cast("bytes", data))
                original(*front, half[: len(half) // 2])
                die()
            result = original(*args, **options)
            if moment(f"after {name}"):
                die()
            return result

        return call

    for name in BOUNDARIES:
        setattr(os, name, guard(name, getattr(os, name)))

    class CountedFile(io.FileIO):
        write = guard("write", io.FileIO.write)  # type: ignore[assignment]

    io.FileIO = CountedFile  # type: ignore[misc]
    work()


if __name__ == "__main__":
    _main(*sys.argv[1:])
