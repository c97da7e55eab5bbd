"""Raw dead letters: the original value on the topic, the rest in headers, and nothing in them believed blindly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventpact.contract import Contract
from eventpact.dead_letter import DeadLetter, Header, Reason, Stage, TimestampType
from eventpact.kafka.caller_headers import CONTROL_PREFIXES
from eventpact.kafka.diagnosis import tenant_of
from eventpact.kafka.handler import Reject, Retry
from eventpact.kafka.processor import DeadLetterProcessor
from eventpact.kafka.raw_letters import NotALetter, is_raw, raw_headers, read_raw, schema_id_of
from eventpact.kafka.record import Headers, Record
from eventpact.kafka.replaying import replay
from eventpact.kafka.stored_letters import read_dead_letters
from ingestion_events import IngestionEvent
from tests.kafka.world import (
    CONTRACT,
    DEAD_LETTERS,
    GROUP,
    SWIFT,
    TOPIC,
    Ledger,
    Running,
    World,
    event,
    letter_of,
    number_of,
    tenant,
)

PARKED = f"{TOPIC}-parked"
CANARY = b"canary-7f3a"
EVERY_BYTE = bytes(range(256))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def raw_contract() -> Contract:
    assert CONTRACT.dead_letter is not None
    return replace(CONTRACT, dead_letter=replace(CONTRACT.dead_letter, format="raw", schema=None))


RAW = raw_contract()


def record_of(letter: DeadLetter, headers: Headers | None = None) -> Record:
    """The raw record that a worker writes for the letter."""
    return Record(
        topic=DEAD_LETTERS,
        partition=0,
        offset=0,
        key=letter.original_key,
        value=letter.original_value,
        headers=raw_headers(letter, "client") if headers is None else headers,
    )


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
control = st.builds(lambda prefix, rest: prefix + rest, st.sampled_from(CONTROL_PREFIXES), names)
values = st.none() | st.binary(max_size=8)
milliseconds = st.integers(0, 4_102_444_800_000)
moments = milliseconds.map(lambda found: EPOCH + timedelta(milliseconds=found))


@st.composite
def letters(draw: st.DrawFn) -> DeadLetter:
    """Letters as workers and processors write them."""
    key, value = draw(values), draw(values | st.binary(min_size=6, max_size=9).map(lambda found: b"\0" + found))
    partition, offset = draw(st.integers(0, 2**31 - 1)), draw(st.integers(0, 2**63 - 1))
    return DeadLetter(
        dlq_id=f"{GROUP}/{TOPIC}/{partition}/{offset}",
        original_topic=TOPIC,
        original_partition=partition,
        original_offset=offset,
        original_timestamp_ms=draw(st.integers(-(2**63), 2**63 - 1)),
        timestamp_type=draw(st.sampled_from(TimestampType)),
        original_key=key,
        original_value=value,
        original_headers=tuple(
            Header(name=name, value=found) for name, found in draw(st.lists(st.tuples(names | control, values)))
        ),
        headers_unreadable=draw(st.booleans()),
        consumer_group=GROUP,
        worker_version=draw(st.sampled_from(["", "0.1.0"])),
        stage=draw(st.sampled_from(Stage)),
        reason=draw(st.sampled_from(Reason)),
        error_class=draw(st.sampled_from(["", "builtins.ValueError"])),
        error_code=draw(st.sampled_from(["", "handler"])),
        error_summary=draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=512)),
        error_location=draw(st.none() | st.just("a/b.py:3 in handle")),
        schema_id=schema_id_of(value),
        tenant_id=tenant_of(None, key),
        retry_count=draw(st.integers(0, 1_000)),
        max_retries=draw(st.integers(0, 1_000)),
        not_before_ms=draw(st.none() | milliseconds),
        first_failed_at=draw(moments),
        failed_at=draw(moments),
    )


@given(letters())
def test_a_raw_letter_says_all_that_its_envelope_would(letter: DeadLetter) -> None:
    record = record_of(letter)

    assert is_raw(record.headers)
    assert record.value == letter.original_value
    assert read_raw(record) == letter


LETTER = letter_of(7, original_value=b"\0\0\0\0\5x", original_headers=(Header(name="a", value=CANARY),))
WRITTEN = raw_headers(replace(LETTER, not_before_ms=5, error_location="a.py:1"), "client")
OURS = [name for name, _ in WRITTEN if name.startswith(CONTROL_PREFIXES)]
TOLERATED = {"__connect.errors.task.id", "__connect.errors.class.name", "kafka_dlt-exception-fqcn"}
TOLERATED |= {"kafka_dlt-exception-message"}
"""For other people's tools only: nothing of ours reads them."""
MAY_BE_MISSING = {"x-not-before", "x-dlq-location", "x-dlq-headers-unreadable"}


