"""What the worker relies on in the client library and what it has to guard against. When a new version changes one of
these, this file says so before a record is lost.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient

from eventpact.dev.broker import Api
from eventpact.dev.librdkafka import load_library
from eventpact.kafka.stopping import call_bounded
from tests.kafka.world import LIMIT, TOPIC, World

GROUP = "pins"


@pytest.fixture
def world() -> Iterator[World]:
    with World(partitions=1) as made:
        yield made


@contextmanager
def consuming(world: World, **others: Any) -> Iterator[Consumer]:
    """A consumer with the worker's settings that matter, and the one partition assigned by hand."""
    consumer = Consumer(
        {
            "bootstrap.servers": world.broker.bootstrap_servers,
            "group.id": GROUP,
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "auto.offset.reset": "earliest",
            "fetch.wait.max.ms": 10,
            "session.timeout.ms": 2000,
            "heartbeat.interval.ms": 300,
            "log_level": 0,
            **others,
        }
    )
    try:
        yield consumer
    finally:
        # After a raising callback it may hang for ever, which is why the worker closes in a thread, too.
        call_bounded(consumer.close, 5, "pins-close")


def assigned(consumer: Consumer) -> Consumer:
    consumer.assign([TopicPartition(TOPIC, 0, 0)])
    return consumer


def taken(consumer: Consumer, count: int) -> list[int]:
    offsets: list[int] = []
    deadline = monotonic() + LIMIT
    while len(offsets) < count and monotonic() < deadline:
        offsets += [message.offset() or 0 for message in consumer.consume(count - len(offsets), 0.2)]
    return offsets


def test_consume_waits_its_whole_time_to_fill_a_batch(world: World) -> None:
    """So the worker asks for one record with a wait, and for the others without."""
    world.put(b"one")
    with consuming(world) as consumer:
        assigned(consumer)
        taken(consumer, 1)
        world.put(b"two")
        started = monotonic()
        messages = consumer.consume(10, 0.5)
        waited = monotonic() - started

    assert len(messages) == 1
    assert waited >= 0.45


@pytest.mark.parametrize("offset", [0, 5])
def test_storing_for_a_partition_that_is_not_ours_is_refused(world: World, offset: int) -> None:
    with consuming(world) as consumer, pytest.raises(KafkaException) as raised:
        consumer.store_offsets(offsets=[TopicPartition(TOPIC, 0, offset)])

    assert raised.value.args[0].code() in {KafkaError._STATE, KafkaError._UNKNOWN_PARTITION}


def test_an_explicit_commit_rewinds_whatever_lies_before_it(world: World) -> None:
    """Which is why only `store_offsets` is used for progress."""
    with consuming(world) as consumer:
        for offset in (20, 1):
            consumer.commit(offsets=[TopicPartition(TOPIC, 0, offset)], asynchronous=False)
        (found,) = consumer.committed([TopicPartition(TOPIC, 0)], LIMIT)

    assert found.offset == 1


def test_nothing_to_commit_is_an_error_that_is_none(world: World) -> None:
    with consuming(world) as consumer, pytest.raises(KafkaException) as raised:
        assigned(consumer).commit(asynchronous=False)

    assert raised.value.args[0].code() == KafkaError._NO_OFFSET


def test_storing_needs_automatic_storing_off(world: World) -> None:
    world.put(b"one")
    with consuming(world, **{"enable.auto.offset.store": True}) as consumer:
        taken(assigned(consumer), 1)
        with pytest.raises(KafkaException) as raised:
            consumer.store_offsets(offsets=[TopicPartition(TOPIC, 0, 1)])

    assert raised.value.args[0].code() == KafkaError._INVALID_ARG


def test_an_asynchronous_commit_that_is_refused_says_nothing(world: World) -> None:
    world.put(b"one")
    heard: list[KafkaError | None] = []
    with consuming(world, on_commit=lambda error, _: heard.append(error)) as consumer:
        taken(assigned(consumer), 1)
        world.broker.push_request_errors(Api.OFFSET_COMMIT, KafkaError.GROUP_AUTHORIZATION_FAILED)
        answer = consumer.commit(offsets=[TopicPartition(TOPIC, 0, 1)])
        deadline = monotonic() + LIMIT
        while not heard and monotonic() < deadline:
            consumer.poll(0.1)

    assert answer is None
    assert [error and error.code() for error in heard] == [KafkaError.GROUP_AUTHORIZATION_FAILED]


def endless(consumer: Consumer) -> None:
    while True:
        consumer.consume(100, 2.0)


def raising(*_: object) -> None:
    raise RuntimeError("from a callback")


