"""Concurrency: events of different tenants at the same time, those of one tenant in order, offsets behind the work."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

import pytest

from eventpact import errors
from eventpact.dead_letter import Reason
from eventpact.dev.broker import Api
from eventpact.kafka import membership
from eventpact.kafka.handler import Reject, Retry, Unavailable
from eventpact.kafka.holding import Holding
from eventpact.kafka.loop import Loop
from eventpact.kafka.membership import Membership
from ingestion_events import IngestionEvent
from tests.kafka.test_loop_parts import at
from tests.kafka.world import LIMIT, SWIFT, Ledger, Running, World, event, number_of, with_attempts


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def put(world: World, *numbers: int, owner: int | None = None, partition: int = 0) -> None:
    """Events in one partition, each of a tenant of its own unless they have an owner."""
    for number in numbers:
        made = event(number, owner=number if owner is None else owner)
        world.put(world.encode(made), key=made.tenant_id.encode(), partition=partition)


def first_waits_for(other: int, ledger: Ledger) -> Callable[[IngestionEvent], None]:
    """A handler that is not through with event 0 before event `other` has come."""
    came = threading.Event()

    def handle(handled: IngestionEvent) -> None:
        if number_of(handled) == 0:
            assert came.wait(LIMIT)
        elif number_of(handled) == other:
            came.set()
        ledger.write(handled)

    return handle


def test_events_of_different_tenants_are_handled_at_the_same_time(world: World) -> None:
    """Also those of one partition: each of four waits until all four are there."""
    together, ledger = threading.Barrier(4), Ledger()

    def handle(handled: IngestionEvent) -> None:
        together.wait(LIMIT)
        ledger.write(handled)

    put(world, *range(8))
    with world.running(handle, concurrency=4):
        ledger.wait(8)

    assert sorted(ledger.numbers) == list(range(8))
    assert world.committed() == {0: 8}


def test_events_of_one_tenant_are_handled_in_order_and_one_at_a_time(world: World) -> None:
    """Also those that fail at first."""
    ledger, busy, overlaps, failed = Ledger(), set[str](), list[str](), set[int]()
    lock = threading.Lock()

    def handle(handled: IngestionEvent) -> None:
        number = number_of(handled)
        with lock:
            if handled.tenant_id in busy:
                overlaps.append(handled.tenant_id)
            busy.add(handled.tenant_id)
            fails = number % 7 == 3 and number not in failed
            failed.update({number} if fails else ())
        if not fails:
            ledger.write(handled)
        with lock:
            busy.discard(handled.tenant_id)
        if fails:
            raise Retry

    world.publish(*range(300))
    with world.running(handle, concurrency=8):
        ledger.wait(300)
    by_tenant = defaultdict(list)
    for number in ledger.numbers:
        by_tenant[number % 10].append(number)

    assert overlaps == []
    assert len(failed) == 43
    assert sorted(ledger.numbers) == list(range(300))
    assert all(numbers == sorted(numbers) for numbers in by_tenant.values())
    assert sum(world.committed().values()) == 300


def test_offsets_stay_behind_the_first_unfinished(world: World) -> None:
    """The others of the partition are through when the first one's handler brings the worker down."""
    others = threading.Event()
    ledger = Ledger()

    def handle(handled: IngestionEvent) -> None:
        if number_of(handled) == 0:
            assert others.wait(LIMIT)
            raise SystemExit
        ledger.write(handled)
        if len(ledger.numbers) == 20:
            others.set()

    put(world, *range(21))
    error = world.failing(handle, concurrency=4)

    assert isinstance(error, errors.WorkerStopped)
    assert world.committed() == {}


def test_a_retry_holds_its_tenant_and_nobody_else(world: World) -> None:
    ledger, failed = Ledger(), threading.Event()

    def handle(handled: IngestionEvent) -> None:
        if number_of(handled) == 0:
            failed.set()
            raise Retry
        ledger.write(handled)

    put(world, 0)
    put(world, 100, 101, owner=0)
    put(world, *range(1, 10))
    slow = replace(with_attempts(1000), backoff=60.0, backoff_max=60.0)
    with world.running(handle, concurrency=3, policy=slow):
        ledger.wait(9)
        assert failed.wait(LIMIT)

    assert sorted(ledger.numbers) == list(range(1, 10))
    assert world.committed() == {}


