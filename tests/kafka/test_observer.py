"""Observers: what they are told, and that they cannot harm in silence."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from time import monotonic

import pytest

from eventpact import errors
from eventpact.kafka.handler import Reject, Retry, Unavailable, handle_batch
from eventpact.kafka.observer import Settled
from eventpact.kafka.record import Record
from ingestion_events import IngestionEvent
from tests.kafka.test_concurrency import put
from tests.kafka.world import DEAD_LETTERS, LIMIT, SWIFT, TOPIC, Ledger, World, number_of, with_attempts


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


class Told:
    """An observer that keeps what it is told."""

    def __init__(self) -> None:
        self.handled: list[tuple[str, ...]] = []
        self.raised: list[str] = []
        self.settled_list: list[Settled] = []

    @contextmanager
    def handling(self, records: Sequence[Record]) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            self.raised.append(type(error).__name__)
            raise
        finally:
            self.handled.append(tuple(record.place for record in records))

    def settled(self, settled: Settled) -> None:
        self.settled_list.append(settled)

    def outcomes(self) -> list[tuple[int, str, str]]:
        return [(one.offset, one.outcome, one.reason) for one in self.settled_list]


@pytest.mark.parametrize("concurrency", [1, 3])
def test_an_observer_hears_of_every_try(world: World, concurrency: int) -> None:
    told, ledger, tried = Told(), Ledger(), set[int]()

    def handle(handled: IngestionEvent) -> None:
        number = number_of(handled)
        if number in {1, 2, 3} and number not in tried:
            tried.add(number)
            raise {1: Retry, 2: Unavailable, 3: Reject}[number]
        ledger.write(handled)

    put(world, 0, 1, 2, 3, owner=5)
    world.put(b"junk", partition=0)
    with world.running(handle, observer=told, concurrency=concurrency):
        world.letters(2)
        ledger.wait(3)

    assert [outcome for outcome in told.outcomes() if outcome[0] < 4] == [
        (0, "handled", ""),
        (1, "retried", "HANDLER"),
        (1, "handled", ""),
        (2, "waited", "unavailable"),
        (2, "handled", ""),
        (3, "dead_lettered", "REJECTED"),
    ]
    assert [outcome for outcome in told.outcomes() if outcome[0] == 4] == [(4, "dead_lettered", "UNDECODABLE")]
    assert sorted(told.raised) == ["Reject", "Retry", "Unavailable"]
    assert all(len(places) == 1 for places in told.handled)
    assert {one.schema_id for one in told.settled_list if one.offset < 4} == {world.schema_id}
    assert all(one.topic == TOPIC and one.partition == 0 and one.seconds >= 0 for one in told.settled_list)


def test_of_a_batch_it_hears_of_every_record(world: World) -> None:
    told, ledger = Told(), Ledger()

    def handle(events: Sequence[IngestionEvent]) -> None:
        for one in events:
            ledger.write(one)

    put(world, *range(10), owner=5)
    with world.running(handle_batch(handle, size=4), observer=told):
        ledger.wait(10)

    assert [one.offset for one in told.settled_list] == list(range(10))
    assert [place for places in told.handled for place in places] == [f"{TOPIC}[0]@{offset}" for offset in range(10)]


class Broken:
    """Raises where it is told to."""

    def __init__(self, where: str) -> None:
        self._where = where

    def handling(self, records: Sequence[Record]) -> AbstractContextManager[None]:
        if self._where == "handling":
            raise ValueError
        if self._where == "enter":
            return Raising()
        return nullcontext() if self._where == "settled" else None  # type: ignore[return-value] # what is forgotten

    def settled(self, settled: Settled) -> None:
        if self._where == "settled":
            raise ValueError


class Raising(AbstractContextManager[None]):
    def __enter__(self) -> None:
        raise ValueError

    def __exit__(self, *_: object) -> None: ...


@pytest.mark.parametrize("where", ["handling", "enter", "settled", "no context"])
@pytest.mark.parametrize("concurrency", [1, 2])
def test_an_observer_that_fails_stops_the_worker_and_blames_no_record(
    world: World, where: str, concurrency: int
) -> None:
    put(world, 0)
    error = world.failing(lambda event: None, observer=Broken(where), policy=with_attempts(1), concurrency=concurrency)

    assert isinstance(error, errors.WorkerStopped)
    assert error.code == "observer"
    assert world.stored(DEAD_LETTERS) == 0
    assert world.committed() == {}


def test_an_observer_that_hangs_is_told_of(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """As a handler is, and in the end it ends the process as well."""

    class Slow(Told):
        def settled(self, settled: Settled) -> None:
            deadline = monotonic() + LIMIT
            while "the observer has worked" not in caplog.text:
                assert monotonic() < deadline
                threading.Event().wait(0.01)
            super().settled(settled)

    ledger = Ledger()
    put(world, 0)
    with world.running(ledger.write, observer=Slow(), policy=replace(SWIFT, handler_warning=0.05)):
        ledger.wait(1)

    assert f"{TOPIC}[0]@0: the observer has worked" in caplog.text
    assert "in test_an_observer_that_hangs" in caplog.text


def test_an_observer_sees_the_thread_that_calls_the_handler(world: World) -> None:
    """Context that it sets there is seen by the handler."""
    local = threading.local()
    seen: list[str] = []
    ledger = Ledger()

    class Setting(Told):
        @contextmanager
        def handling(self, records: Sequence[Record]) -> Iterator[None]:
            local.span = records[0].place
            yield

    def handle(handled: IngestionEvent) -> None:
        seen.append(local.span)
        ledger.write(handled)

    put(world, 0, 1, 2)
    with world.running(handle, observer=Setting(), concurrency=2):
        ledger.wait(3)

    assert sorted(seen) == [f"{TOPIC}[0]@{offset}" for offset in range(3)]
