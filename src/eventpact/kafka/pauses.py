"""Which partitions the client library fetches nothing for."""

from __future__ import annotations

from collections.abc import Mapping

from confluent_kafka import Consumer, TopicPartition

from eventpact.kafka.holding import Holding

__all__ = ["Pauses"]


class Pauses:
    """The pauses of one consumer of one topic."""

    def __init__(self, consumer: Consumer, topic: str) -> None:
        self._consumer = consumer
        self._topic = topic
        self._paused: set[int] = set()

    def assigned(self, holding: Holding) -> None:
        """The client library may remember a pause from an earlier ownership."""
        holding.paused = holding.partition in self._paused

    def only(self, holdings: Mapping[int, Holding], wanted: set[int]) -> None:
        """After this exactly the `wanted` of these partitions are paused."""
        changes: dict[bool, list[TopicPartition]] = {True: [], False: []}
        for partition, holding in holdings.items():
            if holding.paused != (partition in wanted):
                holding.paused = not holding.paused
                changes[holding.paused].append(TopicPartition(self._topic, partition))
        if changes[True]:
            self._paused.update(item.partition for item in changes[True])
            self._consumer.pause(changes[True])
        if changes[False]:
            self._paused.difference_update(item.partition for item in changes[False])
            self._consumer.resume(changes[False])
