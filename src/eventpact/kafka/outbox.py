"""Bytes on their way to one topic: taken with back-pressure, reported one by one, nothing dropped in silence."""

from __future__ import annotations

import logging
import os
import weakref
from time import monotonic
from typing import TYPE_CHECKING, Final, NoReturn

from confluent_kafka import KafkaError as ClientError
from confluent_kafka import KafkaException
from confluent_kafka import Producer as Client

from eventpact.errors import KafkaError, MessageTooLargeError, ProducerStoppedError, QueueFullError, TopicError
from eventpact.kafka.config import producer_config
from eventpact.kafka.delivery import OnDelivery, Stats, Tally, undelivered
from eventpact.kafka.leftovers import WAIT_SECONDS, abandon, drain, orphan_after_fork, purge
from eventpact.kafka.translate import client_error, translate

if TYPE_CHECKING:
    from collections.abc import Callable

    from confluent_kafka import Message

    from eventpact.kafka.settings import Settings

__all__ = ["Outbox"]

LOGGER: Final = logging.getLogger("eventpact.producer")
LIBRARY_LOGGER: Final = logging.getLogger("eventpact.librdkafka")

ANY_PARTITION: Final = -1
# Reports are served at most this often while publishing: seldom enough to cost nothing, often enough to be news.
SERVE_SECONDS: Final = 0.01
# A report follows its message's timeout by at most about a second.
GRACE_SECONDS: Final = 5.0
# What a purge leaves to report is in memory.
PURGE_SECONDS: Final = 5.0

FATAL: Final = "the producer met a fatal error and cannot go on; make a new one"

# Errors of the connection that time does not heal.
HOPELESS: Final = frozenset({ClientError._AUTHENTICATION, ClientError.SASL_AUTHENTICATION_FAILED, ClientError._SSL})


