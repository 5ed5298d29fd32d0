"""Keeps a program below a number of requests a second, whatever many threads do."""

import threading
import time
from collections.abc import Callable
from typing import Final

CONTROL_PLANE: Final = 12.0
"""Requests a second. Lambda's control plane takes 15, all APIs of an account and Region together; Terraform and people
want some of them too (Lambda quotas, "API requests")."""


class StoppedError(Exception):
    """The work was called off while it waited for its turn."""


class Pace:
    """Gives out turns that are evenly spaced: no burst, so no second ever holds more than its share."""

    def __init__(
        self,
        per_second: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], bool] | None = None,
    ) -> None:
        """Take the requests a second; ``clock`` and ``wait`` are for tests (``wait`` answers whether to stop)."""
        self._between = 1 / per_second
        self._clock = clock
        self._stopped = threading.Event()
        self._wait = wait or self._stopped.wait
        self._lock = threading.Lock()
        self._next = clock()

    def turn(self) -> None:
        """Wait for a turn.

        Raises:
            StoppedError: somebody has called ``stop``.
        """
        with self._lock:
            now = self._clock()
            mine = max(now, self._next)
            self._next = mine + self._between
        if self._wait(mine - now) or self._stopped.is_set():
            raise StoppedError

    def stop(self) -> None:
        """Give out no more turns, and wake up whoever waits."""
        self._stopped.set()