@pytest.mark.parametrize("name", sorted(set(OURS) - TOLERATED - MAY_BE_MISSING - {"x-dlq-format"}))
def test_a_header_that_is_missing_makes_it_unreadable(name: str) -> None:
    with pytest.raises(NotALetter, match=name):
        read_raw(record_of(LETTER, tuple(pair for pair in WRITTEN if pair[0] != name)))


@pytest.mark.parametrize("name", sorted(set(OURS) - TOLERATED - {"x-dlq-format"}))
@pytest.mark.parametrize("wrong", ["twice", "none", "not text", "long"])
def test_a_header_that_is_wrong_makes_it_unreadable_without_a_value_in_the_text(name: str, wrong: str) -> None:
    changed: list[tuple[str, bytes | None]] = []
    for pair in WRITTEN:
        if pair[0] != name:
            changed.append(pair)
        elif wrong == "twice":
            changed += [pair, pair]
        else:
            changed.append((name, {"none": None, "not text": CANARY + b"\xff", "long": b"0" * 10_000}[wrong]))
    with pytest.raises(NotALetter) as refused:
        read_raw(record_of(LETTER, tuple(changed)))

    assert str(refused.value) == name


NUMBERS = ["__connect.errors.partition", "__connect.errors.offset", "x-retry-count", "x-dlq-max-retries"]


@pytest.mark.parametrize("name", [*NUMBERS, "x-not-before", "x-dlq-failed-at", "x-dlq-first-failed-at"])
@pytest.mark.parametrize("wrong", [b"", b"abc", b"1.0", b" 1", b"0x1", b"+1", b"\xd9\xa1", str(10**30).encode()])
def test_a_number_that_is_none_or_huge_makes_it_unreadable(name: str, wrong: bytes) -> None:
    changed = tuple((key, wrong if key == name else value) for key, value in WRITTEN)
    with pytest.raises(NotALetter):
        read_raw(record_of(LETTER, changed))


@pytest.mark.parametrize("name", NUMBERS)
def test_a_negative_number_makes_it_unreadable(name: str) -> None:
    with pytest.raises(NotALetter):
        read_raw(record_of(LETTER, tuple((key, b"-1" if key == name else value) for key, value in WRITTEN)))


def test_a_moment_beyond_any_calendar_makes_it_unreadable() -> None:
    beyond = str(2**62).encode()
    with pytest.raises(NotALetter):
        read_raw(record_of(LETTER, tuple((k, beyond if k == "x-dlq-failed-at" else v) for k, v in WRITTEN)))


@pytest.mark.parametrize("name", ["kafka_dlt-original-topic", "kafka_dlt-original-consumer-group"])
def test_headers_that_contradict_each_other_make_it_unreadable(name: str) -> None:
    with pytest.raises(NotALetter):
        read_raw(record_of(LETTER, tuple((key, b"other" if key == name else value) for key, value in WRITTEN)))


