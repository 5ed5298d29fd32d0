"""Turns are evenly spaced, whoever asks; a stop wakes everybody."""

import threading
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerforge.operate.pace import CONTROL_PLANE, Pace, StoppedError

LIMIT = 15
"""Requests a second that Lambda's control plane takes, all APIs together."""


class Clock:
    """Time that passes only when somebody waits, or is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> bool:
        self.now += seconds
        return False


@given(st.lists(st.floats(min_value=0, max_value=3), max_size=60))
def test_no_second_holds_more_than_its_share(idle: list[float]) -> None:
    clock = Clock()
    pace = Pace(CONTROL_PLANE, clock=clock, wait=clock.wait)
    turns = []
    for pause in idle:
        clock.now += pause
        pace.turn()
        turns.append(clock.now)
    assert all(later - earlier >= 1 / CONTROL_PLANE - 1e-9 for earlier, later in pairwise(turns))
    assert all(sum(start <= turn < start + 1 for turn in turns) < LIMIT for start in turns)


def test_the_first_turn_is_at_once() -> None:
    clock = Clock()
    Pace(2, clock=clock, wait=clock.wait).turn()
    assert clock.now == 100.0


def test_threads_share_one_pace() -> None:
    pace, turns = Pace(200), list[float]()

    def work() -> None:
        for _ in range(5):
            pace.turn()
            turns.append(time.monotonic())

    threads = [threading.Thread(target=work) for _ in range(8)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(turns) == 40
    assert max(turns) - started >= 39 / 200


def test_a_stop_wakes_whoever_waits() -> None:
    pace, seen = Pace(0.001), list[str]()
    pace.turn()

    def wait() -> None:
        try:
            pace.turn()
        except StoppedError:
            seen.append("stopped")

    thread = threading.Thread(target=wait)
    thread.start()
    pace.stop()
    thread.join(timeout=5)
    assert seen == ["stopped"]
    with pytest.raises(StoppedError):
        pace.turn()
