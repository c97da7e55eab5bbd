"""Bytes on their way to one topic: taken with back-pressure, reported one by one, nothing dropped in silence."""

from __future__ import annotations

import logging
import os
import threading
import weakref
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Final, NoReturn

from confluent_kafka import KafkaError as ClientError
from confluent_kafka import KafkaException
from confluent_kafka import Producer as Client

from eventpact.errors import KafkaError, ProducerStoppedError
from eventpact.kafka.config import Config, producer_config
from eventpact.kafka.delivery import OnDelivery, Report, Stats, Tally
from eventpact.kafka.leftovers import abandon, drain, orphan_after_fork, purge, say_failures
from eventpact.kafka.stopping import SLICE, interrupt_held, wait_in_slices
from eventpact.kafka.topic_check import check_topic
from eventpact.kafka.translate import client_error, queue_full, too_large, translate

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact.kafka.record import Headers
    from eventpact.kafka.settings import Settings

__all__ = ["Outbox"]

LOGGER: Final = logging.getLogger("eventpact.producer")
LIBRARY_LOGGER: Final = logging.getLogger("eventpact.librdkafka")

ANY_PARTITION: Final = -1
# Reports are served at most this often while publishing: seldom enough to cost nothing, often enough to be news.
SERVE_SECONDS: Final = 0.01
# A report follows its message's timeout by at most about a second.
GRACE_SECONDS: Final = 5.0
# What a client died of is on its way to whoever serves when it is known to be dead.
FATE_SECONDS: Final = 1.0

FATAL: Final = "the producer met a fatal error and cannot go on; make a new one"


