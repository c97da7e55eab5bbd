"""A worker's seat in its group: partitions come and go, records come in, offsets go out. One thread only.

Offsets move by `store_offsets` and a synchronous, checked `commit()`. `commit(offsets=...)` is never used: the broker
accepts it for a partition that another worker owns by now.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition
from confluent_kafka import KafkaError as ClientError

from eventpact.errors import WorkerStopped
from eventpact.kafka.client_errors import COMMITS, RECORDS, CommitFault, RecordFault
from eventpact.kafka.clock import Clock
from eventpact.kafka.config import Config
from eventpact.kafka.guard import ClientLog, Guard
from eventpact.kafka.holding import Holding
from eventpact.kafka.policy import Policy
from eventpact.kafka.stats import WorkerStats
from eventpact.kafka.stopping import call_bounded
from eventpact.kafka.translate import client_error

__all__ = ["Membership"]

LOG: Final = logging.getLogger(__name__)
STRANGE_ERRORS: Final = 5
"""So many errors with a code that no table knows, without a record in between, stop the worker."""


class Membership:
    """One consumer of one topic. `holdings` are the partitions that it owns now, by number.

    `before_handover` is called when partitions are about to leave, before their offsets are committed: it settles
    what is on its way.
    """

    def __init__(
        self,
        config: Config,
        topic: str,
        policy: Policy,
        clock: Clock,
        stats: WorkerStats,
        before_handover: Callable[[Membership], None],
    ) -> None:
        self.holdings: dict[int, Holding] = {}
        self.assigned = False
        """Was there an assignment yet?"""
        self._topic = topic
        self._policy = policy
        self._clock = clock
        self._stats = stats
        self._before_handover = before_handover
        self._guard = Guard()
        self._closing = False
        self._paused: set[int] = set()
        self._strange = 0
        self._said: set[str] = set()
        self._gone_since: float | None = None
        self._committed_at = clock.monotonic()
        self._refused_since: float | None = None
        callbacks = {"error_cb": self._guard.wrap(self._client_error)}
        self._consumer = Consumer({**config, **callbacks}, logger=ClientLog("eventpact.kafka.client"))

    def join(self) -> None:
        """Subscribe; partitions arrive during a later `take`."""
        self._consumer.subscribe(
            [self._topic],
            on_assign=self._guard.wrap(self._on_assign),
            on_revoke=self._guard.wrap(self._on_revoke),
            on_lost=self._guard.wrap(self._on_lost),
        )

    def take(self, limit: int, timeout: float) -> int:
        """Move at most `limit` records from the client library into the holdings; how many came.

        Waits up to `timeout` seconds for the first, never for more. Rebalances happen in here.

        Raises:
            WorkerStopped: an error that a worker may not step over; and whatever a callback recorded.
        """
        try:
            messages = self._consumer.consume(1, timeout)
            if messages and limit > 1:
                messages += self._consumer.consume(limit - 1, 0)
        except KafkaException as error:
            code = client_error(error).name()
            raise WorkerStopped(
                f"the consumer cannot go on ({code}); nothing unsettled was committed", code=code
            ) from None
        self._guard.check()
        for message in messages:
            self._accept(message)
        if messages:
            self._strange = 0
            self._said.clear()
        elif self._gone_since is not None and self._clock.monotonic() - self._gone_since > self._policy.topic_patience:
            raise WorkerStopped(f"topic {self._topic} is gone", code="UNKNOWN_TOPIC_OR_PART")
        return len(messages)

    def _accept(self, message: Message) -> None:
        error = message.error()
        if error is not None:
            self._client_error(error)
            return
        self._gone_since = None
        partition, offset = message.partition(), message.offset()
        holding = None if partition is None else self.holdings.get(partition)
        # An unknown partition was taken away while its last records were on their way to us.
        if holding is not None and offset is not None:
            self._stats.consumed += 1
            self._stats.rewinds += holding.take(message, offset)

    def _client_error(self, error: ClientError) -> None:
        code, name = error.code(), error.name()
        self._stats.client_errors += 1
        fault = RecordFault.STOP if error.fatal() else RECORDS.get(code, RecordFault.COUNT)
        # Once per code until records come again: an outage must not fill the log.
        if fault is not RecordFault.IGNORE and name not in self._said:
            self._said.add(name)
            LOG.warning("the client library says %s", name)
        if fault is RecordFault.GONE and self._gone_since is None:
            self._gone_since = self._clock.monotonic()
        if fault is RecordFault.COUNT:
            self._strange += 1
        if fault is RecordFault.STOP or self._strange >= STRANGE_ERRORS:
            raise WorkerStopped(f"the client library says {name} for topic {self._topic}", code=name)

    def _on_assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        del consumer  # the binding assigns; doing it here would do it twice
        self._stats.rebalances += 1
        self.assigned = True
        self._gone_since = None
        for item in partitions:
            holding = self.holdings[item.partition] = Holding(item.partition)
            # The client library may remember a pause from an earlier ownership.
            holding.paused = item.partition in self._paused
        LOG.info("assigned %s of %s", _numbers(partitions), self._topic)

    def _on_revoke(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        del consumer
        self._stats.rebalances += 1
        LOG.info("handing over %s of %s", _numbers(partitions), self._topic)
        if not self._closing:
            try:
                self._before_handover(self)
                self.commit()
            finally:
                self._drop(partitions)

    def _on_lost(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        del consumer
        self._stats.rebalances += 1
        LOG.warning(
            "lost %s of %s: what was not committed is handled again",
            _numbers(partitions),
            self._topic,
        )
        self._drop(partitions)

    def _drop(self, partitions: list[TopicPartition]) -> None:
        for item in partitions:
            holding = self.holdings.pop(item.partition, None)
            if holding is not None:
                holding.clear()

    def pause_only(self, wanted: set[int]) -> None:
        """After this exactly the `wanted` of our partitions are paused."""
        changes: dict[bool, list[TopicPartition]] = {True: [], False: []}
        for partition, holding in self.holdings.items():
            if holding.paused != (partition in wanted):
                holding.paused = not holding.paused
                changes[holding.paused].append(TopicPartition(self._topic, partition))
        if changes[True]:
            self._paused.update(item.partition for item in changes[True])
            self._consumer.pause(changes[True])
        if changes[False]:
            self._consumer.resume(changes[False])

    def commit_when_due(self) -> None:
        """Commit if the interval is over."""
        if self._clock.monotonic() - self._committed_at >= self._policy.commit_interval:
            self.commit()

    def commit(self) -> None:
        """Store what is settled and commit it, synchronously.

        Raises:
            WorkerStopped: commits are refused for good, or for longer than the policy's patience.
        """
        self._committed_at = self._clock.monotonic()
        moved = {
            partition: offset
            for partition, holding in self.holdings.items()
            if (offset := holding.progress.committable) is not None and offset > holding.stored
        }
        if not moved:
            return
        offsets = [TopicPartition(self._topic, partition, offset) for partition, offset in moved.items()]
        try:
            # A partition that we lost is refused here, silently when another one is not.
            self._consumer.store_offsets(offsets=offsets)
            for item in self._consumer.commit(asynchronous=False):
                if item.error is not None:
                    raise KafkaException(item.error)
        except KafkaException as error:
            self._commit_refused(client_error(error))
            return
        for partition, offset in moved.items():
            self.holdings[partition].stored = offset
        self._stats.commits += 1
        self._refused_since = None

    def commit_at_the_end(self, limit: float) -> None:
        """As `commit`, and WorkerStopped when nobody answers for `limit` seconds: then the records come again."""
        if not call_bounded(self.commit, limit, "eventpact-commit"):
            raise WorkerStopped(f"nobody answered the last commit for topic {self._topic}", code="commit")

    def _commit_refused(self, error: ClientError) -> None:
        name, now = error.name(), self._clock.monotonic()
        fault = CommitFault.STOP if error.fatal() else COMMITS.get(error.code(), CommitFault.STOP)
        if fault is CommitFault.NORMAL:
            return
        self._stats.commit_errors += 1
        LOG.warning("a commit was refused: %s", name)
        if self._refused_since is None:
            self._refused_since = now
        if fault is CommitFault.STOP or now - self._refused_since > self._policy.commit_patience:
            raise WorkerStopped(f"commits for topic {self._topic} are refused ({name})", code=name)

    def close(self, limit: float) -> bool:
        """Leave the group; False when the client library is not through within `limit` seconds.

        Commits nothing. The client library may hang in its close after an error, so it has a thread of its own.
        """
        self._closing = True
        for holding in self.holdings.values():
            holding.clear()
        self.holdings.clear()
        try:
            return call_bounded(self._consumer.close, limit, "eventpact-close")
        except KafkaException as error:
            # What is settled is committed or will come again; there is nothing left to save.
            LOG.warning("leaving the group of topic %s: %s", self._topic, client_error(error).name())
            return True


def _numbers(partitions: list[TopicPartition]) -> str:
    return ",".join(str(item.partition) for item in partitions) or "no partition"
