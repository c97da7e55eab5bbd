"""Reading records by their offsets, as long as they come. Joins no group and commits nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, TypeAlias

from confluent_kafka import TIMESTAMP_NOT_AVAILABLE, Consumer, KafkaException, TopicPartition
from confluent_kafka import KafkaError as ClientError

from eventpact.kafka.client_errors import RecordFault, record_fault
from eventpact.kafka.config import consumer_config
from eventpact.kafka.guard import ClientLog
from eventpact.kafka.settings import Settings
from eventpact.kafka.stopping import interrupt_held, wait_in_slices
from eventpact.kafka.translate import client_error, translate

if TYPE_CHECKING:
    from confluent_kafka import Message

__all__ = ["Place", "RecordReader"]

Place: TypeAlias = tuple[str, int]
"""Topic and partition."""

BATCH: Final = 500
SLICE: Final = 0.02
"""Seconds: the library waits them out unless it can fill a whole batch."""
# A look wants few records of each partition; the broker gives at least one, however large.
FETCH_BYTES: Final = 262_144


class RecordReader:
    """A consumer that is assigned by hand. A context manager; not thread-safe. Raises KafkaError where it may not."""

    def __init__(self, settings: Settings, patience: float) -> None:
        self._patience = patience
        config = {
            # A group name is asked for and never used.
            **consumer_config(settings, f"{settings.client_id}-status"),
            "enable.partition.eof": True,
            # An offset that retention has overtaken is answered by the first one that is left.
            "auto.offset.reset": "earliest",
            "fetch.message.max.bytes": FETCH_BYTES,
            "fetch.wait.max.ms": 10,
        }
        self._known: set[str] = set()
        self._consumer = Consumer(config, logger=ClientLog("eventpact.kafka.client"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        with interrupt_held():
            self._consumer.close()

    def times(self, places: Mapping[Place, int]) -> dict[Place, int]:
        """The time stamp of the first record at or after each offset. What is not there is left out."""
        found: dict[Place, int] = {}
        for message in self.read({place: (offset, offset + 1) for place, offset in places.items()}):
            kind, milliseconds = message.timestamp()
            if kind != TIMESTAMP_NOT_AVAILABLE:
                found[message.topic() or "", message.partition() or 0] = milliseconds
        return found

    def read(self, spans: Mapping[Place, tuple[int, int]]) -> Iterator[Message]:
        """Records from each first offset up to the second, excluded; of every partition at least its next one, as
        markers of transactions and compaction leave gaps. It ends when nothing comes for too long.
        """
        ends = {place: end for place, (start, end) in spans.items() if start < end}
        fresh = set(ends)
        if not ends:
            return
        heard = monotonic()
        try:
            for name in {name for name, _ in ends} - self._known:
                # The library looks for the leaders of a topic that is new to it once a second only.
                self._consumer.list_topics(name, timeout=self._patience)
                self._known.add(name)
            self._consumer.assign([TopicPartition(*place, spans[place][0]) for place in ends])
            while ends and monotonic() - heard < self._patience:
                for message in wait_in_slices(partial(self._consumer.consume, BATCH), SLICE):
                    heard = monotonic()
                    place, error = (message.topic() or "", message.partition() or 0), message.error()
                    if place not in ends:
                        continue
                    if error is None:
                        offset = message.offset() or 0
                        if offset < ends[place] or place in fresh:
                            fresh.discard(place)
                            yield message
                        if offset + 1 >= ends[place]:
                            self._finish(place, ends)
                    elif error.code() == ClientError._PARTITION_EOF:
                        self._finish(place, ends)
                    elif record_fault(error) is not RecordFault.WAIT:
                        raise translate(error, f"cannot read topic {place[0]}")
            self._consumer.unassign()
        except KafkaException as error:
            raise translate(client_error(error), "cannot read records") from None

    def _finish(self, place: Place, ends: dict[Place, int]) -> None:
        del ends[place]
        if ends:
            self._consumer.incremental_unassign([TopicPartition(*place)])
