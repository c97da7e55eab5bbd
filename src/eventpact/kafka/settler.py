"""One record, one try: read it, hand it over, judge what came of it, act. The offset moves only when this says so."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final, Generic, TypeVar, assert_never

from eventpact.dead_letter import Stage
from eventpact.errors import WorkerStopped
from eventpact.kafka.clock import Clock
from eventpact.kafka.dead_letters import DeadLetterWriter
from eventpact.kafka.diagnosis import class_name, code_place, diagnose, tenant_of
from eventpact.kafka.gate import Gate
from eventpact.kafka.holding import Holding
from eventpact.kafka.intake import Intake
from eventpact.kafka.judge import Again, Bury, Failure, HeadersUnreadable, Stop, Wait, judge
from eventpact.kafka.policy import Policy
from eventpact.kafka.progress import Progress
from eventpact.kafka.ratio import DeadLetterRatio
from eventpact.kafka.record import Record
from eventpact.kafka.stats import WorkerStats

if TYPE_CHECKING:
    from confluent_kafka import Message


__all__ = ["Settler"]

E = TypeVar("E")
LOG: Final = logging.getLogger(__name__)
JITTER: Final = 0.25
"""Probes of many workers must not fall together: up to this share is added to a wait."""


class Settler(Generic[E]):
    """Settles the first record of a holding. `letters` is `None` when the contract has no dead-letter topic."""

    def __init__(
        self,
        *,
        intake: Intake[E],
        handler: Callable[..., object],
        with_record: bool,
        letters: DeadLetterWriter | None,
        key_of: Callable[[E], str],
        policy: Policy,
        clock: Clock,
        stats: WorkerStats,
    ) -> None:
        self.gate = Gate()
        self._intake = intake
        self._handler = handler
        self._with_record = with_record
        self._letters = letters
        self._key_of = key_of
        self._policy = policy
        self._clock = clock
        self._stats = stats
        self._ratio = DeadLetterRatio(policy)

    def settle(self, holding: Holding) -> bool:
        """Try `holding.buffer[0]` once. True when it is through: handled, or its dead letter is on its way.

        Raises:
            WorkerStopped: the record may neither be settled nor stepped over.
        """
        message = holding.buffer[0]
        failure = self._try(message, holding.attempt)
        if failure is not None:
            return self._act(holding, message, failure)
        holding.progress.settle(message.offset() or 0)
        holding.pop()
        self._stats.handled += 1
        self._ratio.note(buried=False)
        self.gate.open()
        return True

    def _try(self, message: Message, attempt: int) -> Failure[E] | None:
        read = self._intake.read(message.value())
        if isinstance(read, Failure):
            return read
        schema_id, event = read
        try:
            if self._with_record:
                record = Record.of(message, schema_id, attempt)
                if record.headers_unreadable:
                    return Failure(Stage.FRAMING, HeadersUnreadable(), schema_id, event)
                self._handler(event, record)
            else:
                self._handler(event)
        except BaseException as error:
            return Failure(Stage.HANDLER, error, schema_id, event)
        return None

    def _act(self, holding: Holding, message: Message, failure: Failure[E]) -> bool:
        record = Record.of(message, failure.schema_id, holding.attempt)
        if holding.first_failed_ms is None:
            holding.first_failed_ms = self._clock.wall_ms()
        now = self._clock.monotonic()
        verdict = judge(failure, holding.attempt, self._policy)
        name, at = class_name(failure.error), code_place(failure.error.__traceback__) or "unknown place"
        match verdict:
            case Again(delay):
                self.gate.open()
                self._stats.retries += 1
                holding.attempt += 1
                holding.due = now + delay
                LOG.warning("%s: %s (%s), attempt %d follows in %.1f s", record.place, name, at, holding.attempt, delay)
                return False
            case Wait(code, everything):
                self._stats.waits += 1
                holding.waits += 1
                delay = self._policy.probe_delay(holding.waits) * (1 + JITTER * random.random())  # noqa: S311
                if everything:
                    self.gate.shut(now, delay)
                else:
                    holding.wait(now, delay)
                LOG.warning("%s: waiting %.1f s, %s (%s)", record.place, delay, code, name)
                return False
            case Bury():
                self.gate.open()
                self._bury(holding, record, failure, verdict)
                return True
            case Stop(code, text):
                raise WorkerStopped(f"{record.place}: {text} ({name}, {at})", code=code) from None
            case _:
                assert_never(verdict)

    def _bury(self, holding: Holding, record: Record, failure: Failure[E], bury: Bury) -> None:
        if self._letters is None:
            raise WorkerStopped(
                f"{record.place}: {bury.reason} ({class_name(failure.error)}), and the contract has no dead letters",
                code=bury.code,
            ) from None
        self._ratio.note(buried=True)
        if self._ratio.exceeded:
            raise WorkerStopped(
                f"{record.place}: too many of the last records would be dead letters, the last one for {bury.reason}; "
                "is this worker connected to the right registry?",
                code="dead-letter-ratio",
            ) from None
        tenant = tenant_of(None if failure.event is None else self._key_of(failure.event), record.key)
        diagnosis = diagnose(bury, failure, tenant)
        first_failed_ms = holding.first_failed_ms or 0
        LOG.warning("%s: dead-lettered as %s: %s", record.place, diagnosis.reason, diagnosis.summary)
        holding.progress.bury(record.offset)
        self._letters.write(
            record,
            diagnosis,
            first_failed_ms,
            self._clock.wall_ms(),
            partial(self._reported, holding.progress, record.offset),
        )
        holding.pop()

    def _reported(self, progress: Progress, offset: int, error: str | None) -> None:
        progress.confirm(offset, error)
        self._stats.dead_lettered += error is None
