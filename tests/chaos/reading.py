"""The broker as an outsider sees it: raw records, committed offsets, ends of partitions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final

from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

__all__ = ["Place", "all_records", "committed", "ends", "reader"]

Place = tuple[int, int]
"""Partition and offset."""
LIMIT: Final = 60.0
ANSWER: Final = 5.0


@contextmanager
def reader(servers: str, group: str = "the-ledger") -> Iterator[Consumer]:
    """A consumer that joins no group and commits nothing."""
    consumer = Consumer(
        {
            "bootstrap.servers": servers,
            "group.id": group,
            "enable.auto.commit": False,
            "auto.offset.reset": "error",
            "enable.partition.eof": True,
            "fetch.wait.max.ms": 10,
            "isolation.level": "read_committed",
            "reconnect.backoff.max.ms": 500,
            "log_level": 0,
        }
    )
    try:
        yield consumer
    finally:
        consumer.close()


def all_records(servers: str, topic: str, partitions: int) -> list[Message]:
    """Every record from the beginning to where the topic ends now."""
    found: list[Message] = []
    open_ones, deadline = set(range(partitions)), monotonic() + LIMIT
    with reader(servers) as consumer:
        consumer.assign([TopicPartition(topic, partition, 0) for partition in open_ones])
        while open_ones:
            assert monotonic() < deadline, f"{topic}: no end of partitions {open_ones} in sight"
            for message in consumer.consume(1000, 0.1):
                error = message.error()
                if error is None:
                    found.append(message)
                elif error.code() == KafkaError._PARTITION_EOF:
                    open_ones.discard(message.partition())
                else:
                    raise AssertionError(f"{topic}: {error.name()}")
    return found


def committed(consumer: Consumer, topic: str, partitions: int) -> dict[int, int]:
    """What the consumer's group has committed; partitions without a commit are 0."""
    found = consumer.committed([TopicPartition(topic, number) for number in range(partitions)], ANSWER)
    for item in found:
        assert item.error is None, item.error
    return {item.partition: max(0, item.offset) for item in found}


def ends(consumer: Consumer, topic: str, partitions: int) -> dict[int, int]:
    """The offset that the next record of each partition gets."""
    return {
        number: consumer.get_watermark_offsets(TopicPartition(topic, number), ANSWER)[1] for number in range(partitions)
    }
