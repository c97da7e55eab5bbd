"""Dead letters: nothing lost, nothing changed, nothing told, and acknowledged before the commit."""

from __future__ import annotations

import gc
import logging
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from confluent_kafka import KafkaError

from eventpact import errors
from eventpact.dead_letter import DeadLetter, Reason, Stage
from eventpact.dev.broker import Api
from eventpact.kafka.client_settings import ProducerSettings
from eventpact.kafka.judge import Failure
from eventpact.kafka.record import Record
from eventpact.registry import SchemaText
from ingestion_events import IngestionEvent
from tests.kafka.world import DEAD_LETTERS, GROUP, SWIFT, TOPIC, Ledger, Pairs, World, event, tenant

CANARY = "canary-3b9f"
HEADERS: Pairs = [("a", b"1"), ("a", b"2"), ("none", None), ("empty", b""), ("bytes", bytes(range(256)))]


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def test_whatever_lies_on_the_topic_is_kept_byte_for_byte(world: World) -> None:
    good = world.encode(event(1))
    other = world.registry.register("other-value", SchemaText('{"type": "record", "name": "Other", "fields": []}'))
    bad: dict[str, tuple[bytes | None, Stage, Reason]] = {
        "no value": (None, Stage.FRAMING, Reason.UNDECODABLE),
        "empty": (b"", Stage.FRAMING, Reason.UNDECODABLE),
        "three bytes": (b"\0\0\0", Stage.FRAMING, Reason.UNDECODABLE),
        "json": (b'{"tenant_id": "x"}', Stage.FRAMING, Reason.UNDECODABLE),
        "wrong magic": (b"\x01" + good[1:], Stage.FRAMING, Reason.UNDECODABLE),
        "every byte": (bytes(range(1, 256)) + b"\0", Stage.FRAMING, Reason.UNDECODABLE),
        "no body": (good[:5], Stage.DECODE, Reason.UNDECODABLE),
        "truncated": (good[:-1], Stage.DECODE, Reason.UNDECODABLE),
        "trailing": (good + b"\0", Stage.DECODE, Reason.UNDECODABLE),
        "random body": (world.framed(random.Random(7).randbytes(200)), Stage.DECODE, Reason.UNDECODABLE),
        "length of 2**62": (world.framed(b"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f"), Stage.DECODE, Reason.UNDECODABLE),
        "unknown id": (world.framed(good[5:], 999), Stage.SCHEMA, Reason.UNKNOWN_SCHEMA),
        "negative id": (b"\0\xff\xff\xff\xff" + good[5:], Stage.SCHEMA, Reason.UNKNOWN_SCHEMA),
        "another subject's id": (world.framed(good[5:], other), Stage.SCHEMA, Reason.WRONG_SCHEMA),
        "too large": (b"\0" * (SWIFT.max_value_bytes + 1), Stage.FRAMING, Reason.TOO_LARGE),
    }
    for number, (value, _, _) in enumerate(bad.values()):
        world.put(
            value, key=f"key {number}".encode(), headers=HEADERS, partition=number % 6, timestamp=1_700_000 + number
        )
        world.publish(100 + number)
    ledger = Ledger()
    with world.running(ledger.write):
        ledger.wait(len(bad))
        found = {letter.original_key or b"": letter for letter in world.letters(len(bad))}

    for number, (name, (value, stage, reason)) in enumerate(bad.items()):
        letter = found[f"key {number}".encode()]

        assert (letter.stage, letter.reason) == (stage, reason), name
        assert letter.original_value == value, name
        assert [(header.name, header.value) for header in letter.original_headers] == HEADERS, name
        assert letter.original_timestamp_ms == 1_700_000 + number, name
    assert sorted(ledger.numbers) == list(range(100, 100 + len(bad)))
    assert sum(world.committed().values()) == 2 * len(bad)


def failures() -> list[Failure[object]]:
    """All that this process holds; earlier tests may have left some."""
    return [found for found in gc.get_objects() if isinstance(found, Failure)]


@pytest.mark.parametrize("concurrency", [1, 2])
def test_a_record_that_failed_is_let_go_of_without_the_garbage_collector(world: World, concurrency: int) -> None:
    """Its error's traceback holds frames, and frames hold records: in a circle they would stay, messages included."""

    def fail(handled: IngestionEvent) -> None:
        try:
            raise KeyError(handled.s3_uri)
        except KeyError as error:
            raise ValueError from error

    world.put(b"junk")
    world.put(world.encode(event(1))[:-1])
    world.publish(*range(10))
    gc.collect()
    of_others = failures()
    gc.disable()
    try:
        with world.running(fail, concurrency=concurrency):
            world.letters(12)
        kept = [found for found in failures() if all(found is not other for other in of_others)]
    finally:
        gc.enable()

    assert kept == []


