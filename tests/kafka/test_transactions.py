"""Transactions, step by step: each ends committed, aborted, or with a producer that says so and takes no more.

What readers see of it is up to a real broker: tests/live/test_transactions.py.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from math import inf
from time import monotonic
from typing import Any

import pytest
from confluent_kafka import Consumer, Message, TopicPartition
from confluent_kafka import KafkaError as Code

from eventpact.dead_letter import Reason
from eventpact.dev import Api
from eventpact.errors import (
    BrokerUnavailableError,
    DeliveryError,
    EncodeError,
    FencedError,
    KafkaError,
    ProducerStoppedError,
    RegistryAccessError,
    TransactionAborted,
    WorkerStopped,
)
from eventpact.kafka.client_settings import ProducerSettings
from eventpact.kafka.config import consumer_config
from eventpact.kafka.handler import Reject, Unavailable
from eventpact.kafka.producer import Producer
from eventpact.kafka.source import Source, Taken
from ingestion_events import IngestionEvent
from tests.forking import forked
from tests.kafka.world import DEAD_LETTERS, LIMIT, SWIFT, TOPIC, World, event, number_of

ID = "notices-0"


class Reading:
    """A source that remembers what it was told."""

    def __init__(self, offsets: int = 3) -> None:
        self.told: list[str] = []
        self._offsets = offsets

    def offsets(self) -> list[TopicPartition]:
        return [TopicPartition(TOPIC, 0, self._offsets)] if self._offsets else []

    def membership(self) -> object:
        consumer = Consumer({"bootstrap.servers": "127.0.0.1:1", "group.id": "a-group", "log_level": 0})
        try:
            return consumer.consumer_group_metadata()
        finally:
            consumer.close()

    def settle(self) -> None:
        self.told.append("settled")

    def rewind(self) -> None:
        self.told.append("back")


@pytest.fixture
def world() -> Iterator[World]:
    with World(partitions=2, dead_letter_partitions=2) as made:
        yield made


def transactional(world: World, **changes: int) -> Producer[IngestionEvent]:
    wanted: dict[str, Any] = {"linger_ms": 0, "message_timeout_ms": 5_000, "transaction_timeout_ms": 5_000, **changes}
    settings = replace(world.settings, producer=ProducerSettings(**wanted))
    return Producer(IngestionEvent, settings, registry=world.registry, transactional_id=ID)


def attempt(
    producer: Producer[IngestionEvent], reading: Reading | Source[IngestionEvent] | None, *steps: Callable[[], object]
) -> None:
    """One transaction of these steps."""
    with producer.transaction(reading):
        for step in steps:
            step()


def never() -> None:
    raise AssertionError("the block is not entered")


def kinds(world: World) -> list[int]:
    """The transactional requests that the broker saw, in their order."""
    wanted = {Api.ADD_PARTITIONS_TO_TXN, Api.ADD_OFFSETS_TO_TXN, Api.TXN_OFFSET_COMMIT, Api.END_TXN}
    return [request.api for request in world.broker.requests() if request.api in wanted]


def test_a_block_that_ends_is_committed_with_its_offsets(world: World) -> None:
    reading = Reading()
    with transactional(world) as producer:
        world.broker.track_requests()
        with producer.transaction(reading):
            producer.publish(event(1))
        steps = kinds(world)

        assert producer.stats().delivered == 1
    assert steps == [Api.ADD_PARTITIONS_TO_TXN, Api.ADD_OFFSETS_TO_TXN, Api.TXN_OFFSET_COMMIT, Api.END_TXN]
    assert reading.told == ["settled"]


def test_without_a_source_or_without_offsets_only_events_are_committed(world: World) -> None:
    empty = Reading(offsets=0)
    with transactional(world) as producer:
        world.broker.track_requests()
        with producer.transaction():
            producer.publish(event(1))
        with producer.transaction(empty):
            producer.publish(event(2))

        assert Api.ADD_OFFSETS_TO_TXN not in kinds(world)
    assert empty.told == ["settled"]


def test_a_block_that_raises_is_aborted_its_error_comes_out_and_the_source_goes_back(world: World) -> None:
    reading = Reading()
    with transactional(world) as producer:
        world.broker.track_requests()
        with pytest.raises(ZeroDivisionError):
            attempt(producer, reading, partial(producer.publish, event(1)), producer.flush, lambda: 1 / 0)
        steps = kinds(world)
        with producer.transaction(reading):
            producer.publish(event(2))

    assert steps == [Api.ADD_PARTITIONS_TO_TXN, Api.END_TXN]
    assert reading.told == ["back", "settled"]


def test_ctrl_c_in_a_block_aborts_too(world: World) -> None:
    reading = Reading()
    with transactional(world) as producer, pytest.raises(KeyboardInterrupt), producer.transaction(reading):
        raise KeyboardInterrupt

    assert reading.told == ["back"]


def test_a_wrong_event_aborts_and_the_next_transaction_is_unharmed(world: World) -> None:
    with transactional(world) as producer:
        wrong = replace(event(2), file_hash="wrong")
        with pytest.raises(EncodeError):
            attempt(producer, None, partial(producer.publish, event(1)), partial(producer.publish, wrong))
        with producer.transaction():
            producer.publish(event(3))
        stats = producer.stats()

    assert stats.published == stats.delivered + stats.failed == 2


@pytest.mark.parametrize(
    ("api", "code"),
    [
        (Api.ADD_PARTITIONS_TO_TXN, Code.TOPIC_AUTHORIZATION_FAILED),
        (Api.ADD_OFFSETS_TO_TXN, Code.GROUP_AUTHORIZATION_FAILED),
        (Api.TXN_OFFSET_COMMIT, Code.ILLEGAL_GENERATION),
        (Api.TXN_OFFSET_COMMIT, Code.UNKNOWN_MEMBER_ID),
        (Api.TXN_OFFSET_COMMIT, Code.FENCED_INSTANCE_ID),
        (Api.PRODUCE, Code.INVALID_RECORD),
    ],
)
def test_what_the_broker_refuses_is_aborted_and_may_be_done_again(world: World, api: Api, code: int) -> None:
    reading = Reading()
    with transactional(world) as producer:
        world.broker.push_request_errors(api, code)
        with pytest.raises(TransactionAborted) as aborted, producer.transaction(reading):
            producer.publish(event(1))
        world.broker.clear_request_errors(api)
        told = list(reading.told)
        for _ in range(5):  # of a refused event the library may remember something for a while
            with suppress(KafkaError):
                attempt(producer, reading, partial(producer.publish, event(2, owner=1)))
                break

    assert aborted.value.retriable
    assert aborted.value.code
    assert told == ["back"]
    assert reading.told[-1] == "settled"


@pytest.mark.parametrize(
    ("api", "code"),
    [
        (Api.ADD_PARTITIONS_TO_TXN, Code.CONCURRENT_TRANSACTIONS),
        (Api.ADD_OFFSETS_TO_TXN, Code.COORDINATOR_LOAD_IN_PROGRESS),
        (Api.TXN_OFFSET_COMMIT, Code.COORDINATOR_LOAD_IN_PROGRESS),
        (Api.END_TXN, Code.CONCURRENT_TRANSACTIONS),
        (Api.END_TXN, Code.COORDINATOR_NOT_AVAILABLE),
        (Api.END_TXN, Code._TRANSPORT),
        (Api.PRODUCE, Code.NOT_LEADER_FOR_PARTITION),
    ],
)
def test_what_time_heals_is_repeated_until_it_is_committed(world: World, api: Api, code: int) -> None:
    reading = Reading()
    with transactional(world) as producer:
        world.broker.push_request_errors(api, code, code)
        with producer.transaction(reading):
            producer.publish(event(1))

    assert reading.told == ["settled"]


@pytest.mark.parametrize(
    ("api", "code"),
    [
        (Api.END_TXN, Code.PRODUCER_FENCED),
        (Api.END_TXN, Code.INVALID_PRODUCER_EPOCH),
        (Api.ADD_PARTITIONS_TO_TXN, Code.PRODUCER_FENCED),
        (Api.ADD_OFFSETS_TO_TXN, Code.INVALID_PRODUCER_EPOCH),
        (Api.TXN_OFFSET_COMMIT, Code.INVALID_PRODUCER_EPOCH),
        (Api.PRODUCE, Code.INVALID_PRODUCER_EPOCH),
    ],
)
def test_a_zombie_is_fenced_at_every_step_and_stays_so(world: World, api: Api, code: int) -> None:
    reading = Reading()
    with transactional(world) as producer:
        world.broker.push_request_errors(api, code)
        with pytest.raises(FencedError, match="another producer"):
            attempt(producer, reading, partial(producer.publish, event(1)))
        with pytest.raises(FencedError):
            attempt(producer, reading, never)

    assert "settled" not in reading.told


def test_a_zombie_that_is_told_only_that_it_is_dead_finds_out_that_it_was_fenced(world: World) -> None:
    """The client library refuses a message before it has said why: as when a stopped process wakes up."""

    def publish_without_end() -> None:
        producer._outbox._next_serve = inf
        deadline = monotonic() + LIMIT
        while monotonic() < deadline:
            producer.publish(event(1))

    with transactional(world) as producer:
        world.broker.push_request_errors(Api.ADD_PARTITIONS_TO_TXN, *[Code.INVALID_PRODUCER_EPOCH] * 5)
        with pytest.raises(FencedError):
            attempt(producer, None, publish_without_end)


@pytest.mark.parametrize("code", [Code.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, Code.INVALID_TXN_STATE])
def test_a_fatal_error_stops_the_producer(world: World, code: int) -> None:
    with transactional(world) as producer:
        world.broker.push_request_errors(Api.END_TXN, code)
        with pytest.raises(ProducerStoppedError), producer.transaction():
            producer.publish(event(1))
        with pytest.raises(ProducerStoppedError):
            attempt(producer, None, never)


def test_a_commit_without_an_answer_is_bounded_and_its_outcome_is_not_guessed(world: World) -> None:
    reading = Reading(offsets=0)
    with transactional(world, message_timeout_ms=1_000, transaction_timeout_ms=1_000) as producer:
        publish = partial(producer.publish, event(1))
        with pytest.raises(ProducerStoppedError, match="is not known"):
            attempt(producer, reading, publish, producer.flush, world.broker.set_down)
        with pytest.raises(ProducerStoppedError):
            attempt(producer, reading, never)

    assert reading.told == []


def test_events_that_nobody_acknowledges_abort_the_transaction(world: World) -> None:
    reading = Reading()
    producer = transactional(world, message_timeout_ms=1_000, transaction_timeout_ms=1_000)
    with producer.transaction():
        producer.publish(event(0))
    with pytest.raises((TransactionAborted, ProducerStoppedError)):
        attempt(producer, reading, world.broker.set_down, partial(producer.publish, event(1)))
    world.broker.set_up()
    producer.close()

    assert reading.told == ["back"]


def test_outside_of_a_transaction_nothing_is_taken(world: World) -> None:
    with transactional(world) as producer:
        with pytest.raises(KafkaError, match="inside of `with producer"):
            producer.publish(event(1))

        assert producer.stats().published == 0


def test_one_transaction_at_a_time(world: World) -> None:
    with transactional(world) as producer, producer.transaction():
        with pytest.raises(KafkaError, match="one at a time"), producer.transaction():
            raise AssertionError("not entered")
        producer.publish(event(1))


def test_a_transaction_that_has_failed_says_so_at_the_next_publish(world: World) -> None:
    world.broker.push_request_errors(Api.PRODUCE, Code.INVALID_RECORD)
    with transactional(world) as producer:

        def refused() -> None:
            with pytest.raises(DeliveryError):
                producer.submit(event(1)).result(LIMIT)

        with pytest.raises(TransactionAborted, match="takes no more"):
            attempt(producer, None, refused, partial(producer.publish, event(2)))


def test_a_producer_without_the_option_has_no_transactions(world: World) -> None:
    with (
        Producer(IngestionEvent, world.settings, registry=world.registry) as producer,
        pytest.raises(KafkaError, match="transactional_id"),
        producer.transaction(),
    ):
        raise AssertionError("not entered")


def test_a_broker_that_does_not_answer_stops_the_start(world: World) -> None:
    world.broker.set_down()
    with pytest.raises(BrokerUnavailableError):
        transactional(world, start_timeout_ms=0, message_timeout_ms=1_000, transaction_timeout_ms=1_000)


@pytest.mark.parametrize("wrong", ["", "a" * 250, "a\nb"])
def test_an_id_that_is_none_is_refused(world: World, wrong: str) -> None:
    with pytest.raises(ValueError, match="transactional id"):
        Producer(IngestionEvent, world.settings, registry=world.registry, transactional_id=wrong)


def test_a_block_may_close_its_producer_which_aborts(world: World) -> None:
    producer = transactional(world)
    with pytest.raises(ProducerStoppedError):
        attempt(producer, None, partial(producer.publish, event(1)), producer.close)


def test_several_threads_may_publish_in_one_transaction(world: World) -> None:
    with transactional(world) as producer:
        with producer.transaction():
            work = [
                threading.Thread(target=producer.publish_many, args=([event(n) for n in range(250)],)) for _ in range(4)
            ]
            for thread in work:
                thread.start()
            for thread in work:
                thread.join(LIMIT)

        assert producer.stats().delivered == 1_000
    assert world.stored(TOPIC) >= 1_000


def test_a_forked_child_is_refused_and_the_parent_commits(world: World) -> None:
    def use() -> int:
        with pytest.raises(ProducerStoppedError), producer.transaction():
            pass
        return 0

    with transactional(world) as producer, producer.transaction():
        producer.publish(event(1))
        code = forked(use)

    assert code == 0


# The reading half.


def source(world: World, **changes: Any) -> Source[IngestionEvent]:
    return Source(IngestionEvent, world.settings, "transformers", registry=world.registry, policy=SWIFT, **changes)


def taken(reading: Source[IngestionEvent], count: int) -> list[Taken[IngestionEvent]]:
    """Waits until so many are taken, in as many calls as it takes."""
    found: list[Taken[IngestionEvent]] = []
    deadline = monotonic() + LIMIT
    while len(found) < count:
        assert monotonic() < deadline, f"{len(found)} of {count}"
        found += reading.take(timeout=0.2)
    return found


def numbers(found: list[Taken[IngestionEvent]]) -> list[int]:
    return sorted(number_of(one.event) for one in found)


def test_what_is_taken_has_its_record_and_its_offsets(world: World) -> None:
    world.publish(*range(20))
    with source(world) as reading:
        found = taken(reading, 20)
        offsets = {item.partition: item.offset for item in reading.offsets()}
        reading.settle()

        assert reading.offsets() == []
    assert numbers(found) == list(range(20))
    assert offsets == {
        partition: max(one.record.offset for one in found if one.record.partition == partition) + 1
        for partition in {one.record.partition for one in found}
    }
    assert {one.record.schema_id for one in found} == {world.schema_id}


def test_what_the_client_library_counts_is_logged_here_too(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(
        "eventpact.kafka.source.consumer_config",
        lambda settings, group: {**consumer_config(settings, group), "statistics.interval.ms": 50},
    )
    caplog.set_level(logging.INFO, logger="eventpact.kafka.statistics")
    deadline = monotonic() + LIMIT
    with source(world) as reading:
        while not any(one.name == "eventpact.kafka.statistics" for one in caplog.records):
            reading.take(timeout=0.05)
            assert monotonic() < deadline


def test_after_a_rewind_the_same_records_come_again_and_settled_ones_do_not(world: World) -> None:
    world.publish(*range(10))
    with source(world) as reading:
        taken(reading, 10)
        reading.settle()
        world.publish(*range(10, 30))
        first = taken(reading, 20)
        reading.rewind()
        again = taken(reading, 20)

    assert numbers(first) == numbers(again) == list(range(10, 30))


def test_an_aborted_transaction_rewinds_its_source(world: World) -> None:
    world.publish(*range(10))
    with source(world) as reading, transactional(world) as producer:
        taken(reading, 10)
        with pytest.raises(ZeroDivisionError), producer.transaction(reading):
            raise ZeroDivisionError

        assert numbers(taken(reading, 10)) == list(range(10))


def test_a_place_to_start_from_that_is_not_told_is_an_error_of_the_source(world: World) -> None:
    """Other troubles of the broker's are waited out; the client library asks this only once."""
    world.publish(*range(10))
    world.broker.push_request_errors(Api.OFFSET_FETCH, Code.UNKNOWN)
    with source(world) as reading, pytest.raises(KafkaError) as refused:
        taken(reading, 10)

    assert refused.value.code == "UNKNOWN"


