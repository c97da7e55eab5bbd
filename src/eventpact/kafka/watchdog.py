"""Watches the handlers: tells of one that works too long, and at which line, and ends the process of one that hangs.

A handler in the loop's own thread keeps the client library from being polled, so the group gives its partitions away;
one that never returns does so for every worker that gets the record. Only the end of the process helps, and then the
crash marks see to the record.
"""

from __future__ import annotations

import logging
import math
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from eventpact.kafka.clock import Clock
from eventpact.kafka.diagnosis import frame_place
from eventpact.kafka.policy import Policy
from eventpact.kafka.stats import WorkerStats
from eventpact.kafka.stopping import call_bounded

if TYPE_CHECKING:
    from confluent_kafka import Message

__all__ = ["HUNG", "Watchdog"]

LOG: Final = logging.getLogger(__name__)
HUNG: Final = 75
"""The exit code of a process whose handler never returned (EX_TEMPFAIL)."""
SAY_SECONDS: Final = 1.0
JOIN_SECONDS: Final = 2.0
LOOKS: Final = 10
"""Looks during the shortest of the limits."""


class Call:
    """A handler at work, by thread."""

    __slots__ = ("message", "overdue", "since", "warned", "what")

    def __init__(self, message: Message, since: float, what: str) -> None:
        self.message = message
        self.what = what
        self.since = since
        self.warned = False
        self.overdue = False

    @property
    def place(self) -> str:
        return f"{self.message.topic()}[{self.message.partition()}]@{self.message.offset()}"


class Watchdog:
    """A context manager: its thread runs between enter and exit. `begin` and `end` may be called from any thread.

    `kill` ends the process; a test passes its own.
    """

    def __init__(
        self,
        policy: Policy,
        max_poll: float,
        clock: Clock,
        stats: WorkerStats,
        kill: Callable[[int], object] = os._exit,
    ) -> None:
        self._warning = policy.handler_warning
        self._max_poll = max_poll
        self._limit = policy.handler_limit
        self._clock = clock
        self._stats = stats
        self._kill = kill
        self._calls: dict[int, Call] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="eventpact-watchdog", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join(JOIN_SECONDS)

    def begin(self, message: Message, what: str = "the handler") -> None:
        """This thread's handler, or `what` it is, starts to work, on this record first."""
        self._calls[threading.get_ident()] = Call(message, self._clock.monotonic(), what)

    def end(self) -> float:
        """It is through; the seconds that it worked."""
        return self._clock.monotonic() - self._calls.pop(threading.get_ident()).since

    def _run(self) -> None:
        shortest = min(self._warning, self._max_poll, self._limit)
        while not self._over.wait(min(1.0, shortest / LOOKS)):
            self.look(self._clock.monotonic())

    def look(self, now: float) -> None:
        """Warn once, count once, and at the limit end the process."""
        for thread, call in self._calls.copy().items():
            worked = now - call.since
            if worked >= self._warning and not call.warned:
                call.warned = True
                self._say(logging.WARNING, f"{call.place}: {call.what} has worked for {worked:.0f} s, at {_at(thread)}")
            if worked >= self._max_poll and not call.overdue:
                call.overdue = True
                self._stats.overdue += 1
            if worked >= self._limit < math.inf:
                end = f"the process ends with exit code {HUNG}"
                self._say(
                    logging.CRITICAL,
                    f"{call.place}: {call.what} has worked for {worked:.0f} s, at {_at(thread)}; {end}",
                )
                self._kill(HUNG)
                return

    def _say(self, level: int, text: str) -> None:
        """In bounded time, and whatever log handlers do: the one that hangs may be the log itself."""
        with suppress(Exception):
            call_bounded(lambda: LOG.log(level, "%s", text), SAY_SECONDS, "eventpact-watchdog-says")


def _at(thread: int) -> str:
    """Where a thread is: file and line of our caller's code, no locals."""
    return frame_place(sys._current_frames().get(thread)) or "unknown place"
