"""Events that count together or not at all, and together with what was read for them."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Final, Protocol

from confluent_kafka import KafkaError as ClientError
from confluent_kafka import KafkaException

from eventpact.errors import FencedError, KafkaError, ProducerStoppedError, TransactionAborted
from eventpact.kafka.config import Config, transactional_config
from eventpact.kafka.leftovers import drain, purge
from eventpact.kafka.outbox import Outbox
from eventpact.kafka.stopping import interrupt_held
from eventpact.kafka.translate import advice, client_error, translate

if TYPE_CHECKING:
    from confluent_kafka import TopicPartition

    from eventpact.kafka.settings import Settings

__all__ = ["Reading", "TransactionalOutbox"]

STEP_SECONDS: Final = 1.0
"""One call into the library; between two of them Python sees signals. Each goes on where the last one stopped."""
BREATH: Final = 0.05
"""Seconds between two calls."""
LONGEST_ID: Final = 249

FENCED: Final = frozenset({ClientError._FENCED, ClientError.PRODUCER_FENCED, ClientError.INVALID_PRODUCER_EPOCH})
TAKEN_OVER: Final = (
    "another producer has begun to use its transactional id, and this one is shut out; end this process, or give each"
    " process an id of its own"
)
UNKNOWN_END: Final = (
    "whether the last transaction was committed is not known; make producer and source anew, the broker tells"
)
NO_TRANSACTION: Final = "no transaction is open; publish inside of `with producer.transaction():`"


class Reading(Protocol):
    """What was read for a transaction: `Source` keeps to this."""

    def offsets(self) -> list[TopicPartition]:
        """Where reading goes on, for each partition with records since the last `settle` or `rewind`."""
        ...

    def membership(self) -> object:
        """The group as the client library's consumer describes it."""
        ...

    def settle(self) -> None:
        """The offsets are committed."""
        ...

    def rewind(self) -> None:
        """They are not: the same records will be read again."""
        ...