class Scripted:
    """A consumer that hands out these messages, and notes where it is sent back to."""

    def __init__(self, messages: list[Message]) -> None:
        self.sought: dict[int, int] = {}
        self._messages = messages

    def consume(self, most: int, timeout: float) -> list[Message]:
        found, self._messages = self._messages[:most], self._messages[most:]
        return found

    def seek(self, place: TopicPartition) -> None:
        self.sought[place.partition] = place.offset


class Interrupted(Scripted):
    """Ctrl-C comes while it works."""

    def consume(self, most: int, timeout: float) -> list[Message]:
        signal.raise_signal(signal.SIGINT)
        return super().consume(most, timeout)


@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize(
    ("kind", "error", "sought"),
    [(Scripted, RegistryAccessError, {0: 0, 1: 0}), (Interrupted, KeyboardInterrupt, {0: 0})],
)
def test_all_that_was_handed_out_comes_again_when_nothing_is_taken(
    world: World, monkeypatch: pytest.MonkeyPatch, kind: type[Scripted], error: type[BaseException], sought: object
) -> None:
    """Also what was not looked at any more, in other partitions than the one whose record raised."""
    for partition in (0, 0, 1, 1):
        world.put(world.encode(event(1)), partition=partition)
    client = kind(sorted(world.records(TOPIC, 4), key=lambda message: message.partition() or 0))

    def refuse(*asked: object, **others: object) -> None:
        raise RegistryAccessError("no")

    with source(world) as reading, monkeypatch.context() as patch:
        patch.setattr(world.registry, "subjects_of", refuse)
        patch.setattr(reading, "_consumer", client)
        patch.setattr(reading, "_stretches", {0: None, 1: None})
        with pytest.raises(error):
            reading.take(timeout=0)

    assert client.sought == sought


