"""A real broker's dead-letter topic: found by time, kept by its own clock, refused where it is too large."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from confluent_kafka import Producer as RawProducer

from eventpact.codec import Codec, prefix
from eventpact.contract import Contract, contract_of
from eventpact.dead_letter import DeadLetter
from eventpact.kafka import AdminTopics, Settings, ensure_topics
from eventpact.kafka.letter_filter import LetterFilter
from eventpact.kafka.letter_scan import LetterScan, Span
from eventpact.registry import MemoryRegistry, SchemaText
from ingestion_events import IngestionEvent
from tests.kafka.world import letter_of
from tests.live.transformed import source_contract

pytestmark = pytest.mark.live

FIRST = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=20)


@pytest.fixture
def settings(kafka_broker: str) -> Settings:
    return Settings.from_env({"KAFKA_BOOTSTRAP_SERVERS": kafka_broker}, dotenv=None)


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
