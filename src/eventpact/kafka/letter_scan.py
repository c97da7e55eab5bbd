"""Reading a dead-letter topic between fixed offsets, one record at a time; how far a job has come is kept in a group.

Partitions are assigned by hand and the group is the job's own, so no worker and no processor notices.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Final, Self

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka import KafkaError as ClientError

from eventpact.contract import Contract
from eventpact.dead_letter import DeadLetter
from eventpact.errors import BrokerUnavailableError, ManifestError
from eventpact.kafka.client_errors import RecordFault, record_fault
from eventpact.kafka.clock import SYSTEM_CLOCK, Clock
from eventpact.kafka.config import consumer_config
from eventpact.kafka.envelope import milliseconds_of
from eventpact.kafka.guard import ClientLog
from eventpact.kafka.letter_filter import LetterFilter
from eventpact.kafka.letter_reading import LetterReader
from eventpact.kafka.record import Record
from eventpact.kafka.settings import Settings
from eventpact.kafka.stopping import interrupt_held, wait_in_slices
from eventpact.kafka.topic_check import partition_count
from eventpact.kafka.translate import client_error, translate
from eventpact.registry import KnownSchemas, Registry

__all__ = ["NO_LETTERS", "LetterScan", "Scanned", "Span"]

NO_LETTERS: Final = "has no dead letters that can be read: envelopes need a schema"
BATCH: Final = 200
PATIENCE: Final = 30.0
"""Seconds without a record, while some are still expected, until nobody is believed to answer."""
QUESTION_TIMEOUT: Final = 10.0
SLACK: Final = timedelta(hours=1)
"""How far a worker's clock, which a letter holds, may be from the broker's, which finds offsets for times; the time
that a letter was on its way is in it, too.
"""

PATIENT: Final = {RecordFault.WAIT, RecordFault.IGNORE}
_END: Final = re.compile(r"end=([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Scanned:
    """A record of the dead-letter topic; `letter` is `None` when it is none that we can read."""

    record: Record
    letter: DeadLetter | None


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets of one partition, `end` excluded."""

    start: int
    end: int

    @property
    def size(self) -> int:
        return max(0, self.end - self.start)


