"""Records that kill the process: found by the marks that they leave behind, and dead-lettered unread."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaError, TopicPartition

from eventpact import errors
from eventpact.dead_letter import Reason, Stage
from eventpact.dev.broker import Api
from eventpact.kafka import caution
from eventpact.kafka.crash_marks import CrashMarks, deaths, this_process
from eventpact.kafka.handler import Retry, Unavailable, handle_batch
from eventpact.kafka.watchdog import HUNG
from ingestion_events import IngestionEvent
from tests.forking import forked
from tests.kafka.dying_process import DIED, KILLER
from tests.kafka.test_concurrency import put
from tests.kafka.world import DEAD_LETTERS, GROUP, LIMIT, SWIFT, TOPIC, Ledger, Running, World, number_of, with_attempts

PARENT = this_process()
PROCESS = (sys.executable, "-m", "tests.kafka.dying_process")


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def raw(world: World) -> Consumer:
    return Consumer({"bootstrap.servers": world.broker.bootstrap_servers, "group.id": GROUP, "log_level": 0})


def mark(world: World, metadata: str, partition: int = 0) -> None:
    """As an earlier process has left it, on the first record."""
    with closing(raw(world)) as consumer:
        consumer.commit(offsets=[TopicPartition(TOPIC, partition, 0, metadata)], asynchronous=False)


def found_mark(world: World, partition: int = 0) -> tuple[int, str]:
    with closing(raw(world)) as consumer:
        (found,) = consumer.committed([TopicPartition(TOPIC, partition)], LIMIT)
    return found.offset, found.metadata or ""


def until_it_is_quarantined(world: World, manner: str, code: int, concurrency: int) -> None:
    """Numbers 0 to 39 are there; new processes are started until the killer is a dead letter, all others handled."""
    codes: list[int] = []
    handled: set[int] = set()
    wanted = set(range(40)) - {KILLER}
    while len(codes) < 12:
        with subprocess.Popen(
            [*PROCESS, world.broker.bootstrap_servers, manner, str(concurrency)],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                handled.add(int(line))
                if handled == wanted and world.stored(DEAD_LETTERS):
                    process.send_signal(signal.SIGTERM)
        codes.append(process.returncode)
        if process.returncode != code:
            break
        if handled == wanted and not world.stored(DEAD_LETTERS):
            world.publish(*range(40, 41))  # something to see the next process by
            wanted.add(40)
    (letter,) = world.letters(1)

    assert codes[-1] == 0
    assert set(codes[:-1]) == {code}
    # Five at best: one finds caution, one finds the record, three are counted. A commit that is refused while the group
    # forms anew, without the member that died, costs two more. Without caution there is no end.
    assert len(codes) - 1 <= 9
    assert world.stored(DEAD_LETTERS) == 1
    assert (letter.stage, letter.reason, letter.retry_count) == (Stage.CRASH, Reason.CRASHED, 0)
    assert letter.original_value is not None
    assert handled == wanted


@pytest.mark.parametrize(
    ("manner", "code", "concurrency"),
    [("die", DIED, 4), ("die later", DIED, 1), ("hang", HUNG, 1)],
)
def test_a_record_that_kills_is_dead_lettered_in_the_end_and_no_other_is(
    world: World, manner: str, code: int, concurrency: int
) -> None:
    """Whatever is in hand with it, and in all partitions: only the one to blame goes."""
    world.publish(*range(40))
    until_it_is_quarantined(world, manner, code, concurrency)


def test_a_record_that_kills_is_found_as_soon_behind_many_of_another_key(world: World) -> None:
    """With concurrency each key takes its turn; after a crash the offsets do."""
    put(world, *range(KILLER), owner=1)
    put(world, KILLER, owner=2)
    put(world, *range(KILLER + 1, 40), owner=1)
    until_it_is_quarantined(world, "die", DIED, 4)


def test_the_first_record_of_a_partition_is_marked_while_it_is_tried_and_not_longer(world: World) -> None:
    seen: list[tuple[int, str]] = []
    ledger = Ledger()

    def handle(handled: IngestionEvent) -> None:
        seen.append(found_mark(world))
        ledger.write(handled)

    put(world, 0, 1)
    with world.running(handle):
        ledger.wait(2)

    assert seen[0] == (0, f"attempt=1 by={this_process()}")
    assert found_mark(world) == (2, "")


def test_a_mark_stays_while_its_record_is_tried_whatever_becomes_of_others(world: World) -> None:
    """With concurrency those behind it may be through long before."""
    ledger = Ledger()
    seen: list[tuple[int, str]] = []

    def handle(handled: IngestionEvent) -> None:
        if number_of(handled) == 0:
            ledger.wait(1)
            put(world, 2)
            ledger.wait(2)  # a pass of the loop lies between the two
            seen.append(found_mark(world))
        ledger.write(handled)

    put(world, 0, 1)
    with world.running(handle, concurrency=2):
        ledger.wait(3)

    assert seen == [(0, f"attempt=1 by={this_process()}")]
    assert found_mark(world) == (3, "")


def test_a_mark_is_counted_up_until_the_record_is_not_tried_any_more(world: World) -> None:
    seen: list[tuple[int, str]] = []
    ledger = Ledger()

    def handle(handled: IngestionEvent) -> None:
        seen.append(found_mark(world))
        ledger.write(handled)

    put(world, 0)
    put(world, 1, partition=1)
    mark(world, "attempt=2")
    mark(world, "attempt=3", partition=1)
    with world.running(handle) as run:
        ledger.wait(1)
        (letter,) = world.letters(1)
        while run.worker.stats().crashed < 1:
            assert not run.ended(0.01)

    assert seen == [(0, f"attempt=3 by={this_process()}")]
    assert letter.reason == Reason.CRASHED
    assert letter.original_partition == 1
    assert [found_mark(world, partition) for partition in (0, 1)] == [(1, ""), (1, "")]


def test_a_mark_of_another_record_means_nothing(world: World) -> None:
    """Retention has moved the first record on, or somebody set the group back."""
    ledger = Ledger()
    put(world, 0, 1)
    world.broker.delete_records(TOPIC, 0, 1)
    mark(world, "attempt=9")
    with world.running(ledger.write):
        ledger.wait(1)

    assert ledger.numbers == [1]


@pytest.mark.parametrize("concurrency", [1, 2])
def test_a_record_is_marked_at_each_try_and_not_in_between(world: World, concurrency: int) -> None:
    """One that waits for its next attempt for an hour is no crash, however often the process is replaced; one that
    kills at its second attempt is.
    """
    marks: list[str] = []
    ledger = Ledger()

    def handle(handled: IngestionEvent) -> None:
        if number_of(handled) != 0:
            return ledger.write(handled)
        if concurrency > 1 and len(marks) > 2:
            # A pass of the loop lies between: the gate is open by now.
            put(world, len(marks))
            ledger.wait(len(marks) - 2)
        marks.append(found_mark(world)[1].partition(" ")[0])
        raise Unavailable if len(marks) < 3 else Retry

    put(world, 0)
    policy = replace(with_attempts(3), wait=0.4, wait_max=0.4)
    with world.running(handle, policy=policy, concurrency=concurrency) as run:
        while run.worker.stats().waits < 1 or found_mark(world)[1]:
            assert not run.ended(0.01)
        between = found_mark(world)
        world.letters(1)

    assert between == (0, "")
    assert marks == ["attempt=1"] * 5


def test_a_batch_that_failed_leaves_a_mark_while_its_first_record_is_tried_alone(world: World) -> None:
    """Its second try follows at once, in a handler's thread, before the mark of the first is cleared."""
    seen: list[tuple[int, str]] = []
    runs: list[Running] = []
    ledger, started = Ledger(), threading.Event()

    def handle(events: Sequence[IngestionEvent]) -> None:
        first = number_of(events[0])
        if first == 0:
            assert started.wait(LIMIT)
            if runs[0].worker.stats().buffered < 3:
                raise Retry
            if len(events) > 1:
                raise ValueError
            for number in (3, 4):  # a pass of the loop lies between the two
                put(world, number)
                ledger.wait(number - 2)
            seen.append(found_mark(world))
        for one in events:
            ledger.write(one)

    put(world, 0, 1, 2, owner=1)
    with world.running(handle_batch(handle, size=10), policy=with_attempts(999), concurrency=2) as run:
        runs.append(run)
        started.set()
        ledger.wait(5)

    assert seen == [(0, f"attempt=1 by={this_process()}")]


