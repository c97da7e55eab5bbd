"""The producer of dead letters: each write has a report of its own, and one that is not taken stops the worker."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from confluent_kafka import KafkaError as ClientError
from confluent_kafka import KafkaException, Producer

from eventpact.dead_letter import DeadLetter
from eventpact.errors import BrokerUnavailableError, EncodeError, WorkerStopped
from eventpact.kafka.config import dead_letter_producer_config
from eventpact.kafka.guard import ClientLog
from eventpact.kafka.leftovers import drain, purge
from eventpact.kafka.letter_form import LetterForm
from eventpact.kafka.record import Headers, Record
from eventpact.kafka.settings import Settings
from eventpact.kafka.stopping import wait_in_slices
from eventpact.kafka.topic_check import HOPELESS, partition_count
from eventpact.kafka.translate import client_error, translate

if TYPE_CHECKING:
    from confluent_kafka import Message

__all__ = ["LetterProducer", "Report"]

Report: TypeAlias = Callable[[str | None], None]
"""Called once with `None` when the dead letter is stored, else with the error's name."""

FULL_QUEUE_LIMIT: Final = 10.0
LOG: Final = logging.getLogger(__name__)


class LetterProducer:
    """Writes to these topics; the first is the dead-letter topic. Not thread-safe.

    Raises, when made:
        BrokerUnavailableError: nobody answered; try again later.
        TopicError: there is no such topic, or it may not be written.
        KafkaError: the broker refuses the credentials, or TLS.
    """

    def __init__(self, settings: Settings, form: LetterForm, *topics: str) -> None:
        self._form = form
        refused: list[ClientError] = []

        def note(error: ClientError) -> None:
            if error.code() in HOPELESS and not refused:
                refused.append(error)

        config = {**dead_letter_producer_config(settings), "error_cb": note}
        self._producer = Producer(config, logger=ClientLog("eventpact.kafka.client"))
        self._partitions = {name: self._count(name, refused) for name in topics}

    def _count(self, topic: str, refused: list[ClientError]) -> int:
        try:
            return partition_count(self._producer, topic)
        except BrokerUnavailableError:
            # What the connection died of is told by a callback; refused credentials are not worth waiting for.
            wait_in_slices(self._producer.poll, 0)
            for error in refused:
                raise translate(error, f"cannot write to topic {topic}") from None
            raise

    def write(self, topic: str, record: Record, letter: DeadLetter, what: str, report: Report) -> None:
        """Hand a letter of the record to the client library; `report` is called from `flush` when its fate is known.

        Raises:
            WorkerStopped: it cannot be built or is not taken, so the record must stay where it is.
        """
        try:
            value = self._form.value(letter)
        except EncodeError as error:
            raise WorkerStopped(
                f"{record.place}: {what} cannot be encoded at {error.path}; nothing was committed past it",
                code="encode",
            ) from None
        self.copy(topic, record, value, self._form.headers(letter), what, report)

    def copy(
        self, topic: str, record: Record, value: bytes | None, headers: Headers, what: str, report: Report
    ) -> None:
        """The same for a value and headers that are ready. Raises WorkerStopped."""
        on_delivery = partial(reported, report)
        waited = 0.0
        while True:
            try:
                self._producer.produce(
                    topic,
                    value=value,
                    key=record.key,
                    # One source partition never spreads, so a tenant's order survives the detour. The time stamp is
                    # unset: a copied old one would shorten the dead letter's retention.
                    partition=record.partition % self._partitions[topic],
                    headers=list(headers),
                    on_delivery=on_delivery,
                )
            except BufferError:
                if waited >= FULL_QUEUE_LIMIT:
                    raise WorkerStopped(
                        f"{record.place}: the dead-letter producer's queue stayed full; nothing was committed past it",
                        code="_QUEUE_FULL",
                    ) from None
                waited += 0.1
                wait_in_slices(self._producer.poll, 0.1)
            except KafkaException as error:
                code = client_error(error).name()
                raise WorkerStopped(
                    f"{record.place}: {what} was refused ({code}); nothing was committed past it", code=code
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


def reported(report: Report, error: ClientError | None, message: Message) -> None:
    """The client library's report of one letter, in our words."""
    del message
    report(None if error is None else error.name())