class Outbox:
    """A client library producer for one topic. Thread-safe, apart from `close`; of no use after a fork.

    Raises, when it is made: TopicError where the topic does not exist, KafkaError for refused credentials. A broker
    that does not answer is no error yet: events wait for it, and fail one by one when it stays away.
    """

    switches: ClassVar[bool] = True
    """Does it begin with a client that reports failures only?"""

    def __init__(self, settings: Settings, topic: str) -> None:
        self.topic = topic
        self._settings = settings
        self._limit = settings.producer.message_max_bytes
        self._patience = settings.producer.queue_timeout_ms / 1000
        self._flush_seconds = settings.producer.message_timeout_ms / 1000 + GRACE_SECONDS
        self._tally = Tally(topic)
        self._published = self._tally.published.tick
        self._next_serve = 0.0
        self._over: Callable[[], ProducerStoppedError] | None = None
        """Why no message is taken any more, if so."""
        self._pid = os.getpid()
        self._switching = threading.Lock()
        self._open(failures_only=self.switches)
        orphan_after_fork(self)
        try:
            if settings.producer.start_timeout_ms:
                check_topic(self._client, self._tally, settings.producer.start_timeout_ms / 1000)
        except BaseException:
            self.close()
            raise

    def _config(self) -> Config:
        return producer_config(self._settings)

    def _open(self, *, failures_only: bool) -> None:
        config = {
            **self._config(),
            "on_delivery": self._tally.report,
            "delivery.report.only.error": failures_only,
            "error_cb": self._tally.note,
        }
        self._client = Client(config, logger=LIBRARY_LOGGER)
        self._failures_only = failures_only
        self._produce: Callable[..., object] = self._client.produce
        # For a producer that nobody closes: runs at exit, and when it is collected.
        self._finalizer = weakref.finalize(self, abandon, self._client, self._tally, self._flush_seconds)

    def send(
        self, value: bytes, key: bytes, on_delivery: OnDelivery | None = None, headers: Headers | None = None
    ) -> None:
        """Take one message. Whatever this raises, the message was not taken.

        Raises QueueFullError, MessageTooLargeError, ProducerStoppedError, TopicError, KafkaError.
        """
        report = None if on_delivery is None else self._report_to(on_delivery)
        # The client library's positional arguments; the second None and the 0 leave the time stamp to it.
        message: tuple[object, ...] = (self.topic, value, key, ANY_PARTITION, report)
        if headers is not None:
            message += (None, 0, list(headers))
        try:
            self._produce(*message)
        except BufferError:
            self._send_when_room(message)
        except KafkaException as error:
            raise self._refusal(client_error(error), message) from None
        except RuntimeError:
            # The client was closed between the look at self._produce and the call.
            self._produce_after_switch(*message)
        self._published()
        if monotonic() > self._next_serve:
            self._serve()

    def _report_to(self, on_delivery: OnDelivery) -> Report:
        if self._failures_only:
            self._report_successes()
        return self._tally.report_to(on_delivery)

    def _report_successes(self) -> None:
        """From now on the client reports what is delivered, too.

        The library decides that when a client is made, and such a report costs a sixth of the time that publishing
        takes: so only programs that ask for reports pay. The first client ends before the second begins; the order of
        messages is kept. Raises QueueFullError when the first one cannot end in time.
        """
        with self._switching:
            if not self._failures_only or not self._finalizer.alive:
                return
            produce = self._produce
            self._produce = self._produce_after_switch
            try:
                drain(self._client, self._serve, self._patience)
                if len(self._client):
                    raise queue_full(self.topic, self._patience)
                if self._produce != self._produce_after_switch:
                    self._produce()  # refuses: the client met a fatal error meanwhile
            finally:
                if self._produce == self._produce_after_switch:
                    self._produce = produce
            with interrupt_held():  # in between there is no client
                self._finalizer.detach()
                self._client.close()
                self._tally.count_deliveries()
                self._open(failures_only=False)

    def _produce_after_switch(self, *message: object) -> None:
        """Where other threads wait while the clients are exchanged."""
        with self._switching:
            pass
        self._produce(*message)

    def poll(self, timeout: float = 0.0) -> None:
        """Serve delivery reports, waiting up to `timeout` seconds for the first. Callbacks run in here."""
        self._refuse_when_over()
        self._serve(timeout)

    def stats(self) -> Stats:
        """Counts of messages so far."""
        return self._tally.stats(len(self._client))

    def flush(self, timeout: float | None = None) -> None:
        """Every message taken so far is acknowledged afterwards.

        Waits up to `timeout` seconds; by default until the client itself gives up on the last of them. Raises
        DeliveryError for all messages that failed since the last flush or are still waiting, else the first exception
        that an `on_delivery` callback raised. What was raised once is not raised again.
        """
        self._refuse_when_over()
        drain(self._client, self._serve, self._flush_seconds if timeout is None else timeout)
        self._tally.raise_problems(self._tally.stats(waiting).waiting if (waiting := len(self._client)) else 0)

    def close(self, timeout: float | None = None) -> None:
        """Flush, then give up on what is left, and refuse everything from now on. Raises what `flush` raises.

        Bounded: after `timeout` seconds messages without an acknowledgement are purged and fail as maybe stored.
        Safe to call twice; does nothing after a fork.
        """
        if self._pid != os.getpid() or not self._finalizer.detach():
            return
        try:
            self._finish(self._flush_seconds if timeout is None else timeout)
        except BaseException:
            say_failures(self._tally, "close() was interrupted")
            raise
        self._tally.raise_problems(0)

    def _finish(self, seconds: float) -> None:
        try:
            drain(self._client, self._serve, seconds)
        finally:
            self._refuse("the producer is closed")
            with interrupt_held():  # what is given up here is in memory, so this is soon done
                purge(self._client, self._serve)
                self._end()

    def _end(self) -> None:
        self._client.close()

    def _serve(self, timeout: float = 0.0) -> None:
        """A fatal error is raised here once, then come the reports of what it cost."""
        try:
            wait_in_slices(self._client.poll, timeout)
        except KafkaException as error:
            self._refuse_after(client_error(error))
        except RuntimeError:
            # Another thread closed this client; nothing waits in it.
            pass
        self._next_serve = monotonic() + SERVE_SECONDS

    def _send_when_room(self, message: tuple[object, ...]) -> None:
        """The queue is full: serve reports until there is room, or the patience ends."""
        deadline = monotonic() + self._patience
        while True:
            left = deadline - monotonic()
            self._serve(min(SLICE, max(0.0, left)))
            try:
                self._produce(*message)
            except RuntimeError:
                continue
            except BufferError:
                if left <= 0:
                    raise queue_full(self.topic, self._patience) from None
            except KafkaException as error:
                raise self._refusal(client_error(error), message) from None
            else:
                return

    def _refusal(self, error: ClientError, message: tuple[object, ...]) -> KafkaError:
        """Why the client did not take a message."""
        if error.code() == ClientError.MSG_SIZE_TOO_LARGE:
            return too_large(self.topic, message[1:], self._limit)
        if error.code() == ClientError._FATAL or error.fatal():
            return self._fate() or self._refuse_after(error)
        return translate(error, f"cannot publish to topic {self.topic}")

    def _fate(self) -> ProducerStoppedError | None:
        """What a dead client died of. It says so once, to whoever serves its reports, and elsewhere only that it is
        dead: another producer that took over calls for something else than a broker's fault.
        """
        deadline = monotonic() + FATE_SECONDS
        while self._over is None and monotonic() < deadline:
            self._serve(SLICE)
        return None if self._over is None else self._over()

    def _refuse_after(self, error: ClientError) -> ProducerStoppedError:
        return self._refuse(FATAL, error.name())

    def _refuse(
        self, why: str, code: str | None = None, kind: type[ProducerStoppedError] = ProducerStoppedError
    ) -> ProducerStoppedError:
        """No message is taken any more, for the reason that is returned. Costs nothing while all is well: the method
        itself is exchanged.
        """
        text = f"cannot publish to {self.topic}: {why}"

        def over() -> ProducerStoppedError:
            return kind(text, code=code)

        def refuse(*_: object) -> NoReturn:
            raise over()

        self._over = over
        self._produce = refuse
        return over()

    def _refuse_when_over(self) -> None:
        if self._pid != os.getpid() or not self._finalizer.alive:
            self._produce()

    def orphan(self) -> None:
        """In a forked child: the threads that would send anything stayed behind."""
        self._finalizer.detach()
        self._refuse("the producer was made before a fork; make one in the child process")
