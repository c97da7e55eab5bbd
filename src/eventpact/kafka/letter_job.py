"""Moving dead letters that a filter means: back to their topic, or to the parking topic. Bounded, paced, resumable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from eventpact.dead_letter import DeadLetter
from eventpact.errors import DeliveryError
from eventpact.kafka.clock import SYSTEM_CLOCK, Clock
from eventpact.kafka.letter_filter import LetterFilter
from eventpact.kafka.letter_scan import LetterScan, Scanned, Span
from eventpact.kafka.processor_sender import ProcessorSender
from eventpact.kafka.replaying import LoopGuard, Sender, replay_headers
from eventpact.kafka.stopping import interrupt_held

__all__ = ["Copying", "Moved", "Pace", "Parking", "Replaying", "move"]

CHECKPOINT: Final = 500
"""Moved letters between two checkpoints: what a kill may repeat."""
CHECKPOINT_SECONDS: Final = 10.0
"""The same for a slow pace."""
LOOKED_AT: Final = 20_000
"""Records read between two checkpoints, moved or not."""
FLUSH: Final = 60.0


@dataclass(frozen=True, slots=True)
class Moved:
    """`read` records, of which `matched` are meant, of which `moved` were (or would be) written; the others are
    copies, went round too often, or cannot be restored.
    """

    read: int
    matched: int
    moved: int


class Pace:
    """At most so many per second. `None` is no limit."""

    def __init__(self, per_second: float | None, clock: Clock = SYSTEM_CLOCK) -> None:
        self._gap = 0.0 if per_second is None else 1 / per_second
        self._clock = clock
        self._due = clock.monotonic()

    def wait(self) -> None:
        """Return when the next one may go."""
        if not self._gap:
            return
        now = self._clock.monotonic()
        if self._due > now:
            self._clock.sleep(self._due - now)
        self._due = max(now, self._due) + self._gap


class Copying(Protocol):
    """Where letters go."""

    def admits(self, letter: DeadLetter) -> bool:
        """May this one be moved? Asked once per letter."""
        ...

    def send(self, scanned: Scanned, letter: DeadLetter) -> None:
        """Hand it to the client library."""
        ...

    def settle(self) -> None:
        """Everything sent is stored afterwards. Raises DeliveryError or WorkerStopped when it is not."""
        ...


class Replaying:
    """Back to the contract's own topic; a letter of another topic stays where it is."""

    def __init__(self, sender: Sender | None, topic: str, max_replays: int, clock: Clock = SYSTEM_CLOCK) -> None:
        self._sender = sender
        self._topic = topic
        self._guard = LoopGuard(max_replays)
        self._clock = clock

    def admits(self, letter: DeadLetter) -> bool:
        return letter.original_topic == self._topic and self._guard.lets_through(letter)

    def send(self, scanned: Scanned, letter: DeadLetter) -> None:
        del scanned
        if self._sender is not None:
            headers = replay_headers(letter, self._clock.wall_ms())
            self._sender.send(letter.original_value, letter.original_key, headers)

    def settle(self) -> None:
        if self._sender is not None:
            self._sender.close()
            self._sender.check()


class Parking:
    """To the parking topic, byte for byte."""

    def __init__(self, sender: ProcessorSender | None) -> None:
        self._sender = sender
        self._missing = 0
        self._failed: str | None = None

    def admits(self, letter: DeadLetter) -> bool:
        del letter
        return True

    def send(self, scanned: Scanned, letter: DeadLetter) -> None:
        if self._sender is not None:
            self._missing += 1
            self._sender.park(scanned.record, letter, "operator", self._told)

    def settle(self) -> None:
        if self._sender is None:
            return
        self._sender.flush(FLUSH)
        if self._missing or self._failed is not None:
            raise DeliveryError(
                f"{self._missing} records were not acknowledged by topic {self._sender.parked_topic}",
                code=self._failed,
                failed=max(1, self._missing),
            )

    def _told(self, error: str | None) -> None:
        if error is None:
            self._missing -= 1
        else:
            self._failed = error


def move(
    scan: LetterScan,
    spans: Mapping[int, Span],
    wanted: LetterFilter,
    target: Copying,
    *,
    pace: Pace | None = None,
    keep: bool = True,
    progress: Callable[[int], object] | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> Moved:
    """Move what is meant. With `keep` the job's group remembers how far it is: written and acknowledged first, then
    remembered, so a kill repeats at most the last checkpoint and loses nothing; a Ctrl-C repeats nothing.

    Raises:
        DeliveryError, WorkerStopped: something was not acknowledged; nothing is remembered past it.
        TopicError, BrokerUnavailableError, RegistryError: see their texts.
    """
    read = matched = moved = unsettled = looked = 0
    done = {partition: span.start for partition, span in spans.items()}

    def checkpoint() -> float:
        target.settle()
        if keep:
            scan.keep(done, spans)
        return clock.monotonic() + CHECKPOINT_SECONDS

    due = checkpoint()
    try:
        for scanned in scan.read(spans, wanted):
            read += 1
            looked += 1
            letter = scanned.letter
            if letter is not None and wanted.matches(letter):
                matched += 1
                if target.admits(letter):
                    if pace is not None:
                        pace.wait()
                    with interrupt_held():  # between the two it would send the letter again
                        target.send(scanned, letter)
                        done[scanned.record.partition] = scanned.record.offset + 1
                    moved += 1
                    unsettled += 1
            done[scanned.record.partition] = scanned.record.offset + 1
            if progress is not None and (pace is not None or read % 100 == 0):
                progress(read)
            if unsettled >= CHECKPOINT or looked >= LOOKED_AT or (unsettled and clock.monotonic() >= due):
                due = checkpoint()
                unsettled = looked = 0
    except KeyboardInterrupt:
        checkpoint()
        raise
    done.update({partition: span.end for partition, span in spans.items()})
    checkpoint()
    if progress is not None:
        progress(read)
    return Moved(read, matched, moved)
