"""The loop among others: rebalances, refused commits, raising callbacks, errors of the client library."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from confluent_kafka import KafkaError

from eventpact import errors
from eventpact.dev.broker import Api
from eventpact.kafka.client_settings import ConsumerSettings
from eventpact.kafka.handler import Retry, Unavailable
from eventpact.kafka.lane import Lane
from eventpact.kafka.membership import Membership
from eventpact.kafka.settler import Settler
from eventpact.kafka.stopping import call_bounded
from eventpact.kafka.troubles import Troubles
from ingestion_events import IngestionEvent
from tests.kafka.world import LIMIT, SWIFT, Ledger, Running, World, event, number_of, with_attempts


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def test_a_second_worker_takes_its_share_and_gives_it_back(world: World) -> None:
    """Records keep coming while one worker joins and leaves; all are handled, those of a tenant in order."""
    ledger, shared = Ledger(), threading.Event()

    def second(handled: IngestionEvent) -> None:
        ledger.write(handled)
        shared.set()

    published = iter(range(10**6))
    count = 0

    def publish(times: int) -> None:
        nonlocal count
        world.publish(*(next(published) for _ in range(times)))
        count += times

    with world.running(ledger.write) as first:
        publish(100)
        ledger.wait(100)
        with world.running(second) as other:
            while not shared.wait(0.05):
                publish(10)
            shares = first.worker.stats().partitions + other.worker.stats().partitions
        publish(100)
        ledger.wait_all(range(count))
    firsts = list(dict.fromkeys(ledger.numbers))
    by_tenant: dict[int, list[int]] = {}
    for number in firsts:
        by_tenant.setdefault(number % 10, []).append(number)

    assert sorted(firsts) == list(range(count))
    assert all(numbers == sorted(numbers) for numbers in by_tenant.values())
    assert shares <= 6
    assert sum(world.committed().values()) == count


def test_a_partition_that_leaves_during_a_back_off_is_left_to_its_new_owner(world: World) -> None:
    """The paused record is not handled twice by us, and its new owner fetches although we had paused."""
    attempts: Counter[str] = Counter()
    ledger, backed_off = Ledger(), threading.Event()

    def stubborn(handled: IngestionEvent) -> None:
        attempts[f"first {number_of(handled)}"] += 1
        backed_off.set()
        raise Retry

    slow = replace(with_attempts(1000), backoff=60.0, backoff_max=60.0)
    for partition in range(6):
        world.put(world.encode(event(partition)), partition=partition)
    first = Running(world.worker(stubborn, policy=slow))
    assert backed_off.wait(LIMIT)
    with world.running(ledger.write):
        ledger.wait(3)
        first.stop()
        ledger.wait(6)

    assert sorted(ledger.numbers) == list(range(6))
    assert set(attempts.values()) == {1}
    assert sum(world.committed().values()) == 6


def test_a_partition_that_comes_back_is_fetched_although_it_was_paused_before(world: World) -> None:
    """It leaves while its record is backed off for a minute, and comes back: a new ownership starts afresh."""
    seen: set[int] = set()
    ledger, first_has_all, other_has_some = Ledger(), threading.Event(), threading.Event()

    def first(handled: IngestionEvent) -> None:
        if number_of(handled) not in seen:
            seen.add(number_of(handled))
            if len(seen) == 6:
                first_has_all.set()
            raise Retry
        ledger.write(handled)

    def other(handled: IngestionEvent) -> None:
        other_has_some.set()
        raise Retry

    slow = replace(with_attempts(1000), backoff=60.0, backoff_max=60.0)
    for partition in range(6):
        world.put(world.encode(event(partition)), partition=partition)
    with world.running(first, policy=slow):
        assert first_has_all.wait(LIMIT)
        with world.running(other, policy=slow):
            assert other_has_some.wait(LIMIT)
        ledger.wait(1)

    assert set(ledger.numbers) < set(range(6))


def test_whoever_gets_the_record_that_was_waited_for_probes_at_once(world: World) -> None:
    """It leaves with its partition, and with it the reason to hold everything back: here it comes back to the same
    worker, long before its next probe would have been due.
    """
    ledger, ready = Ledger(), list[bool]()

    def handle(handled: IngestionEvent) -> None:
        ready.append(run.worker.ready)
        if len(ready) == 1:
            raise Unavailable
        ledger.write(handled)

    world.publish(1)
    run = Running(world.worker(handle, policy=replace(SWIFT, wait=120.0, wait_max=120.0, unready_after=1e-9)))
    while not run.worker.stats().waits:
        assert not run.ended(0.01)
    world.broker.push_request_errors(Api.HEARTBEAT, KafkaError.UNKNOWN_MEMBER_ID)
    ledger.wait(1)
    run.stop()

    assert ready == [True, True]
    assert sum(world.committed().values()) == 1


def test_what_is_settled_is_committed_before_partitions_leave(world: World) -> None:
    """Otherwise the new owner would handle it again; the interval alone would take a minute."""
    mine, others, numbers = Ledger(), Ledger(), iter(range(100, 10**6))
    world.publish(*range(100))
    with world.running(mine.write, policy=replace(SWIFT, commit_interval=60.0)):
        mine.wait(100)
        with world.running(others.write) as other:
            while not others.numbers and not other.ended(0.1):
                world.publish(next(numbers))

    assert min(others.numbers) >= 100


def test_a_back_off_longer_than_the_poll_interval_costs_no_membership(world: World) -> None:
    """The loop polls on while a record waits."""
    calls = 0
    ledger = Ledger()

    def handle(handled: IngestionEvent) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise Retry
        ledger.write(handled)

    world.publish(1)
    short = ConsumerSettings(session_timeout_ms=1000, heartbeat_interval_ms=100, max_poll_interval_ms=1000)
    policy = replace(SWIFT, backoff=1.5, backoff_max=1.5)
    with world.running(handle, policy=policy, settings=replace(world.settings, consumer=short)) as run:
        ledger.wait(1)
        rebalances = run.worker.stats().rebalances

    assert rebalances == 1


def test_a_slow_handler_keeps_no_more_than_a_batch_in_memory(world: World) -> None:
    seen: list[int] = []
    ledger = Ledger()

    def handle(handled: IngestionEvent) -> None:
        seen.append(run.worker.stats().buffered)
        ledger.write(handled)

    world.publish(*range(300))
    policy = replace(SWIFT, batch=20, pass_budget=1e-9)
    run = Running(world.worker(handle, policy=policy))
    ledger.wait(300)
    run.stop()

    assert ledger.numbers.count(0) == 1
    assert len(ledger.numbers) == 300
    # One more than a batch: the client library is called for its callbacks, and may hand out a record each time.
    assert max(seen) <= 21


@pytest.mark.parametrize(
    "code", [KafkaError.COORDINATOR_LOAD_IN_PROGRESS, KafkaError.REQUEST_TIMED_OUT, KafkaError.UNKNOWN]
)
def test_a_commit_that_is_refused_for_now_is_tried_again(world: World, code: int) -> None:
    """The errors meet commits, not the crash marks of the beginning: those are not tried again."""
    ledger = Ledger()
    world.publish(*range(10))
    with world.running(ledger.write) as run:
        ledger.wait(10)
        world.wait_committed(10)
        world.broker.push_request_errors(Api.OFFSET_COMMIT, *[code] * 5)
        world.publish(*range(10, 20))
        ledger.wait(20)
        world.wait_committed(20)
        refused = run.worker.stats().commit_errors

    assert refused > 0
    assert sum(world.committed().values()) == 20


@pytest.mark.parametrize(
    "code", [KafkaError.ILLEGAL_GENERATION, KafkaError.UNKNOWN_MEMBER_ID, KafkaError.STALE_MEMBER_EPOCH]
)
def test_a_commit_by_a_member_that_is_no_more_means_duplicates_only(world: World, code: int) -> None:
    ledger = Ledger()
    world.publish(*range(10))
    with world.running(ledger.write) as run:
        ledger.wait_all(range(10))
        world.wait_committed(10)
        world.broker.push_request_errors(Api.OFFSET_COMMIT, code)
        world.publish(*range(10, 20))
        ledger.wait_all(range(20))
        world.wait_committed(20)
        refused = run.worker.stats().commit_errors

    assert refused == 1
    assert sum(world.committed().values()) == 20


@pytest.mark.parametrize("code", [KafkaError.GROUP_AUTHORIZATION_FAILED, KafkaError.OFFSET_METADATA_TOO_LARGE])
def test_a_commit_that_is_refused_for_good_stops_the_worker(world: World, code: int) -> None:
    world.broker.push_request_errors(Api.OFFSET_COMMIT, *[code] * 20)
    world.publish(*range(10))
    stopped = world.failing(Ledger().write)

    assert isinstance(stopped, errors.WorkerStopped)
    assert stopped.code == KafkaError(code).name()
    assert world.committed() == {}


def test_commits_that_never_succeed_stop_the_worker_in_the_end(world: World) -> None:
    world.broker.push_request_errors(Api.OFFSET_COMMIT, *[KafkaError.COORDINATOR_NOT_AVAILABLE] * 500)
    world.publish(*range(10))
    stopped = world.failing(Ledger().write, policy=replace(SWIFT, commit_patience=0.2))

    assert isinstance(stopped, errors.WorkerStopped)
    assert "refused" in str(stopped)


def test_a_group_that_we_may_not_join_stops_the_worker(world: World) -> None:
    world.broker.push_request_errors(Api.FIND_COORDINATOR, *[KafkaError.GROUP_AUTHORIZATION_FAILED] * 50)
    stopped = world.failing(Ledger().write)

    assert isinstance(stopped, errors.WorkerStopped)
    assert stopped.code == "GROUP_AUTHORIZATION_FAILED"


def test_a_missing_topic_stops_the_worker_after_a_while(world: World) -> None:
    stopped = world.failing(
        Ledger().write,
        settings=replace(world.settings, topic="nowhere"),
        policy=replace(SWIFT, topic_patience=0.2),
    )

    assert isinstance(stopped, errors.WorkerStopped)
    assert "nowhere" in str(stopped)
    assert "nowhere" not in world.broker.topics


def test_a_broker_outage_is_waited_out(world: World) -> None:
    ledger = Ledger()
    world.publish(*range(20))
    with world.running(ledger.write):
        ledger.wait(20)
        world.broker.set_down()
        world.broker.set_up()
        world.publish(*range(20, 40))
        ledger.wait_all(range(40))

    assert sum(world.committed().values()) == 40


class BoomError(Exception):
    """What a callback raises."""


def boom(*arguments: object) -> None:
    raise BoomError


def test_a_raising_revocation_stops_the_worker_and_the_others_have_everything(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger()
    world.publish(*range(50))
    first = Running(world.worker(ledger.write))
    ledger.wait(50)
    monkeypatch.setattr(first.worker._membership, "_before_handover", boom)
    with world.running(ledger.write):
        error = first.result()
        world.publish(*range(50, 100))
        ledger.wait_all(range(100))

    assert isinstance(error, BoomError)


def test_a_raising_error_callback_stops_the_worker(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Troubles, "note", boom)
    ledger = Ledger()
    world.publish(*range(50))
    run = Running(world.worker(ledger.write))
    ledger.wait(50)
    while not run.worker.idle:  # a commit on its way would wait for the broker, and hear of nothing
        assert not run.ended(0.01)
    world.broker.set_down()
    error = run.result()

    assert isinstance(error, BoomError)


def test_a_raising_assignment_stops_the_worker_and_the_next_one_has_everything(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.publish(*range(300))
    ledger = Ledger()
    with monkeypatch.context() as patched:
        patched.setattr(Membership, "_on_assign", boom)
        error = world.failing(ledger.write)
    with world.running(ledger.write):
        ledger.wait(300)

    assert isinstance(error, BoomError)
    assert sorted(ledger.numbers) == list(range(300))


def test_a_raising_delivery_report_is_no_report(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong while a report is taken, the offset of its record does not move."""
    world.put(b"junk", partition=0)
    with monkeypatch.context() as patched:
        patched.setattr(Settler, "_reported", boom)
        error = world.failing(Ledger().write)

    assert isinstance(error, BoomError)
    assert world.committed() == {}


