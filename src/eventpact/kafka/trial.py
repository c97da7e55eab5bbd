"""One try with the first records of a lane: what the handler is called with, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from eventpact.ids import SchemaId
from eventpact.kafka.judge import Failure
from eventpact.kafka.lane import Lane
from eventpact.kafka.record import Record

if TYPE_CHECKING:
    from confluent_kafka import Message

__all__ = ["Trial"]

E = TypeVar("E")


@dataclass(slots=True, eq=False)
class Trial(Generic[E]):
    """Made by the loop's thread; between `Caller.call`'s begin and end it belongs to the thread that calls.

    Attributes:
        messages, events, schema_ids: one each per record; more than one only for a handler of batches.
        records: the same, where the handler or an observer wants them.
        failure: what the call raised, `None` when all went well.
        named: the index of the one event that a `BatchFailed` names; the failure is then that event's alone.
        seconds: how long the handler worked.
    """

    lane: Lane
    messages: list[Message] = field(default_factory=list)
    events: list[E] = field(default_factory=list)
    schema_ids: list[SchemaId] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    failure: Failure[E] | None = None
    named: int | None = None
    seconds: float = 0.0

    def take_failure(self) -> Failure[E] | None:
        """The failure, which the trial forgets: an error's traceback holds the frames that hold the trial, a circle
        with the client library's messages in it.
        """
        failure, self.failure = self.failure, None
        return failure