def test_a_schema_of_another_subject_is_refused_although_it_could_be_read(world: World) -> None:
    """The message chooses the schema it is read with, so not every schema of the registry will do."""
    text = IngestionEvent.SCHEMA_TEXT.replace("One event per stored file.", "")
    readable = world.registry.register("other-value", SchemaText(text))
    world.put(world.framed(world.encode(event(1))[5:], readable))
    ledger = Ledger()
    with world.running(ledger.write):
        [letter] = world.letters(1)

    assert (letter.reason, letter.error_code, letter.schema_id) == (Reason.WRONG_SCHEMA, "subject", readable)
    assert ledger.numbers == []


@pytest.mark.parametrize("key", [None, b"", b"k", bytes(range(256))])
@pytest.mark.parametrize("headers", [[], HEADERS], ids=["no headers", "headers"])
def test_key_and_headers_stay_what_they_were_outside_of_the_envelope_too(
    world: World, key: bytes | None, headers: Pairs
) -> None:
    world.put(b"junk", key=key, headers=headers, partition=5)
    with world.running(Ledger().write):
        [(message, letter)] = world.dead_letters(1)

    assert (message.key(), letter.original_key) == (key, key)
    assert list(Record.of(message).headers)[: len(headers)] == headers
    assert message.partition() == 5
    assert letter.dlq_id == f"{GROUP}/{TOPIC}/5/0"


def test_the_schema_id_of_the_envelope_is_registered_under_the_dead_letter_subject(world: World) -> None:
    """Its readers find the schema by the id in front, as with any record."""
    world.put(b"junk")
    with world.running(Ledger().write):
        [(message, _)] = world.dead_letters(1)
    schema_id = int.from_bytes((message.value() or b"")[1:5], "big")

    assert world.registry.version(f"{DEAD_LETTERS}-value").id == schema_id


def test_with_fewer_partitions_a_source_partition_still_goes_to_one() -> None:
    with World(partitions=6, dead_letter_partitions=3) as world:
        for partition in range(6):
            world.put(b"junk", partition=partition)
            world.put(b"junk", partition=partition)
        with world.running(Ledger().write):
            places = {(letter.original_partition, found.partition()) for found, letter in world.dead_letters(12)}

    assert places == {(partition, partition % 3) for partition in range(6)}


def test_a_dead_letter_is_dated_when_it_is_written(world: World) -> None:
    """A copied time stamp of long ago would shorten its retention."""
    world.put(b"junk", timestamp=1_000)
    with world.running(Ledger().write):
        [(message, letter)] = world.dead_letters(1)

    assert letter.original_timestamp_ms == 1_000
    assert message.timestamp()[1] > 1_700_000_000_000


def test_a_tenants_later_events_are_not_held_up(world: World) -> None:
    world.put(b"junk", key=tenant(1).encode(), partition=2)
    world.put(world.encode(event(1, owner=1)), key=tenant(1).encode(), partition=2)
    ledger = Ledger()
    with world.running(ledger.write):
        ledger.wait(1)
        [letter] = world.letters(1)

    assert letter.tenant_id == tenant(1)


REFUSED = [
    (KafkaError.TOPIC_AUTHORIZATION_FAILED, "TOPIC_AUTHORIZATION_FAILED"),
    (KafkaError.MSG_SIZE_TOO_LARGE, "MSG_SIZE_TOO_LARGE"),
    (KafkaError.INVALID_RECORD, "INVALID_RECORD"),
    # Retried by the client until its time is up; the record may be stored, and counts as not stored.
    (KafkaError.NOT_ENOUGH_REPLICAS, "_MSG_TIMED_OUT"),
]


@pytest.mark.parametrize(("code", "name"), REFUSED, ids=[name for _, name in REFUSED])
def test_a_dead_letter_that_is_not_stored_stops_the_worker_uncommitted(world: World, code: int, name: str) -> None:
    world.put(world.encode(event(1)), partition=0)
    world.put(b"junk", partition=0)
    world.put(world.encode(event(2)), partition=0)
    world.broker.push_partition_errors(DEAD_LETTERS, 0, Api.PRODUCE, *[code] * 50)
    hasty = replace(world.settings, producer=ProducerSettings(message_timeout_ms=1_000, linger_ms=0))
    stopped = world.failing(Ledger().write, settings=hasty)

    assert isinstance(stopped, errors.WorkerStopped)
    assert stopped.code == name
    assert world.committed().get(0, 0) <= 1
    assert world.stored(DEAD_LETTERS) == 0


