"""What a group may live through: coordinators that move, offsets that are gone, dead letters that are slow."""

from __future__ import annotations

import logging
import os
import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from confluent_kafka import KafkaError

from eventpact import errors
from eventpact.dev.broker import Api
from eventpact.kafka.clock import SystemClock
from eventpact.kafka.dead_letters import DeadLetterWriter
from eventpact.kafka.handler import Reject, Retry, Unavailable
from eventpact.kafka.record import Record
from eventpact.kafka.settings import Settings
from ingestion_events import IngestionEvent
from tests.forking import forked
from tests.kafka.world import DEAD_LETTERS, GROUP, SWIFT, TOPIC, Ledger, Running, World, event, number_of


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


@pytest.fixture
def single() -> Iterator[World]:
    """One partition: then offsets are numbers."""
    with World(partitions=1) as made:
        yield made


def test_a_coordinator_that_moves_costs_no_event() -> None:
    ledger = Ledger()
    with World(brokers=3) as world, world.running(ledger.write):
        for coordinator in (1, 2, 3):
            first = 100 * coordinator
            world.broker.set_coordinator(GROUP, coordinator)
            world.publish(*range(first, first + 100))
            ledger.wait_all(range(first, first + 100))
        world.wait_committed(300)


@pytest.mark.parametrize("api", [Api.OFFSET_COMMIT, Api.FIND_COORDINATOR, Api.HEARTBEAT], ids=lambda api: api.name)
def test_a_coordinator_that_is_loading_is_waited_for(world: World, api: Api) -> None:
    ledger = Ledger()
    world.publish(*range(50))
    with world.running(ledger.write):
        world.broker.push_request_errors(api, *[KafkaError.COORDINATOR_LOAD_IN_PROGRESS] * 5)
        ledger.wait_all(range(50))
        world.publish(*range(50, 100))
        ledger.wait_all(range(100))

    assert sum(world.committed().values()) == 100


@pytest.mark.parametrize(
    "code", [KafkaError.UNKNOWN, KafkaError.NETWORK_EXCEPTION, KafkaError.REQUEST_TIMED_OUT], ids=str
)
def test_a_brokers_troubles_with_itself_are_waited_out(world: World, code: int) -> None:
    """More of them than a worker takes of errors that it does not know."""
    ledger = Ledger()
    for partition in range(6):
        world.put(world.encode(event(partition)), partition=partition)
        world.broker.push_partition_errors(TOPIC, partition, Api.FETCH, code, code)
    with world.running(ledger.write) as run:
        ledger.wait(6)
        errors_seen = run.worker.stats().client_errors

    assert errors_seen == 12
    assert sum(world.committed().values()) == 6


def test_a_place_to_start_from_that_is_refused_for_good_stops_the_worker(single: World) -> None:
    single.publish(*range(10))
    single.broker.push_request_errors(Api.OFFSET_FETCH, KafkaError.UNSUPPORTED_VERSION)
    stopped = single.failing(Ledger().write)

    assert isinstance(stopped, errors.WorkerStopped)
    assert stopped.code == "UNSUPPORTED_VERSION"


@pytest.mark.parametrize("code", [KafkaError.UNKNOWN, KafkaError.NOT_COORDINATOR], ids=str)
@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_a_place_to_start_from_that_is_refused_is_asked_for_again(world: World, code: int, protocol: str) -> None:
    """The client library asks once, and would be silent from then on."""
    ledger = Ledger()
    consumer = replace(world.settings.consumer, group_protocol=protocol)
    for partition in range(6):
        world.put(world.encode(event(partition)), partition=partition)
    world.broker.push_request_errors(Api.OFFSET_FETCH, *[code] * 3)
    with world.running(ledger.write, settings=replace(world.settings, consumer=consumer)) as run:
        ledger.wait(6)

    assert run.worker.stats().handled == 6
    assert sum(world.committed().values()) == 6


def test_a_worker_that_does_not_know_where_to_start_is_not_idle_and_soon_not_ready(single: World) -> None:
    """A health check must not take it for one that has nothing to do."""
    single.publish(*range(10))
    single.broker.push_request_errors(Api.OFFSET_FETCH, *[KafkaError.NOT_COORDINATOR] * 100)
    policy = replace(SWIFT, wait=60.0, wait_max=60.0, unready_after=0.2)
    with single.running(Ledger().write, policy=policy) as run:
        while not run.worker.stats().client_errors or run.worker.ready:
            assert not run.ended(0.01)

        assert not run.worker.idle


