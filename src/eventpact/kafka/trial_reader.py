"""Which records of a lane are tried together, and what the handler is to be called with."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from eventpact.dead_letter import Stage
from eventpact.ids import SchemaId
from eventpact.kafka.caller import Caller
from eventpact.kafka.intake import Intake
from eventpact.kafka.judge import Crashed, Failure, HeadersUnreadable
from eventpact.kafka.lane import Lane
from eventpact.kafka.policy import Policy
from eventpact.kafka.record import Record
from eventpact.kafka.trial import Trial

if TYPE_CHECKING:
    from confluent_kafka import Message

__all__ = ["TrialReader"]

E = TypeVar("E")


class TrialReader(Generic[E]):
    """Not thread-safe: one worker, one loop."""

    def __init__(self, intake: Intake[E], caller: Caller[E], policy: Policy) -> None:
        self._intake = intake
        self._caller = caller
        self._crash_limit = policy.crash_limit

    def read(self, lane: Lane, *, alone: bool) -> Trial[E]:
        """The lane's next trial: one event, or for a handler of batches all that can be read and, unless `alone`, may
        go together. With a `failure` when the first record cannot be read.
        """
        trial: Trial[E] = Trial(lane)
        most = 1 if alone or lane.alone else self._caller.most
        for message in islice(lane.buffer, most):
            read = self._read_one(lane, message)
            if isinstance(read, Failure):
                if not trial.messages:
                    trial.messages.append(message)
                    trial.failure = read
                break
            schema_id, event, record = read
            trial.messages.append(message)
            trial.schema_ids.append(schema_id)
            trial.events.append(event)
            if record is not None:
                trial.records.append(record)
        return trial

    def _read_one(self, lane: Lane, message: Message) -> tuple[SchemaId, E, Record | None] | Failure[E]:
        if lane.holding.condemns(message, self._crash_limit):
            return Failure(Stage.CRASH, Crashed())
        read = self._intake.read(message.value())
        if isinstance(read, Failure):
            return read
        schema_id, event = read
        if not self._caller.with_records:
            return schema_id, event, None
        record = Record.of(message, schema_id, lane.attempt)
        if record.headers_unreadable and self._caller.takes_records:
            return Failure(Stage.FRAMING, HeadersUnreadable(), schema_id, event)
        return schema_id, event, record
