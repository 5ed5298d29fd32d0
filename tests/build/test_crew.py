"""Threads that one can walk away from."""

import threading
import time
from functools import partial

import pytest

from layerforge.build.crew import Crew
from layerforge.build.progress import Silent


def test_results_come_in_the_order_of_the_tasks() -> None:
    def slow(number: int) -> int:
        time.sleep(0.02 / (number + 1))
        return number

    assert Crew(4, Silent()).run([partial(slow, number) for number in range(8)]) == list(range(8))


def test_no_more_threads_than_allowed_and_needed() -> None:
    running, most = 0, 0
    lock, three = threading.Lock(), threading.Barrier(3, timeout=20)

    def task() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        three.wait()
        with lock:
            running -= 1
        three.wait()

    Crew(3, Silent()).run([task] * 9)
    assert most == 3
    before = threading.active_count()
    assert Crew(100, Silent()).run([]) == []
    assert threading.active_count() == before


def test_a_crew_runs_several_lists() -> None:
    crew = Crew(2, Silent())
    assert crew.run([lambda: 1]) == [1]
    assert crew.run([lambda: 2, lambda: 3]) == [2, 3]


def test_what_a_task_raises_is_raised_and_stops_the_rest() -> None:
    crew = Crew(1, Silent())
    done = []

    def fail() -> None:
        raise RuntimeError("a bug")

    def go_on() -> None:
        time.sleep(0.05)
        done.append(1)

    with pytest.raises(RuntimeError, match="a bug"):
        crew.run([fail, *[go_on] * 50])
    assert crew.stop.is_set()
    assert len(done) < 50


def test_progress_hears_from_the_calling_thread_only() -> None:
    callers: set[int] = set()
    sums = [0, 0]

    class Listener(Silent):
        def advance(self, amount: int, *, done: int = 0) -> None:
            callers.add(threading.get_ident())
            sums[0] += amount
            sums[1] += done

    crew = Crew(4, Listener())
    crew.run([lambda: crew.count(10, done=1)] * 20)
    assert callers == {threading.get_ident()}
    assert sums == [200, 20]


def test_an_interrupt_does_not_wait_for_who_hangs() -> None:
    hang = threading.Event()

    class Impatient(Silent):
        def advance(self, amount: int, *, done: int = 0) -> None:
            raise KeyboardInterrupt

    crew = Crew(2, Impatient())
    before = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        crew.run([lambda: crew.count(1), lambda: hang.wait(30)])
    assert time.monotonic() - before < 20
    hang.set()
