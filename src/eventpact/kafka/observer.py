"""Whoever wants to watch a worker: metrics, traces. A port; what it costs is paid only by those who pass one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from eventpact.ids import SchemaId

if TYPE_CHECKING:
    from eventpact.kafka.record import Record

__all__ = ["Observer", "Outcome", "Settled"]

Outcome: TypeAlias = Literal["handled", "dead_lettered", "retried", "waited"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What came of one try with one record. Nothing in it is payload, and every text is from a closed set.

    Attributes:
        topic, partition, offset: where the record stands.
        schema_id: the writer's schema, `None` when the value has no frame.
        outcome: what the worker did.
        reason: the dead letter's reason, or the code of a retry or a wait; empty for `handled`.
        seconds: how long the handler worked; 0 when it was not called.
    """

    topic: str
    partition: int
    offset: int
    schema_id: SchemaId | None
    outcome: Outcome
    reason: str = ""
    seconds: float = 0.0


class Observer(Protocol):
    """Told what a worker does, in the thread that does it: with concurrency, in several at once.

    It must be quick. What it raises stops the worker, as it would hide what it is there to show.
    """

    def handling(self, records: Sequence[Record]) -> AbstractContextManager[object]:
        """Entered before the handler is called with these records, one unless it handles batches; left afterwards,
        with the handler's exception if it raised one, which it must not suppress.
        """
        ...

    def settled(self, settled: Settled) -> None:
        """One try is over."""
        ...
