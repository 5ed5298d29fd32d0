"""Threads that work off a list while the one that started them keeps the progress, and can be interrupted at once."""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar, cast

from layerforge.build.progress import Progress

T = TypeVar("T")
_TICK = 0.1
_GRACE = 1.0


class Crew:
    """Runs tasks in daemon threads.

    Those of ``concurrent.futures`` are waited for when the process ends, however long a server keeps one waiting;
    these are not.

    Attributes:
        threads: how many tasks run at once.
        stop: set when the work is called off; tasks look at it now and then.
    """

    def __init__(self, threads: int, progress: Progress) -> None:
        """Run up to ``threads`` tasks at once and tell ``progress``, from the calling thread only."""
        self.stop = threading.Event()
        self.threads = threads
        self._progress = progress
        self._lock = threading.Lock()
        self._bytes = 0
        self._done = 0

    def count(self, amount: int, *, done: int = 0) -> None:
        """Note that ``amount`` bytes went through and ``done`` things are finished; called by tasks."""
        with self._lock:
            self._bytes += amount
            self._done += done

    def run(self, tasks: Sequence[Callable[[], T]]) -> list[T]:
        """Run all tasks and return what they gave, in their order. What one raises ends the rest and is raised here."""
        waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
        for number in range(len(tasks)):
            waiting.put(number)
        finished: queue.SimpleQueue[tuple[int, T | BaseException, bool]] = queue.SimpleQueue()

        def work() -> None:
            while not self.stop.is_set():
                try:
                    number = waiting.get_nowait()
                except queue.Empty:
                    return
                try:
                    finished.put((number, tasks[number](), True))
                except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
                    finished.put((number, error, False))

        threads = [threading.Thread(target=work, daemon=True) for _ in range(min(self.threads, len(tasks)))]
        results: dict[int, T] = {}
        try:
            for thread in threads:
                thread.start()
            while len(results) < len(tasks):
                self._wait(finished, results)
        finally:
            if len(results) < len(tasks):
                self.stop.set()
                self._part_with(threads)
        return [results[number] for number in range(len(tasks))]

    def _wait(self, finished: "queue.SimpleQueue[tuple[int, T | BaseException, bool]]", results: dict[int, T]) -> None:
        """Take one result if there is one soon, and tell the progress."""
        try:
            number, result, good = finished.get(timeout=_TICK)
        except queue.Empty:
            pass
        else:
            if not good:
                raise cast("BaseException", result)
            results[number] = cast("T", result)
        with self._lock:
            amount, self._bytes = self._bytes, 0
            done, self._done = self._done, 0
        if amount or done:
            self._progress.advance(amount, done=done)

    def _part_with(self, threads: list[threading.Thread]) -> None:
        """Let the threads come to their next look at ``stop``; who hangs in a read is left alone."""
        deadline = time.monotonic() + _GRACE
        for thread in threads:
            if thread.is_alive():
                thread.join(max(0.0, deadline - time.monotonic()))