def test_a_worker_that_writes_no_marks_heeds_none(world: World) -> None:
    """All that it could do about the record is to stop, for ever."""
    ledger = Ledger()
    put(world, 0)
    mark(world, "attempt=3")
    with world.running(ledger.write, contract=replace(world.contract, dead_letter=None)):
        ledger.wait(1)

    assert ledger.numbers == [0]


@pytest.mark.parametrize("letters", [True, False])
def test_commits_follow_a_log_that_was_made_anew(world: World, letters: bool) -> None:
    """The client library commits nothing below what it knows to be committed, and calls that a success."""
    ledger = Ledger()
    put(world, 0, 1, 2)
    with closing(raw(world)) as consumer:
        consumer.commit(offsets=[TopicPartition(TOPIC, 0, 90)], asynchronous=False)
    contract = world.contract if letters else replace(world.contract, dead_letter=None)
    with world.running(ledger.write, contract=contract):
        ledger.wait(3)

    assert found_mark(world) == (3, "")


def test_a_mark_of_this_process_is_no_death(world: World) -> None:
    """It lost the partition with the record in hand, however often, and lives."""
    seen: list[str] = []
    ledger = Ledger()

    def handle(handled: IngestionEvent) -> None:
        seen.append(found_mark(world)[1])
        ledger.write(handled)

    put(world, 0)
    own = f"attempt=3 by={this_process()}"
    mark(world, own)
    with world.running(handle):
        ledger.wait(1)

    assert seen == [own]
    assert world.stored(DEAD_LETTERS) == 0


