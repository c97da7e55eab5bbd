"""Several observers at once: each is told, the first encloses the others, and a failure reaches them all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

import pytest

from eventpact.kafka.observer import Settled
from eventpact.kafka.record import Record
from eventpact.observe import Observers

RECORD = Record(topic="t", partition=0, offset=0, key=None, value=None, headers=())


class Noting:
    """Writes down what it is told."""

    def __init__(self, name: str, notes: list[str]) -> None:
        self.name = name
        self.notes = notes

    def handling(self, records: Sequence[Record]) -> AbstractContextManager[object]:
        return self._noting(records)

    def settled(self, settled: Settled) -> None:
        self.notes.append(f"{self.name} {settled.outcome}")

    @contextmanager
    def _noting(self, records: Sequence[Record]) -> Iterator[None]:
        self.notes.append(f"{self.name} in {len(records)}")
        try:
            yield
        except ValueError:
            self.notes.append(f"{self.name} failed")
            raise
        self.notes.append(f"{self.name} out")


def test_the_first_encloses_the_others_and_all_are_told() -> None:
    notes: list[str] = []
    observers = Observers(Noting("a", notes), Noting("b", notes))
    with observers.handling([RECORD, RECORD]):
        notes.append("work")
    observers.settled(Settled(topic="t", partition=0, offset=0, schema_id=None, outcome="handled"))

    assert notes == ["a in 2", "b in 2", "work", "b out", "a out", "a handled", "b handled"]


def test_a_failure_reaches_them_all_and_goes_on() -> None:
    notes: list[str] = []
    with (
        pytest.raises(ValueError, match="mine"),
        Observers(Noting("a", notes), Noting("b", notes)).handling([RECORD]),
    ):
        raise ValueError("mine")

    assert notes == ["a in 1", "b in 1", "b failed", "a failed"]
