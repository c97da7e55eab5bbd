"""Records that were deleted before the group had read them: retention was shorter than the lag.

No worker can bring them back, but none may pass them in silence either. Offsets are missing for good reasons, too
(transactions leave marks of their own, compaction takes records out), so the broker is asked for its first offset: what
lies below it is gone.
"""

from __future__ import annotations

import logging
import math
from collections import defaultdict
from typing import Final

from confluent_kafka import Consumer, KafkaException, TopicPartition

from eventpact.kafka.clock import Clock
from eventpact.kafka.policy import Policy
from eventpact.kafka.stats import WorkerStats
from eventpact.kafka.translate import client_error

__all__ = ["Gaps"]

LOG: Final = logging.getLogger(__name__)
LOOK_SECONDS: Final = 5.0


class Gaps:
    """The missing offsets of one consumer of one topic. The broker is asked once per commit interval at the most: a
    topic that is written in transactions has a gap after each.
    """

    def __init__(self, consumer: Consumer, topic: str, policy: Policy, clock: Clock, stats: WorkerStats) -> None:
        self._consumer = consumer
        self._topic = topic
        self._interval = policy.commit_interval
        self._clock = clock
        self._stats = stats
        self._noted: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        self._asked_at = -math.inf

    def note(self, partition: int, expected: int, came: int) -> None:
        """The next record of the partition should have had the offset `expected`, and has `came`."""
        self._noted[partition].append((expected, came))

    def ask(self, *, at_once: bool = False) -> None:
        """Count what retention has deleted, and tell it; `at_once` does not wait for the interval. A broker that does
        not answer is told of as well, and asked about the other partitions next time: each question may take a while.
        """
        now = self._clock.monotonic()
        if not self._noted or (now - self._asked_at < self._interval and not at_once):
            return
        self._asked_at = now
        while self._noted:
            partition, gaps = self._noted.popitem()
            try:
                low, _ = self._consumer.get_watermark_offsets(TopicPartition(self._topic, partition), LOOK_SECONDS)
            except KafkaException as error:
                name = client_error(error).name()
                LOG.warning("%s[%d]: were records deleted unread? %s", self._topic, partition, name)
                return
            gone = sum(max(0, min(low, came) - expected) for expected, came in gaps)
            if gone:
                self._stats.deleted_unread += gone
                LOG.error(
                    "%s[%d]: %d records from offset %d on were deleted before this group had read them; "
                    "keep records for longer than the group may lag",
                    self._topic,
                    partition,
                    gone,
                    next(expected for expected, _ in gaps if expected < low),
                )
