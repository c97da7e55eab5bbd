"""Moving offsets: stored, then committed synchronously, then checked.

Only `store_offsets` and a commit of what is stored. `commit(offsets=...)` moves no offset anywhere: the broker accepts
it for a partition that another worker owns by now.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from confluent_kafka import Consumer, KafkaException, TopicPartition

from eventpact.errors import WorkerStopped
from eventpact.kafka.client_errors import COMMITS, CommitFault
from eventpact.kafka.clock import Clock
from eventpact.kafka.holding import Holding
from eventpact.kafka.policy import Policy
from eventpact.kafka.stats import WorkerStats
from eventpact.kafka.translate import client_error

if TYPE_CHECKING:
    from confluent_kafka import KafkaError as ClientError

__all__ = ["Commits"]

LOG: Final = logging.getLogger(__name__)
QUIET: Final = 300.0
"""A refusal that comes so many seconds after the last one is another trouble. A member that commits takes less to come
back to its group.
"""


class Commits:
    """The commits of one consumer of one topic."""

    def __init__(self, consumer: Consumer, topic: str, policy: Policy, clock: Clock, stats: WorkerStats) -> None:
        self._consumer = consumer
        self._topic = topic
        self._policy = policy
        self._clock = clock
        self._stats = stats
        self._tried_at = clock.monotonic()
        self._refused_since: float | None = None
        self._refused_at = 0.0

    @property
    def due(self) -> bool:
        """Is the interval over?"""
        return self._clock.monotonic() - self._tried_at >= self._policy.commit_interval

    def commit(self, holdings: Mapping[int, Holding]) -> bool:
        """Commit what is settled. False when that was refused for now.

        Raises:
            WorkerStopped: it is refused for good, or for longer than the policy's patience.
        """
        self._tried_at = self._clock.monotonic()
        moved = {
            partition: offset
            for partition, holding in holdings.items()
            if (offset := holding.progress.committable) is not None and offset > holding.stored
        }
        if not moved:
            return True
        offsets = [TopicPartition(self._topic, partition, offset) for partition, offset in moved.items()]
        try:
            # A partition that we lost is refused here, silently when another one is not.
            self._consumer.store_offsets(offsets=offsets)
            for item in self._consumer.commit(asynchronous=False):
                if item.error is not None:
                    raise KafkaException(item.error)
        except KafkaException as error:
            return self._refused(client_error(error))
        for partition, offset in moved.items():
            holdings[partition].stored = offset
        self._stats.commits += 1
        self._refused_since = None
        return True

    def went_back(self, holding: Holding) -> None:
        """What the client library was told of this partition before it went back speaks of records that come again,
        and maybe of a log that is gone. It would commit that together with the next commit of any partition.
        """
        offset = holding.progress.committable
        if offset is None:
            return  # it was told nothing
        try:
            self._consumer.store_offsets(offsets=[TopicPartition(self._topic, holding.partition, offset)])
        except KafkaException as error:
            # It is not ours any more, and so nothing of it is committed.
            LOG.info("%s[%d] went back and left: %s", self._topic, holding.partition, client_error(error).name())

    def _refused(self, error: ClientError) -> bool:
        """True when there was nothing to commit."""
        name, now = error.name(), self._clock.monotonic()
        fault = CommitFault.STOP if error.fatal() else COMMITS.get(error.code(), CommitFault.STOP)
        if fault is CommitFault.NORMAL:
            return True
        self._stats.commit_errors += 1
        LOG.warning("a commit for topic %s was refused: %s", self._topic, name)
        # What was refused may have left since, and nothing was to be committed for a night.
        if self._refused_since is None or self._tried_at - self._refused_at > QUIET:
            self._refused_since = now
        self._refused_at = now
        if fault is CommitFault.STOP or now - self._refused_since > self._policy.commit_patience:
            raise WorkerStopped(f"commits for topic {self._topic} are refused ({name})", code=name)
        return False