class TransactionalOutbox(Outbox):
    """An outbox whose messages count when their transaction is committed. One transaction at a time.

    Made, it has shut out every earlier producer with its transactional id, and ended what that one left open.

    Raises, when it is made: what `Outbox` raises; BrokerUnavailableError where nobody answers, as nothing can be begun.
    """

    switches: ClassVar[bool] = False  # a second client with the same id would shut out the first

    def __init__(self, settings: Settings, topic: str, transactional_id: str) -> None:
        if not transactional_id or len(transactional_id) > LONGEST_ID or not transactional_id.isprintable():
            raise ValueError(f"a transactional id is 1 to {LONGEST_ID} printable characters")
        self._transactional_id = transactional_id
        self._step_limit = settings.producer.transaction_timeout_ms / 1000
        self._running = threading.Lock()
        super().__init__(settings, topic)
        self._tally.count_deliveries()
        try:
            self._repeat(self._client.init_transactions)
        except KafkaException as error:
            self.close(0)
            raise translate(client_error(error), f"cannot begin transactions for topic {topic}") from None
        except BaseException:
            self.close(0)
            raise

    def _end(self) -> None:
        with warnings.catch_warnings():
            # It aborts what is open, and warns where a fatal error, which was told, does not let it.
            warnings.simplefilter("ignore", RuntimeWarning)
            super()._end()

    def _config(self) -> Config:
        return transactional_config(self._settings, self._transactional_id)

    @contextmanager
    def transaction(self, reading: Reading | None = None) -> Iterator[None]:
        """What is sent inside counts when the block ends without an exception, together with the offsets of `reading`.

        Otherwise nothing of it does, and `reading` goes back.

        Raises:
            TransactionAborted: it could not be committed; the same work may be done again.
            FencedError, ProducerStoppedError: this producer is at its end.
        """
        self._begin()
        try:
            try:
                yield
            except BaseException:
                self._abort(reading)
                raise
            self._commit(reading)
        finally:
            self._running.release()

    def _begin(self) -> None:
        self._refuse_when_over()
        self._refuse_when_dead()
        if not self._running.acquire(blocking=False):
            raise KafkaError(f"a transaction for {self.topic} is open already; one at a time", code="_STATE")
        try:
            self._tally.take_failures()  # of the last one: its end has told them
            self._client.begin_transaction()
        except KafkaException as error:
            self._running.release()
            raise self._refusal(client_error(error), ()) from None

    def _commit(self, reading: Reading | None) -> None:
        steps: list[Callable[[], None]] = [self._deliver]
        if reading is not None and (offsets := reading.offsets()):
            steps.append(lambda: self._repeat(self._client.send_offsets_to_transaction, offsets, reading.membership()))
        try:
            for step in steps:
                step()
        except KafkaException as raised:
            error = client_error(raised)
            if error.fatal():
                raise self._refuse_after(error) from None
            self._abort(reading)
            raise self._aborted(f"the offsets were not taken ({error.name()})", error.name()) from None
        except BaseException:
            self._abort(reading)
            raise
        try:
            self._repeat(self._client.commit_transaction)
        except KafkaException as raised:
            error = client_error(raised)
            if error.txn_requires_abort():
                self._abort(reading)
                raise self._aborted(f"the commit was refused ({error.name()})", error.name()) from None
            raise (self._refuse_after(error) if error.fatal() else self._refuse(UNKNOWN_END, error.name())) from None
        except BaseException:
            # Interrupted: the commit may go on without us.
            self._refuse(UNKNOWN_END)
            raise
        if reading is not None:
            reading.settle()

    def _deliver(self) -> None:
        """Every message of the transaction is acknowledged afterwards. Raises TransactionAborted."""
        drain(self._client, self._serve, self._flush_seconds)
        self._refuse_when_dead()
        waiting, failures = len(self._client), self._tally.take_failures()
        if waiting or failures:
            reasons = [f"{count} x {name} {advice(code)}".rstrip() for code, (name, count) in failures.items()]
            reasons += [f"{waiting} without an acknowledgement in time"] if waiting else []
            first = next((name for name, _ in failures.values()), "_TIMED_OUT")
            raise self._aborted(f"not acknowledged by {self.topic}: {'; '.join(reasons)}", first)

    def _refuse_when_dead(self) -> None:
        if self._over is not None:
            raise self._over()

    def _abort(self, reading: Reading | None) -> None:
        """Nothing of the transaction counts afterwards, or this producer is at its end, which ends it as well."""
        try:
            self._repeat(self._client.abort_transaction)
        except KafkaException as raised:
            # Whoever uses the id next ends it; else the broker does, when its time is over.
            self._refuse_after(client_error(raised))
            purge(self._client, self._serve)  # its events are told of here, and not as lost when it is closed
        except RuntimeError:
            pass  # closed inside of the block, which has given it up
        finally:
            self._tally.take_failures()
            if reading is not None:
                reading.rewind()

    def _aborted(self, why: str, code: str | None) -> TransactionAborted:
        self._refuse_when_dead()
        return TransactionAborted(
            f"the transaction was aborted and can be done again, from where its source now stands: {why}", code=code
        )

    def _repeat(self, call: Callable[..., object], *arguments: object) -> None:
        """Call until it succeeds, or fails in a way that time does not heal, or the time for it is over."""
        deadline = monotonic() + self._step_limit
        while True:
            left = deadline - monotonic()
            try:
                with interrupt_held():
                    call(*arguments, min(STEP_SECONDS, max(BREATH, left)))
            except KafkaException as error:
                if not client_error(error).retriable() or left <= 0:
                    raise
                self._serve(BREATH)
            else:
                return

    def _refusal(self, error: ClientError, message: tuple[object, ...]) -> KafkaError:
        if error.code() != ClientError._STATE or error.fatal():
            return super()._refusal(error, message)
        if self._running.locked():
            return TransactionAborted(
                f"the transaction for {self.topic} has failed already and takes no more", code=error.name()
            )
        return KafkaError(f"cannot publish to {self.topic}: {NO_TRANSACTION}", code=error.name())

    def _refuse_after(self, error: ClientError) -> ProducerStoppedError:
        if error.code() in FENCED:
            return self._refuse(TAKEN_OVER, error.name(), FencedError)
        return super()._refuse_after(error)
