"""The dead-letter processor: retries that end, parking that is told, and nothing lost between two topics."""

from __future__ import annotations

import gc
import logging
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from confluent_kafka import KafkaError, TopicPartition

from eventpact.codec import Codec, prefix
from eventpact.dead_letter import DeadLetter, Reason
from eventpact.dev.broker import Api
from eventpact.errors import WorkerStopped
from eventpact.kafka.alerts import Parked, Webhook
from eventpact.kafka.envelope import milliseconds_of
from eventpact.kafka.handler import BatchFailed, Handler, Reject, Retry, Unavailable, handle_batch
from eventpact.kafka.processor import DeadLetterProcessor
from eventpact.kafka.processor_plan import Later, Park, RetryRules, Skip, Try, plan
from eventpact.kafka.record import Record
from ingestion_events import IngestionEvent
from tests.kafka.test_dead_letters import failures
from tests.kafka.world import (
    CONTRACT,
    DEAD_LETTERS,
    GROUP,
    LIMIT,
    SWIFT,
    TOPIC,
    Ledger,
    Running,
    World,
    event,
    letter_of,
    number_of,
    with_attempts,
)

PARKED = f"{TOPIC}-parked"
PROCESSORS = "ingestion-events-dlq-processor"
CANARY = "canary-7f3a"
RULES = RetryRules(topic=TOPIC, group=GROUP)


class Told:
    """An alert sink that tests wait on."""

    def __init__(self) -> None:
        self.parked: list[Parked] = []
        self._changed = threading.Condition()

    def __call__(self, parked: tuple[Parked, ...]) -> None:
        with self._changed:
            self.parked += parked
            self._changed.notify_all()

    def wait(self, count: int) -> list[Parked]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.parked) >= count, LIMIT), self.parked
        return self.parked


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        made.broker.create_topic(PARKED, 6)
        yield made


def processor(world: World, handler: Handler[IngestionEvent], **others: Any) -> DeadLetterProcessor[IngestionEvent]:
    arguments: dict[str, Any] = {"registry": world.registry, "policy": SWIFT, "backoff": 0.001, **others}
    return DeadLetterProcessor(IngestionEvent, handler, world.settings, **arguments)


@contextmanager
def processing(world: World, handler: Callable[..., object], **others: Any) -> Iterator[Running]:
    made: Any = processor(world, handler, **others)
    run = Running(made)
    try:
        yield run
    finally:
        run.stop()


def bury(world: World, *numbers: int, error: type[Exception] = Retry) -> None:
    """Events that a worker could not handle: their dead letters are stored afterwards."""

    def fail(handled: IngestionEvent) -> None:
        raise error

    before = world.stored(DEAD_LETTERS)
    world.publish(*numbers)
    with world.running(fail, policy=with_attempts(1)):
        world.letters(before + len(numbers))


def put_letter(world: World, letter: DeadLetter, *counts: bytes) -> None:
    registered = world.registry.version(f"{DEAD_LETTERS}-value", "latest")
    value = Codec(DeadLetter).encoder(prefix(registered.id))(letter)
    world.put(value, topic=DEAD_LETTERS, headers=[("x-retry-count", count) for count in counts])


def lag(world: World) -> int:
    """Dead letters beyond the processors' committed offsets."""
    with world._reader(PROCESSORS) as consumer:
        parts = [TopicPartition(DEAD_LETTERS, number) for number in range(6)]
        done = {item.partition: max(item.offset, 0) for item in consumer.committed(parts, LIMIT)}
        return sum(consumer.get_watermark_offsets(part, LIMIT)[1] - done[part.partition] for part in parts)


def test_a_retry_that_succeeds_is_the_end_of_it(world: World) -> None:
    bury(world, 1, 2, 3)
    ledger = Ledger()
    with processing(world, ledger.write):
        ledger.wait(3)

    assert sorted(ledger.numbers) == [1, 2, 3]
    assert world.stored(PARKED) == 0
    assert world.stored(TOPIC) == 3
    assert lag(world) == 0


def test_what_fails_again_has_successors_and_is_parked_with_an_alert_after_the_last(world: World) -> None:
    bury(world, 1)
    calls: list[int] = []
    told = Told()

    def fail(handled: IngestionEvent, record: Record) -> None:
        calls.append(record.attempt)
        raise Retry(CANARY)

    with processing(world, fail, alert=told):
        [parked] = told.wait(1)
    letters = world.letters(3)

    assert calls == [2, 3, 4]
    assert [letter.retry_count for letter in letters] == [0, 1, 2]
    assert len({letter.dlq_id for letter in letters}) == 1
    assert len({(letter.original_value, letter.original_key, letter.first_failed_at) for letter in letters}) == 1
    assert (parked.cause, parked.retry_count, parked.dlq_id) == ("failed", 3, letters[0].dlq_id)
    [record] = world.records(PARKED, 1)
    stored = Codec(DeadLetter).decode((record.value() or b"")[5:])
    assert (stored.retry_count, stored.original_value) == (3, letters[0].original_value)
    assert dict(record.headers() or [])["x-retry-count"] == b"3"
    assert world.stored(TOPIC) == 1
    assert lag(world) == 0


