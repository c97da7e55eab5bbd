"""Places to start from that the broker did not tell.

The client library asks the coordinator once; after most refusals, NOT_COORDINATOR included, it is silent, and nothing
is read from the partition until it is assigned anew. So that is done, as an operator would by restarting the worker.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Collection, Mapping
from typing import Final

from confluent_kafka import Consumer, KafkaException, TopicPartition

from eventpact.errors import WorkerStopped
from eventpact.kafka.clock import Clock
from eventpact.kafka.holding import Holding
from eventpact.kafka.policy import Policy, jittered
from eventpact.kafka.translate import client_error

__all__ = ["Starts"]

LOG: Final = logging.getLogger(__name__)
ANSWERED: Final = 10.0
"""A refusal that comes so many seconds after a question is none of that question."""


class Starts:
    """The refused places of one consumer of one topic. One answer speaks of many partitions, so they wait together."""

    def __init__(self, consumer: Consumer, topic: str, policy: Policy, clock: Clock) -> None:
        self.refused_since: float | None = None
        """Since when there are partitions that nothing is read from, monotonic; `None` when there are none, and while
        the broker is asked again."""
        self._consumer = consumer
        self._topic = topic
        self._policy = policy
        self._clock = clock
        self._partitions: set[int] = set()
        self._first = self._due = 0.0
        self._asked = -math.inf
        self._tries = 0

    def refused(self, partition: int, code: str) -> None:
        """The broker did not tell where the partition starts. Raises WorkerStopped when that goes on for longer than
        the policy is patient with commits.
        """
        now = self._clock.monotonic()
        if not self._partitions:
            if now - self._asked > ANSWERED:
                self._first, self._tries = now, 0
            if now - self._first > self._policy.commit_patience:
                raise WorkerStopped(
                    f"the broker does not tell where to start in topic {self._topic} ({code})", code=code
                )
            self._tries += 1
            self._due = now + jittered(self._policy.probe_delay(self._tries))
            self.refused_since = self._first
        self._partitions.add(partition)

    def forget(self, partition: int) -> None:
        """It left: whoever gets it asks by itself, and reads it already when this worker is the one."""
        self._partitions.discard(partition)
        if not self._partitions:
            self.refused_since = None

    def ask(self, holdings: Mapping[int, Holding]) -> None:
        """When it is time, ask again for those that are still ours and not read. Raises WorkerStopped if that cannot be
        done.
        """
        now = self._clock.monotonic()
        if not self._partitions or now < self._due:
            return
        # A refusal may be late: the place was asked for anew meanwhile, and told.
        ours = {number for number in self._partitions & holdings.keys() if holdings[number].first is None}
        self._partitions.clear()
        self.refused_since, self._asked = None, now
        if ours:
            self.begin_again(ours)

    def begin_again(self, partitions: Collection[int]) -> None:
        """Read from where the group is. For partitions of ours of which nothing is in hand. Raises WorkerStopped."""
        ours = [TopicPartition(self._topic, number) for number in sorted(partitions)]
        LOG.info("asking again where to start in %d partitions of %s", len(ours), self._topic)
        try:
            # The group is told nothing, and has nothing to tell.
            self._consumer.incremental_unassign(ours)
            self._consumer.incremental_assign(ours)
        except KafkaException as error:
            code = client_error(error).name()
            raise WorkerStopped(f"cannot ask again where to start in topic {self._topic} ({code})", code=code) from None
