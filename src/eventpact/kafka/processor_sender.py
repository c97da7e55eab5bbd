"""What a dead-letter processor writes: successors onto the dead-letter topic, hopeless records onto the parking one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from confluent_kafka import KafkaError as ClientError
from confluent_kafka import KafkaException, Producer

from eventpact.codec import Codec, prefix
from eventpact.dead_letter import DeadLetter
from eventpact.errors import EncodeError, WorkerStopped
from eventpact.kafka.alerts import Alert, Parked
from eventpact.kafka.config import dead_letter_producer_config
from eventpact.kafka.dead_letters import partition_count
from eventpact.kafka.envelope import outer_headers
from eventpact.kafka.guard import ClientLog
from eventpact.kafka.leftovers import drain, purge
from eventpact.kafka.record import Headers, Record
from eventpact.kafka.schema_lookup import registered_id
from eventpact.kafka.settings import Settings
from eventpact.kafka.stopping import call_bounded
from eventpact.kafka.translate import client_error
from eventpact.registry import Registry

if TYPE_CHECKING:
    from confluent_kafka import Message

__all__ = ["ProcessorSender"]

FULL_QUEUE_LIMIT: Final = 10.0
LOG: Final = logging.getLogger(__name__)


class ProcessorSender:
    """One processor's producer. Each write reports once; alerts follow what is stored. Not thread-safe.

    Raises, when made, what `DeadLetterWriter` raises; TopicError also for the parking topic.
    """

    def __init__(
        self,
        topic: str,
        parked_topic: str,
        subject: str,
        settings: Settings,
        registry: Registry,
        alert: Alert,
        alert_limit: float,
    ) -> None:
        self.topic = topic
        self.parked_topic = parked_topic
        self._client_id = settings.client_id
        self._alert = alert
        self._alert_limit = alert_limit
        self._untold: list[Parked] = []
        codec = Codec(DeadLetter)
        self._encode = codec.encoder(prefix(registered_id(registry, subject, codec.schema)))
        self._producer = Producer(dead_letter_producer_config(settings), logger=ClientLog("eventpact.kafka.client"))
        self._partitions = {name: partition_count(self._producer, name) for name in (topic, parked_topic)}

    def succeed(self, record: Record, letter: DeadLetter, report: Callable[[str | None], None]) -> None:
        """Write the letter behind its predecessor, in the same partition. Raises WorkerStopped."""
        self._produce(self.topic, record, self._value(record, letter), self._headers(letter), report)

    def park(
        self,
        record: Record,
        letter: DeadLetter | None,
        cause: str,
        report: Callable[[str | None], None],
        *,
        changed: bool = False,
    ) -> None:
        """Park the record: byte for byte, unless its letter has `changed`. Raises WorkerStopped."""
        parked = Parked(
            self.parked_topic,
            record.place,
            cause,
            None if letter is None else letter.dlq_id,
            None if letter is None else letter.reason.value,
            None if letter is None else letter.retry_count,
        )

        def told(error: str | None) -> None:
            if error is None:
                self._untold.append(parked)
            report(error)

        if letter is not None and changed:
            self._produce(self.parked_topic, record, self._value(record, letter), self._headers(letter), told)
        else:
            self._produce(self.parked_topic, record, record.value, record.headers, told)

    def flush(self, budget: float) -> int:
        """Wait at most `budget` seconds for reports, then alert; how many are still missing. Raises WorkerStopped."""
        try:
            drain(self._producer, self._producer.poll, budget)
        except KafkaException as error:
            code = client_error(error).name()
            raise WorkerStopped(f"the dead-letter producer cannot go on ({code})", code=code) from None
        self._tell()
        return len(self._producer)

    def serve(self) -> None:
        """Take reports that are here already."""
        self._producer.poll(0)

    def abandon(self) -> None:
        """Give up what has no report yet; each gets a report with an error."""
        try:
            purge(self._producer, self._producer.poll)
        except KafkaException:
            LOG.warning("the dead-letter producer was closed with a fatal error")
        self._tell()

    def _tell(self) -> None:
        if not self._untold:
            return
        parked, self._untold = tuple(self._untold), []
        try:
            # The sink is somebody else's: it may hang, and what is parked is stored already.
            if not call_bounded(lambda: self._alert(parked), self._alert_limit, "eventpact-alert"):
                LOG.error("the alert for %d parked records did not end in time", len(parked))
        except Exception as error:
            LOG.error("the alert for %d parked records failed: %s", len(parked), type(error).__name__)

    def _value(self, record: Record, letter: DeadLetter) -> bytes:
        try:
            return self._encode(letter)
        except EncodeError as error:
            raise WorkerStopped(
                f"{record.place}: its successor cannot be encoded at {error.path}; nothing was committed past it",
                code="encode",
            ) from None

    def _headers(self, letter: DeadLetter) -> Headers:
        originals = tuple((header.name, header.value) for header in letter.original_headers)
        return tuple(
            (name, value.encode() if isinstance(value, str) else value)
            for name, value in outer_headers(letter, originals, self._client_id)
        )

    def _produce(
        self, topic: str, record: Record, value: bytes | None, headers: Headers, report: Callable[[str | None], None]
    ) -> None:
        def reported(error: ClientError | None, message: Message) -> None:
            del message
            report(None if error is None else error.name())

        waited = 0.0
        while True:
            try:
                self._producer.produce(
                    topic,
                    value=value,
                    key=record.key,
                    partition=record.partition % self._partitions[topic],
                    headers=list(headers),
                    on_delivery=reported,
                )
            except BufferError:
                if waited >= FULL_QUEUE_LIMIT:
                    raise WorkerStopped(
                        f"{record.place}: the producer's queue stayed full; nothing was committed past it",
                        code="_QUEUE_FULL",
                    ) from None
                waited += 0.1
                self._producer.poll(0.1)
            except KafkaException as error:
                code = client_error(error).name()
                raise WorkerStopped(
                    f"{record.place}: not taken by the producer ({code}); nothing was committed past it", code=code
                ) from None
            else:
                return