def test_a_retry_that_failed_is_let_go_of_without_the_garbage_collector(world: World) -> None:
    """Its error's traceback holds frames, and frames hold letters: in a circle they would stay, messages included."""
    bury(world, *range(5))

    def fail(handled: IngestionEvent) -> None:
        try:
            raise KeyError(handled.s3_uri)
        except KeyError as error:
            raise ValueError from error

    told = Told()
    gc.collect()
    of_others = failures()
    gc.disable()
    try:
        with processing(world, fail, alert=told):
            told.wait(5)
        kept = [found for found in failures() if all(found is not other for other in of_others)]
    finally:
        gc.enable()

    assert kept == []


def test_a_rejected_retry_and_hopeless_reasons_are_parked_at_once(world: World) -> None:
    bury(world, 1, error=Retry)
    bury(world, 2, error=Reject)
    told = Told()

    def reject(handled: IngestionEvent) -> None:
        assert number_of(handled) == 1
        raise Reject

    with processing(world, reject, alert=told):
        parked = told.wait(2)

    assert {one.cause for one in parked} == {"hopeless"}
    assert {one.retry_count for one in parked} == {0, 1}


def test_a_hopeless_letter_is_parked_byte_for_byte(world: World) -> None:
    bury(world, 1, error=Reject)
    told = Told()
    with processing(world, print, alert=told):
        told.wait(1)
    [source], [parked] = world.records(DEAD_LETTERS, 1), world.records(PARKED, 1)

    assert (parked.key(), parked.value(), parked.headers()) == (source.key(), source.value(), source.headers())


def test_junk_is_parked_raw_and_comes_back_nowhere(world: World) -> None:
    headers: list[tuple[str, str | bytes | None]] = [("a", b"\xff"), ("a", None), ("x-retry-count", b"abc")]
    world.put(b"junk", key=b"k", headers=headers, topic=DEAD_LETTERS)
    world.put(None, topic=DEAD_LETTERS)
    told = Told()
    with processing(world, print, alert=told):
        parked = told.wait(2)
    found = {record.value(): record for record in world.records(PARKED, 2)}

    assert {one.cause for one in parked} == {"junk"}
    assert (found[b"junk"].key(), found[b"junk"].headers()) == (b"k", headers)
    assert world.stored(DEAD_LETTERS) == 2
    assert lag(world) == 0


def test_a_retry_count_that_is_missing_or_twice_or_no_match_is_parked(world: World) -> None:
    counts = [(), (b"abc",), (b"-1",), (b"1" + b"0" * 30,), (b"0", b"0"), (b"1",), (b"\xff",), (b" 0",)]
    for number, forged in enumerate(counts):
        put_letter(world, letter_of(number, original_value=world.encode(event(number))), *forged)
    told = Told()
    ledger = Ledger()
    with processing(world, ledger.write, alert=told):
        parked = told.wait(len(counts))

    assert {one.cause for one in parked} == {"forged"}
    assert ledger.numbers == []
    assert world.stored(PARKED) == len(counts)
    assert world.stored(DEAD_LETTERS) == len(counts)


def headers_of(letter: DeadLetter) -> tuple[tuple[str, bytes | None], ...]:
    return (("x-retry-count", str(letter.retry_count).encode()),)


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, Try()),
        ({"reason": Reason.TRANSIENT_EXHAUSTED}, Try()),
        ({"reason": Reason.UNKNOWN_SCHEMA}, Try()),
        *[
            ({"reason": reason}, Park("hopeless"))
            for reason in Reason
            if reason not in {Reason.HANDLER, Reason.TRANSIENT_EXHAUSTED, Reason.UNKNOWN_SCHEMA}
        ],
        ({"headers_unreadable": True}, Park("hopeless")),
        ({"retry_count": 3}, Park("retries")),
        ({"retry_count": 4}, Park("forged")),
        ({"retry_count": 2**31 - 1}, Park("forged")),
        ({"retry_count": -1}, Park("forged")),
        ({"max_retries": 2**31 - 1, "retry_count": 3}, Park("retries")),
        ({"original_topic": "elsewhere"}, Park("forged")),
        ({"original_offset": 7}, Park("forged")),
        ({"consumer_group": "strangers"}, Park("forged")),
        ({"consumer_group": "ours-too"}, Skip()),
        ({"not_before_ms": 1_900_000_030_000}, Later(30_000)),
        ({"not_before_ms": 2**63 - 1}, Later(60_000)),
        ({"not_before_ms": 2**63 - 1, "retry_count": 2}, Later(240_000)),
        ({"not_before_ms": -(2**63)}, Try()),
    ],
)
def test_the_plan_for_a_letter(changes: dict[str, Any], wanted: object) -> None:
    letter = letter_of(1, **changes)
    rules = replace(RULES, others=frozenset({"ours-too"}))

    assert plan(letter, headers_of(letter), 1_900_000_000_000, rules) == wanted