def test_while_a_dependency_is_down_one_at_a_time_probes(world: World) -> None:
    lock, active, calls, crowds = threading.Lock(), 0, 0, list[int]()
    back, probed, ledger = threading.Event(), threading.Event(), Ledger()

    def handle(handled: IngestionEvent) -> None:
        nonlocal active, calls
        with lock:
            active, calls = active + 1, calls + 1
            if calls > 4:
                crowds.append(active)
            if calls > 10:
                probed.set()
        try:
            if not back.wait(0.02):  # long enough to meet another, if there were one
                raise Unavailable
            ledger.write(handled)
        finally:
            with lock:
                active -= 1

    put(world, *range(12))
    with world.running(handle, concurrency=4) as run:
        assert probed.wait(LIMIT)
        crowd = max(crowds)
        back.set()
        ledger.wait(12)
        waits = run.worker.stats().waits

    assert crowd == 1
    assert waits >= 7
    assert world.stored("ingestion-events-dlq") == 0
    assert world.committed() == {0: 12}


def test_a_probe_waits_for_no_handler_that_began_before_the_outage(world: World) -> None:
    """Three are at work for long when the fourth finds out; probes run beside them, and one ends the outage."""
    together, release, ledger = threading.Barrier(4), threading.Event(), Ledger()
    first_tries, outage = {0, 1, 2, 3}, iter(range(3))

    def handle(handled: IngestionEvent) -> None:
        number = number_of(handled)
        if number in first_tries:
            first_tries.discard(number)
            together.wait(LIMIT)
        if number < 3:
            assert release.wait(LIMIT)
        elif next(outage, None) is not None:
            raise Unavailable
        ledger.write(handled)

    put(world, *range(8))
    with world.running(handle, concurrency=4) as run:
        ledger.wait(5)
        beside, waits = sorted(ledger.numbers), run.worker.stats().waits
        release.set()
        ledger.wait(8)

    assert beside == [3, 4, 5, 6, 7]
    assert waits == 3
    assert world.committed() == {0: 8}


def test_a_record_that_cannot_be_read_says_nothing_of_what_handlers_need(world: World) -> None:
    """Else every such record would make a worker ready that has waited for long, and its probes frequent."""
    release = threading.Event()

    def handle(handled: IngestionEvent) -> None:
        assert release.wait(LIMIT)
        raise Unavailable

    put(world, 0, 1)
    world.put(b"junk", key=b"another")
    with world.running(handle, concurrency=2, policy=replace(SWIFT, wait=0.3, wait_max=0.3)) as run:
        while (stats := run.worker.stats()).consumed < 3 or stats.in_flight < 2:
            assert not run.ended(0.01)
        release.set()
        while (since := waiting_since(run)) is None:
            assert not run.ended(0.01)
        world.letters(1)
        while run.worker.stats().waits < 4:
            assert not run.ended(0.01)

        assert waiting_since(run) == since


def waiting_since(run: Running) -> float | None:
    return None if run.worker._loop is None else run.worker._loop.waiting_since


def test_a_rejected_event_is_dead_lettered_and_the_others_go_on(world: World) -> None:
    ledger = Ledger()

    def handle(handled: IngestionEvent) -> None:
        if number_of(handled) % 5 == 0:
            raise Reject
        ledger.write(handled)

    put(world, *range(20))
    with world.running(handle, concurrency=4):
        ledger.wait(16)
        letters = world.letters(4)

    assert {letter.reason for letter in letters} == {Reason.REJECTED}
    assert sorted(letter.original_offset for letter in letters) == [0, 5, 10, 15]
    assert world.committed() == {0: 20}


