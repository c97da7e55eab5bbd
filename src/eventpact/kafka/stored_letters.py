"""Reading a dead-letter topic from its start to where it ended when the reading began.

The reader joins no group and commits nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka import KafkaError as ClientError

from eventpact.codec import Codec
from eventpact.contract import Contract, contract_of
from eventpact.dead_letter import DeadLetter
from eventpact.errors import BrokerUnavailableError, ManifestError, NotRegisteredError, RegistryError
from eventpact.kafka.client_errors import RECORDS, RecordFault
from eventpact.kafka.clock import SYSTEM_CLOCK, Clock
from eventpact.kafka.config import consumer_config
from eventpact.kafka.dead_letters import partition_count
from eventpact.kafka.guard import ClientLog
from eventpact.kafka.intake import Intake
from eventpact.kafka.judge import Failure, NotYetKnown
from eventpact.kafka.policy import Policy
from eventpact.kafka.registry_choice import registry_of
from eventpact.kafka.settings import Settings
from eventpact.kafka.translate import client_error, translate
from eventpact.registry import KnownSchemas, Registry

if TYPE_CHECKING:
    from confluent_kafka import Message

__all__ = ["StoredDeadLetter", "dead_letter_contract", "read_dead_letters"]

BATCH: Final = 200
PATIENCE: Final = 30.0
"""Seconds without a record, while some are still expected, until nobody is believed to answer."""
LARGEST: Final = 100_000_000
QUESTION_TIMEOUT: Final = 10.0


@dataclass(frozen=True, slots=True)
class StoredDeadLetter:
    """A record of the dead-letter topic; `letter` is `None` when it is no envelope that we can read."""

    partition: int
    offset: int
    letter: DeadLetter | None


def read_dead_letters(
    event_class: type,
    settings: Settings,
    *,
    contract: Contract | None = None,
    registry: Registry | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> Iterator[StoredDeadLetter]:
    """All records of the contract's dead-letter topic, in order within a partition, one at a time in memory.

    What is written meanwhile is left out, so that a replay that fails again comes to an end.

    Raises, when iterated:
        ManifestError: the contract has no dead letters, or no schema for them.
        TopicError: there is no such topic.
        BrokerUnavailableError, UnavailableError: nobody answered.
    """
    chosen = dead_letter_contract(event_class, settings, contract)
    topic, subject = chosen.dead_letter.topic.name if chosen.dead_letter else "", chosen.dead_letter_subject or ""
    with registry_of(settings, registry) as known, consumer_of(settings) as consumer:
        policy = Policy(max_value_bytes=LARGEST)
        intake: Intake[DeadLetter] = Intake(
            Codec(DeadLetter), KnownSchemas(known, clock=clock.monotonic), subject, policy, clock
        )
        for message in frozen(consumer, topic, clock):
            read = intake.read(message.value())
            while isinstance(read, Failure) and isinstance(read.error, NotYetKnown):
                clock.sleep(policy.recheck)
                read = intake.read(message.value())
            if isinstance(read, Failure) and blames_registry(read.error):
                raise read.error from None
            letter = None if isinstance(read, Failure) else read[1]
            yield StoredDeadLetter(message.partition() or 0, message.offset() or 0, letter)


def blames_registry(error: BaseException) -> bool:
    """Does the failure say nothing about the record?"""
    return isinstance(error, RegistryError) and not isinstance(error, NotRegisteredError)


def dead_letter_contract(event_class: type, settings: Settings, contract: Contract | None) -> Contract:
    """The contract, on the settings' topic. Raises ManifestError when its dead letters have no topic or no schema."""
    chosen = contract_of(event_class) if contract is None else contract
    if chosen.dead_letter_subject is None:
        raise ManifestError("has no dead letters with a schema", source=chosen.name, key="dead_letter")
    return chosen if settings.topic is None else chosen.on_topic(settings.topic)


def frozen(consumer: Consumer, topic: str, clock: Clock) -> Iterator[Message]:
    """The messages between the low and the high watermarks of now."""
    ends: dict[int, int] = {}
    starts: list[TopicPartition] = []
    try:
        for partition in range(partition_count(consumer, topic)):
            low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), QUESTION_TIMEOUT)
            if low < high:
                ends[partition] = high
                starts.append(TopicPartition(topic, partition, low))
        consumer.assign(starts)
        heard = clock.monotonic()
        while ends:
            messages = consumer.consume(BATCH, 0.2)
            if messages:
                heard = clock.monotonic()
            elif clock.monotonic() - heard > PATIENCE:
                raise BrokerUnavailableError(f"topic {topic} went silent before its end")
            for message in messages:
                partition, error = message.partition() or 0, message.error()
                if error is None and partition in ends:
                    offset = message.offset() or 0
                    if offset < ends[partition]:
                        yield message
                    if offset + 1 >= ends[partition]:
                        del ends[partition]
                elif error is not None and error.code() == ClientError._PARTITION_EOF:
                    # Aborted records leave gaps, so the end may be known by the broker's word only.
                    ends.pop(partition, None)
                elif error is not None and RECORDS.get(error.code()) is not RecordFault.WAIT:
                    raise translate(error, f"cannot read topic {topic}")
    except KafkaException as error:
        raise translate(client_error(error), f"cannot read topic {topic}") from None


@contextmanager
def consumer_of(settings: Settings) -> Iterator[Consumer]:
    """A consumer that is assigned by hand; its group name is never used."""
    config = {**consumer_config(settings, f"{settings.client_id}-reader"), "enable.partition.eof": True}
    consumer = Consumer(config, logger=ClientLog("eventpact.kafka.client"))
    try:
        yield consumer
    finally:
        consumer.close()