def test_the_next_worker_finds_the_record_that_could_not_be_dead_lettered(world: World) -> None:
    world.put(b"junk", partition=0)
    world.broker.push_partition_errors(DEAD_LETTERS, 0, Api.PRODUCE, KafkaError.TOPIC_AUTHORIZATION_FAILED)
    first = world.failing(Ledger().write)
    with world.running(Ledger().write):
        [letter] = world.letters(1)

    assert isinstance(first, errors.WorkerStopped)
    assert letter.original_value == b"junk"


def test_a_retriable_produce_error_costs_nothing(world: World) -> None:
    world.put(b"junk", partition=0)
    world.broker.push_partition_errors(DEAD_LETTERS, 0, Api.PRODUCE, KafkaError.NOT_LEADER_FOR_PARTITION)
    with world.running(Ledger().write):
        world.letters(1)

    assert world.committed() == {0: 1}


def test_a_dead_letter_without_its_report_keeps_the_offset_where_it_is(world: World) -> None:
    """The broker stores it at once and answers late."""
    world.put(b"junk", partition=0)
    world.broker.push_request_delays(Api.PRODUCE, (0, 1_000))
    with world.running(Ledger().write):
        world.letters(1)
        early = world.committed()

    assert early == {}
    assert world.committed() == {0: 1}


def test_nothing_that_a_record_holds_is_told(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Values, keys and headers with a canary, through every kind of failure, with logs at DEBUG."""
    caplog.set_level(logging.DEBUG)
    secret = replace(event(1, name=CANARY), metadata={CANARY: CANARY}, source_path=CANARY)
    value = world.encode(secret)

    def handle(handled: IngestionEvent, record: Record) -> None:
        logging.getLogger("handler").debug("%r %r", handled, record)
        raise ValueError(handled.original_filename, handled, handled.metadata)

    junk = [
        CANARY.encode(),
        value[:-1],
        value + CANARY.encode(),
        world.framed(value[5:], 999),
        value,
        value[:5] + CANARY.encode(),
    ]
    for number, bad in enumerate(junk):
        world.put(bad, key=f"{CANARY}{number}".encode(), headers=[(CANARY, CANARY.encode())], partition=number % 6)
    with world.running(handle):
        found = world.dead_letters(len(junk))

    kept = {"original_key", "original_value", "original_headers"}
    for message, letter in found:
        texts = {name: str(getattr(letter, name)) for name in DeadLetter.__dataclass_fields__ if name not in kept}
        ours = [header for header in Record.of(message).headers if header[0] != CANARY]

        assert CANARY not in repr(texts)
        assert CANARY not in repr(ours)
        assert CANARY not in repr(letter)
    assert len(caplog.records) > len(junk)
    assert CANARY not in caplog.text
    assert all(CANARY not in repr(record.__dict__) for record in caplog.records)


def test_the_error_that_stops_a_worker_tells_nothing_either(world: World) -> None:
    def handle(handled: IngestionEvent) -> None:
        raise SystemExit(handled.original_filename)

    world.put(world.encode(event(1, name=CANARY)), key=CANARY.encode())
    stopped = world.failing(handle)

    assert CANARY not in f"{stopped} {stopped!r} {stopped.__cause__!r} {stopped.__context__!r}"


class Unreadable:
    """A message whose headers the client library cannot read."""

    def topic(self) -> str:
        return TOPIC

    def partition(self) -> int:
        return 1

    def offset(self) -> int:
        return 2

    def key(self) -> bytes:
        return b"k"

    def value(self) -> bytes:
        return b"v"

    def timestamp(self) -> tuple[int, int]:
        return (0, -1)

    def headers(self) -> None:
        raise SystemError("PyUnicode_FromString")


def test_unreadable_headers_are_said_to_be_unreadable() -> None:
    record = Record.of(Unreadable())  # type: ignore[arg-type]

    assert (record.headers_unreadable, record.headers) == (True, ())
    assert (record.key, record.value, record.timestamp_ms) == (b"k", b"v", -1)
