"""What became of published events: counted from delivery reports, and told to whoever asked."""

from __future__ import annotations

import itertools
import logging
import threading
from collections import Counter
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Final, TypeAlias

from eventpact.errors import DeliveryError, UnacknowledgedError
from eventpact.kafka.translate import MAYBE_STORED, advice

if TYPE_CHECKING:
    from collections.abc import Callable

    from confluent_kafka import KafkaError as ClientError
    from confluent_kafka import Message

__all__ = ["Delivery", "OnDelivery", "Stats", "Tally", "Ticks", "undelivered"]

LOGGER: Final = logging.getLogger("eventpact.producer")
QUIET_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event that the broker acknowledged. `timestamp_ms`: milliseconds since 1970 UTC."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int


OnDelivery: TypeAlias = "Callable[[Delivery | DeliveryError], object]"
"""Told once per event: a Delivery, or the DeliveryError that says why there is none."""


Report: TypeAlias = "Callable[[ClientError | None, Message], None]"
"""What the client library calls."""


@dataclass(frozen=True, slots=True)
class Stats:
    """Counts since the producer was made: published == delivered + failed + waiting.

    While events are on their way, a few that are delivered may still count as waiting.
    """

    published: int
    delivered: int
    failed: int
    waiting: int


class Ticks:
    """A counter that several threads may advance at once: `tick` is one step of C code."""

    __slots__ = ("_lock", "_reads", "tick")

    def __init__(self) -> None:
        self.tick: Callable[[], int] = itertools.count().__next__
        self._reads = 0
        self._lock = threading.Lock()

    def total(self) -> int:
        """How often `tick` was called."""
        with self._lock:
            # Reading is a tick, too; earlier reads do not count.
            total = self.tick() - self._reads
            self._reads += 1
            return total


class Tally:
    """The delivery reports of one producer. Knows counts and error codes, never an event."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.published = Ticks()
        self.delivered = Ticks()
        self._delivered_before: int | None = None
        self.client_error: ClientError | None = None
        self._failed: Counter[int] = Counter()
        self._unreported: dict[int, tuple[str, int]] = {}
        self._callback_errors: list[Exception] = []
        self._quiet_until: dict[int, float] = {}
        self._lock = threading.Lock()
        self.report = self._make_report()

    def _make_report(self) -> Report:
        """The report of events that came without a callback. It runs once per event, hence the local names."""
        delivered, fail = self.delivered.tick, self._fail

        def report(error: ClientError | None, message: Message) -> None:
            if error is None:
                delivered()
            else:
                fail(error, message)

        return report

    def report_to(self, on_delivery: OnDelivery) -> Report:
        """The report of one event whose publisher wants to know. What the callback raises is kept for `flush`."""

        def report(error: ClientError | None, message: Message) -> None:
            outcome: Delivery | DeliveryError
            if error is None:
                self.delivered.tick()
                outcome = delivery(message, self.topic)
            else:
                self._fail(error, message)
                outcome = undelivered(self.topic, {error.code(): (error.name(), 1)})
            try:
                on_delivery(outcome)
            except Exception as raised:
                with self._lock:
                    self._callback_errors.append(raised)

        return report

    def _fail(self, error: ClientError, message: Message) -> None:
        code = error.code()
        with self._lock:
            first = not self._failed[code]
            self._failed[code] += 1
            name, count = self._unreported.get(code, (error.name(), 0))
            self._unreported[code] = (name, count + 1)
        if first:
            # Once per code: an outage must not fill the log. flush() tells the counts.
            LOGGER.error("an event for %s/%s was not delivered: %s", self.topic, message.partition(), error.name())

    def note(self, error: ClientError) -> None:
        """What the client library says about its connections; a hint for why nothing is delivered."""
        code, now = error.code(), monotonic()
        self.client_error = error
        # An outage repeats two or three codes every second.
        if now >= self._quiet_until.get(code, now):
            self._quiet_until[code] = now + QUIET_SECONDS
            LOGGER.warning("producer for %s: %s %s", self.topic, error.name(), advice(code))

    def count_deliveries(self) -> None:
        """Nothing is waiting now, and from now on deliveries are reported, too."""
        self._delivered_before = self.stats(0).delivered

    def stats(self, in_client: int) -> Stats:
        """The counts now, with so many messages in the client. While other threads publish they are a moment apart."""
        with self._lock:
            failed = self._failed.total()
        published = self.published.total()
        if self._delivered_before is None:
            waiting = min(in_client, published - failed)
        else:
            delivered = self._delivered_before + self.delivered.total()
            waiting = max(0, published - delivered - failed)
        return Stats(published, published - failed - waiting, failed, waiting)

    def take_failures(self) -> dict[int, tuple[str, int]]:
        """Failures that nobody was told of yet: code -> (name, count). They count as told afterwards."""
        with self._lock:
            taken, self._unreported = self._unreported, {}
        return taken

    def take_callback_errors(self) -> list[Exception]:
        """What callbacks raised since the last call."""
        with self._lock:
            taken, self._callback_errors = self._callback_errors, []
        return taken

    def raise_problems(self, waiting: int) -> None:
        """Raise what nobody was told of yet: DeliveryError for failures and for `waiting` events, else the first
        exception of a callback. What was raised once is not raised again.
        """
        failures, raised = self.take_failures(), self.take_callback_errors()
        if not failures and not waiting and not raised:
            return
        error: Exception
        error = undelivered(self.topic, failures, waiting, self.client_error) if failures or waiting else raised[0]
        if raised:
            error.add_note(f"{len(raised)} on_delivery callback(s) raised, the first {type(raised[0]).__name__}")
        raise error


def delivery(message: Message, topic: str) -> Delivery:
    """The client library's message without its content."""
    return Delivery(message.topic() or topic, message.partition() or 0, message.offset() or 0, message.timestamp()[1])


def undelivered(
    topic: str, failures: dict[int, tuple[str, int]], waiting: int = 0, hint: ClientError | None = None
) -> DeliveryError:
    """One error for all events that were not acknowledged; `waiting` of them may still be."""
    failed = waiting + sum(count for _, count in failures.values())
    maybe = waiting + sum(count for code, (_, count) in failures.items() if code in MAYBE_STORED)
    reasons = [reason(code, name, count) for code, (name, count) in failures.items()]
    if waiting:
        reasons.append(f"{waiting} still waiting for an acknowledgement (maybe stored)")
    text = f"{failed} event{'s' if failed > 1 else ''} not acknowledged by {topic}: " + "; ".join(reasons)
    if hint is not None:
        text += f". The client last reported {hint.name()}" + (f": {found}" if (found := advice(hint.code())) else "")
    first = next((name for name, _ in failures.values()), "_TIMED_OUT")
    kind = UnacknowledgedError if maybe == failed else DeliveryError
    return kind(text, code=first, failed=failed, maybe=maybe)


def reason(code: int, name: str, count: int) -> str:
    """One line of the error: how many, which code, what it means."""
    notes = [note for note in (advice(code), "maybe stored" if code in MAYBE_STORED else "") if note]
    return f"{count} x {name}" + (f" ({', '.join(notes)})" if notes else "")
