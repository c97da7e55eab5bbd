"""Typed events in, acknowledged records out."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, Generic, Self, TypeVar

from eventpact.codec import Codec, prefix
from eventpact.contract import contract_of
from eventpact.errors import DeliveryError, EncodeError, EventpactError, KafkaError, ProducerStoppedError
from eventpact.kafka.caller_headers import checked_headers
from eventpact.kafka.confirmation import Confirmation
from eventpact.kafka.delivery_future import DeliveryFuture
from eventpact.kafka.event_key import key_reader
from eventpact.kafka.outbox import Outbox
from eventpact.kafka.registry_choice import registry_of
from eventpact.kafka.schema_lookup import registered_id
from eventpact.kafka.transactions import TransactionalOutbox
from eventpact.registry.locked import LockedRegistry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager
    from types import TracebackType

    from eventpact.contract import Contract
    from eventpact.kafka.caller_headers import CallerHeaders
    from eventpact.kafka.delivery import OnDelivery, Stats
    from eventpact.kafka.settings import Settings
    from eventpact.kafka.transactions import Reading
    from eventpact.registry import Registry

__all__ = ["Producer"]

E = TypeVar("E")

LOGGER: Final = logging.getLogger("eventpact.producer")


class Producer(Generic[E]):
    """Publishes events of one class on its contract's topic, keyed by its contract's key field.

    Open once made; a context manager that flushes and closes at its end. Several threads may publish. Make it after a
    fork, not before. `contract` is by default the generated one, `registry` a client for the settings' registry; it
    is asked once, at the start, for the id of the class's own schema. Nothing is ever registered here.

    With a `transactional_id`, events are published in transactions only: see `transaction`. The id belongs to one
    process at a time; a second one shuts out the first.

    Raises, when it is made:
        NotRegisteredError: the registry does not know the schema: run `eventpact register`.
        TopicError: the topic does not exist, or may not be used.
        SettingsError, ManifestError, RegistryError, KafkaError: see their texts.
    """

    def __init__(
        self,
        event_class: type[E],
        settings: Settings,
        *,
        contract: Contract | None = None,
        registry: Registry | None = None,
        codec: Codec[E] | None = None,
        transactional_id: str | None = None,
    ) -> None:
        contract = contract_of(event_class) if contract is None else contract
        contract = contract if settings.topic is None else contract.on_topic(settings.topic)
        codec = Codec(event_class) if codec is None else codec
        self.topic = contract.topic.name
        self.subject = settings.subject or contract.subject
        self._key_field = contract.key
        self._key = key_reader(event_class, codec.schema, contract.key)
        with registry_of(settings, registry) as known:
            self.schema_id = registered_id(known, self.subject, codec.schema)
            unconfirmed = isinstance(known, LockedRegistry) and known.answered_from_lock
        self._encode = codec.encoder(prefix(self.schema_id))
        self._outbox = outbox(settings, self.topic, transactional_id)
        self._send: Callable[..., None] = self._outbox.send
        self._confirmation: Confirmation | None = None
        if unconfirmed:
            LOGGER.warning("the registry does not answer; schema id %s is taken from the lock", self.schema_id)
            self._confirmation = Confirmation(settings, registry, self.subject, codec.schema, self._refuse)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close. A problem of the body comes first; undelivered events are then told in its notes and in the log."""
        if error is None:
            self.close()
            return
        try:
            self.close()
        except Exception as problem:
            # What a callback raised may hold the event; only our own error is known not to.
            note = str(problem) if isinstance(problem, DeliveryError) else f"on_delivery: {type(problem).__name__}"
            LOGGER.error("%s", note)
            error.add_note(note)

    def publish(self, event: E, on_delivery: OnDelivery | None = None, headers: CallerHeaders | None = None) -> None:
        """Take the event; it is on its way afterwards, and stored once a report says so.

        `headers` go with the record in their order, for tracing and the like: names are text, values bytes, text or
        `None`. Names that dead letters and replays use are refused.

        Reports come during later calls of `publish`, `poll`, `flush` and `close`, in the thread that calls. A report
        without `on_delivery` is counted; one that is a failure makes `flush` or the end of the `with` raise. What
        `on_delivery` raises goes to `flush` as well.

        Whatever this raises, the event was not taken:
            EncodeError: the event, or a header, is wrong.
            MessageTooLargeError: it does not fit.
            QueueFullError: the queue stayed full for KAFKA_PRODUCER_QUEUE_TIMEOUT_MS.
            TopicError, ProducerStoppedError, KafkaError: see their texts.
        """
        value = self._encode(event)
        key = self._key(event)
        if not key:
            raise EncodeError(
                "the record key is empty; it decides the partition", path=f"$.{self._key_field}", rule="key"
            )
        if headers is None:
            self._send(value, key.encode(), on_delivery)
        else:
            self._send(value, key.encode(), on_delivery, checked_headers(headers))

    def publish_many(
        self, events: Iterable[E], on_delivery: OnDelivery | None = None, headers: CallerHeaders | None = None
    ) -> int:
        """Take the events in their order, one by one, each with these headers, and say how many they were.

        Raises what `publish` raises, for the first event that was not taken; its number, from 0, is in the error's
        notes. Those before it are on their way, those after it were not looked at.
        """
        checked = None if headers is None else checked_headers(headers)  # an iterator can be read only once
        return publish_each(events, lambda event: self.publish(event, on_delivery, checked))

    def submit(self, event: E, headers: CallerHeaders | None = None) -> DeliveryFuture:
        """Take the event; the answer tells what became of it. Raises what `publish` raises."""
        future = DeliveryFuture(self.poll)
        self.publish(event, future.settle, headers)
        return future

    def transaction(self, reading: Reading | None = None) -> AbstractContextManager[None]:
        """What is published in its block counts together, when the block ends without an exception, or not at all.

        With `reading`, a `Source`, so do the offsets of what was taken from it. When the transaction is aborted, by an
        exception or by the broker, the source goes back, and the same records come again. One transaction at a time.

        Raises:
            TransactionAborted: at the end of the block, or in `publish`: the same work may be done again.
            FencedError: another producer has begun to use the transactional id.
            ProducerStoppedError: see its text; make producer and source anew.
            KafkaError: the producer has no transactional id, or a transaction is open.
        """
        if not isinstance(self._outbox, TransactionalOutbox):
            raise KafkaError("this producer has no transactions; make it with a transactional_id", code="_STATE")
        return self._outbox.transaction(reading)

    def poll(self, timeout: float = 0.0) -> None:
        """Serve reports now, waiting up to `timeout` seconds for the first. For programs that publish seldom."""
        self._outbox.poll(timeout)

    def flush(self, timeout: float | None = None) -> None:
        """Every event published so far is acknowledged afterwards.

        Waits up to `timeout` seconds; by default as long as an event may take (KAFKA_PRODUCER_MESSAGE_TIMEOUT_MS).

        Raises:
            DeliveryError: for all events that failed since the last flush, or still wait; it counts them.
            Exception: the first that an `on_delivery` callback raised.
        """
        self._outbox.flush(timeout)

    def close(self, timeout: float | None = None) -> None:
        """Flush, give up on what is not acknowledged by then, and refuse further events. Raises what `flush` raises."""
        if self._confirmation is not None:
            self._confirmation.stop()
        self._outbox.close(timeout)

    def stats(self) -> Stats:
        """How many events were published, delivered, failed, and still wait."""
        return self._outbox.stats()

    def _refuse(self, problem: str) -> None:
        """From now on nothing is taken. Called once, by the confirmation's thread."""
        LOGGER.error("%s", problem)

        def refuse(*_: object) -> None:
            raise ProducerStoppedError(problem, code="stale lock")

        self._send = refuse


def publish_each(events: Iterable[E], publish: Callable[[E], None]) -> int:
    """Publish the events in their order; how many they were. The first error notes which event it met."""
    taken = 0
    for event in events:
        try:
            publish(event)
        except EventpactError as error:
            error.add_note(f"event number {taken} was not taken; the {taken} before it are on their way")
            raise
        taken += 1
    return taken


def outbox(settings: Settings, topic: str, transactional_id: str | None) -> Outbox:
    """The kind of outbox that the option asks for."""
    if transactional_id is None:
        return Outbox(settings, topic)
    return TransactionalOutbox(settings, topic, transactional_id)