class LetterScan:
    """A reader of one contract's dead-letter topic. A context manager.

    Raises, when used: ManifestError without dead letters that can be read; TopicError, BrokerUnavailableError,
    RegistryError.
    """

    def __init__(
        self,
        contract: Contract,
        settings: Settings,
        registry: Registry,
        *,
        job: str = "scan",
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        if contract.dead_letter is None or not contract.dead_letter.readable:
            raise ManifestError(NO_LETTERS, source=contract.name, key="dead_letter")
        self.topic = contract.dead_letter.topic.name
        self.group = f"{contract.dead_letter.group}.{job}"
        self._clock = clock
        self._letters = LetterReader(contract, KnownSchemas(registry, clock=clock.monotonic), clock=clock)
        self._consumer = Consumer(
            {**consumer_config(settings, self.group), "enable.partition.eof": True},
            logger=ClientLog("eventpact.kafka.client"),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with interrupt_held():
            self._consumer.close()

    def spans(self) -> dict[int, Span]:
        """What is stored now, by partition."""
        with self._translated():
            found = {}
            for partition in range(partition_count(self._consumer, self.topic)):
                low, high = self._consumer.get_watermark_offsets(
                    TopicPartition(self.topic, partition), QUESTION_TIMEOUT
                )
                found[partition] = Span(low, high)
            return found

    def remaining(self, now: Mapping[int, Span]) -> dict[int, Span]:
        """What the job has still to do: from where it came to, up to the end that was fixed when it began.

        Only when it has come to its end in every partition does it go on with what was written since; until then that
        is left alone, in the partitions that are done and in new ones, too.
        """
        with self._translated():
            asked = [TopicPartition(self.topic, partition) for partition in now]
            left = {}
            for item in self._consumer.committed(asked, QUESTION_TIMEOUT):
                span = now[item.partition]
                # An offset beyond the end is one of a topic that was deleted and made anew.
                if 0 <= item.offset <= span.end:
                    end = _END.fullmatch(item.metadata or "")
                    fixed = int(end[1]) if end is not None else span.end
                    left[item.partition] = Span(max(span.start, item.offset), min(fixed, span.end))
        if any(span.size for span in left.values()):
            return {number: left.get(number, Span(span.start, span.start)) for number, span in now.items()}
        return {number: Span(left.get(number, span).start, span.end) for number, span in now.items()}

    def committed(self, group: str, now: Mapping[int, Span], settings: Settings) -> dict[int, int]:
        """Offsets that another group has committed, by partition; those without are left out."""
        other = Consumer(consumer_config(settings, group), logger=ClientLog("eventpact.kafka.client"))
        try:
            with self._translated():
                asked = [TopicPartition(self.topic, partition) for partition in now]
                return {
                    item.partition: item.offset for item in other.committed(asked, QUESTION_TIMEOUT) if item.offset >= 0
                }
        finally:
            with interrupt_held():
                other.close()

    def keep(self, done: Mapping[int, int], spans: Mapping[int, Span]) -> None:
        """Remember that everything below `done` is settled, and where the job ends."""
        with self._translated():
            offsets = [
                TopicPartition(self.topic, partition, offset, metadata=f"end={spans[partition].end}")
                for partition, offset in done.items()
            ]
            # The group is the job's own and has no members, so there is nobody whose offsets this could move.
            for item in self._consumer.commit(offsets=offsets, asynchronous=False):
                if item.error is not None:
                    raise KafkaException(item.error)

    def narrowed(self, spans: Mapping[int, Span], wanted: LetterFilter) -> dict[int, Span]:
        """The parts of these spans where the filter can match: by its places, and by its times as far as the broker
        finds offsets for times.
        """
        meant = {number: Span(*wanted.clip(number, span.start, span.end)) for number, span in spans.items()}
        with self._translated():
            if wanted.since is not None and (first := self._at(meant, moved(wanted.since, -SLACK))) is not None:
                meant = {n: Span(max(span.start, first.get(n, span.end)), span.end) for n, span in meant.items()}
            if wanted.until is not None and (last := self._at(meant, moved(wanted.until, SLACK))) is not None:
                meant = {n: Span(span.start, min(span.end, last.get(n, span.end))) for n, span in meant.items()}
        return meant

    def _at(self, spans: Mapping[int, Span], moment: datetime) -> dict[int, int] | None:
        """By partition the first offset whose record was written at the moment or later; without one there is none.

        `None` when the broker does not know: then it finds no record since 1970 either, in partitions that hold some.
        """
        full = [number for number, span in spans.items() if span.size]
        found = self._offsets(full, max(0, milliseconds_of(moment)))
        return found if found or self._offsets(full, 0) else None

    def _offsets(self, partitions: list[int], milliseconds: int) -> dict[int, int]:
        asked = [TopicPartition(self.topic, number, milliseconds) for number in partitions]
        answered = self._consumer.offsets_for_times(asked, QUESTION_TIMEOUT) if asked else []
        for item in answered:
            if item.error is not None:  # not that there is no such record
                raise KafkaException(item.error)
        return {item.partition: item.offset for item in answered if item.offset >= 0}

    def read(self, spans: Mapping[int, Span], wanted: LetterFilter) -> Iterator[Scanned]:
        """Every record in these spans where the filter can match, in order within a partition."""
        meant = {partition: span for partition, span in self.narrowed(spans, wanted).items() if span.size}
        ends = {partition: span.end for partition, span in meant.items()}
        starts = [TopicPartition(self.topic, partition, span.start) for partition, span in meant.items()]
        with self._translated():
            self._consumer.assign(starts)
            # The client library may remember a pause from an earlier reading.
            self._consumer.resume(starts)
            heard = self._clock.monotonic()
            while ends:
                messages = wait_in_slices(partial(self._consumer.consume, BATCH), 0.2)
                if not messages and self._clock.monotonic() - heard > PATIENCE:
                    raise BrokerUnavailableError(f"topic {self.topic} went silent before its end")
                for message in messages:
                    partition, error = message.partition() or 0, message.error()
                    if error is None and partition in ends:
                        offset = message.offset() or 0
                        if offset < ends[partition]:
                            yield self._scanned(Record.of(message))
                        if offset + 1 >= ends[partition]:
                            self._finish(partition, ends)
                    elif error is not None and error.code() == ClientError._PARTITION_EOF:
                        # Aborted records leave gaps, so the end may be known by the broker's word only.
                        self._finish(partition, ends)
                    elif error is not None and record_fault(error) not in PATIENT:
                        raise translate(error, f"cannot read topic {self.topic}")
                if messages:
                    heard = self._clock.monotonic()  # not earlier: whoever gets the records may take a while
            self._consumer.unassign()

    def _finish(self, partition: int, ends: dict[int, int]) -> None:
        if ends.pop(partition, None) is not None and ends:
            # What lies beyond would be fetched in vain, as long as other partitions go on.
            self._consumer.pause([TopicPartition(self.topic, partition)])

    def _scanned(self, record: Record) -> Scanned:
        return Scanned(record, self._letters.letter(record))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except KafkaException as error:
            raise translate(client_error(error), f"cannot read topic {self.topic}") from None


def moved(moment: datetime, by: timedelta) -> datetime:
    """So much earlier or later, as far as there is a calendar."""
    try:
        return moment + by
    except OverflowError:
        return moment
