"""What the loop asks of those that settle records: a worker's settler or a processor's, and a writer of letters."""

from __future__ import annotations

from typing import Protocol

from eventpact.kafka.gate import Gate
from eventpact.kafka.lane import Lane

__all__ = ["Letters", "Settles"]


class Settles(Protocol):
    """A settler; see `eventpact.kafka.settler`."""

    gate: Gate
    careful: bool
    """One record at a time: one of them may kill the process."""

    @property
    def in_flight(self) -> int: ...

    @property
    def room(self) -> bool: ...

    def settle(self, lane: Lane) -> None: ...

    def collect(self, timeout: float) -> list[Lane]: ...


class Letters(Protocol):
    """A writer of dead letters."""

    topic: str

    def flush(self, budget: float) -> int: ...

    def abandon(self) -> None: ...
