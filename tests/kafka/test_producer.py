"""Typed events in, acknowledged records out: keyed, framed with the looked-up id, never registered."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka import KafkaError as Code

from eventpact.codec import Codec, unframe
from eventpact.dev import Api, EmbeddedBroker
from eventpact.errors import (
    DeliveryError,
    EncodeError,
    ManifestError,
    MessageTooLargeError,
    NotRegisteredError,
    ProducerStoppedError,
    SettingsError,
    TopicError,
)
from eventpact.kafka import Delivery, Producer, ProducerSettings, Settings, partition_of
from eventpact.registry import MemoryRegistry, SchemaText
from ingestion_events import IngestionEvent, SourceType
from ingestion_events.contracts import CONTRACTS

CONTRACT = CONTRACTS[IngestionEvent.AVRO_NAME]
CANARY = "canary-0xC0FFEE"
TENANT = UUID(int=7)
EVENT = IngestionEvent(
    tenant_id=str(TENANT),
    source_type=SourceType.UPLOAD,
    file_hash="0" * 64,
    s3_uri="s3://bucket/key",
    original_filename=CANARY,
    mime_type="text/plain",
    timestamp=datetime(2026, 11, 24, tzinfo=UTC),
    metadata={CANARY: CANARY},
)


@pytest.fixture
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker() as running:
        running.create_topic("ingestion-events", 6)
        yield running


@pytest.fixture
def registry() -> MemoryRegistry:
    known = MemoryRegistry()
    known.register("ingestion-events-value", SchemaText(IngestionEvent.SCHEMA_TEXT))
    return known


def settings(broker: EmbeddedBroker, **others: str) -> Settings:
    producer = ProducerSettings(linger_ms=0, message_timeout_ms=2_000)
    return replace(Settings(bootstrap_servers=broker.bootstrap_servers, producer=producer), **others)  # type: ignore[arg-type]


def stored(broker: EmbeddedBroker, count: int, topic: str = "ingestion-events") -> list[tuple[bytes, bytes]]:
    """`count` records of the tenant's partition: key, value."""
    client = Consumer({"bootstrap.servers": broker.bootstrap_servers, "group.id": "reader", "log_level": 0})
    client.assign([TopicPartition(topic, partition_of(str(TENANT), 6), 0)])
    try:
        return [(message.key() or b"", message.value() or b"") for message in client.consume(count, 10)]
    finally:
        client.close()


def test_an_event_arrives_keyed_by_its_tenant_and_framed_with_its_schema(
    broker: EmbeddedBroker, registry: MemoryRegistry
) -> None:
    with Producer(IngestionEvent, settings(broker), registry=registry) as producer:
        producer.publish(EVENT)
    ((key, value),) = stored(broker, 1)
    schema_id, body = unframe(value)

    assert key == str(TENANT).encode()
    assert schema_id == producer.schema_id == registry.version("ingestion-events-value").id
    assert Codec(IngestionEvent).decode(body) == EVENT


def test_a_callback_hears_the_place_of_its_event(broker: EmbeddedBroker, registry: MemoryRegistry) -> None:
    heard = list[Delivery | DeliveryError]()
    with Producer(IngestionEvent, settings(broker), registry=registry) as producer:
        producer.publish(EVENT, on_delivery=heard.append)

    (delivery,) = heard
    assert isinstance(delivery, Delivery)
    assert (delivery.topic, delivery.partition, delivery.offset) == (
        "ingestion-events",
        partition_of(str(TENANT), 6),
        0,
    )


def test_a_producer_asks_once_and_registers_nothing(broker: EmbeddedBroker) -> None:
    empty = MemoryRegistry()
    with pytest.raises(NotRegisteredError, match=r"under subject ingestion-events-value .* run `eventpact register`"):
        Producer(IngestionEvent, settings(broker), registry=empty)

    assert empty.subjects() == ()


def test_another_version_of_the_schema_is_not_the_class_s(broker: EmbeddedBroker) -> None:
    other = MemoryRegistry()
    changed = IngestionEvent.SCHEMA_TEXT.replace("One event per stored file.", "One event per file.")
    other.register("ingestion-events-value", SchemaText(changed))

    assert changed != IngestionEvent.SCHEMA_TEXT
    with pytest.raises(NotRegisteredError, match="eventpact register"):
        Producer(IngestionEvent, settings(broker), registry=other)


def test_without_a_registry_the_variable_is_named(broker: EmbeddedBroker) -> None:
    with pytest.raises(SettingsError, match="SCHEMA_REGISTRY_URL: not set"):
        Producer(IngestionEvent, settings(broker))


