"""Headers of a publisher: as they came, or refused before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventpact.dead_letter import TimestampType
from eventpact.errors import EncodeError, MessageTooLargeError
from eventpact.kafka.caller_headers import RESERVED_PREFIXES, checked_headers
from eventpact.kafka.client_settings import ProducerSettings
from eventpact.kafka.envelope import outer_headers
from eventpact.kafka.outbox import Outbox
from eventpact.kafka.producer import Producer
from eventpact.kafka.record import Record
from eventpact.kafka.replaying import replay_headers
from ingestion_events import IngestionEvent
from tests.kafka.world import TOPIC, World, event, letter_of

CANARY = "canary-0xC0FFEE"
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1).filter(
    lambda name: not name.startswith(RESERVED_PREFIXES)
)
texts = st.text(st.characters(exclude_categories=["Cs"]))
pairs = st.tuples(names, st.none() | st.binary() | texts)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as made:
        yield made


def as_bytes(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value


def test_headers_arrive_in_their_order_repeats_empty_and_missing_values_kept(world: World) -> None:
    sent: list[tuple[str, str | bytes | None]] = [
        ("trace", "ä"),
        ("trace", b"\x00\xff"),
        ("empty", b""),
        ("none", None),
        ("naïve", "1"),
    ]
    with Producer(IngestionEvent, world.settings, registry=world.registry) as producer:
        producer.publish(event(1), headers=sent)
    found = Record.of(world.records(TOPIC, 1)[0])

    assert found.headers == tuple((name, as_bytes(value)) for name, value in sent)


def test_every_way_to_publish_takes_headers(world: World) -> None:
    before = world.stored(TOPIC)
    with Producer(IngestionEvent, world.settings, registry=world.registry) as producer:
        producer.publish_many([event(1), event(2)], headers=iter([("way", b"many")]))
        producer.submit(event(3), {"way": "future"}).result(10)
        producer.publish(event(4))
    found = [Record.of(record).headers for record in world.records(TOPIC, before + 4)]

    assert found.count((("way", b"many"),)) == 2
    assert found.count((("way", b"future"),)) == 1
    assert found.count(()) == 1


@given(st.lists(pairs))
def test_what_is_checked_is_what_was_given(given: list[tuple[str, str | bytes | None]]) -> None:
    assert checked_headers(given) == tuple((name, as_bytes(value)) for name, value in given)


@pytest.mark.parametrize(
    "wrong",
    [
        ("", b""),
        (f"{CANARY}\0", b""),
        (f"{CANARY}\ud800", b""),
        ("name", f"{CANARY}\ud800"),
        (CANARY.encode(), b""),
        ("name", 1),
        ("name", [CANARY]),
        (CANARY,),
        CANARY,
        *((f"{prefix}{CANARY}", b"") for prefix in RESERVED_PREFIXES),
    ],
)
def test_a_wrong_header_is_told_by_its_number_and_nothing_is_sent(world: World, wrong: Any) -> None:
    with Producer(IngestionEvent, world.settings, registry=world.registry) as producer:
        with pytest.raises(EncodeError) as refused:
            producer.publish(event(1), headers=[("fine", b""), wrong])

        assert producer.stats().published == 0
    assert str(refused.value).startswith("headers[1]: ")
    assert refused.value.rule == "header"
    assert CANARY not in str(refused.value)


def test_every_name_that_dead_letters_and_replays_write_is_reserved() -> None:
    found = letter_of(1, original_timestamp_ms=0, timestamp_type=TimestampType.CREATE_TIME)
    written = [name for name, _ in (*outer_headers(found, "client"), *replay_headers(found, 0))]

    assert written
    assert [name for name in written if not name.startswith(RESERVED_PREFIXES)] == []


def test_headers_count_towards_the_size(world: World) -> None:
    settings = replace(world.settings, producer=ProducerSettings(message_max_bytes=1_000, linger_ms=0))
    box = Outbox(settings, TOPIC)
    with pytest.raises(MessageTooLargeError) as refused:
        box.send(b"12345", b"123", headers=((CANARY, b"x" * 2_000),))
    box.close()

    assert refused.value.size == 2_000 + len(CANARY) + 8
    assert CANARY not in str(refused.value)


def test_headers_survive_a_full_queue_and_the_first_callback(world: World) -> None:
    settings = replace(world.settings, producer=ProducerSettings(queue_max_messages=2, linger_ms=0))
    before = world.stored(TOPIC)
    box = Outbox(settings, TOPIC)
    for number in range(50):
        report = (lambda outcome: None) if number % 2 else None
        box.send(b"value", b"key", report, (("number", str(number).encode()),))
    box.close()
    headers = [Record.of(record).headers for record in world.records(TOPIC, before + 50)]
    found = [value for pair in headers for name, value in pair if name == "number"]

    assert found == [str(number).encode() for number in range(50)]
