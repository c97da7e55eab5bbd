"""Crash marks: how a group remembers which record a process had in hand when it died.

Some records kill the process: a fault in a C library, memory, a handler that never returns. No `except` helps, and the
record comes again after each restart. So before the first record of a partition is tried, its own offset is committed
once more with the metadata `attempt=N`; the first commit that moves the offset, or the first try that the process
survives, clears it. Whoever is assigned the partition next reads N, and at `Policy.crash_limit` the record is
dead-lettered unread.

This is the only place that commits an offset which was not stored before. It is the committed one, or the first that a
new group reads, right after the assignment: it cannot rewind anybody.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Final

from confluent_kafka import Consumer, KafkaException, TopicPartition

from eventpact.kafka.holding import Holding
from eventpact.kafka.translate import client_error

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CrashMarks"]

LOG: Final = logging.getLogger(__name__)
LOOK_SECONDS: Final = 5.0
MARK: Final = re.compile(r"attempt=([1-9][0-9]{0,5})")


class CrashMarks:
    """The marks of one consumer of one topic.

    A mark that cannot be read or written is told in the log and left out: it protects from an endless loop of crashes,
    and no record depends on it.
    """

    def __init__(self, consumer: Consumer, topic: str) -> None:
        self._consumer = consumer
        self._topic = topic

    def check(self, holding: Holding, limit: int) -> int | None:
        """Before the first record of a partition is tried: read how many processes died with it, and mark it.

        The committed offset, negative without one; `None` when it could not be read, or was before.
        """
        offset = holding.first
        if holding.checked or offset is None:
            return None
        holding.checked = True
        try:
            (found,) = self._consumer.committed([TopicPartition(self._topic, holding.partition)], LOOK_SECONDS)
            # A mark speaks of the offset that it was committed with.
            holding.crashes = attempts(found.metadata) if found.offset == offset else 0
            if holding.crashes < limit:
                self._commit(holding, f"attempt={holding.crashes + 1}")
                holding.marked = offset
        except KafkaException as error:
            LOG.warning("no crash mark for %s[%d]: %s", self._topic, holding.partition, client_error(error).name())
            return None
        return int(found.offset)

    def clear(self, holdings: Iterable[Holding]) -> None:
        """The processes live: the records that are marked, and still open, did not kill them."""
        for holding in holdings:
            if holding.marked is None:
                continue
            if holding.stored <= holding.marked:
                try:
                    self._commit(holding, "")
                except KafkaException as error:
                    name = client_error(error).name()
                    LOG.warning("the crash mark of %s[%d] stays: %s", self._topic, holding.partition, name)
            holding.marked = None

    def _commit(self, holding: Holding, metadata: str) -> None:
        partition = TopicPartition(self._topic, holding.partition, holding.first or 0, metadata)
        for item in self._consumer.commit(offsets=[partition], asynchronous=False):
            if item.error is not None:
                raise KafkaException(item.error)


def attempts(metadata: str | None) -> int:
    """The number in a mark; 0 for anything else."""
    found = MARK.fullmatch(metadata or "")
    return int(found[1]) if found else 0