@pytest.fixture
def released(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when a loop begins to wait for handlers at work."""
    release, finish = threading.Event(), Loop._finish

    def finishing(self: Loop, holdings: Collection[Holding]) -> None:
        release.set()
        finish(self, holdings)

    monkeypatch.setattr(Loop, "_finish", finishing)
    return release


def test_what_handlers_have_in_hand_is_finished_and_committed_at_the_stop(
    world: World, released: threading.Event
) -> None:
    at_work, ledger = threading.Semaphore(0), Ledger()

    def handle(handled: IngestionEvent) -> None:
        at_work.release()
        assert released.wait(LIMIT)
        ledger.write(handled)

    put(world, *range(10))
    run = Running(world.worker(handle, concurrency=3))
    assert all(at_work.acquire(timeout=LIMIT) for _ in range(3))
    run.worker.stop()

    assert run.result() is None
    assert sorted(ledger.numbers) == [0, 1, 2]
    assert world.committed() == {0: 3}


def test_what_handlers_have_in_hand_is_finished_and_committed_before_partitions_leave(
    world: World, released: threading.Event
) -> None:
    """So whoever gets them handles nothing again."""
    at_work, ledger = threading.Semaphore(0), Ledger()

    def handle(handled: IngestionEvent) -> None:
        at_work.release()
        assert released.wait(LIMIT)
        ledger.write(handled)

    for partition in range(6):
        put(world, partition, partition=partition)
    with world.running(handle, concurrency=6):
        assert all(at_work.acquire(timeout=LIMIT) for _ in range(6))
        with world.running(ledger.write, concurrency=6):
            assert released.wait(LIMIT)
            world.publish(*range(10, 30))
            ledger.wait_all({*range(6), *range(10, 30)})

    assert sorted(ledger.numbers) == [*range(6), *range(10, 30)]


def test_a_handler_that_does_not_finish_at_the_stop_is_left_behind_uncommitted(world: World) -> None:
    at_work, release = threading.Event(), threading.Event()

    def handle(handled: IngestionEvent) -> None:
        at_work.set()
        release.wait(LIMIT)

    put(world, 0)
    run = Running(world.worker(handle, concurrency=2, policy=replace(SWIFT, drain=0.1)))
    assert at_work.wait(LIMIT)
    run.worker.stop()
    error = run.result()
    release.set()

    assert error is None
    assert world.committed() == {}


def test_a_second_worker_takes_its_share_while_handlers_are_at_work(world: World) -> None:
    """What is in hand when partitions leave is finished first; whoever has them next goes on behind it."""
    ledger, shared = Ledger(), threading.Event()

    def second(handled: IngestionEvent) -> None:
        ledger.write(handled)
        shared.set()

    count = 0

    def publish(times: int) -> None:
        nonlocal count
        world.publish(*range(count, count + times))
        count += times

    with world.running(ledger.write, concurrency=4):
        publish(100)
        ledger.wait(100)
        with world.running(second, concurrency=4):
            while not shared.wait(0.05):
                publish(10)
        publish(100)
        ledger.wait_all(range(count))
    firsts = list(dict.fromkeys(ledger.numbers))
    by_tenant = defaultdict(list)
    for number in firsts:
        by_tenant[number % 10].append(number)

    assert sorted(firsts) == list(range(count))
    assert all(numbers == sorted(numbers) for numbers in by_tenant.values())
    assert sum(world.committed().values()) == count


def test_no_more_is_taken_than_may_come_again_after_a_crash(world: World) -> None:
    """A partition whose first record is not through is fetched no further at `ahead` records behind it."""
    holding = Holding(0, by_key=True)
    for offset in range(21):
        holding.take(at(offset, b"%d" % offset), offset)
    for offset in range(1, 21):
        holding.progress.settle(offset)

    assert holding.blocked(0.0, ahead=20, share=99)
    assert not holding.blocked(0.0, ahead=21, share=99)

    holding.paused = True

    assert holding.blocked(0.0, ahead=41, share=99)
    assert not holding.blocked(0.0, ahead=42, share=99)


def test_a_partition_is_fetched_no_further_when_it_has_its_share() -> None:
    holding = Holding(0, by_key=True)
    for offset in range(21):
        holding.take(at(offset, b"%d" % offset), offset)

    assert holding.blocked(0.0, ahead=99, share=20)
    assert not holding.blocked(0.0, ahead=99, share=21)

    holding.paused = True

    assert holding.blocked(0.0, ahead=99, share=41)
    assert not holding.blocked(0.0, ahead=99, share=42)


def test_one_tenant_with_much_to_do_keeps_no_other_partition_waiting(world: World) -> None:
    """More of its records than may wait stand behind its first, which takes as long as somebody else's."""
    ledger = Ledger()
    handle = first_waits_for(99, ledger)
    put(world, *range(30), owner=1)
    with world.running(handle, concurrency=2, policy=replace(SWIFT, batch=4, ahead=8)) as run:
        while run.worker.stats().buffered < 5:
            assert not run.ended(0.01)
        put(world, 99, owner=2, partition=1)
        ledger.wait(31)

    assert ledger.numbers == [99, *range(30)]


def test_a_tenant_that_cannot_go_on_does_not_fill_the_memory(world: World) -> None:
    """More of one tenant than may wait stands behind a handler at work: the rest stays on the broker."""
    release, at_work = threading.Event(), threading.Event()
    ledger = Ledger()

    def handle(handled: IngestionEvent) -> None:
        at_work.set()
        assert release.wait(LIMIT)
        ledger.write(handled)

    put(world, *range(120), owner=1)
    with world.running(handle, concurrency=2, policy=replace(SWIFT, batch=10, ahead=20)) as run:
        assert at_work.wait(LIMIT)
        put(world, *range(120, 200), owner=1)
        held = run.worker.stats().buffered
        release.set()
        ledger.wait(200)

    assert held <= 21
    assert ledger.numbers == list(range(200))
    assert world.committed() == {0: 200}


def test_many_records_of_one_tenant_do_not_keep_others_from_the_threads(world: World) -> None:
    """More than a batch of them: the next tenant's first record is taken all the same."""
    ledger = Ledger()
    handle = first_waits_for(99, ledger)
    put(world, *range(60), owner=1)
    put(world, 99, owner=2)
    with world.running(handle, concurrency=2, policy=replace(SWIFT, batch=10)):
        ledger.wait(61)

    assert ledger.numbers == [99, *range(60)]


def test_what_waits_is_bounded_in_bytes_too(world: World) -> None:
    """Ten records of 5 kB and a bound of 12 kB: three fill it, and the next ones come when there is room."""
    at_work, release, ledger = threading.Event(), threading.Event(), Ledger()
    most: list[int] = []

    def handle(handled: IngestionEvent) -> None:
        at_work.set()
        assert release.wait(LIMIT)
        most.append(run.worker.stats().buffered)
        ledger.write(handled)

    for number in range(10):
        made = event(number, owner=1, name="n" * 5_000)
        world.put(world.encode(made), key=made.tenant_id.encode(), partition=0)
    policy = replace(SWIFT, batch=1, ahead=100, batch_bytes=12_000)
    with world.running(handle, concurrency=2, policy=policy) as run:
        assert at_work.wait(LIMIT)
        while run.worker.stats().buffered < 3:
            assert not run.ended(0.01)
        assert not run.ended(0.3)  # passes in which more could be taken
        release.set()
        ledger.wait(10)

    assert max(most) <= 3
    assert world.committed() == {0: 10}


def test_concurrency_is_at_least_one(world: World) -> None:
    with pytest.raises(ValueError, match="concurrency"):
        world.worker(Ledger().write, concurrency=0)


def test_a_consumer_that_cannot_be_made_leaves_no_thread(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ValueError("no such setting")

    before = set(threading.enumerate())
    monkeypatch.setattr(membership, "Consumer", refuse)
    error = world.failing(Ledger().write, concurrency=4)
    crew = [one for one in set(threading.enumerate()) - before if one.name.startswith("eventpact-handler-")]
    for thread in crew:
        thread.join(5.0)  # it ends by itself

    assert isinstance(error, ValueError)
    assert [one.name for one in crew if one.is_alive()] == []


def test_a_worker_is_not_idle_while_a_dead_letter_has_no_report(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    looks, enough, count = list[bool](), threading.Event(), Loop._count

    def counting(self: Loop, members: Membership, taken: int) -> None:
        count(self, members, taken)
        if self._stats.unconfirmed:
            looks.append(self.idle)
            if len(looks) == 5:
                enough.set()

    monkeypatch.setattr(Loop, "_count", counting)
    world.put(b"junk")
    world.broker.push_request_delays(Api.PRODUCE, (0, 20_000))
    run = Running(world.worker(Ledger().write, policy=replace(SWIFT, flush_budget=0.01)))
    assert enough.wait(LIMIT)
    run.stop()

    assert not any(looks)


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_worker_at_work_is_not_idle(world: World, concurrency: int) -> None:
    """Also in the first pass after it was idle."""
    ledger, looks = Ledger(), list[bool]()

    def handle(handled: IngestionEvent) -> None:
        looks.append(run.worker.idle)
        ledger.write(handled)

    run = Running(world.worker(handle, concurrency=concurrency))
    while not run.worker.idle:
        assert not run.ended(0.01)
    world.publish(1)
    ledger.wait(1)
    run.stop()

    assert looks == [False]


def test_a_worker_says_when_it_is_idle(world: World) -> None:
    """All that came is settled and committed."""
    ledger = Ledger()
    world.publish(*range(30))
    run = Running(world.worker(ledger.write, concurrency=4))
    ledger.wait(30)
    while not run.worker.idle:
        assert not run.ended(0.01)
    committed = world.committed()
    run.stop()

    assert sum(committed.values()) == 30
