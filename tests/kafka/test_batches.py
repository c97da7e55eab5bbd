"""Handlers of batches: what they get, and whom a failure is blamed on."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from eventpact.dead_letter import Reason
from eventpact.kafka.handler import BatchFailed, Reject, Retry, Unavailable, handle_batch
from eventpact.kafka.record import Record
from ingestion_events import IngestionEvent
from tests.kafka.test_concurrency import put
from tests.kafka.world import DEAD_LETTERS, SWIFT, Ledger, World, event, number_of


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


class Batches:
    """What a handler of batches was called with; a failure is made by `fail`."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.calls: list[list[int]] = []

    def handle(self, events: Sequence[IngestionEvent]) -> None:
        numbers = [number_of(one) for one in events]
        self.calls.append(numbers)
        self.fail(numbers)
        for one in events:
            self.ledger.write(one)

    def fail(self, numbers: list[int]) -> None:
        """Nothing fails."""


def test_events_come_in_order_up_to_the_size(world: World) -> None:
    batches = Batches()
    put(world, *range(25), owner=1)
    with world.running(handle_batch(batches.handle, size=10)):
        batches.ledger.wait(25)

    assert batches.ledger.numbers == list(range(25))
    assert max(map(len, batches.calls)) == 10
    assert world.committed() == {0: 25}


def test_a_batch_handler_may_ask_for_the_records(world: World) -> None:
    places: list[str] = []
    done = threading.Event()

    def handle(events: Sequence[IngestionEvent], records: Sequence[Record]) -> None:
        places.extend(record.place for record in records)
        assert len(events) == len(records)
        if len(places) == 5:
            done.set()

    put(world, *range(5), owner=1)
    with world.running(handle_batch(handle)):
        assert done.wait(30)

    assert places == [f"ingestion-events[0]@{offset}" for offset in range(5)]


def test_the_one_that_the_handler_names_is_judged_and_those_before_it_are_handled(world: World) -> None:
    """Nothing comes twice: neither those before it nor those behind."""
    ledger = Ledger()

    def handle(events: Sequence[IngestionEvent]) -> None:
        for index, one in enumerate(events):
            if number_of(one) == 4:
                raise BatchFailed(index) from Reject()
            ledger.write(one)

    put(world, *range(10), owner=1)
    with world.running(handle_batch(handle)):
        ledger.wait(9)
        (letter,) = world.letters(1)

    assert letter.reason == Reason.REJECTED
    assert letter.original_offset == 4
    assert ledger.numbers == [0, 1, 2, 3, 5, 6, 7, 8, 9]
    assert world.committed() == {0: 10}


@pytest.mark.parametrize("cause", [ValueError(), Retry()], ids=lambda cause: type(cause).__name__)
def test_the_one_that_is_named_has_as_many_attempts_as_if_it_had_come_alone(world: World, cause: Exception) -> None:
    """Also when it is the first of its batch, where nothing before it is handled."""
    ledger, named = Ledger(), list[int]()

    def handle(events: Sequence[IngestionEvent]) -> None:
        for index, one in enumerate(events):
            if number_of(one) == 2:
                named.append(index)
                raise BatchFailed(index) from cause
            ledger.write(one)

    put(world, *range(5), owner=1)
    with world.running(handle_batch(handle), policy=replace(SWIFT, attempts=3)):
        ledger.wait(4)
        (letter,) = world.letters(1)

    assert letter.original_offset == 2
    assert ledger.numbers == [0, 1, 3, 4]
    assert len(named) == 3
    assert world.committed() == {0: 5}


@pytest.mark.parametrize("concurrency", [1, 3])
@pytest.mark.parametrize("index", [-1, 99, None, 1.0])
def test_an_index_that_names_nobody_blames_the_batch(world: World, index: Any, concurrency: int) -> None:
    class Wrong(Batches):
        def fail(self, numbers: list[int]) -> None:
            if len(numbers) > 1:
                raise BatchFailed(index)

    batches = Wrong()
    put(world, *range(4), owner=1)
    with world.running(handle_batch(batches.handle), concurrency=concurrency):
        batches.ledger.wait(4)

    assert batches.ledger.numbers == [0, 1, 2, 3]
    assert world.stored(DEAD_LETTERS) == 0


def test_when_nobody_is_named_they_come_one_by_one_and_the_bad_one_is_found(world: World) -> None:
    class Silent(Batches):
        def fail(self, numbers: list[int]) -> None:
            if 3 in numbers:
                raise ValueError

    batches = Silent()
    put(world, *range(8), owner=1)
    with world.running(handle_batch(batches.handle), policy=replace(SWIFT, attempts=2)):
        batches.ledger.wait(7)
        (letter,) = world.letters(1)

    assert letter.reason == Reason.HANDLER
    assert letter.original_offset == 3
    assert batches.ledger.numbers == [0, 1, 2, 4, 5, 6, 7]
    assert [call for call in batches.calls if 3 in call and len(call) == 1] == [[3], [3]]
    assert world.committed() == {0: 8}


def test_an_outage_holds_the_whole_batch(world: World) -> None:
    class Down(Batches):
        def fail(self, numbers: list[int]) -> None:
            if len(self.calls) < 3:
                raise Unavailable

    batches = Down()
    put(world, *range(6), owner=1)
    with world.running(handle_batch(batches.handle)):
        batches.ledger.wait(6)

    assert batches.ledger.numbers == list(range(6))
    assert world.stored(DEAD_LETTERS) == 0


def test_a_record_that_cannot_be_read_ends_the_batch_before_it(world: World) -> None:
    batches = Batches()
    put(world, 0, 1, owner=1)
    world.put(b"junk", partition=0)
    put(world, 3, 4, owner=1)
    with world.running(handle_batch(batches.handle)) as run:
        batches.ledger.wait(4)
        (letter,) = world.letters(1)
        retries = run.worker.stats().retries

    assert letter.original_offset == 2
    assert retries == 0
    assert all({1, 3} - set(call) for call in batches.calls)
    assert world.committed() == {0: 5}


def test_with_concurrency_a_batch_holds_one_tenant(world: World) -> None:
    batches = Batches()
    put(world, *range(0, 40, 2), owner=1)
    put(world, *range(1, 40, 2), owner=2)
    with world.running(handle_batch(batches.handle, size=5), concurrency=2):
        batches.ledger.wait(40)

    assert all(len({number % 2 for number in call}) == 1 for call in batches.calls)
    assert [number for number in batches.ledger.numbers if number % 2] == list(range(1, 40, 2))
    assert world.committed() == {0: 40}


def test_a_batch_has_a_size() -> None:
    with pytest.raises(ValueError, match="size"):
        handle_batch(print, size=0)


async def coroutine(events: Sequence[IngestionEvent]) -> None:
    """Calling it handles nothing."""


def test_a_batch_handler_that_would_handle_nothing_is_refused(world: World) -> None:
    with pytest.raises(TypeError, match="plain function"):
        world.worker(handle_batch(coroutine))


def test_an_event_is_what_it_was(world: World) -> None:
    """The events of a batch are those that were published."""
    seen: list[IngestionEvent] = []
    put(world, 7, owner=1)
    done = threading.Event()

    def handle(events: Sequence[IngestionEvent]) -> None:
        seen.extend(events)
        done.set()

    with world.running(handle_batch(handle)):
        assert done.wait(30)

    assert seen == [event(7, owner=1)]
