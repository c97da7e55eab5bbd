"""A real broker's dead-letter topic: found by time, kept by its own clock, refused where it is too large."""

from __future__ import annotations

import threading
import uuid
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import pytest
from confluent_kafka import Producer as RawProducer

from eventpact.codec import Codec, prefix
from eventpact.contract import Contract, contract_of
from eventpact.dead_letter import DeadLetter
from eventpact.errors import KafkaError
from eventpact.kafka import AdminTopics, Settings, Worker, ensure_topics
from eventpact.kafka.letter_filter import LetterFilter
from eventpact.kafka.letter_scan import LetterScan, Span
from eventpact.kafka.record import Record
from eventpact.registry import MemoryRegistry, SchemaText
from ingestion_events import IngestionEvent
from tests.kafka.world import Pairs, letter_of
from tests.live.transformed import source_contract

pytestmark = pytest.mark.live

FIRST = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=20)


@pytest.fixture
def settings(kafka_broker: str) -> Settings:
    return Settings.from_env({"KAFKA_BOOTSTRAP_SERVERS": kafka_broker}, dotenv=None)


@pytest.fixture
def promised(settings: Settings) -> Contract:
    """Topics of this test's own, as the manifest wants them."""
    made = source_contract(contract_of(IngestionEvent), f"eventpact-test-{uuid.uuid4().hex}")
    with AdminTopics(settings) as topics:
        report = ensure_topics(topics, made)

    assert report.differences == ()
    return made


@pytest.fixture
def contract(settings: Settings) -> Contract:
    made = source_contract(contract_of(IngestionEvent), f"eventpact-test-{uuid.uuid4().hex}")
    assert made.dead_letter is not None
    # The test says when its records were written.
    topic = replace(made.dead_letter.topic, settings={"message.timestamp.type": "CreateTime"})
    made = replace(made, dead_letter=replace(made.dead_letter, topic=topic))
    with AdminTopics(settings) as topics:
        ensure_topics(topics, made)
    return made


@pytest.fixture
def registry(contract: Contract) -> MemoryRegistry:
    made = MemoryRegistry()
    made.register(contract.dead_letter_subject or "", SchemaText(DeadLetter.SCHEMA_TEXT))
    return made


def store(settings: Settings, contract: Contract, registry: MemoryRegistry) -> None:
    """Twelve letters an hour apart in partition 0, in the order of their times but for the first two."""
    assert contract.dead_letter is not None
    encode = Codec(DeadLetter).encoder(prefix(registry.version(contract.dead_letter_subject or "", "latest").id))
    client = RawProducer({"bootstrap.servers": settings.bootstrap_servers, "linger.ms": 0, "log_level": 0})
    for number in (1, 0, *range(2, 12)):
        failed = FIRST + timedelta(hours=number)
        value = encode(letter_of(number, original_topic=contract.topic.name, failed_at=failed))
        client.produce(contract.dead_letter.topic.name, value, partition=0, timestamp=int(failed.timestamp() * 1000))
        assert client.flush(30) == 0


@pytest.mark.parametrize(
    ("since", "until", "wanted", "count"),
    [
        (None, None, Span(0, 12), 12),
        (5, None, Span(4, 12), 7),
        (None, 5, Span(0, 6), 5),
        (5, 8, Span(4, 9), 3),
        (0, 1, Span(0, 2), 1),
        (30, None, Span(12, 12), 0),
        (-30, 30, Span(0, 12), 12),
    ],
)
def test_letters_are_found_by_time_without_reading_those_before(
    settings: Settings,
    contract: Contract,
    registry: MemoryRegistry,
    since: int | None,
    until: int | None,
    wanted: Span,
    count: int,
) -> None:
    store(settings, contract, registry)
    question: dict[str, Any] = {
        "since": None if since is None else FIRST + timedelta(hours=since),
        "until": None if until is None else FIRST + timedelta(hours=until),
    }
    asked = LetterFilter(**question)
    with LetterScan(contract, settings, registry) as scan:
        spans = scan.spans()
        narrow = scan.narrowed(spans, asked)
        read = list(scan.read(spans, asked))

    assert narrow[0] == wanted
    assert len(read) == wanted.size
    assert sum(one.letter is not None and asked.matches(one.letter) for one in read) == count


def buried(settings: Settings, contract: Contract, value: bytes, moment: datetime, headers: Pairs) -> list[Record]:
    """A record of that time that no worker can read, and the records of the dead-letter topic after one has tried."""
    assert contract.dead_letter is not None
    registry = MemoryRegistry()
    registry.register(contract.subject, SchemaText(IngestionEvent.SCHEMA_TEXT))
    registry.register(contract.dead_letter_subject or "", SchemaText(DeadLetter.SCHEMA_TEXT))
    client = RawProducer({"bootstrap.servers": settings.bootstrap_servers, "log_level": 0})
    client.produce(contract.topic.name, value, b"key", 0, timestamp=int(moment.timestamp() * 1000), headers=headers)
    assert client.flush(30) == 0
    seen = threading.Event()

    def handle(event: IngestionEvent) -> None:
        seen.set()

    worker = Worker(IngestionEvent, handle, settings, contract=contract, registry=registry)
    thread = threading.Thread(target=worker.run)
    thread.start()
    found: list[Record] = []
    try:
        with LetterScan(contract, settings, registry) as scan:
            deadline = monotonic() + 60
            while not found:
                assert monotonic() < deadline
                with suppress(KafkaError):  # a topic that was just made may have no leader yet
                    found = [one.record for one in scan.read(scan.spans(), LetterFilter()) if one.letter is not None]
    finally:
        worker.stop()
        thread.join(60)

    assert not seen.is_set()
    return found


@pytest.mark.parametrize("days", [-25, 365])
def test_d15_a_dead_letter_is_kept_from_its_failure_on_whatever_the_record_was_dated(
    settings: Settings, promised: Contract, days: int
) -> None:
    now = datetime.now(UTC)
    if days > 0:
        # A record from the future is refused by current brokers, unless the topic takes it.
        with AdminTopics(settings) as topics:
            topics.alter(promised.topic.name, {"message.timestamp.after.max.ms": str(2**63 - 1)})
    (letter,) = buried(settings, promised, b"junk", now + timedelta(days=days), [])

    assert letter.timestamp_type == 2
    assert abs(letter.timestamp_ms - now.timestamp() * 1000) < 3_600_000


def test_the_largest_event_with_its_headers_still_fits(settings: Settings, promised: Contract) -> None:
    (letter,) = buried(settings, promised, b"j" * 900_000, datetime.now(UTC), [("h", b"x" * 90_000)])

    assert len(letter.value or b"") + sum(len(value or b"") for _, value in letter.headers) > 1_048_588