def test_a_worker_that_lost_its_group_is_not_ready_and_not_idle_until_it_is_back(world: World) -> None:
    """No broker answers for longer than the session lasts."""
    ledger = Ledger()
    world.publish(*range(10))
    with world.running(ledger.write) as run:
        ledger.wait(10)
        world.wait_committed(10)
        world.broker.set_down()
        while health(run) != (False, False):
            assert not run.ended(0.01)
        world.broker.set_up()
        while health(run) != (True, True):
            assert not run.ended(0.01)


def health(run: Running) -> tuple[bool, bool]:
    return run.worker.ready, run.worker.idle


def test_a_place_to_start_from_that_stays_refused_stops_the_worker(single: World) -> None:
    single.publish(*range(10))
    single.broker.push_request_errors(Api.OFFSET_FETCH, *[KafkaError.NOT_COORDINATOR] * 1_000)
    stopped = single.failing(Ledger().write, policy=replace(SWIFT, commit_patience=1.0))

    assert isinstance(stopped, errors.WorkerStopped)
    assert stopped.code == "NOT_COORDINATOR"
    assert "where to start" in str(stopped)


@pytest.mark.parametrize("code", [KafkaError.COORDINATOR_LOAD_IN_PROGRESS, KafkaError.REQUEST_TIMED_OUT], ids=str)
def test_a_place_to_start_from_that_is_asked_for_again_is_waited_for(single: World, code: int) -> None:
    ledger = Ledger()
    single.publish(*range(10))
    single.broker.push_request_errors(Api.OFFSET_FETCH, *[code] * 3)
    with single.running(ledger.write):
        ledger.wait(10)


def reset(settings: Settings) -> Settings:
    """A worker that begins nowhere of its own accord."""
    return replace(settings, consumer=replace(settings.consumer, auto_offset_reset="error"))


def test_a_group_whose_offsets_are_gone_does_not_begin_anywhere_unasked(world: World) -> None:
    """As when the broker has forgotten them; with the default it begins with the oldest record, and repeats."""
    world.publish(*range(10))
    stopped = world.failing(Ledger().write, settings=reset(world.settings))

    assert isinstance(stopped, errors.WorkerStopped)
    assert stopped.code == "_AUTO_OFFSET_RESET"
    assert world.committed() == {}


def lagging(single: World) -> None:
    """Ten are handled; of twenty more, five are deleted before anybody reads them."""
    ledger = Ledger()
    single.publish(*range(10))
    with single.running(ledger.write):
        ledger.wait(10)
    single.publish(*range(10, 30))
    single.broker.delete_records(TOPIC, 0, 15)


def missed(run: Running) -> int:
    """How many records the worker says were deleted unread; the broker is asked in the pass after the gap."""
    while not (count := run.worker.stats().deleted_unread):
        assert not run.ended(0.01)
    return count


def test_records_that_were_deleted_unread_are_counted_and_told(single: World, caplog: pytest.LogCaptureFixture) -> None:
    lagging(single)
    ledger = Ledger()
    with caplog.at_level(logging.ERROR), single.running(ledger.write) as run:
        ledger.wait(15)
        counted = missed(run)

    assert sorted(ledger.numbers) == list(range(15, 30))
    assert counted == 5
    assert f"{TOPIC}[0]: 5 records from offset 10 on were deleted" in caplog.text


def test_records_that_were_deleted_unread_are_counted_by_a_worker_that_stops_at_once(single: World) -> None:
    """Its commit is behind them, so nobody would know later."""
    lagging(single)
    stop = threading.Event()

    def handle(handled: IngestionEvent) -> None:
        stop.set()

    run = Running(single.worker(handle, stop=stop))

    assert run.result() is None
    assert run.worker.stats().deleted_unread == 5