def test_a_record_under_suspicion_is_tried_when_nothing_else_is_in_hand(world: World) -> None:
    """Handlers that were at work before its mark was read are waited for."""
    at_work, release, suspect = threading.Event(), threading.Event(), threading.Event()
    ledger = Ledger()

    def handle(handled: IngestionEvent) -> None:
        if number_of(handled) == 0:
            at_work.set()
            assert release.wait(LIMIT)
        else:
            suspect.set()
        ledger.write(handled)

    put(world, 0, partition=1)
    mark(world, "attempt=1")
    with world.running(handle, concurrency=4) as run:
        assert at_work.wait(LIMIT)
        put(world, 1)
        while run.worker.stats().buffered < 2:
            assert not run.ended(0.01)

        assert not suspect.wait(0.2)

        release.set()
        ledger.wait(2)

    assert ledger.numbers == [0, 1]


def test_an_orderly_stop_is_no_crash(world: World) -> None:
    def handle(handled: IngestionEvent) -> None:
        raise SystemExit

    put(world, 0)
    stopped = [world.failing(handle) for _ in range(4)]

    assert all(isinstance(error, errors.WorkerStopped) for error in stopped)
    assert found_mark(world) == (0, "")
    assert world.stored(DEAD_LETTERS) == 0


def test_caution_ends_after_as_many_records_as_may_have_been_in_hand(world: World) -> None:
    """A batch may be taken as long as there are no more than `ahead` of them."""
    most, now = 0, 0
    lock, together, ledger = threading.Lock(), threading.Barrier(2), Ledger()

    def handle(handled: IngestionEvent) -> None:
        nonlocal most, now
        if number_of(handled) > 3:
            together.wait(LIMIT)
        else:
            with lock:
                now += 1
                most = max(most, now)
            threading.Event().wait(0.005)
            with lock:
                now -= 1
        ledger.write(handled)

    put(world, *range(6))
    mark(world, "attempt=1")
    with world.running(handle, concurrency=2, policy=replace(SWIFT, ahead=2, batch=2)):
        ledger.wait(6)

    assert most == 1
    assert ledger.numbers[:4] == [0, 1, 2, 3]


def test_caution_ends_with_what_was_there(world: World) -> None:
    """However much may have been in hand: what was published since is innocent."""
    together, ledger = threading.Barrier(2), Ledger()

    def handle(handled: IngestionEvent) -> None:
        if number_of(handled) > 1:
            together.wait(LIMIT)
        ledger.write(handled)

    put(world, 0, 1)
    mark(world, "attempt=1")
    with world.running(handle, concurrency=2):
        ledger.wait(2)
        put(world, 2, 3)
        ledger.wait(4)

    assert ledger.numbers[:2] == [0, 1]


