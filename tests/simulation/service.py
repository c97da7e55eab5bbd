"""What a worker works with: a service's handler, its registry, its dead-letter topic, and threads that are none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from eventpact.dead_letter import Stage
from eventpact.errors import DecodeError, UnavailableError
from eventpact.ids import SchemaId
from eventpact.kafka.diagnosis import Diagnosis
from eventpact.kafka.handler import BatchFailed, Handler, Reject, Retry, Unavailable, handle_batch
from eventpact.kafka.judge import Failure
from eventpact.kafka.letter_producer import Report
from eventpact.kafka.record import Record
from eventpact.kafka.trial import Trial
from tests.simulation.broker import Broker
from tests.simulation.death import Death

__all__ = ["SimulatedCrew", "SimulatedIntake", "SimulatedLetters", "SimulatedService"]

SCHEMA = SchemaId(1)
Number: TypeAlias = int
"""An event: the number of its record."""


class SimulatedIntake:
    """Some records nobody can decode, of others the schema is unavailable now and then."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def read(self, value: bytes) -> tuple[SchemaId, Number] | Failure[Number]:
        number = int(value)
        if number % 17 == 3:
            return Failure(Stage.DECODE, DecodeError("no event", path="$"), SCHEMA)
        if number % 19 == 4 and self._broker.chance(0.5):
            return Failure(Stage.SCHEMA, UnavailableError("no registry"), SCHEMA)
        return SCHEMA, number


class SimulatedService:
    """The handler, with the watchdog around it: where a process dies in a handler, its `end` never returns."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._dying = False

    @property
    def handler(self) -> Handler[Number]:
        size = self._broker.plan.batch
        return handle_batch(self._handle_all, size) if size else self._handle

    def begin(self, message: object, what: str = "") -> None:
        del message, what

    def end(self) -> float:
        if self._dying:
            raise Death("in the handler")
        return 0.0

    def _handle(self, number: Number) -> None:
        broker = self._broker
        fate = 1.0 if broker.quiet else broker.dice.random()
        if (broker.plan.deadly and number % 53 == 7) or fate < 0.005:
            self._dying = True
            raise Death
        if fate < 0.1:
            raise ValueError
        if fate < 0.15:
            raise Retry
        if fate < 0.18:
            raise Unavailable
        if fate < 0.2:
            raise Reject
        if fate < 0.205:
            raise KeyboardInterrupt
        broker.handled(number)

    def _handle_all(self, numbers: Sequence[Number]) -> None:
        dice = self._broker.dice
        for index, number in enumerate(numbers):
            try:
                self._handle(number)
            except Exception as error:
                if dice.random() < 0.4:
                    raise
                named = index if dice.random() < 0.9 else 99
                raise BatchFailed(named) from (error if dice.random() < 0.8 else None)


class SimulatedLetters:
    """Reports come late, say that it failed, or do not come at all until the letters are given up."""

    topic = "events-dlq"

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._pending: list[tuple[Number, Report]] = []

    def write(self, record: Record, diagnosis: Diagnosis, first_failed_ms: int, failed_ms: int, report: Report) -> None:
        del first_failed_ms, failed_ms
        number = int(record.value or b"")
        self._pending.append((number, report))
        self._broker.buried.add(number)
        self._broker.tell(f"dead letter for {record.partition}@{record.offset}: {diagnosis.reason}")

    def flush(self, budget: float) -> int:
        del budget
        pending, self._pending = self._pending, []
        for number, report in pending:
            fate = 0.0 if self._broker.quiet else self._broker.dice.random()
            if fate < 0.8:
                self._broker.settled.add(number)
                report(None)
            elif fate < 0.98:
                self._pending.append((number, report))
            else:
                self._broker.tell(f"the dead letter for record {number} is not stored")
                report("_MSG_TIMED_OUT")
        return len(self._pending)

    def abandon(self) -> None:
        pending, self._pending = self._pending, []
        for _, report in pending:
            report("_PURGE_QUEUE")


class SimulatedCrew:
    """Trials are over in any order, some late."""

    size = 4

    def __init__(self, broker: Broker, call: Callable[[Trial[Number]], None]) -> None:
        self._broker = broker
        self._call = call
        self._work: list[Trial[Number]] = []

    @property
    def in_flight(self) -> int:
        return len(self._work)

    def submit(self, trial: Trial[Number]) -> None:
        self._work.append(trial)

    def finished(self, timeout: float) -> list[Trial[Number]]:
        dice = self._broker.dice
        dice.shuffle(self._work)
        count = dice.randint(0, len(self._work))
        over, self._work = self._work[:count], self._work[count:]
        for trial in over:
            self._call(trial)
        self._broker.sleep(0.001 if over else timeout)
        return over
