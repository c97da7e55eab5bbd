"""Reading a topic for transactions: events in batches, and offsets that a transaction commits.

A worker commits by itself, after the fact. Where what is read and what is written have to count together, the loop
is the program's own, and this is its reading half.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Final, Generic, Self, TypeVar

from confluent_kafka import Consumer, KafkaException, TopicPartition

from eventpact.codec import Codec
from eventpact.contract import Contract, contract_of
from eventpact.dead_letter import Stage
from eventpact.errors import WorkerStopped
from eventpact.kafka.client_errors import RecordFault, record_fault
from eventpact.kafka.clock import SYSTEM_CLOCK, Clock
from eventpact.kafka.config import consumer_config
from eventpact.kafka.dead_letters import DeadLetterWriter
from eventpact.kafka.diagnosis import diagnose, tenant_of
from eventpact.kafka.guard import ClientLog, Guard, say_statistics
from eventpact.kafka.intake import Intake
from eventpact.kafka.judge import Bury, Failure, Stop, judge
from eventpact.kafka.policy import Policy
from eventpact.kafka.ratio import DeadLetterRatio
from eventpact.kafka.record import Record
from eventpact.kafka.registry_choice import registry_of
from eventpact.kafka.settings import Settings
from eventpact.kafka.stopping import interrupt_held, wait_in_slices
from eventpact.kafka.translate import client_error, translate
from eventpact.registry import KnownSchemas, Registry

if TYPE_CHECKING:
    from confluent_kafka import Message

__all__ = ["Source", "Taken"]

E = TypeVar("E")
LOG: Final = logging.getLogger(__name__)

REGISTRY_SHARE: Final = 0.5
"""How much of `max.poll.interval.ms` may be spent on a registry that does not answer."""


@dataclass(frozen=True, slots=True)
class Taken(Generic[E]):
    """An event, and the record that it came in. Its repr shows where, and nothing of what it says."""

    event: E
    record: Record

    def __repr__(self) -> str:
        return f"Taken({self.record.place})"


@dataclass(slots=True)
class Stretch:
    """Offsets of one partition that were taken and not settled: from `first` to before `next`."""

    first: int
    next: int


class Source(Generic[E]):
    """One member of a group, reading the contract's topic. A context manager; not thread-safe.

    What cannot be read as an event is dead-lettered, and acknowledged there, before `take` returns: dead letters are
    not part of a transaction and may come twice. `group` may not be that of a worker.

    Raises, when entered: ManifestError without dead letters of a schema; TopicError, BrokerUnavailableError and
    RegistryError where these cannot be opened.
    """

    def __init__(
        self,
        event_class: type[E],
        settings: Settings,
        group: str,
        *,
        contract: Contract | None = None,
        registry: Registry | None = None,
        policy: Policy | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        chosen = contract_of(event_class) if contract is None else contract
        self._contract = chosen if settings.topic is None else chosen.on_topic(settings.topic)
        self.topic = self._contract.topic.name
        self.group = group
        self._settings = settings
        self._policy = (policy or Policy()).within(settings.consumer.max_poll_interval_ms)
        self._patience = REGISTRY_SHARE * settings.consumer.max_poll_interval_ms / 1000
        self._clock = clock
        self._guard = Guard()
        self._stretches: dict[int, Stretch | None] = {}  # by partition; only those that are ours
        self._refused: list[str] = []
        self._ratio = DeadLetterRatio(self._policy)
        self._opened = registry_of(settings, registry)
        self._codec = Codec(event_class)

    def __enter__(self) -> Self:
        registry = self._opened.__enter__()
        try:
            known = KnownSchemas(registry, clock=self._clock.monotonic)
            subject = self._settings.subject or self._contract.subject
            self._intake: Intake[E] = Intake(self._codec, known, subject, self._policy, self._clock)
            self._letters = DeadLetterWriter(self._contract, self._settings, registry, self.group)
            self._consumer = Consumer(
                {**consumer_config(self._settings, self.group), "stats_cb": say_statistics},
                logger=ClientLog("eventpact.kafka.client"),
            )
            self._consumer.subscribe(
                [self.topic],
                on_assign=self._guard.wrap_weakly(self._on_assign),
                on_revoke=self._guard.wrap_weakly(self._on_leave),
                on_lost=self._guard.wrap_weakly(self._on_leave),
            )
        except BaseException:
            self._opened.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the group. What no transaction has committed comes again."""
        try:
            with interrupt_held():
                self._consumer.close()
        finally:
            self._letters.abandon()
            self._opened.__exit__(kind, error, trace)

    def take(self, most: int = 500, timeout: float = 1.0) -> list[Taken[E]]:
        """Up to `most` events, waiting up to `timeout` seconds for the first. Call it outside of a transaction.

        Raises:
            WorkerStopped: a dead letter was not stored. The offsets of this call are then not committed.
            RegistryError, TopicError, KafkaError: nothing was taken; the records come again.
        """
        taken: list[Taken[E]] = []
        messages: list[Message] = []
        try:
            if wait_in_slices(partial(self._fetch, messages, 1), timeout) and most > 1:
                wait_in_slices(partial(self._fetch, messages, most - 1), 0)
            self._guard.check()
            for message in messages:
                error = message.error()
                if error is None:
                    taken += self._read(message)
                elif record_fault(error) not in {RecordFault.WAIT, RecordFault.IGNORE}:
                    raise translate(error, f"cannot read topic {self.topic}")
            self._stored()
        except BaseException:
            self.rewind()
            raise
        return taken

    def reject(self, taken: Taken[E], error: Exception) -> None:
        """Dead-letter an event that cannot be transformed: stored afterwards, with the error's class and place.

        Raises:
            WorkerStopped: it is not stored.
            Unavailable: when that is the error; it says nothing against the event.
        """
        failure = Failure(Stage.HANDLER, error, taken.record.schema_id, taken.event)
        verdict = judge(failure, self._policy.attempts, self._policy)
        if not isinstance(verdict, Bury):
            raise error
        self._bury(taken.record, failure, verdict)
        self._stored()

    def offsets(self) -> list[TopicPartition]:
        """Where reading goes on, for each partition with records since the last `settle` or `rewind`."""
        return [
            TopicPartition(self.topic, number, stretch.next)
            for number, stretch in self._stretches.items()
            if stretch is not None
        ]

    def membership(self) -> object:
        """The group as the client library's consumer describes it: the broker refuses offsets of a member that is no
        longer one.
        """
        return self._consumer.consumer_group_metadata()

    def settle(self) -> None:
        """The offsets are committed."""
        self._stretches = dict.fromkeys(self._stretches)

    def rewind(self) -> None:
        """What was taken since the last `settle` is taken again."""
        for number, stretch in self._stretches.items():
            if stretch is not None:
                self._consumer.seek(TopicPartition(self.topic, number, stretch.first))
        self.settle()

    def _fetch(self, messages: list[Message], most: int, timeout: float) -> bool:
        """Take from the client library, and note it at once: whatever ends `take` then, all of it has to come again."""
        try:
            found = self._consumer.consume(most, timeout)
        except KafkaException as error:
            raise translate(client_error(error), f"cannot read topic {self.topic}") from None
        for message in found:
            partition, offset = message.partition(), message.offset()
            if message.error() is None and partition in self._stretches and offset is not None:
                stretch = self._stretches[partition]
                self._stretches[partition] = Stretch(offset if stretch is None else stretch.first, offset + 1)
        messages += found
        return bool(found)

    def _read(self, message: Message) -> list[Taken[E]]:
        if self._stretches.get(message.partition() or 0) is None:
            return []  # it was taken away while its last records were on their way to us
        record = Record.of(message)
        deadline = self._clock.monotonic() + self._patience
        while isinstance(read := self._intake.read(record.value), Failure):
            verdict = judge(read, self._policy.attempts, self._policy)
            if isinstance(verdict, Bury):
                self._bury(record, read, verdict)
                return []
            if isinstance(verdict, Stop) or self._clock.monotonic() >= deadline:
                raise read.error from None
            self._clock.sleep(self._policy.recheck)
        self._ratio.note(buried=False)
        return [Taken(read[1], replace(record, schema_id=read[0]))]

    def _bury(self, record: Record, failure: Failure[E], verdict: Bury) -> None:
        self._ratio.note(buried=True)
        if self._ratio.exceeded:
            raise WorkerStopped(
                f"{record.place}: too many of the last records would be dead letters, the last one for"
                f" {verdict.reason}; is this source connected to the right registry?",
                code="dead-letter-ratio",
            ) from None
        found = diagnose(verdict, failure, tenant_of(None, record.key))
        LOG.warning("%s: dead-lettered as %s: %s", record.place, found.reason, found.summary)
        now = self._clock.wall_ms()
        self._letters.write(record, found, now, now, self._reported)

    def _reported(self, error: str | None) -> None:
        if error is not None:
            self._refused.append(error)

    def _stored(self) -> None:
        """Every dead letter so far is acknowledged afterwards. Raises WorkerStopped."""
        missing = self._letters.flush(self._policy.flush_budget)
        if missing or self._refused:
            code = self._refused[0] if self._refused else "_TIMED_OUT"
            raise WorkerStopped(f"a dead letter was not stored on {self._letters.topic} ({code})", code=code)

    def _on_assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        del consumer  # the binding assigns; doing it here would do it twice
        self._stretches |= dict.fromkeys(item.partition for item in partitions)

    def _on_leave(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        del consumer
        for item in partitions:
            self._stretches.pop(item.partition, None)