def test_a_raising_callback_destroys_what_consume_had_in_hand(world: World) -> None:
    """Every callback of the worker's is guarded."""
    for number in range(50):
        world.put(str(number).encode())
    with consuming(world) as consumer:
        consumer.subscribe([TOPIC], on_assign=raising)
        with pytest.raises(RuntimeError):
            endless(consumer)
        (position,) = consumer.position([TopicPartition(TOPIC, 0)])
        seen = consumer.consume(100, 0.5)

    assert (position.offset, seen) == (50, []), "the position has moved past fifty records that nobody has seen"


def test_a_commit_survives_with_its_metadata(world: World) -> None:
    """The crash marks rest on that."""
    with consuming(world) as consumer:
        consumer.commit(offsets=[TopicPartition(TOPIC, 0, 7, "attempt=2")], asynchronous=False)
        (found,) = consumer.committed([TopicPartition(TOPIC, 0)], LIMIT)

    assert (found.offset, found.metadata) == (7, "attempt=2")


def producing(world: World, **others: Any) -> Producer:
    settings = {"bootstrap.servers": world.broker.bootstrap_servers, "log_level": 0, "linger.ms": 0, **others}
    return Producer(settings)


def test_flush_returns_zero_for_a_message_that_was_never_stored(world: World) -> None:
    """A delivery report counts, and nothing else."""
    reports: list[KafkaError | None] = []
    world.broker.set_down()
    producer = producing(world, **{"message.timeout.ms": 300})
    producer.produce(TOPIC, b"lost", on_delivery=lambda error, _: reports.append(error))

    assert producer.flush(LIMIT) == 0
    assert [error and error.code() for error in reports] == [KafkaError._MSG_TIMED_OUT]


def test_poll_returns_with_the_first_report(world: World) -> None:
    producer = producing(world)
    producer.produce(TOPIC, b"one")
    started = monotonic()
    served = producer.poll(LIMIT)

    assert served == 1
    assert monotonic() - started < LIMIT / 2


def test_a_fatal_error_is_raised_from_flush(world: World) -> None:
    """And `produce` raises `_FATAL` afterwards, which says that it is not fatal."""
    producer = producing(world, **{"enable.idempotence": True})
    world.broker.push_request_errors(Api.PRODUCE, KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER)
    producer.produce(TOPIC, b"one")
    with pytest.raises(KafkaException) as raised:
        producer.flush(LIMIT)
    with pytest.raises(KafkaException) as refused:
        producer.produce(TOPIC, b"two")

    assert raised.value.args[0].fatal()
    assert (refused.value.args[0].code(), refused.value.args[0].fatal()) == (KafkaError._FATAL, False)


def test_a_header_name_that_is_no_text_breaks_headers(world: World) -> None:
    """Written by a client that does not care; the worker keeps key and value all the same."""
    write_header(world, b"caf\xe9", b"value")
    with consuming(world) as consumer:
        assigned(consumer)
        (message,) = consumer.consume(1, LIMIT)
        with pytest.raises((SystemError, UnicodeDecodeError)):
            message.headers()

        assert message.value() == b"with a header"


def write_header(world: World, name: bytes, value: bytes) -> None:
    """Produce by the C library itself, as Python's binding takes text names only."""
    library: Any = load_library()
    text = ctypes.create_string_buffer(512)
    conf = library.rd_kafka_conf_new()
    for key, chosen in ((b"bootstrap.servers", world.broker.bootstrap_servers.encode()), (b"log_level", b"0")):
        library.rd_kafka_conf_set(conf, key, chosen, text, len(text))
    handle = ctypes.c_void_p(library.rd_kafka_new(0, conf, text, len(text)))
    # rd_kafka_vtype_t: TOPIC 1, PARTITION 3, VALUE 4, MSGFLAGS 7 (2 copies the value), HEADER 9, END 0.
    assert library.rd_kafka_producev(
        handle,
        ctypes.c_int(1), ctypes.c_char_p(TOPIC.encode()),
        ctypes.c_int(3), ctypes.c_int32(0),
        ctypes.c_int(4), ctypes.c_char_p(b"with a header"), ctypes.c_size_t(13),
        ctypes.c_int(7), ctypes.c_int(2),
        ctypes.c_int(9), ctypes.c_char_p(name), ctypes.c_char_p(value), ctypes.c_ssize_t(len(value)),
        ctypes.c_int(0),
    ) == 0  # fmt: skip
    assert library.rd_kafka_flush(handle, 10_000) == 0
    library.rd_kafka_destroy(handle)


def test_the_registry_client_of_the_library_waits_for_ever_by_default() -> None:
    """Ours sets a limit."""
    with SchemaRegistryClient({"url": "http://127.0.0.1:1"}) as client:
        assert client._rest_client.timeout is None