def test_caution_ends_though_the_last_offsets_of_a_partition_never_come(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are marks of transactions or compacted away: the log ends behind them, and nobody reads them."""
    together, ledger = threading.Barrier(2), Ledger()
    readable = CrashMarks.suspects

    def handle(handled: IngestionEvent) -> None:
        if number_of(handled) > 1:
            together.wait(LIMIT)
        ledger.write(handled)

    monkeypatch.setattr(CrashMarks, "suspects", lambda *args: readable(*args) | {0: 3, 1: 1})
    monkeypatch.setattr(caution, "QUIET_SECONDS", 0.001)
    put(world, 0, 1)
    mark(world, "attempt=1")
    with world.running(handle, concurrency=2):
        ledger.wait(2)
        put(world, 2, 3, partition=2)
        ledger.wait(4)

    assert ledger.numbers[:2] == [0, 1]


def test_what_was_in_hand_is_asked_once_for_all_partitions_that_are_marked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that dies in a pass leaves a mark in each of its partitions, and each question takes two requests."""
    asked, ledger = 0, Ledger()
    suspects = CrashMarks.suspects

    def counted(*args: Any) -> dict[int, int]:
        nonlocal asked
        asked += 1
        return suspects(*args)

    monkeypatch.setattr(CrashMarks, "suspects", counted)
    for partition in range(6):
        put(world, partition, partition=partition)
        mark(world, "attempt=1", partition)
    with world.running(ledger.write):
        ledger.wait(6)

    assert asked == 1


def test_caution_counts_records_that_are_through_and_not_tries(world: World) -> None:
    """A dependency that is down for many probes uses none of it up."""
    calls, most, now = 0, 0, 0
    lock, ledger = threading.Lock(), Ledger()

    def handle(handled: IngestionEvent) -> None:
        nonlocal calls, most, now
        with lock:
            calls += 1
            now += 1
            most = max(most, now)
            down = calls <= 8
        if not down:
            ledger.write(handled)
        threading.Event().wait(0.005)
        with lock:
            now -= 1
        if down:
            raise Unavailable

    put(world, *range(8))
    mark(world, "attempt=1")
    with world.running(handle, concurrency=4, policy=replace(SWIFT, wait=0.01, ahead=8)):
        ledger.wait(8)

    assert most == 1
    assert ledger.numbers == list(range(8))


def test_caution_takes_in_the_other_partitions(world: World) -> None:
    """A record of theirs may have killed while the marked one was at work: from its try on, all go one by one."""
    most, now = 0, 0
    began = threading.Event()
    lock, ledger = threading.Lock(), Ledger()

    def handle(handled: IngestionEvent) -> None:
        nonlocal most, now
        with lock:
            if number_of(handled) == 0:
                began.set()
            now += 1
            most = max(most, now) if began.is_set() else 0
        threading.Event().wait(0.005)
        with lock:
            now -= 1
        ledger.write(handled)

    put(world, 0)
    mark(world, "attempt=1")
    for partition in range(1, 6):
        put(world, *range(10 * partition, 10 * partition + 9), partition=partition)
    with world.running(handle, concurrency=4):
        ledger.wait(46)

    assert most == 1


def test_a_failure_that_the_process_survives_ends_the_row_of_deaths(world: World) -> None:
    failed, ledger = threading.Event(), Ledger()

    def handle(handled: IngestionEvent) -> None:
        if not failed.is_set():
            failed.set()
            raise Unavailable
        ledger.write(handled)

    put(world, 0)
    mark(world, "attempt=2")
    with world.running(handle, policy=replace(SWIFT, wait=0.4, wait_max=0.4)) as run:
        while (found := found_mark(world))[1]:
            assert not run.ended(0.01)
        ledger.wait(1)

    assert found == (0, "")


def test_deaths_are_remembered_when_a_try_does_not_end(world: World) -> None:
    """The worker stops, or its partition leaves, while the record is still with its handler."""
    at_work, release = threading.Event(), threading.Event()

    def handle(handled: IngestionEvent) -> None:
        at_work.set()
        release.wait(LIMIT)

    put(world, 0)
    mark(world, "attempt=2")
    try:
        with world.running(handle, concurrency=2, policy=replace(SWIFT, drain=0.05)):
            assert at_work.wait(LIMIT)

        assert found_mark(world) == (0, "attempt=2")
    finally:
        release.set()


@pytest.mark.parametrize("api", [Api.OFFSET_COMMIT, Api.OFFSET_FETCH])
def test_a_mark_that_cannot_be_made_costs_a_line(world: World, api: Api, caplog: pytest.LogCaptureFixture) -> None:
    ledger = Ledger()
    put(world, 0)
    with world.running(ledger.write):
        ledger.wait(1)
    put(world, 1)
    with world.running(ledger.write) as run:
        ledger.wait(2)
        while not run.worker.idle:
            assert not run.ended(0.01)
        # The next partition's first record meets the error.
        world.broker.push_request_errors(api, *[KafkaError.UNKNOWN_MEMBER_ID] * 2)
        put(world, 2, partition=1)
        ledger.wait(3)

    assert ledger.numbers == [0, 1, 2]
    assert "crash mark" in caplog.text


@pytest.mark.parametrize(
    ("metadata", "count"),
    [
        ("attempt=3", 3),
        ("attempt=3 by=beef-1", 3),
        ("attempt=3 by=cafe-2", 2),
        ("attempt=3 by=", 0),
        ("attempt=3 by=who", 0),
        ("", 0),
        (None, 0),
        ("attempt=-1", 0),
        ("attempt=0", 0),
        ("attempt=9999999", 0),
        ("else", 0),
    ],
)
def test_what_counts_as_a_mark(metadata: str | None, count: int) -> None:
    assert deaths(metadata, "cafe-2") == count


def test_a_forked_process_is_another_one() -> None:
    assert forked(lambda: int(this_process() == PARENT)) == 0
    assert this_process() == PARENT
