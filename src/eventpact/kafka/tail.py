"""Watching a topic: every record as it comes, decoded as a worker would. Joins no group and commits nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final, Generic, TypeVar

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, KafkaException, TopicPartition

from eventpact.codec import Codec
from eventpact.contract import Contract, contract_of
from eventpact.kafka.client_errors import RecordFault, record_fault
from eventpact.kafka.clock import SYSTEM_CLOCK, Clock
from eventpact.kafka.config import consumer_config
from eventpact.kafka.diagnosis import diagnose
from eventpact.kafka.guard import ClientLog
from eventpact.kafka.intake import Intake
from eventpact.kafka.judge import Bury, Failure, NotYetKnown, judge
from eventpact.kafka.policy import Policy
from eventpact.kafka.record import Record
from eventpact.kafka.registry_choice import registry_of
from eventpact.kafka.settings import Settings
from eventpact.kafka.stopping import interrupt_held, wait_in_slices
from eventpact.kafka.topic_check import partition_count
from eventpact.kafka.translate import client_error, translate
from eventpact.registry import KnownSchemas, Registry

__all__ = ["Seen", "tail"]

E = TypeVar("E")

SLICE: Final = 0.2


@dataclass(frozen=True, slots=True)
class Seen(Generic[E]):
    """A record, and its event, or `problem`: why it is none, without a value. `event` is `None` then."""

    record: Record
    event: E | None
    problem: str | None


def tail(
    event_class: type[E],
    settings: Settings,
    *,
    contract: Contract | None = None,
    registry: Registry | None = None,
    from_beginning: bool = False,
    policy: Policy | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> Iterator[Seen[E] | None]:
    """The topic's records from now on, or from its beginning; it never ends by itself.

    Yields `None` when a moment passed without a record, the first time as soon as it listens, so that the caller may
    stop.

    Raises, when iterated:
        TopicError: there is no such topic, or it may not be read.
        BrokerUnavailableError, RegistryError: nobody answered.
    """
    chosen = contract_of(event_class) if contract is None else contract
    chosen = chosen if settings.topic is None else chosen.on_topic(settings.topic)
    topic, patience = chosen.topic.name, policy or Policy()
    consumer = Consumer(
        # A group name is asked for and never used: partitions are assigned by hand, nothing is committed.
        {**consumer_config(settings, f"{settings.client_id}-tail"), "auto.offset.reset": "earliest"},
        logger=ClientLog("eventpact.kafka.client"),
    )
    try:
        with registry_of(settings, registry) as known:
            intake: Intake[E] = Intake(
                Codec(event_class),
                KnownSchemas(known, clock=clock.monotonic),
                settings.subject or chosen.subject,
                patience,
                clock,
            )
            for record in _records(consumer, topic, from_beginning):
                yield None if record is None else _seen(intake, record, patience, clock)
    except KafkaException as error:
        raise translate(client_error(error), f"cannot read topic {topic}") from None
    finally:
        with interrupt_held():
            consumer.close()


def _records(consumer: Consumer, topic: str, from_beginning: bool) -> Iterator[Record | None]:
    starts = []
    for partition in range(partition_count(consumer, topic)):
        low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), SLICE * 50)
        # A logical offset would be looked up later: what is written meanwhile would be missed.
        start = (low if from_beginning else high) if high >= 0 else (OFFSET_BEGINNING if from_beginning else OFFSET_END)
        starts.append(TopicPartition(topic, partition, start))
    consumer.assign(starts)
    yield None
    while True:
        messages = wait_in_slices(partial(consumer.consume, 100), SLICE)
        for message in messages:
            error = message.error()
            if error is None:
                yield Record.of(message)
            elif record_fault(error) is not RecordFault.WAIT:
                raise translate(error, f"cannot read topic {topic}")
        if not messages:
            yield None


def _seen(intake: Intake[E], record: Record, policy: Policy, clock: Clock) -> Seen[E]:
    read = intake.read(record.value)
    while isinstance(read, Failure) and isinstance(read.error, NotYetKnown):
        clock.sleep(policy.recheck)
        read = intake.read(record.value)
    if not isinstance(read, Failure):
        return Seen(record, read[1], None)
    verdict = judge(read, policy.attempts, policy)
    if not isinstance(verdict, Bury):  # the registry's fault, not the record's
        raise read.error from None
    found = diagnose(verdict, read, None)
    return Seen(record, None, f"{found.reason}: {found.summary}")