@given(st.lists(st.tuples(st.sampled_from(OURS) | names, values)), st.randoms())
def test_no_headers_crash_the_reader(noise: list[tuple[str, bytes | None]], order: Any) -> None:
    mixed = [*WRITTEN, *noise]
    order.shuffle(mixed)
    for headers in (tuple(mixed), tuple(noise), tuple(mixed[: len(mixed) // 2])):
        try:
            found = read_raw(record_of(LETTER, headers))
        except NotALetter:
            continue
        assert found.original_topic == TOPIC


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        made.broker.create_topic(PARKED, 6)
        yield made


def bury(world: World, count: int, error: type[Exception] = Retry) -> None:
    """Let a worker give up on what is stored."""

    def fail(handled: IngestionEvent) -> None:
        raise error

    with world.running(fail, contract=RAW, policy=replace(SWIFT, attempts=1)):
        world.records(DEAD_LETTERS, count)


def test_a_worker_writes_the_original_bytes_and_needs_no_schema_for_that(world: World) -> None:
    headers: list[tuple[str, str | bytes | None]] = [("a", EVERY_BYTE), ("a", None), ("x-retry-count", b"forged")]
    value = EVERY_BYTE[1:]  # no magic byte
    world.put(value, key=CANARY, headers=headers, partition=3)
    world.registry.delete_subject(f"{DEAD_LETTERS}-value", permanent=False)
    bury(world, 1)
    (found,) = world.records(DEAD_LETTERS, 1)
    (stored,) = read_dead_letters(IngestionEvent, world.settings, contract=RAW, registry=world.registry)

    written = dict(Record.of(found).headers)
    assert (found.value(), found.key(), found.partition()) == (value, CANARY, 3)
    assert stored.letter is not None
    assert stored.letter.reason is Reason.UNDECODABLE
    assert [(one.name, one.value) for one in stored.letter.original_headers] == headers
    assert written["x-dlq-original.x-retry-count"] == b"forged"
    assert written["x-retry-count"] == b"0"
    assert not any(CANARY in (text or b"") for text in written.values())


def test_a_replay_brings_back_the_very_record(world: World) -> None:
    headers: list[tuple[str, str | bytes | None]] = [("kafka_dlt-original-topic", b"theirs"), ("b", b""), ("b", None)]
    value = world.encode(event(1))
    world.put(value, key=tenant(1).encode(), headers=headers, partition=0)
    bury(world, 1, Reject)
    done = replay(IngestionEvent, world.settings, contract=RAW, registry=world.registry)
    found = [Record.of(record) for record in world.records(TOPIC, 2)]
    (again,) = [record for record in found if len(record.headers) > len(headers)]

    assert done.replayed == 1
    assert (again.value, again.key) == (value, tenant(1).encode())
    assert list(again.headers[:3]) == headers
    assert [name for name, _ in again.headers[3:]] == ["x-replay-id", "x-replayed-at", "x-original-timestamp"]


def processor(world: World, handler: Any, **others: Any) -> Running:
    arguments: dict[str, Any] = {"registry": world.registry, "policy": SWIFT, "backoff": 0.001, "contract": RAW}
    made: Any = DeadLetterProcessor(IngestionEvent, handler, world.settings, **arguments, **others)
    return Running(made)


def test_the_processor_retries_a_raw_letter(world: World) -> None:
    world.publish(1)
    bury(world, 1)
    handled = Ledger()
    run = processor(world, handled.write)
    handled.wait(1)
    run.stop()

    assert handled.numbers == [1]


def test_what_fails_again_is_counted_in_a_header_and_parked_in_the_end(world: World) -> None:
    world.publish(1)
    bury(world, 1)

    def fail(handled: IngestionEvent) -> None:
        raise Retry(f"{CANARY!r} {number_of(handled)}")

    run = processor(world, fail)
    (parked,) = world.records(PARKED, 1)
    run.stop()
    written = [dict(record.headers() or []) for record in world.records(DEAD_LETTERS, 3)]

    assert [headers["x-retry-count"] for headers in written] == [b"0", b"1", b"2"]
    assert ["x-not-before" in headers for headers in written] == [False, True, True]
    assert dict(parked.headers() or [])["x-retry-count"] == b"3"
    assert {record.value() for record in world.records(DEAD_LETTERS, 3)} == {world.encode(event(1))}
    assert parked.value() == world.encode(event(1))


@pytest.mark.parametrize("count", [b"-1", b"abc", str(10**30).encode(), b"7"])
def test_a_forged_count_is_parked_and_starts_nothing(world: World, count: bytes) -> None:
    letter = letter_of(0, original_value=world.encode(event(1)), original_key=b"key")
    forged = [(name, count if name == "x-retry-count" else value) for name, value in raw_headers(letter, "client")]
    world.put(letter.original_value, key=b"key", headers=list(forged), topic=DEAD_LETTERS)
    handled = Ledger()
    run = processor(world, handled.write)
    (parked,) = world.records(PARKED, 1)
    run.stop()

    assert (parked.value(), parked.headers()) == (letter.original_value, forged)
    assert handled.numbers == []
    assert world.stored(DEAD_LETTERS) == 1


def test_both_forms_may_lie_on_one_topic(world: World) -> None:
    world.publish(1)
    bury(world, 1)
    world.publish(2)

    def fail(handled: IngestionEvent) -> None:
        raise Retry

    with world.running(fail, policy=replace(SWIFT, attempts=1)):
        world.records(DEAD_LETTERS, 2)
    both = list(read_dead_letters(IngestionEvent, world.settings, contract=CONTRACT, registry=world.registry))
    raw_only = list(read_dead_letters(IngestionEvent, world.settings, contract=RAW, registry=world.registry))

    assert sorted(one.letter.tenant_id or "" for one in both if one.letter) == [tenant(1), tenant(2)]
    assert [one.letter is None for one in raw_only].count(True) == 1
