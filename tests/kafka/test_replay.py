"""Replay: byte for byte, to the configured topic, and to an end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from confluent_kafka import KafkaError

from eventpact import errors
from eventpact.codec import Codec
from eventpact.dead_letter import DeadLetter, Header, Reason
from eventpact.dev.broker import Api
from eventpact.kafka.handler import Reject
from eventpact.kafka.record import Record
from eventpact.kafka.replaying import REPLAY_ID, LoopGuard, Replayed, replay, replay_headers
from eventpact.kafka.stored_letters import read_dead_letters
from eventpact.registry import MemoryRegistry
from ingestion_events import IngestionEvent
from tests.kafka.world import CONTRACT, DEAD_LETTERS, GROUP, TOPIC, Ledger, Pairs, World, event, number_of, tenant

HEADERS: Pairs = [
    ("a", b"1"),
    ("a", b"2"),
    ("none", None),
    ("empty", b""),
    ("bytes", bytes(range(256))),
    ("x-dlq-reason", b"forged"),
    ("kafka_dlt-original-topic", b"forged"),
]


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def replayed(world: World, **others: object) -> Replayed:
    arguments: dict[str, object] = {"registry": world.registry, **others}
    return replay(IngestionEvent, world.settings, **arguments)  # type: ignore[arg-type]


def bury(world: World, count: int) -> None:
    """Let a worker dead-letter what is on the topic; afterwards that many dead letters are stored."""
    with world.running(Ledger().write):
        world.letters(count)


def test_key_value_and_headers_come_back_byte_for_byte(world: World) -> None:
    originals: list[tuple[bytes | None, bytes | None, Pairs]] = [
        (bytes(range(256)), bytes(range(256)), HEADERS),
        (None, None, []),
        (b"", b"", [("empty", b"")]),
        (tenant(1).encode(), bytes(range(255, -1, -1)), HEADERS),
    ]
    for number, (key, value, headers) in enumerate(originals):
        world.put(value, key=key, headers=headers, partition=number, timestamp=1_700_000 + number)
    bury(world, 4)
    result = replayed(world)
    found = {
        (item.key, item.value): item
        for item in map(Record.of, world.records(TOPIC, 8))
        if REPLAY_ID in dict(item.headers)
    }

    assert result == Replayed(read=4, matched=4, replayed=4, skipped=0)
    assert len(found) == 4
    for number, (key, value, headers) in enumerate(originals):
        record = found[key, value]
        theirs, ours = record.headers[: len(headers)], dict(record.headers[len(headers) :])

        assert list(theirs) == headers
        assert ours[REPLAY_ID] == f"{GROUP}/{TOPIC}/{number}/0".encode()
        assert ours["x-original-timestamp"] == str(1_700_000 + number).encode()
        assert set(ours) == {REPLAY_ID, "x-replayed-at", "x-original-timestamp"}


def test_a_replayed_event_goes_to_its_tenants_partition_and_is_handled(world: World) -> None:
    broken = True
    ledger = Ledger()

    def handle(handled: IngestionEvent) -> None:
        if broken and number_of(handled) == 3:
            raise Reject
        ledger.write(handled)

    world.publish(*range(5), owner=1)
    with world.running(handle):
        ledger.wait(4)
        [letter] = world.letters(1)
        broken = False
        result = replayed(world)
        ledger.wait(5)
    partitions = {message.partition() for message in world.records(TOPIC, 6)}

    assert result.replayed == 1
    assert ledger.numbers == [0, 1, 2, 4, 3]
    assert partitions == {letter.original_partition}


def test_a_filter_chooses_and_a_dry_run_sends_nothing(world: World) -> None:
    for number in range(4):
        world.put(b"junk %d" % number, partition=number)
    bury(world, 4)
    dry = replayed(world, where=lambda letter: letter.original_partition < 3, dry_run=True)

    assert dry == Replayed(read=4, matched=3, replayed=3, skipped=0, dry_run=True)
    assert world.stored(TOPIC) == 4


def test_a_repair_replaces_the_value_or_leaves_the_letter_alone(world: World) -> None:
    good = world.encode(event(9, owner=1))
    world.put(good[:-1], key=tenant(1).encode(), partition=1)
    world.put(b"hopeless", partition=2)
    bury(world, 2)

    def repair(letter: DeadLetter) -> bytes | None:
        value = letter.original_value or b""
        return value + b"\0" if value.startswith(b"\0") else None

    result = replayed(world, repair=repair)
    ledger = Ledger()
    with world.running(ledger.write):
        ledger.wait(1)

    assert result == Replayed(read=2, matched=2, replayed=1, skipped=1)
    assert ledger.numbers == [9]


def test_what_fails_after_every_replay_is_left_alone_in_the_end(world: World) -> None:
    """Each round replays the newest letter, which fails again; after three rounds nothing is left to send."""
    world.put(b"junk", key=b"k")
    rounds = []
    for number in range(5):
        bury(world, min(number, 3) + 1)
        newest = max(letter.failed_at for letter in world.letters(min(number, 3) + 1))
        rounds.append(replayed(world, where=lambda letter, newest=newest: letter.failed_at == newest))

    assert [result.replayed for result in rounds] == [1, 1, 1, 0, 0]
    assert [result.skipped for result in rounds] == [0, 0, 0, 1, 1]


def test_the_guard_stops_what_was_replayed_too_often_and_copies_of_one_failure(world: World) -> None:
    world.put(b"junk")
    bury(world, 1)
    [letter] = world.letters(1)
    again = replace(letter, original_headers=(Header(name=REPLAY_ID, value=b"x"),) * 2, dlq_id="other")
    guard = LoopGuard(max_replays=2)

    assert [guard.lets_through(item) for item in (letter, letter, again)] == [True, False, False]
    assert not LoopGuard(max_replays=2).lets_through(replace(letter, headers_unreadable=True))


def test_a_replayed_record_that_fails_again_carries_its_history(world: World) -> None:
    world.put(b"junk", key=b"k")
    bury(world, 1)
    replayed(world)
    bury(world, 2)
    second = world.letters(2)
    newest = next(letter for letter in second if letter.original_headers)
    headers = replay_headers(newest, 0)

    assert [name for name, _ in headers].count(REPLAY_ID) == 2


def test_letters_of_another_topic_stay_where_they_are(world: World) -> None:
    """Nothing in a record chooses where a replay writes."""
    world.put(b"junk")
    bury(world, 1)
    [letter] = world.letters(1)
    schema_id = world.registry.version(f"{DEAD_LETTERS}-value").id
    foreign = replace(letter, original_topic="payments", dlq_id="other")
    world.put(b"\0" + schema_id.to_bytes(4, "big") + Codec(DeadLetter).encode(foreign), topic=DEAD_LETTERS, partition=1)

    assert replayed(world) == Replayed(read=2, matched=1, replayed=1, skipped=0)


def test_junk_on_the_dead_letter_topic_is_listed_and_left_alone(world: World) -> None:
    world.put(b"junk", partition=0)
    bury(world, 1)
    world.put(b"not an envelope", topic=DEAD_LETTERS, partition=1)
    world.put(None, topic=DEAD_LETTERS, partition=2)
    listed = list(read_dead_letters(IngestionEvent, world.settings, registry=world.registry))

    assert {(item.partition, item.offset, item.letter is None) for item in listed} == {
        (0, 0, False),
        (1, 0, True),
        (2, 0, True),
    }
    assert replayed(world) == Replayed(read=3, matched=1, replayed=1, skipped=0)


def test_reading_ends_where_the_topic_ended_when_it_began(world: World) -> None:
    world.put(b"junk", partition=0)
    world.put(b"junk", partition=0)
    bury(world, 2)
    reading = read_dead_letters(IngestionEvent, world.settings, registry=world.registry)
    first = next(reading)
    world.put(b"later", topic=DEAD_LETTERS, partition=0)
    rest = list(reading)

    assert first.letter is not None
    assert first.letter.reason is Reason.UNDECODABLE
    assert [item.offset for item in rest] == [1]


def test_an_empty_topic_is_read_at_once(world: World) -> None:
    assert list(read_dead_letters(IngestionEvent, world.settings, registry=world.registry)) == []


def test_reading_leaves_no_group_and_no_offset_behind(world: World) -> None:
    world.put(b"junk")
    bury(world, 1)
    before = world.committed()
    list(read_dead_letters(IngestionEvent, world.settings, registry=world.registry))

    assert world.committed() == before
    assert world.committed("eventpact-reader") == {}


def test_what_was_not_acknowledged_is_told(world: World) -> None:
    # One alone: once the client library has heard of the missing right, it takes no further record at all.
    world.put(b"junk", key=b"k")
    bury(world, 1)
    world.broker.push_request_errors(Api.PRODUCE, KafkaError.TOPIC_AUTHORIZATION_FAILED)
    with pytest.raises(errors.DeliveryError) as caught:
        replayed(world)

    assert 1 <= caught.value.failed <= 3
    assert caught.value.maybe == 0
    assert "TOPIC_AUTHORIZATION_FAILED" in str(caught.value)


def test_a_fatal_error_does_not_hide_what_was_not_acknowledged(world: World) -> None:
    """The client library raises it first, and reports the records that it cost afterwards."""
    world.put(b"junk", key=b"k")
    bury(world, 1)
    world.broker.push_request_errors(Api.PRODUCE, *[KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER] * 45)
    with pytest.raises(errors.DeliveryError) as caught:
        replayed(world)

    assert caught.value.failed == 1
    assert world.stored(TOPIC) == 1


def test_a_registry_outage_is_no_reason_to_skip_letters(world: World) -> None:
    world.put(b"junk")
    bury(world, 1)

    class Down(MemoryRegistry):
        def subjects_of(self, *asked: object, **others: object) -> frozenset[str]:
            raise errors.UnavailableError("nobody answered")

    with pytest.raises(errors.UnavailableError):
        replayed(world, registry=Down())

    assert world.stored(TOPIC) == 1


def test_a_contract_without_dead_letters_is_refused(world: World) -> None:
    with pytest.raises(errors.ManifestError, match="dead letters"):
        replayed(world, contract=replace(CONTRACT, dead_letter=None))
