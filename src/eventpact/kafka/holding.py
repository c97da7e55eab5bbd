"""What a worker holds of one partition: records handed out by the client library and not settled yet."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from eventpact.kafka.progress import Progress

if TYPE_CHECKING:
    from confluent_kafka import Message

__all__ = ["Holding"]


class Holding:
    """One partition, from its assignment until its loss. Only the loop's thread touches it.

    Attributes:
        buffer: unsettled messages, the oldest first; `buffer[0]` is the one that is tried.
        progress: what may be committed.
        attempt: number of the next attempt with `buffer[0]`, from 1.
        waits: how often `buffer[0]` waited for something unavailable.
        waiting_since: monotonic time of the first of these waits.
        due: not before this monotonic time is `buffer[0]` tried again.
        first_failed_ms: when `buffer[0]` failed for the first time.
        paused: does the client library fetch nothing for this partition?
        stored: the last offset that was committed in this ownership, 0 before.
    """

    __slots__ = (
        "attempt",
        "buffer",
        "due",
        "first_failed_ms",
        "partition",
        "paused",
        "progress",
        "stored",
        "waiting_since",
        "waits",
    )

    def __init__(self, partition: int) -> None:
        self.partition = partition
        self.buffer: deque[Message] = deque()
        self.progress = Progress()
        self.attempt = 1
        self.waits = 0
        self.waiting_since: float | None = None
        self.due = 0.0
        self.first_failed_ms: int | None = None
        self.paused = False
        self.stored = 0

    def take(self, message: Message, offset: int) -> bool:
        """Append what the client library handed out. True when it went back to an offset that it had passed.

        Then what is held from there on is dropped: it will come again, and a record handled twice is no loss, while
        one that is taken for a repetition and skipped could be.
        """
        newest = self.buffer[-1].offset() if self.buffer else None
        if newest is None or newest < offset:
            self.buffer.append(message)
            return False
        head = self.buffer[0].offset()
        while self.buffer and (last := self.buffer[-1].offset()) is not None and last >= offset:
            self.buffer.pop()
        self.buffer.append(message)
        if head is not None and head >= offset:
            self._fresh()
        return True

    def wait(self, now: float, delay: float) -> None:
        """Try `buffer[0]` again after `delay` seconds; nothing is wrong with it."""
        if self.waiting_since is None:
            self.waiting_since = now
        self.due = now + delay

    def pop(self) -> None:
        """`buffer[0]` is settled, or its dead letter is on its way."""
        self.buffer.popleft()
        self._fresh()

    def clear(self) -> None:
        """Let go of every message; the client library cannot close while one is held."""
        self.buffer.clear()

    def _fresh(self) -> None:
        self.attempt = 1
        self.waits = 0
        self.waiting_since = None
        self.due = 0.0
        self.first_failed_ms = None
