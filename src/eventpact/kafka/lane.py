"""Records that keep their order: those of a partition or, with concurrency, those of one key."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from eventpact.kafka.gate import Gate
from eventpact.kafka.policy import Policy, jittered

if TYPE_CHECKING:
    from confluent_kafka import Message

    from eventpact.kafka.holding import Holding

__all__ = ["Lane"]


class Lane:
    """Unsettled records of one order. Only the loop's thread touches it.

    Attributes:
        holding: the partition.
        key: the records' key, `None` for the one lane of a whole partition.
        buffer: the oldest first; `buffer[0]` is the one that is tried.
        busy: are its first records with a handler's thread?
        queued: does the schedule hold it?
        alone: so many of the next records are handed over one by one, because a batch of them failed.
        attempt: number of the next attempt with `buffer[0]`, from 1.
        waits: how often `buffer[0]` waited for something unavailable that others may have.
        waiting_since: monotonic time of the first of these waits.
        due: not before this monotonic time is `buffer[0]` tried again; 0 when it may be tried at once.
        first_failed_ms: when `buffer[0]` failed for the first time.
    """

    __slots__ = (
        "alone",
        "attempt",
        "buffer",
        "busy",
        "due",
        "first_failed_ms",
        "holding",
        "key",
        "queued",
        "waiting_since",
        "waits",
    )

    def __init__(self, holding: Holding, key: bytes | None = None) -> None:
        self.holding = holding
        self.key = key
        self.buffer: deque[Message] = deque()
        self.busy = False
        self.queued = False
        self.alone = 0
        self.attempt = 1
        self.waits = 0
        self.waiting_since: float | None = None
        self.due = 0.0
        self.first_failed_ms: int | None = None

    def wait(self, now: float, delay: float) -> None:
        """Try `buffer[0]` again after `delay` seconds; nothing is wrong with it."""
        if self.waiting_since is None:
            self.waiting_since = now
            self.holding.waiting.add(self)
        self.due = now + delay

    def probe_later(self, policy: Policy, now: float, gate: Gate | None = None) -> float:
        """What `buffer[0]` needs is unavailable: it is tried again after a delay that grows, and with a `gate` all
        lanes wait as long. The seconds.
        """
        if gate is not None:
            return gate.shut(now, policy)
        self.waits += 1
        delay = jittered(policy.probe_delay(self.waits))
        self.wait(now, delay)
        return delay

    def holds(self, message: Message) -> bool:
        """Is this the one that is tried? If not, it was dropped meanwhile, and will come again."""
        return bool(self.buffer) and self.buffer[0] is message

    def pop(self, messages: Sequence[Message]) -> int:
        """These are settled, or their dead letters are on their way; how many of them it still held."""
        popped = 0
        for message in messages:
            if not self.holds(message):
                break
            self.buffer.popleft()
            self.holding.let_go(message)
            self.alone -= self.alone > 0
            popped += 1
        if popped:
            self._fresh()
        return popped

    def drop_from(self, offset: int) -> None:
        """Let go of what stands at `offset` and behind it."""
        head = self.buffer[0] if self.buffer else None
        while self.buffer and (self.buffer[-1].offset() or 0) >= offset:
            self.holding.let_go(self.buffer.pop())
        if not self.buffer or self.buffer[0] is not head:
            self.alone = 0
            self._fresh()

    def clear(self) -> None:
        """Let go of every message; the client library cannot close while one is held."""
        while self.buffer:
            self.holding.let_go(self.buffer.pop())
        self._fresh()

    def _fresh(self) -> None:
        self.attempt = 1
        self.waits = 0
        if self.waiting_since is not None:
            self.waiting_since = None
            self.holding.waiting.discard(self)
        self.due = 0.0
        self.first_failed_ms = None
