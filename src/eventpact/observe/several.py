"""One observer made of several, each told in turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager

from eventpact.kafka.observer import Observer, Settled
from eventpact.kafka.record import Record

__all__ = ["Observers"]


class Observers:
    """Tells several observers, the first one first; what the first enters encloses the others."""

    def __init__(self, *observers: Observer) -> None:
        self._observers = observers

    def handling(self, records: Sequence[Record]) -> AbstractContextManager[object]:
        """Entered from the first to the last, left the other way."""
        return self._all(records)

    def settled(self, settled: Settled) -> None:
        """Tell them all."""
        for observer in self._observers:
            observer.settled(settled)

    @contextmanager
    def _all(self, records: Sequence[Record]) -> Iterator[None]:
        with ExitStack() as stack:
            for observer in self._observers:
                stack.enter_context(observer.handling(records))
            yield
