"""Crash marks: how a group remembers which record a process had in hand when it died.

Some records kill the process: a fault in a C library, memory, a handler that never returns. No `except` helps, and the
record comes again after each restart. So before each try of the first record of a partition, its own offset is
committed once more with the metadata `attempt=N by=PROCESS`; the first commit that moves the offset, or a try that the
process survives, clears it. Whoever is assigned the partition next reads N, and at `Policy.crash_limit` the record is
dead-lettered unread.

A mark of this very process counts for nothing: it lost the partition with the record in hand, and lives. That of
another counts, as nobody can tell whether it lives: a record that no process gets through with before the group takes
the partition away holds everything behind it, as one that kills does.

This is the only place that commits an offset which was not stored before. It is the committed one, or the first that a
new group reads, right after the assignment: it cannot rewind anybody. Where the client library went back behind what is
committed, the log was cut off or made anew; then it is the first offset that came of that log.
"""

from __future__ import annotations

import logging
import os
import re
import uuid
from typing import TYPE_CHECKING, Final

from confluent_kafka import Consumer, KafkaException, TopicPartition

from eventpact.kafka.holding import Holding
from eventpact.kafka.translate import client_error

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CrashMarks"]

LOG: Final = logging.getLogger(__name__)
LOOK_SECONDS: Final = 5.0
MARK: Final = re.compile(r"attempt=([1-9][0-9]{0,5})(?: by=([0-9a-f-]{1,64}))?")
LEFT_OUT: Final = "no crash mark for %s[%d]: %s"
LIFE: Final = uuid.uuid4().hex[:16]


class CrashMarks:
    """The marks of one consumer of one topic.

    A mark that cannot be read or written is told in the log and left out: it protects from an endless loop of crashes,
    and no record depends on it.
    """

    def __init__(self, consumer: Consumer, topic: str) -> None:
        self._consumer = consumer
        self._topic = topic

    def read(self, holding: Holding) -> int | None:
        """Before the first record of a partition is tried: how many processes died with it, into `holding.crashes`.

        The committed offset, negative without one; `None` when it could not be read.
        """
        holding.checked = True
        try:
            (found,) = self._consumer.committed([TopicPartition(self._topic, holding.partition)], LOOK_SECONDS)
        except KafkaException as error:
            self._say(LEFT_OUT, holding, error)
            return None
        # A mark speaks of the offset that it was committed with.
        holding.crashes = deaths(found.metadata, this_process()) if found.offset == holding.first else 0
        return int(found.offset)

    def suspects(self, holdings: Iterable[Holding], most: int) -> dict[int, int]:
        """What may have been in hand when a process died: by partition, the offset behind the last such record, no
        more than `most` behind the first. A partition that has none is left out.
        """
        found: dict[int, int] = {}
        try:
            new = [TopicPartition(self._topic, holding.partition) for holding in holdings if holding.first is None]
            starts = {item.partition: item.offset for item in self._consumer.committed(new, LOOK_SECONDS)}
            for holding in holdings:
                partition = TopicPartition(self._topic, holding.partition)
                low, high = self._consumer.get_watermark_offsets(partition, LOOK_SECONDS)
                first = starts.get(holding.partition, 0) if holding.first is None else holding.first
                if (first := max(low, first)) < high:
                    found[holding.partition] = min(first + most, high)
        except KafkaException as error:
            LOG.warning("%s: which records may have killed? %s", self._topic, client_error(error).name())
            known = {holding.partition: holding.first + most for holding in holdings if holding.first is not None}
            found = known | found
        return found

    def write(self, holding: Holding) -> None:
        """Before the first record is tried."""
        if self._commit(holding, f"attempt={holding.crashes + 1} by={this_process()}", LEFT_OUT):
            holding.marked = holding.first
            holding.survived = holding.behind = False

    def clear(self, holdings: Iterable[Holding]) -> None:
        """The processes live: the records that are marked, and still open, did not kill them. A try that is not over
        has shown nothing yet: the deaths before it stay.
        """
        for holding in holdings:
            if holding.marked is None:
                continue
            if holding.stored <= holding.marked:
                before = not holding.survived and holding.crashes
                mark = f"attempt={holding.crashes}" if before else ""
                self._commit(holding, mark, "the crash mark of %s[%d] stays: %s")
            holding.marked = None

    def follow(self, holding: Holding) -> None:
        """The log was cut off or made anew, and what is committed lies ahead of it: commit where it begins now. The
        client library commits no stored offset below the last one that it knows of, and says nothing.
        """
        holding.behind = not self._commit(holding, "", "what is committed of %s[%d] is ahead of the log: %s")
        if not holding.behind:
            # What was settled meanwhile counts for committed, and is not.
            holding.stored = holding.first or 0

    def _commit(self, holding: Holding, metadata: str, otherwise: str) -> bool:
        """The first record's own offset, with `metadata`. False when refused; then `otherwise` is in the log."""
        partition = TopicPartition(self._topic, holding.partition, holding.first or 0, metadata)
        try:
            for item in self._consumer.commit(offsets=[partition], asynchronous=False):
                if item.error is not None:
                    raise KafkaException(item.error)
        except KafkaException as error:
            self._say(otherwise, holding, error)
            return False
        return True

    def _say(self, what: str, holding: Holding, error: KafkaException) -> None:
        LOG.warning(what, self._topic, holding.partition, client_error(error).name())


def this_process() -> str:
    """A name that no other process has, also on other machines: a container's only process is always number 1."""
    return f"{LIFE}-{os.getpid():x}"


def deaths(metadata: str | None, own: str) -> int:
    """How many processes in a row died, by a mark that the process named `own` reads; 0 for anything else."""
    found = MARK.fullmatch(metadata or "")
    return 0 if found is None else int(found[1]) - (found[2] == own)
