"""Publishing: ours against confluent's SerializingProducer, and as a share of raw produce of ready bytes.

`python -m tests.bench.bench_publish [EVENTS]`. All three run in turn, in every round, on the same embedded broker, with
the same client settings; a round is publish plus flush. Printed are the medians of each round's ratios: the machine's
mood is in both sides of a ratio.
"""

from __future__ import annotations

import gc
import statistics
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from confluent_kafka import Producer as RawProducer
from confluent_kafka import SerializingProducer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import StringSerializer

from eventpact.codec import Codec, frame
from eventpact.contract import contract_of
from eventpact.dev import EmbeddedStack
from eventpact.kafka import Producer, Settings
from eventpact.kafka.config import producer_config
from eventpact.registry import SchemaText
from ingestion_events import IngestionEvent, SourceType

ROUNDS = 9
# What the raw and the serializing producer do as well: serve reports now and then.
POLL_EVERY = 1_000


def to_dict(event: IngestionEvent, _: object) -> dict[str, object]:
    """What a service writes by hand for AvroSerializer."""
    return {
        "tenant_id": event.tenant_id,
        "source_type": event.source_type.value,
        "file_hash": event.file_hash,
        "s3_uri": event.s3_uri,
        "original_filename": event.original_filename,
        "mime_type": event.mime_type,
        "timestamp": event.timestamp,
        "source_path": event.source_path,
        "parent_id": event.parent_id,
        "permissions_blob": event.permissions_blob,
        "metadata": event.metadata,
    }


def events(count: int) -> list[IngestionEvent]:
    return [
        IngestionEvent(
            tenant_id=f"123e4567-e89b-12d3-a456-{number % 50:012}",
            source_type=SourceType.UPLOAD,
            file_hash=f"{number:064x}",
            s3_uri=f"s3://documents/2026/11/{number}",
            original_filename=f"report {number}.pdf",
            mime_type="application/pdf",
            timestamp=datetime(2026, 11, 24, 12, 0, 0, number % 1000 * 1000, tzinfo=UTC),
            source_path="/shared/reports",
            metadata={"pages": "12", "language": "en"},
        )
        for number in range(count)
    ]


def ours(settings: Settings, wanted: list[IngestionEvent], running: ExitStack) -> Callable[[], None]:
    producer = running.enter_context(Producer(IngestionEvent, settings))

    def run() -> None:
        publish = producer.publish
        for event in wanted:
            publish(event)
        producer.flush()

    return run


def serializing(settings: Settings, wanted: list[IngestionEvent], _: ExitStack) -> Callable[[], None]:
    assert settings.registry is not None

    topic = contract_of(IngestionEvent).topic.name
    registry = SchemaRegistryClient({"url": settings.registry.url})
    choices = {"auto.register.schemas": False, "subject.name.strategy.type": "TOPIC"}
    value = AvroSerializer(registry, IngestionEvent.SCHEMA_TEXT, to_dict, choices)
    config: dict[str, Any] = {**producer_config(settings), "log_level": 0}
    producer = SerializingProducer({**config, "key.serializer": StringSerializer("utf_8"), "value.serializer": value})

    def run() -> None:
        for number, event in enumerate(wanted):
            producer.produce(topic, event.tenant_id, event)
            if not number % POLL_EVERY:
                producer.poll(0)
        producer.flush()

    return run


def raw(settings: Settings, wanted: list[IngestionEvent], _: ExitStack) -> Callable[[], None]:
    topic = contract_of(IngestionEvent).topic.name
    codec, producer = Codec(IngestionEvent), RawProducer({**producer_config(settings), "log_level": 0})
    with Producer(IngestionEvent, settings) as known:
        ready = [(frame(known.schema_id, codec.encode(event)), event.tenant_id.encode()) for event in wanted]

    def run() -> None:
        produce = producer.produce
        for number, (value, key) in enumerate(ready):
            produce(topic, value, key)
            if not number % POLL_EVERY:
                producer.poll(0)
        producer.flush()

    return run


def seconds(run: Callable[[], None]) -> float:
    gc.collect()
    started = perf_counter()
    run()
    return perf_counter() - started


def main(count: int) -> None:
    wanted = events(count)
    contract = contract_of(IngestionEvent)
    with EmbeddedStack([contract]) as stack, ExitStack() as running:
        stack.registry.registry.register(contract.subject, SchemaText(IngestionEvent.SCHEMA_TEXT))
        settings = stack.settings()
        runs = {build.__name__: build(settings, wanted, running) for build in (ours, serializing, raw)}
        for run in runs.values():
            run()
        rounds = [{name: seconds(run) for name, run in runs.items()} for _ in range(ROUNDS)]
    typical = {name: statistics.median(one[name] for one in rounds) / count * 1e6 for name in runs}
    against = statistics.median(one["serializing"] / one["ours"] for one in rounds)
    share = statistics.median(one["raw"] / one["ours"] for one in rounds)
    spent = ", ".join(f"{name} {value:.2f}" for name, value in typical.items())
    print(f"publish  {count} events a round, {ROUNDS} rounds, us per event: {spent}")
    print(f"publish  against SerializingProducer + AvroSerializer(to_dict): {against:.1f}x  (expect >= 3x)")
    print(f"publish  share of raw Producer.produce of ready bytes: {share:.0%}  (expect about 35 %)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