def test_topic_and_subject_of_the_settings_go_before_the_contract_s(broker: EmbeddedBroker) -> None:
    registry = MemoryRegistry()
    registry.register("other-value", SchemaText(IngestionEvent.SCHEMA_TEXT))
    registry.register("named", SchemaText(IngestionEvent.SCHEMA_TEXT))
    broker.create_topic("other", 6)
    for chosen in (settings(broker, topic="other"), settings(broker, topic="other", subject="named")):
        with Producer(IngestionEvent, chosen, registry=registry) as producer:
            producer.publish(EVENT)

    assert producer.subject == "named"
    assert len(stored(broker, 2, "other")) == 2


def test_a_missing_topic_stops_the_start(broker: EmbeddedBroker, registry: MemoryRegistry) -> None:
    registry.register("tpyo-value", SchemaText(IngestionEvent.SCHEMA_TEXT))
    with pytest.raises(TopicError, match="the topic does not exist"):
        Producer(IngestionEvent, settings(broker, topic="tpyo"), registry=registry)


def test_a_wrong_event_is_not_taken(broker: EmbeddedBroker, registry: MemoryRegistry) -> None:
    with Producer(IngestionEvent, settings(broker), registry=registry) as producer:
        with pytest.raises(EncodeError):
            producer.publish(replace(EVENT, tenant_id=7))  # type: ignore[arg-type]
        with pytest.raises(EncodeError):
            producer.publish(replace(EVENT, tenant_id=""))
        with pytest.raises(EncodeError):
            producer.publish("no event")  # type: ignore[arg-type]

        assert producer.stats().published == 0


def test_a_class_without_a_contract_says_so(broker: EmbeddedBroker, registry: MemoryRegistry) -> None:
    class Homemade:
        pass

    with pytest.raises(ManifestError, match="pass contract="):
        Producer(Homemade, settings(broker), registry=registry)


def test_a_contract_whose_key_is_no_field_says_so(broker: EmbeddedBroker, registry: MemoryRegistry) -> None:
    with pytest.raises(ManifestError, match="has no field 'customer' for the record key"):
        Producer(IngestionEvent, settings(broker), contract=replace(CONTRACT, key="customer"), registry=registry)


def refuse_next(broker: EmbeddedBroker) -> None:
    """The tenant's partition refuses the next request."""
    broker.push_partition_errors("ingestion-events", partition_of(str(TENANT), 6), Api.PRODUCE, Code.INVALID_RECORD)


def test_the_end_of_the_block_raises_for_what_was_not_delivered(
    broker: EmbeddedBroker, registry: MemoryRegistry
) -> None:
    def run() -> None:
        with Producer(IngestionEvent, settings(broker), registry=registry) as producer:
            refuse_next(broker)
            producer.publish(EVENT)

    with pytest.raises(DeliveryError, match="1 event not acknowledged by ingestion-events") as raised:
        run()

    assert (raised.value.failed, raised.value.code) == (1, "INVALID_RECORD")


def test_a_problem_of_the_block_comes_first_and_carries_the_undelivered_as_a_note(
    broker: EmbeddedBroker, registry: MemoryRegistry
) -> None:
    def run() -> None:
        with Producer(IngestionEvent, settings(broker), registry=registry) as producer:
            refuse_next(broker)
            producer.publish(EVENT)
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine") as raised:
        run()

    assert len(raised.value.__notes__) == 1
    assert "1 event not acknowledged" in raised.value.__notes__[0]


def test_a_closed_producer_takes_nothing(broker: EmbeddedBroker, registry: MemoryRegistry) -> None:
    with Producer(IngestionEvent, settings(broker), registry=registry) as producer:
        pass

    with pytest.raises(ProducerStoppedError, match="closed"):
        producer.publish(EVENT)


def test_reports_can_be_served_without_publishing(broker: EmbeddedBroker, registry: MemoryRegistry) -> None:
    heard = list[Delivery | DeliveryError]()
    with Producer(IngestionEvent, settings(broker), registry=registry) as producer:
        producer.publish(EVENT, heard.append)
        for _ in range(100):
            if not heard:
                producer.poll(0.1)

        assert len(heard) == 1


def test_no_value_of_an_event_shows_in_errors_and_logs(
    broker: EmbeddedBroker, registry: MemoryRegistry, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shown = []
    producer = Producer(IngestionEvent, settings(broker), registry=registry)
    for event in (replace(EVENT, file_hash=CANARY), replace(EVENT, metadata={CANARY: CANARY * 100_000})):
        with pytest.raises((EncodeError, MessageTooLargeError)) as refused:
            producer.publish(event)
        shown.append(repr(refused.value))
    broker.set_down()
    producer.publish(EVENT, lambda report: shown.append(repr(report)))
    with pytest.raises(DeliveryError) as raised:
        producer.close()
    shown += [repr(raised.value), *getattr(raised.value, "__notes__", ()), caplog.text]

    assert len(shown) == 5
    assert CANARY not in "".join(shown)
