"""Rows of the catalogue of failures that say something about producers, where no other test does."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic, time
from typing import Any

import pytest
from confluent_kafka import KafkaError as Code
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventpact.contract import Topic
from eventpact.dead_letter import DeadLetter
from eventpact.dev import Api
from eventpact.errors import DeliveryError, EncodeError, ProducerStoppedError, QueueFullError, TopicError
from eventpact.kafka.client_settings import ProducerSettings
from eventpact.kafka.partition import partition_of
from eventpact.kafka.producer import Producer
from eventpact.kafka.record import Record
from ingestion_events import IngestionEvent
from tests.forking import forked
from tests.kafka.world import CONTRACT, DEAD_LETTERS, LIMIT, TOPIC, World, event, letter_of, tenant


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as made:
        yield made


def producer(world: World, **changes: int) -> Producer[IngestionEvent]:
    defaults: dict[str, Any] = {"linger_ms": 0, "message_timeout_ms": 5_000, **changes}
    wanted = ProducerSettings(**defaults)
    return Producer(IngestionEvent, replace(world.settings, producer=wanted), registry=world.registry)


def test_b2_back_pressure_has_a_deadline_and_counts_add_up(world: World) -> None:
    made = producer(world, queue_max_messages=10, queue_timeout_ms=300, message_timeout_ms=1_000)
    world.broker.set_down()
    refused = 0
    begun = monotonic()
    for number in range(12):
        try:
            made.publish(event(number))
        except QueueFullError:
            refused += 1
    waited = monotonic() - begun
    with pytest.raises(DeliveryError) as failed:
        made.close()
    world.broker.set_up()
    stats = made.stats()

    assert refused == 2
    assert waited < LIMIT
    assert (stats.published, stats.delivered, stats.failed, stats.waiting) == (10, 0, 10, 0)
    assert failed.value.failed == 10


@pytest.mark.usefixtures("ctrl_c")
def test_b4_ctrl_c_ends_a_close_whose_broker_is_down(world: World) -> None:
    made = producer(world, message_timeout_ms=60_000)
    world.broker.set_down()
    made.publish(event(1))
    timer = threading.Timer(0.2, signal.raise_signal, [signal.SIGINT])
    begun = monotonic()
    try:
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            made.close()
    finally:
        timer.join()
        world.broker.set_up()

    assert monotonic() - begun < LIMIT
    assert made.stats().failed == 1


UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"
FULL_WIDTH = UUID.translate({ord(digit): 0xFEE0 + ord(digit) for digit in "0123456789"})
OTHERS = [
    "", f"{{{UUID}}}", UUID.replace("-", ""), f" {UUID}", f"{UUID}\n", f"{UUID}\0", f"urn:uuid:{UUID}",
    FULL_WIDTH, UUID * 10_000, "a\u0301", "\u00e1", "tenant-1",
]  # fmt: skip


@pytest.mark.parametrize("other", OTHERS, ids=range(len(OTHERS)))
def test_b9_one_tenant_has_one_key_other_spellings_are_refused(world: World, other: str) -> None:
    with producer(world) as made:
        with pytest.raises(EncodeError) as refused:
            made.publish(replace(event(1), tenant_id=other))

        assert made.stats().published == 0
    assert not other or other not in str(refused.value)


def test_b9_either_letter_case_of_a_uuid_is_one_tenant(world: World) -> None:
    with producer(world) as made:
        places = [made.submit(replace(event(1), tenant_id=one)).result(LIMIT) for one in (UUID, UUID.upper())]
    keys = {record.key() for record in world.records(TOPIC, world.stored(TOPIC))}

    assert places[0].partition == places[1].partition
    assert UUID.encode() in keys
    assert UUID.upper().encode() not in keys


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(found=st.text() | st.uuids().map(str))
def test_b9_whatever_is_taken_is_its_own_key(world: World, shared: Producer[IngestionEvent], found: str) -> None:
    try:
        place = shared.submit(replace(event(1), tenant_id=found)).result(LIMIT)
    except EncodeError:
        return

    assert place.partition == partition_of(found.lower(), 6)


@pytest.fixture(scope="module")
def shared(world: World) -> Iterator[Producer[IngestionEvent]]:
    with producer(world) as made:
        yield made


@pytest.mark.parametrize("number", [2**31, -(2**31) - 1, 2**40, True, 1.0])
def test_b11_an_int_out_of_range_is_refused(world: World, number: int) -> None:
    letters = replace(CONTRACT, topic=Topic(DEAD_LETTERS, 6), key="dlq_id", dead_letter=None)
    with Producer(DeadLetter, world.settings, contract=letters, registry=world.registry) as made:
        with pytest.raises(EncodeError, match="original_partition"):
            made.publish(replace(letter_of(1), original_partition=number))

        assert made.stats().published == 0


@pytest.mark.parametrize("year", [1970, 2099])
def test_b12_the_time_of_a_record_is_when_it_was_sent(world: World, year: int) -> None:
    dated = replace(event(1), timestamp=datetime(year, 1, 2, tzinfo=UTC))
    before = int(time() * 1000)
    with producer(world) as made:
        place = made.submit(dated).result(LIMIT)
    found = [Record.of(record) for record in world.records(TOPIC, world.stored(TOPIC))]
    (stored,) = [record for record in found if (record.partition, record.offset) == (place.partition, place.offset)]

    assert before <= stored.timestamp_ms <= int(time() * 1000)


def test_b15_no_right_on_the_topic_stops_the_start(world: World) -> None:
    world.broker.set_topic_error(TOPIC, Code.TOPIC_AUTHORIZATION_FAILED)
    try:
        with pytest.raises(TopicError, match="ask for an ACL"):
            producer(world)
    finally:
        world.broker.set_topic_error(TOPIC, 0)


def test_b15_a_right_that_is_taken_away_fails_the_event_with_what_to_do(world: World) -> None:
    made = producer(world)
    place = partition_of(tenant(1), 6)
    world.broker.push_partition_errors(TOPIC, place, Api.PRODUCE, Code.TOPIC_AUTHORIZATION_FAILED)
    future = made.submit(event(1))
    with pytest.raises(DeliveryError, match="ask for an ACL"):
        future.result(LIMIT)
    with pytest.raises(DeliveryError, match="1 event not acknowledged"):
        made.close()


def test_threads_that_publish_and_ask_for_reports_count_to_the_sum(world: World) -> None:
    """Half of them with callbacks, so that the clients are exchanged in the middle."""
    heard: list[object] = []
    before = world.stored(TOPIC)
    with producer(world) as made:
        work = [
            threading.Thread(
                target=made.publish_many,
                args=([event(number) for number in range(500)], heard.append if half else None),
            )
            for half in (False, True) * 4
        ]
        for thread in work:
            thread.start()
        for thread in work:
            thread.join(LIMIT)
        made.flush()
        stats = made.stats()

    assert (stats.published, stats.delivered, stats.failed, stats.waiting) == (4_000, 4_000, 0, 0)
    assert len(heard) == 2_000
    assert world.stored(TOPIC) - before == 4_000


def test_a_forked_child_is_refused_everything_and_the_parent_goes_on(world: World) -> None:
    def use() -> int:
        for call in (lambda: made.publish(event(2)), lambda: made.submit(event(2)), made.flush, made.poll):
            with pytest.raises(ProducerStoppedError):
                call()
        made.close()
        return 0

    with producer(world) as made:
        made.publish(event(1))
        code = forked(use)
        made.flush()

        assert made.stats().delivered == 1
    assert code == 0
