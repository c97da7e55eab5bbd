"""Threads that call handlers while the loop goes on. They never touch the client library."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Final, Generic, TypeVar

from eventpact.kafka.trial import Trial

__all__ = ["Crew"]

E = TypeVar("E")
THREAD_NAME: Final = "eventpact-handler"


class Crew(Generic[E]):
    """`size` threads that run `call` with one trial each. Daemons: a handler that never returns must not keep the
    process from its end. `call` keeps what is raised; it raises nothing itself.
    """

    def __init__(self, size: int, call: Callable[[Trial[E]], None]) -> None:
        self.size = size
        self.in_flight = 0
        self._call = call
        self._wanted: SimpleQueue[Trial[E] | None] = SimpleQueue()
        self._done: SimpleQueue[Trial[E]] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name=f"{THREAD_NAME}-{number}", daemon=True) for number in range(size)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, trial: Trial[E]) -> None:
        """One of the threads calls the handler with it."""
        self.in_flight += 1
        self._wanted.put(trial)

    def finished(self, timeout: float) -> list[Trial[E]]:
        """Trials that are over; waits up to `timeout` seconds for the first."""
        found: list[Trial[E]] = []
        try:
            found.append(self._done.get(timeout=timeout) if timeout > 0 else self._done.get_nowait())
            while True:
                found.append(self._done.get_nowait())
        except Empty:
            self.in_flight -= len(found)
            return found

    def close(self) -> None:
        """Every thread ends after the trial in its hands. Returns at once."""
        for _ in self._threads:
            self._wanted.put(None)

    def _work(self) -> None:
        while (trial := self._wanted.get()) is not None:
            self._call(trial)
            self._done.put(trial)