def test_an_error_out_of_the_blue_commits_nothing_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.publish(1)
    monkeypatch.setattr(Lane, "pop", boom)
    error = world.failing(Ledger().write, policy=replace(SWIFT, commit_interval=60.0))

    assert isinstance(error, BoomError)
    assert world.committed() == {}


def test_a_close_that_hangs_is_left_behind_and_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    original = Membership.close

    def hang(self: Membership, limit: float) -> bool:
        done = call_bounded(release.wait, limit, "hanging")
        original(self, limit)
        return done

    monkeypatch.setattr(Membership, "close", hang)
    ledger = Ledger()
    world.publish(1)
    run = Running(world.worker(ledger.write, policy=replace(SWIFT, close_limit=0.1)))
    ledger.wait(1)
    run.worker.stop()
    error = run.result()
    release.set()

    assert isinstance(error, errors.WorkerStopped)
    assert error.code == "close"
    assert sum(world.committed().values()) == 1


def test_a_last_commit_that_nobody_answers_is_given_up(world: World) -> None:
    """The broker is gone when the worker is stopped: it ends in bounded time, and says so."""
    ledger = Ledger()
    world.publish(*range(10))
    run = Running(world.worker(ledger.write, policy=replace(SWIFT, commit_interval=60.0, close_limit=0.2)))
    ledger.wait(10)
    # The first records of a partition are committed at once, to clear their crash marks; these are not.
    world.publish(*range(10, 20))
    ledger.wait(20)
    world.broker.set_down()
    run.worker.stop()
    error = run.result()

    assert isinstance(error, errors.WorkerStopped)
    assert error.code == "commit"


