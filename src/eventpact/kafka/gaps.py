"""Records that were deleted before the group had read them: retention was shorter than the lag.

No worker can bring them back, but none may pass them in silence either. They are counted exactly, from the committed
offset to the broker's first one; other missing offsets have good reasons (aborted transactions, compaction).
"""

from __future__ import annotations

import logging
from typing import Final

from confluent_kafka import Consumer, KafkaException, TopicPartition

from eventpact.kafka.translate import client_error

__all__ = ["deleted_unread"]

LOG: Final = logging.getLogger(__name__)
LOOK_SECONDS: Final = 5.0


def deleted_unread(consumer: Consumer, topic: str, partition: int, committed: int, first: int) -> int:
    """How many records from offset `committed` on are gone, when the first that came has offset `first`.

    0 for a group that has committed nothing (a negative offset), and when the broker does not answer, which is told.
    """
    if not 0 <= committed < first:
        return 0
    try:
        low, _ = consumer.get_watermark_offsets(TopicPartition(topic, partition), LOOK_SECONDS)
    except KafkaException as error:
        LOG.warning("%s[%d]: were records deleted unread? %s", topic, partition, client_error(error).name())
        return 0
    gone = max(0, min(low, first) - committed)
    if gone:
        LOG.error(
            "%s[%d]: %d records from offset %d on were deleted before this group had read them; "
            "keep records for longer than the group may lag",
            topic,
            partition,
            gone,
            committed,
        )
    return gone