def test_what_is_no_event_is_dead_lettered_and_counts_as_read(world: World) -> None:
    world.put(b"junk", partition=0)
    world.publish(1)
    with source(world) as reading:
        found = taken(reading, 1)
        letters = world.letters(1)
        while len(reading.offsets()) < 2 and {item.offset for item in reading.offsets()} != {2}:
            reading.take(timeout=0.1)
    assert numbers(found) == [1]
    assert letters[0].reason is Reason.UNDECODABLE
    assert letters[0].original_value == b"junk"
    assert letters[0].consumer_group == "transformers"


def test_an_event_that_cannot_be_transformed_can_be_rejected(world: World) -> None:
    world.publish(1)
    with source(world) as reading:
        reading.reject(taken(reading, 1)[0], Reject("canary"))
        (letter,) = world.letters(1)

    assert letter.reason is Reason.REJECTED
    assert "canary" not in letter.error_summary


def test_what_says_nothing_against_the_event_is_not_dead_lettered(world: World) -> None:
    world.publish(1)
    with source(world) as reading, pytest.raises(Unavailable):
        reading.reject(taken(reading, 1)[0], Unavailable())

    assert world.stored(DEAD_LETTERS) == 0


def test_a_dead_letter_that_is_not_stored_stops_and_the_record_comes_again(world: World) -> None:
    world.put(b"junk", partition=0)
    with source(world) as reading:
        world.broker.push_partition_errors(DEAD_LETTERS, 0, Api.PRODUCE, Code.TOPIC_AUTHORIZATION_FAILED)
        with pytest.raises(WorkerStopped):
            taken(reading, 1)

        assert reading.offsets() == []


def test_junk_without_end_stops_a_source(world: World) -> None:
    for _ in range(250):
        world._producer.produce(TOPIC, b"junk", partition=0)
    world._producer.flush(LIMIT)
    with source(world) as reading, pytest.raises(WorkerStopped, match="right registry"):
        taken(reading, 1)
