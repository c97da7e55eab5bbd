"""Clients that are not ours, on a real broker: what we write they read, what they write we handle.

kcat runs on a librdkafka of its own and knows no registry: it sees frames, keys, partitions and headers as they are.
Confluent's serializers ask the registry as we do.
"""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from confluent_kafka import Consumer, SerializingProducer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext, StringSerializer

from eventpact.codec import Codec, prefix, unframe
from eventpact.contract import Contract
from eventpact.kafka import Policy, Producer, Settings, Worker
from eventpact.kafka.config import producer_config
from eventpact.kafka.record import Record
from eventpact.registry import (
    RegistryClient,
    RegistrySettings,
    client_config,
    deserializer_config,
    serializer_config,
)
from ingestion_events import IngestionEvent
from tests.kafka.world import event, number_of

pytestmark = pytest.mark.live

KCAT = shutil.which("kcat") or shutil.which("kafkacat") or ""
needs_kcat = pytest.mark.skipif(not KCAT, reason="kcat is not installed: no client without our libraries can be asked")
EVENTS = 40


@dataclass(frozen=True)
class Seen:
    """A record as kcat prints it."""

    partition: int
    key: str
    headers: str
    value: bytes


def kcat(broker: str, *arguments: str | Path) -> bytes:
    done = subprocess.run([KCAT, "-b", broker, "-q", *arguments], capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def kcat_reads(broker: str, topic: str) -> Iterator[Seen]:
    """All records of the topic."""
    # The value is binary, so that its length has to say where it ends.
    rest = kcat(broker, "-C", "-t", topic, "-o", "beginning", "-e", "-f", "%p\t%k\t%h\t%S\t%s")
    while rest:
        partition, key, headers, size, rest = rest.split(b"\t", 4)
        yield Seen(int(partition), key.decode(), headers.decode(), rest[: int(size)])
        rest = rest[int(size) :]


def handled(settings: Settings, contract: Contract, registry: RegistryClient, count: int) -> dict[int, Record]:
    """What a worker of ours makes of the topic: `count` records by the number of their event."""
    found: dict[int, Record] = {}
    counted = threading.Semaphore(0)

    def handle(arrived: IngestionEvent, record: Record) -> None:
        found[number_of(arrived)] = record
        counted.release()

    worker = Worker(IngestionEvent, handle, settings, contract=contract, registry=registry, policy=Policy())
    thread = threading.Thread(target=worker.run, daemon=True)
    thread.start()
    try:
        assert all(counted.acquire(timeout=30) for _ in range(count))
    finally:
        worker.stop()
        thread.join(30)
    return found


def publish(settings: Settings, contract: Contract, registry: RegistryClient) -> None:
    with Producer(IngestionEvent, settings, contract=contract, registry=registry) as producer:
        for number in range(EVENTS):
            producer.publish(event(number))


@needs_kcat
def test_kcat_reads_what_we_publish(settings: Settings, contract: Contract, registry: RegistryClient) -> None:
    publish(settings, contract, registry)
    seen = list(kcat_reads(settings.bootstrap_servers, contract.topic.name))
    schema_id = registry.version(contract.subject).id
    frames = [unframe(one.value) for one in seen]
    events = [Codec(IngestionEvent).decode(body) for _, body in frames]

    assert sorted(map(number_of, events)) == list(range(EVENTS))
    assert {found for found, _ in frames} == {schema_id}
    assert [one.key for one in seen] == [one.tenant_id for one in events]


@needs_kcat
def test_we_handle_what_kcat_writes_and_agree_on_the_partition(
    settings: Settings, contract: Contract, registry: RegistryClient, tmp_path: Path
) -> None:
    publish(settings, contract, registry)
    encode = Codec(IngestionEvent).encoder(prefix(registry.version(contract.subject).id))
    for number in range(EVENTS, EVENTS + 10):
        made = event(number)
        value = tmp_path / f"{number}"
        value.write_bytes(encode(made))
        place = ("-P", "-t", contract.topic.name, "-X", "partitioner=murmur2_random")
        kcat(settings.bootstrap_servers, *place, "-k", made.tenant_id, "-H", f"number={number}", value)
    found = handled(settings, contract, registry, EVENTS + 10)
    written = {number: dict(found[number].headers)["number"] for number in range(EVENTS, EVENTS + 10)}
    # Ten tenants, each with events of both writers.
    places = {(record.key, record.partition) for record in found.values()}

    assert sorted(found) == list(range(EVENTS + 10))
    assert written == {number: str(number).encode() for number in range(EVENTS, EVENTS + 10)}
    assert len(places) == 10


@needs_kcat
def test_kcat_s_nonsense_becomes_a_dead_letter_that_kcat_can_read(
    settings: Settings, contract: Contract, registry: RegistryClient, tmp_path: Path
) -> None:
    nonsense = tmp_path / "nonsense"
    nonsense.write_bytes(b"\x01not a frame\t\xff")
    kcat(settings.bootstrap_servers, "-P", "-t", contract.topic.name, "-p", "0", "-k", "someone", nonsense)
    publish(settings, contract, registry)
    handled(settings, contract, registry, EVENTS)
    assert contract.dead_letter is not None
    (letter,) = kcat_reads(settings.bootstrap_servers, contract.dead_letter.topic.name)

    assert letter.key == "someone"
    assert nonsense.read_bytes() in letter.value


@pytest.fixture
def foreign(apicurio: str) -> Iterator[SchemaRegistryClient]:
    with SchemaRegistryClient(client_config(RegistrySettings(apicurio))) as client:
        yield client


def test_confluent_s_deserializer_reads_what_we_publish(
    settings: Settings, contract: Contract, registry: RegistryClient, foreign: SchemaRegistryClient
) -> None:
    publish(settings, contract, registry)
    deserialize = AvroDeserializer(foreign, conf=deserializer_config())
    consumer = Consumer(
        {"bootstrap.servers": settings.bootstrap_servers, "group.id": "foreign", "auto.offset.reset": "earliest"}
    )
    consumer.subscribe([contract.topic.name])
    try:
        messages = consumer.consume(EVENTS, 30)
    finally:
        consumer.close()
    where = SerializationContext(contract.topic.name, MessageField.VALUE)
    uris = [deserialize(message.value(), where)["s3_uri"] for message in messages]

    assert sorted(uris) == sorted(event(number).s3_uri for number in range(EVENTS))


def test_we_handle_what_confluent_s_serializer_writes(
    settings: Settings, contract: Contract, registry: RegistryClient, foreign: SchemaRegistryClient
) -> None:
    # Not the class's own text: Apicurio compares texts as they are sent, and we register the stored form.
    text = registry.version(contract.subject).schema.text
    serialize = AvroSerializer(foreign, text, as_dict, serializer_config())
    producer = SerializingProducer(
        {**producer_config(settings), "key.serializer": StringSerializer("utf_8"), "value.serializer": serialize}
    )
    for number in range(EVENTS):
        producer.produce(contract.topic.name, event(number).tenant_id, event(number))
    left = producer.flush(30)
    found = handled(settings, contract, registry, EVENTS)

    assert left == 0
    assert sorted(found) == list(range(EVENTS))


def as_dict(made: IngestionEvent, _: SerializationContext) -> dict[str, object]:
    """What a service writes by hand for AvroSerializer."""
    return {
        name: made.source_type.value if name == "source_type" else getattr(made, name)
        for name in IngestionEvent.__dataclass_fields__
    }
