"""Writing dead letters: batched, idempotent, and done only when each one's own delivery report says so.

The path from a failed record to the dead-letter topic depends on nothing that can fail with the event: it decodes
nothing, asks no registry and reads no field.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

from confluent_kafka import Consumer, KafkaException, Producer
from confluent_kafka import KafkaError as ClientError

from eventpact.codec import Codec, prefix
from eventpact.contract import Contract
from eventpact.dead_letter import DeadLetter
from eventpact.errors import BrokerUnavailableError, EncodeError, ManifestError, WorkerStopped
from eventpact.kafka.config import dead_letter_producer_config
from eventpact.kafka.diagnosis import Diagnosis
from eventpact.kafka.envelope import dead_letter_of, outer_headers
from eventpact.kafka.guard import ClientLog
from eventpact.kafka.leftovers import drain, purge
from eventpact.kafka.record import Record
from eventpact.kafka.schema_lookup import registered_id
from eventpact.kafka.settings import Settings
from eventpact.kafka.translate import client_error, translate
from eventpact.registry import Registry

if TYPE_CHECKING:
    from confluent_kafka import Message

__all__ = ["DeadLetterWriter", "Report", "partition_count"]

Report: TypeAlias = Callable[[str | None], None]
"""Called once with `None` when the dead letter is stored, else with the error's name."""

METADATA_TIMEOUT: Final = 5.0
FULL_QUEUE_LIMIT: Final = 10.0
LOG: Final = logging.getLogger(__name__)


class DeadLetterWriter:
    """The dead-letter topic of one contract, open for one worker. Not thread-safe.

    Raises, when made:
        ManifestError: the contract's dead-letter topic has no schema for the envelope.
        NotRegisteredError: the envelope's schema is not registered under the dead-letter topic's subject.
        UnavailableError, BrokerUnavailableError: nobody answered; try again later.
        TopicError: there is no such topic, or it may not be written.
    """

    def __init__(self, contract: Contract, settings: Settings, registry: Registry, group: str) -> None:
        target, subject = contract.dead_letter, contract.dead_letter_subject
        if target is None or subject is None:
            raise ManifestError(
                'names no schema for the dead letter\'s envelope; add schema = "dead_letter.avsc"',
                source=contract.name,
                key="dead_letter.schema",
            )
        self.topic = target.topic.name
        self._max_retries = target.max_retries
        self._group = group
        self._client_id = settings.client_id
        codec = Codec(DeadLetter)
        self._encode = codec.encoder(prefix(registered_id(registry, subject, codec.schema)))
        self._producer = Producer(dead_letter_producer_config(settings), logger=ClientLog("eventpact.kafka.client"))
        self._partitions = partition_count(self._producer, self.topic)

    def write(self, record: Record, diagnosis: Diagnosis, first_failed_ms: int, failed_ms: int, report: Report) -> None:
        """Hand one dead letter to the client library; `report` is called from `flush` when its fate is known.

        Raises:
            WorkerStopped: it cannot be built or is not taken, so the record must stay where it is.
        """
        letter = dead_letter_of(
            record,
            diagnosis,
            group=self._group,
            max_retries=self._max_retries,
            first_failed_ms=first_failed_ms,
            failed_ms=failed_ms,
        )

        def reported(error: ClientError | None, message: Message) -> None:
            del message
            report(None if error is None else error.name())

        try:
            value = self._encode(letter)
        except EncodeError as error:
            raise WorkerStopped(
                f"{record.place}: its dead letter cannot be encoded at {error.path}; nothing was committed past it",
                code="encode",
            ) from None
        headers = outer_headers(letter, record.headers, self._client_id)
        waited = 0.0
        while True:
            try:
                self._producer.produce(
                    self.topic,
                    value=value,
                    key=record.key,
                    # One source partition never spreads, so a tenant's order survives the detour. The time stamp is
                    # unset: a copied old one would shorten the dead letter's retention.
                    partition=record.partition % self._partitions,
                    headers=headers,
                    on_delivery=reported,
                )
            except BufferError:
                if waited >= FULL_QUEUE_LIMIT:
                    raise WorkerStopped(
                        f"{record.place}: the dead-letter producer's queue stayed full; nothing was committed past it",
                        code="_QUEUE_FULL",
                    ) from None
                waited += 0.1
                self._producer.poll(0.1)
            except KafkaException as error:
                code = client_error(error).name()
                raise WorkerStopped(
                    f"{record.place}: its dead letter was refused ({code}); nothing was committed past it", code=code
                ) from None
            else:
                return

    def flush(self, budget: float) -> int:
        """Wait at most `budget` seconds for delivery reports; how many are still missing.

        Raises:
            WorkerStopped: the producer is dead.
        """
        try:
            drain(self._producer, self._producer.poll, budget)
            return len(self._producer)
        except KafkaException as error:
            code = client_error(error).name()
            raise WorkerStopped(f"the dead-letter producer cannot go on ({code})", code=code) from None

    def abandon(self) -> None:
        """Give up what has no report yet, so that no late copy follows; each gets a report with an error."""
        try:
            purge(self._producer, self._producer.poll)
        except KafkaException:
            LOG.warning("the dead-letter producer was closed with a fatal error")


def partition_count(client: Producer | Consumer, topic: str, timeout: float = METADATA_TIMEOUT) -> int:
    """How many partitions the topic has.

    Raises:
        TopicError: there is no such topic, or no right to see it.
        BrokerUnavailableError: no broker answered within `timeout` seconds, or the topic has no leader yet.
    """
    what = f"cannot ask about topic {topic}"
    try:
        found = client.list_topics(topic, timeout).topics[topic]
    except KafkaException as error:
        raise translate(client_error(error), what) from None
    if found.error is None:
        return len(found.partitions)
    if found.error.code() == ClientError.LEADER_NOT_AVAILABLE:
        raise BrokerUnavailableError(f"{what}: it has no leader yet", code=found.error.name())
    raise translate(found.error, what)