def test_records_that_were_deleted_while_the_partition_was_held_are_counted_too(
    single: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Six of them, while the handler waited for something."""
    up, ledger = threading.Event(), Ledger()

    def handle(handled: IngestionEvent) -> None:
        if number_of(handled) == 5 and not up.is_set():
            raise Unavailable
        ledger.write(handled)

    single.publish(*range(6))
    with caplog.at_level(logging.ERROR), single.running(handle) as run:
        # The second probe comes after a pass that has paused the partition.
        while run.worker.stats().waits < 2:
            assert not run.ended(0.01)
        single.publish(*range(6, 20))
        single.broker.delete_records(TOPIC, 0, 12)
        up.set()
        ledger.wait_all([*range(6), *range(12, 20)])
        counted = missed(run)

    assert not set(ledger.numbers) & set(range(6, 12))
    assert counted == 6
    assert f"{TOPIC}[0]: 6 records from offset 6 on were deleted" in caplog.text


def test_they_are_counted_for_a_contract_without_dead_letters(single: World) -> None:
    lagging(single)
    ledger = Ledger()
    with single.running(ledger.write, contract=replace(single.contract, dead_letter=None)) as run:
        ledger.wait(15)
        counted = missed(run)

    assert counted == 5


def test_a_strict_worker_stops_before_records_that_were_deleted_unread(single: World) -> None:
    lagging(single)
    stopped = single.failing(Ledger().write, settings=reset(single.settings))

    assert isinstance(stopped, errors.WorkerStopped)
    assert stopped.code == "_AUTO_OFFSET_RESET"
    assert single.committed() == {0: 10}


def test_what_nobody_deleted_is_no_gap(single: World) -> None:
    single.publish(*range(20))
    single.broker.delete_records(TOPIC, 0, 5)
    ledger = Ledger()
    with single.running(ledger.write) as run:
        ledger.wait(15)
        counted = run.worker.stats().deleted_unread

    assert counted == 0, "a new group has missed nothing"


def test_slow_dead_letters_pile_up_to_a_batch_and_no_further(single: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow their topic is: a pass waits for its own before the next one takes records."""
    waiting: list[int] = []
    reported: list[str | None] = []
    write: Any = DeadLetterWriter.write

    def counted(self: DeadLetterWriter, *arguments: Any) -> None:
        *others, report = arguments

        def told(error: str | None) -> None:
            reported.append(error)
            report(error)

        write(self, *others, told)
        # Not the client library's own number: it counts a letter twice while its report is on its way.
        waiting.append(len(waiting) + 1 - len(reported))

    monkeypatch.setattr(DeadLetterWriter, "write", counted)
    for _ in range(60):
        single.put(b"junk")
    single.broker.push_request_delays(Api.PRODUCE, *[(0, 100)] * 20)
    with single.running(Ledger().write, policy=replace(SWIFT, batch=10)):
        single.wait_committed(60)

    assert len(waiting) == 60
    assert 1 < max(waiting) <= 10


def test_an_event_that_was_published_twice_is_handled_twice(single: World) -> None:
    """Whoever publishes has its reasons; the worker knows offsets, not events."""
    ledger = Ledger()
    single.publish(1, 1)
    with single.running(ledger.write):
        ledger.wait(2)

    assert ledger.numbers == [1, 1]


class Jumping(SystemClock):
    """The wall clock of a machine whose time is set again and again, by up to thirty years either way."""

    def __init__(self) -> None:
        self._dice = random.Random(7)

    def wall_ms(self) -> int:
        return super().wall_ms() + self._dice.randint(-(10**12), 10**12)


def test_a_clock_that_jumps_moves_no_back_off(world: World) -> None:
    ledger = Ledger()

    def handle(handled: IngestionEvent, record: Record) -> None:
        if record.attempt < 3:
            raise Retry
        if number_of(handled) % 10 == 0:
            raise Reject
        ledger.write(handled)

    world.publish(*range(50))
    with world.running(handle, clock=Jumping()):
        ledger.wait(45)
        world.wait_committed(50)

    assert len(ledger.numbers) == 45
    assert world.stored(DEAD_LETTERS) == 5


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_worker_that_was_made_before_a_fork_works_in_the_child(single: World) -> None:
    """It opens nothing before `run`, so there is nothing that a fork could break."""

    def use() -> int:
        made.run()
        return 0

    single.publish(1)
    made = single.worker(lambda handled: made.stop())

    assert forked(use) == 0
    assert single.committed() == {0: 1}