class Outbox:
    """A client library producer for one topic. Thread-safe, apart from `close`; of no use after a fork.

    Raises, when it is made: TopicError where the topic does not exist, KafkaError for refused credentials. A broker
    that does not answer is no error yet: events wait for it, and fail one by one when it stays away.
    """

    def __init__(self, settings: Settings, topic: str) -> None:
        self.topic = topic
        self._limit = settings.producer.message_max_bytes
        self._patience = settings.producer.queue_timeout_ms / 1000
        self._flush_seconds = settings.producer.message_timeout_ms / 1000 + GRACE_SECONDS
        self._tally = Tally(topic)
        config = {
            **producer_config(settings),
            "on_delivery": self._tally.report,
            "error_cb": self._tally.note,
        }
        self._client = Client(config, logger=LIBRARY_LOGGER)
        self._produce: Callable[..., object] = self._client.produce
        self._published = self._tally.published.tick
        self._next_serve = 0.0
        self._pid = os.getpid()
        # For a producer that nobody closes: runs at exit, and when it is collected.
        self._finalizer = weakref.finalize(self, abandon, self._client, self._tally, self._flush_seconds)
        orphan_after_fork(self)
        try:
            self._check_topic(settings.producer.start_timeout_ms / 1000)
        except BaseException:
            self.close()
            raise

    def _check_topic(self, seconds: float) -> None:
        """A misspelt topic or a wrong password shows at the start, not half a minute after the first event."""
        if not seconds:
            return
        try:
            found = self._client.list_topics(self.topic, timeout=seconds).topics[self.topic]
            error = found.error
        except KafkaException as raised:
            error = client_error(raised)
        if error is None:
            return
        self._serve()
        problem = translate(error, f"cannot publish to topic {self.topic}")
        hint = self._tally.client_error
        if isinstance(problem, TopicError):
            raise problem
        if hint is not None and hint.code() in HOPELESS:
            raise translate(hint, f"cannot publish to topic {self.topic}")
        LOGGER.warning("%s; events wait in the producer until it answers", problem)

    def send(self, value: bytes, key: bytes, on_delivery: OnDelivery | None = None) -> None:
        """Take one message. Whatever this raises, the message was not taken.

        Raises QueueFullError, MessageTooLargeError, ProducerStoppedError, TopicError, KafkaError.
        """
        report = None if on_delivery is None else self._tally.report_to(on_delivery)
        try:
            self._produce(self.topic, value, key, ANY_PARTITION, report)
        except BufferError:
            self._send_when_room(value, key, report)
        except KafkaException as error:
            raise self._refusal(client_error(error), len(value) + len(key)) from None
        self._published()
        if monotonic() > self._next_serve:
            self._serve()

    def poll(self, timeout: float = 0.0) -> None:
        """Serve delivery reports, waiting up to `timeout` seconds for the first. Callbacks run in here."""
        self._refuse_when_over()
        self._serve(timeout)

    def stats(self) -> Stats:
        """Counts of messages so far."""
        return self._tally.stats()

    def flush(self, timeout: float | None = None) -> None:
        """Every message taken so far is acknowledged afterwards.

        Waits up to `timeout` seconds; by default until the client itself gives up on the last of them. Raises
        DeliveryError for all messages that failed since the last flush or are still waiting, else the first exception
        that an `on_delivery` callback raised. What was raised once is not raised again.
        """
        self._refuse_when_over()
        drain(self._client, self._serve, self._flush_seconds if timeout is None else timeout)
        self._raise_problems(self._tally.stats().waiting if len(self._client) else 0)

    def close(self, timeout: float | None = None) -> None:
        """Flush, then give up on what is left, and refuse everything from now on. Raises what `flush` raises.

        Bounded: after `timeout` seconds messages without an acknowledgement are purged and fail as maybe stored.
        Safe to call twice; does nothing after a fork.
        """
        if self._pid != os.getpid() or not self._finalizer.detach():
            return
        try:
            drain(self._client, self._serve, self._flush_seconds if timeout is None else timeout)
        finally:
            self._refuse("the producer is closed")
            purge(self._client, self._serve)
            self._client.close()
        self._raise_problems(0)

    def _serve(self, timeout: float = 0.0) -> None:
        """A fatal error is raised here once, then come the reports of what it cost."""
        try:
            self._client.poll(timeout)
        except KafkaException as error:
            self._refuse_after(client_error(error))
        self._next_serve = monotonic() + SERVE_SECONDS

    def _raise_problems(self, waiting: int) -> None:
        failures, raised = self._tally.take_failures(), self._tally.take_callback_errors()
        if not failures and not waiting and not raised:
            return
        error: Exception
        if failures or waiting:
            error = undelivered(self.topic, failures, waiting, self._tally.client_error)
        else:
            error = raised[0]
        if raised:
            error.add_note(f"{len(raised)} on_delivery callback(s) raised, the first {type(raised[0]).__name__}")
        raise error

    def _send_when_room(
        self, value: bytes, key: bytes, report: Callable[[ClientError | None, Message], None] | None
    ) -> None:
        """The queue is full: serve reports until there is room, or the patience ends."""
        deadline = monotonic() + self._patience
        while True:
            left = deadline - monotonic()
            self._serve(min(WAIT_SECONDS, max(0.0, left)))
            try:
                self._produce(self.topic, value, key, ANY_PARTITION, report)
            except BufferError:
                if left <= 0:
                    raise QueueFullError(
                        f"the producer's queue for {self.topic} stayed full for {self._patience:g} s; the event was not"
                        " taken. Publish more slowly, or see why the broker does not keep up",
                        code="_QUEUE_FULL",
                    ) from None
            except KafkaException as error:
                raise self._refusal(client_error(error), len(value) + len(key)) from None
            else:
                return

    def _refusal(self, error: ClientError, size: int) -> KafkaError:
        """Why the client did not take a message."""
        if error.code() == ClientError.MSG_SIZE_TOO_LARGE:
            return MessageTooLargeError(
                f"an event for {self.topic} takes {size} bytes, and KAFKA_PRODUCER_MESSAGE_MAX_BYTES is {self._limit}",
                code=error.name(),
                size=size,
                limit=self._limit,
            )
        if error.code() == ClientError._FATAL or error.fatal():
            self._refuse_after(error)
            return ProducerStoppedError(f"cannot publish to {self.topic}: {FATAL}", code=error.name())
        return translate(error, f"cannot publish to topic {self.topic}")

    def _refuse_after(self, error: ClientError) -> None:
        self._refuse(FATAL, error.name())

    def _refuse(self, why: str, code: str | None = None) -> None:
        """No message is taken any more. Costs nothing while all is well: the method itself is exchanged."""

        text = f"cannot publish to {self.topic}: {why}"

        def refuse(*_: object) -> NoReturn:
            raise ProducerStoppedError(text, code=code)

        self._produce = refuse

    def _refuse_when_over(self) -> None:
        if self._pid != os.getpid() or not self._finalizer.alive:
            self._produce()

    def orphan(self) -> None:
        """In a forked child: the threads that would send anything stayed behind."""
        self._finalizer.detach()
        self._refuse("the producer was made before a fork; make one in the child process")