def test_a_dead_letter_without_its_report_at_the_stop_comes_again(world: World) -> None:
    world.put(b"junk", partition=0)
    world.broker.push_request_delays(Api.PRODUCE, (0, 5_000))
    run = Running(world.worker(Ledger().write, policy=replace(SWIFT, flush_budget=0.05)))
    first = world.letters(1)
    run.stop()
    uncommitted = world.committed()
    with world.running(Ledger().write):
        both = world.letters(2)

    assert uncommitted == {}
    assert [letter.dlq_id for letter in both] == [first[0].dlq_id] * 2


def test_a_dead_letter_without_its_report_at_a_handover_is_given_up(world: World) -> None:
    """No late copy may follow the partition to its new owner, so the write is purged. Should the partition have stayed,
    the worker may not go on with it.
    """
    world.put(b"junk", partition=0)
    world.broker.push_request_delays(Api.PRODUCE, (0, 20_000))
    first = Running(world.worker(Ledger().write, policy=replace(SWIFT, flush_budget=0.05)))
    world.letters(1)
    with world.running(Ledger().write):
        both = world.letters(2)
        first.worker.stop()
        error = first.result()

    assert error is None or (isinstance(error, errors.WorkerStopped) and str(error.code).startswith("_PURGE"))
    assert len({letter.dlq_id for letter in both}) == 1
    assert world.committed() == {0: 1}