def test_a_successor_that_is_not_stored_stops_the_processor_before_the_commit(world: World) -> None:
    bury(world, 1)

    def fail(handled: IngestionEvent) -> None:
        for partition in range(6):
            world.broker.push_partition_errors(
                DEAD_LETTERS, partition, Api.PRODUCE, KafkaError.TOPIC_AUTHORIZATION_FAILED
            )
        raise Retry

    made: Any = processor(world, fail)
    error = Running(made).result()

    assert isinstance(error, WorkerStopped)
    assert lag(world) == 1


def test_parking_that_is_not_stored_stops_the_processor_before_alert_and_commit(world: World) -> None:
    bury(world, 1, error=Reject)
    for partition in range(6):
        world.broker.push_partition_errors(PARKED, partition, Api.PRODUCE, KafkaError.TOPIC_AUTHORIZATION_FAILED)
    told = Told()
    made: Any = processor(world, print, alert=told)
    error = Running(made).result()

    assert isinstance(error, WorkerStopped)
    assert told.parked == []
    assert lag(world) == 1


@pytest.mark.parametrize("fault", ["raises", "hangs"])
def test_an_alert_that_fails_costs_nothing_but_the_alert(
    world: World, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    bury(world, 1, error=Reject)
    release = threading.Event()
    called = threading.Event()

    def sink(parked: tuple[Parked, ...]) -> None:
        assert world.stored(PARKED) == 1
        called.set()
        if fault == "raises":
            raise RuntimeError(CANARY)
        release.wait(LIMIT)

    with processing(world, print, alert=sink, alert_limit=0.05):
        assert called.wait(LIMIT)
    release.set()

    assert lag(world) == 0
    assert CANARY not in caplog.text


def test_a_dependency_that_is_down_is_waited_for(world: World) -> None:
    bury(world, 1, 2)
    ledger = Ledger()
    down = iter(range(3))

    def handle(handled: IngestionEvent) -> None:
        if next(down, None) is not None:
            raise Unavailable
        ledger.write(handled)

    with processing(world, handle):
        ledger.wait(2)

    assert world.stored(DEAD_LETTERS) == 2
    assert world.stored(PARKED) == 0


def test_a_batch_that_names_an_event_whose_dependency_is_down_is_waited_for(world: World) -> None:
    """It says which event it met it with; the cause says that the event is not to blame."""
    bury(world, 1, 2)
    ledger = Ledger()
    down = iter(range(3))

    def handle(events: Sequence[IngestionEvent]) -> None:
        if next(down, None) is not None:
            raise BatchFailed(0) from Unavailable()
        for handled in events:
            ledger.write(handled)

    made: Any = processor(world, handle_batch(handle))
    run = Running(made)
    ledger.wait(2)
    run.stop()
    failed = made.stats().failed

    assert failed == 0
    assert sorted(ledger.numbers) == [1, 2]
    assert world.stored(DEAD_LETTERS) == 2
    assert world.stored(PARKED) == 0


def test_a_storm_of_retries_meets_a_dependency_that_is_down_one_probe_at_a_time(world: World) -> None:
    """However many are due: the breaker lets one through, and when all is well each is handled once."""
    letters = [letter_of(number, original_value=world.encode(event(number))) for number in range(1_000)]
    codec = Codec(DeadLetter).encoder(prefix(world.registry.version(f"{DEAD_LETTERS}-value", "latest").id))
    for number, one in enumerate(letters):
        world._producer.produce(DEAD_LETTERS, codec(one), partition=number % 6, headers=[("x-retry-count", b"0")])
    assert world._producer.flush(LIMIT) == 0
    ledger, tried = Ledger(), list[int]()

    def handle(handled: IngestionEvent) -> None:
        tried.append(number_of(handled))
        if len(tried) <= 8:
            raise Unavailable
        ledger.write(handled)

    with processing(world, handle):
        ledger.wait(1_000)

    assert len(tried) == 1_008
    assert len(set(tried[:8])) <= 6  # the first of each partition, at most
    assert sorted(ledger.numbers) == list(range(1_000))
    assert world.stored(DEAD_LETTERS) == 1_000
    assert world.stored(PARKED) == 0


def test_what_failed_together_does_not_come_back_together(world: World) -> None:
    bury(world, *range(12))
    failed = threading.Semaphore(0)

    def fail(handled: IngestionEvent) -> None:
        failed.release()
        raise Retry

    with processing(world, fail, backoff=0.4):
        assert all(failed.acquire(timeout=LIMIT) for _ in range(12))
        successors = [one for one in world.letters(24) if one.retry_count == 1]
    waits = [(one.not_before_ms or 0) - milliseconds_of(one.failed_at) for one in successors]

    assert len(waits) == 12
    assert all(800 <= wait <= 1_000 for wait in waits)
    assert len(set(waits)) > 1


def test_of_two_groups_each_gets_its_own_dead_letters_only(world: World) -> None:
    contract = replace(CONTRACT, groups=(GROUP, "auditors"))
    put_letter(world, letter_of(1, original_value=world.encode(event(1))), b"0")
    theirs = letter_of(2, consumer_group="auditors", dlq_id=f"auditors/{TOPIC}/0/2")
    put_letter(world, replace(theirs, original_value=world.encode(event(2))), b"0")
    ledgers = {GROUP: Ledger(), "auditors": Ledger()}
    with (
        processing(world, ledgers[GROUP].write, contract=contract, group=GROUP),
        processing(world, ledgers["auditors"].write, contract=contract, group="auditors"),
    ):
        ledgers[GROUP].wait(1)
        ledgers["auditors"].wait(1)

    assert (ledgers[GROUP].numbers, ledgers["auditors"].numbers) == ([1], [2])
    assert world.stored(PARKED) == 0


def test_the_first_retry_waits_for_its_back_off_and_nothing_is_committed_meanwhile(world: World) -> None:
    bury(world, 1)
    ledger = Ledger()
    made: Any = processor(world, ledger.write, backoff=3600.0)
    run = Running(made)
    elsewhere = (world.letters(1)[0].original_partition + 1) % 6
    world.put(b"junk", topic=DEAD_LETTERS, partition=elsewhere)
    world.records(PARKED, 1)
    run.stop()

    assert ledger.numbers == []
    assert lag(world) == 1


def test_a_webhook_that_is_not_there_is_logged_without_its_url(caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with caplog.at_level(logging.ERROR, "eventpact"):
        Webhook(f"http://127.0.0.1:{port}/{CANARY}", timeout=0.5)((Parked(PARKED, "t[0]@1", "junk"),))

    assert "did not take 1 parked records: ConnectionError" in caplog.text
    assert CANARY not in caplog.text


def test_a_webhook_that_answers_is_told_and_nobody_logs_its_url(caplog: pytest.LogCaptureFixture) -> None:
    """Not even the HTTP library, which quotes paths when it may."""
    caplog.set_level(logging.DEBUG)
    statuses = [204, 500, 302]
    asked: list[str] = []

    class Sink(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(statuses[len(asked) - 1])
            self.send_header("Location", f"/elsewhere?{CANARY}")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Sink)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        hook = Webhook(f"http://127.0.0.1:{server.server_port}/hook/{CANARY}?token={CANARY}")
        for _ in statuses:
            hook((Parked("topic", "dlq[0]@1", "failed"),))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

    assert asked == [f"/hook/{CANARY}?token={CANARY}"] * 3  # a redirect is not followed
    assert "status 500" in caplog.text
    assert "status 302" in caplog.text
    assert "urllib3.connectionpool" in caplog.text
    assert CANARY not in caplog.text


def test_a_webhook_that_hangs_is_left_behind(caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        Webhook(f"http://127.0.0.1:{silent.getsockname()[1]}/hook?{CANARY}", timeout=0.1)(
            (Parked("topic", "dlq[0]@1", "failed"),)
        )

    assert "the alert webhook did not take 1 parked records: ReadTimeout" in caplog.text
    assert CANARY not in caplog.text


def test_the_parking_topic_may_not_be_one_that_is_read(world: World) -> None:
    for topic in (TOPIC, DEAD_LETTERS):
        with pytest.raises(ValueError, match="parking topic"):
            processor(world, print, parked_topic=topic)
