"""A worker's seat in its group: partitions come and go, records come in, offsets go out. One thread only."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from typing import Final

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from eventpact.errors import WorkerStopped
from eventpact.kafka.client_errors import RecordFault, record_fault
from eventpact.kafka.clock import Clock
from eventpact.kafka.commits import Commits
from eventpact.kafka.config import Config
from eventpact.kafka.crash_marks import CrashMarks
from eventpact.kafka.gaps import Gaps
from eventpact.kafka.guard import ClientLog, Guard, say_statistics
from eventpact.kafka.holding import Holding
from eventpact.kafka.lane import Lane
from eventpact.kafka.pauses import Pauses
from eventpact.kafka.policy import Policy
from eventpact.kafka.starts import Starts
from eventpact.kafka.stats import WorkerStats
from eventpact.kafka.stopping import call_bounded
from eventpact.kafka.translate import client_error
from eventpact.kafka.troubles import Troubles

__all__ = ["Membership"]

LOG: Final = logging.getLogger(__name__)
LAST_WAIT: Final = 0.1
"""Seconds between two tries of the last commit."""


class Membership:
    """One consumer of one topic. `holdings` are the partitions that it owns now, by number, `marks` their crash marks,
    `starts` those that nothing is read from.

    Args:
        before_handover: called when partitions are about to leave, before their offsets are committed: it settles
            what is on its way.
        arrived: called with the lane of each record that comes in.
        by_key: keep the order of each key, not that of each partition.
    """

    def __init__(
        self,
        config: Config,
        topic: str,
        policy: Policy,
        clock: Clock,
        stats: WorkerStats,
        *,
        before_handover: Callable[[Membership, Collection[Holding]], None],
        arrived: Callable[[Lane], None],
        by_key: bool = False,
    ) -> None:
        self.by_key = by_key
        self.holdings: dict[int, Holding] = {}
        self.assigned = False
        """Is it in the group: was there an assignment, be it of no partition, that was not lost?"""
        self._topic = topic
        self._clock = clock
        self._stats = stats
        self._policy = policy
        self._before_handover = before_handover
        self._arrived = arrived
        self._guard = Guard()
        self._closing = False
        self._troubles = Troubles(topic, policy, clock, stats)
        callbacks = {"error_cb": self._guard.wrap(self._troubles.note), "stats_cb": say_statistics}
        self._consumer = Consumer({**config, **callbacks}, logger=ClientLog("eventpact.kafka.client"))
        self._pauses = Pauses(self._consumer, topic)
        self._commits = Commits(self._consumer, topic, policy, clock, stats)
        self.marks = CrashMarks(self._consumer, topic)
        self._gaps = Gaps(self._consumer, topic, policy, clock, stats)
        self.starts = Starts(self._consumer, topic, policy, clock)

    def join(self) -> None:
        """Subscribe; partitions arrive during a later `take`."""
        self._consumer.subscribe(
            [self._topic],
            on_assign=self._guard.wrap_weakly(self._on_assign),
            on_revoke=self._guard.wrap_weakly(self._on_revoke),
            on_lost=self._guard.wrap_weakly(self._on_lost),
        )

    def take(self, limit: int, timeout: float) -> int:
        """Move at most `limit` records from the client library into the holdings; how many came.

        Waits up to `timeout` seconds for the first, never for more. Rebalances happen in here.

        Raises:
            WorkerStopped: an error that a worker may not step over; and whatever a callback recorded.
        """
        try:
            messages = self._consumer.consume(1, timeout)
            held = self.holdings.copy()
            if messages and limit > 1:
                messages += self._consumer.consume(limit - 1, 0)
        except KafkaException as error:
            code = client_error(error).name()
            raise WorkerStopped(
                f"the consumer cannot go on ({code}); nothing unsettled was committed", code=code
            ) from None
        self._guard.check()
        if held != self.holdings:
            messages = self._without_doubtful(messages, held)
        for message in messages:
            self._accept(message)
        self._gaps.ask()
        self.starts.ask(self.holdings)
        self._troubles.check()
        return len(messages)

    def _without_doubtful(self, messages: list[Message], held: Mapping[int, Holding]) -> list[Message]:
        """A partition may leave and come back between two records of one `take`. Those of it that were handed out
        before are not its first ones, a place that was refused before may be read by now, and nobody can tell them from
        those after: so all of it comes again.
        """
        came = {number for number, holding in self.holdings.items() if held.get(number) is not holding}
        doubtful = came & {message.partition() for message in messages if begins(message)}
        if doubtful:
            self.starts.begin_again(doubtful)
        return [message for message in messages if message.partition() not in doubtful]

    def _accept(self, message: Message) -> None:
        partition, offset, error = message.partition(), message.offset(), message.error()
        if error is not None:
            fault = self._troubles.note(error)
            # Told once for all partitions, without a topic, and then for each. Of one that left meanwhile, whoever gets
            # it asks by itself.
            if fault is RecordFault.ASK_AGAIN and partition in self.holdings and message.topic() is not None:
                self.starts.refused(partition, error.name())
            return
        self._troubles.over()
        holding = None if partition is None else self.holdings.get(partition)
        # An unknown partition was taken away while its last records were on their way to us.
        if holding is not None and offset is not None:
            self._stats.consumed += 1
            lane, jump = holding.take(message, offset)
            if jump > 0:
                self._gaps.note(holding.partition, offset - jump, offset)
            if jump < 0:
                self._stats.rewinds += 1
                self._commits.went_back(holding)
            self._arrived(lane)

    def _on_assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        del consumer  # the binding assigns; doing it here would do it twice
        self._stats.rebalances += 1
        self.assigned = True
        self._troubles.over()
        for item in partitions:
            holding = self.holdings[item.partition] = Holding(item.partition, by_key=self.by_key)
            self._pauses.assigned(holding)
        LOG.info("assigned %s of %s", _numbers(partitions), self._topic)

    def _on_revoke(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        del consumer
        self._stats.rebalances += 1
        LOG.info("handing over %s of %s", _numbers(partitions), self._topic)
        if not self._closing:
            leaving = [self.holdings[item.partition] for item in partitions if item.partition in self.holdings]
            try:
                self._before_handover(self, leaving)
                self.commit()
                self.marks.clear(leaving)
            finally:
                self._drop(partitions)

    def _on_lost(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        del consumer
        self._stats.rebalances += 1
        self.assigned = False
        LOG.warning("lost %s of %s: what was not committed is handled again", _numbers(partitions), self._topic)
        self._drop(partitions)

    def _drop(self, partitions: list[TopicPartition]) -> None:
        for item in partitions:
            self.starts.forget(item.partition)
            holding = self.holdings.pop(item.partition, None)
            if holding is not None:
                holding.clear()

    def pause_only(self, wanted: set[int]) -> None:
        """After this exactly the `wanted` of our partitions are paused."""
        self._pauses.only(self.holdings, wanted)

    def commit_when_due(self) -> None:
        """Commit if the interval is over."""
        if self._commits.due:
            self.commit()

    def commit(self) -> bool:
        """Commit what is settled; see `Commits.commit`. False, too, while what is committed lies ahead of a log that
        was cut off, and cannot follow it.
        """
        for holding in self.holdings.values():
            if holding.behind:
                self.marks.follow(holding)
        return self._commits.commit(self.holdings) and not any(holding.behind for holding in self.holdings.values())

    @property
    def committed(self) -> bool:
        """Is everything that is settled committed?"""
        return all(h.stored >= (h.progress.committable or 0) and not h.behind for h in self.holdings.values())

    def look(self, holding: Holding) -> None:
        """Before the first record of a partition is tried: what do marks say, and what is missing before it?"""
        committed, first = self.marks.read(holding), holding.first
        if committed is None or first is None:
            return
        if 0 <= committed < first:
            self._gaps.note(holding.partition, committed, first)
            self._gaps.ask(at_once=True)  # a mark may be next, and then nobody knows what was committed
        elif committed > first:
            self.marks.follow(holding)

    def clear_marks(self) -> None:
        """The process has survived the records that were marked and tried."""
        self.marks.clear([holding for holding in self.holdings.values() if holding.survived])

    def commit_at_the_end(self, limit: float) -> None:
        """Commit what is settled and clear what marks are left, within `limit` seconds. A group that forms anew refuses
        commits for a while; then the client library has to be called, but no more records are wanted.

        Raises:
            WorkerStopped: nobody answered. As after a crash, the records since the last commit come again.
        """
        deadline = self._clock.monotonic() + limit
        committed: list[bool] = []
        while not any(committed):
            left = max(0.0, deadline - self._clock.monotonic())
            if not call_bounded(lambda: committed.append(self._commit_all()), left, "eventpact-commit"):
                raise WorkerStopped(f"nobody answered the last commit for topic {self._topic}", code="commit")
            if not any(committed):
                if not left:
                    LOG.warning("the last commit for topic %s was refused: some records come again", self._topic)
                    return
                self.pause_only(set(self.holdings))
                self.take(1, min(LAST_WAIT, left))

    def _commit_all(self) -> bool:
        done = self.commit()
        if done:
            self.marks.clear(self.holdings.values())
            self._gaps.ask(at_once=True)
        return done

    def close(self, limit: float) -> bool:
        """Leave the group; False when the client library is not through within `limit` seconds.

        Commits nothing but the end of crash marks: this is no crash. The client library may hang in its close after
        an error, so it has a thread of its own.
        """
        self._closing = True
        marked = list(self.holdings.values())
        for holding in marked:
            # The client library cannot close while a message is held.
            holding.clear()
        self.holdings.clear()

        def leave() -> None:
            self.marks.clear(marked)
            self._consumer.close()

        try:
            return call_bounded(leave, limit, "eventpact-close")
        except KafkaException as error:
            # What is settled is committed or will come again; there is nothing left to save.
            LOG.warning("leaving the group of topic %s: %s", self._topic, client_error(error).name())
            return True


def begins(message: Message) -> bool:
    """Does it say where its partition is read from: is it a record, or the refusal to tell?"""
    error = message.error()
    return error is None or record_fault(error) is RecordFault.ASK_AGAIN


def _numbers(partitions: list[TopicPartition]) -> str:
    return ",".join(str(item.partition) for item in partitions) or "no partition"
