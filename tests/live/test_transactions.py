"""A real broker: what is aborted is seen by nobody, zombies are shut out, and a kill changes no count."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import monotonic

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka import KafkaError as Code

from eventpact.contract import Contract, contract_of, load_manifest
from eventpact.dead_letter import DeadLetter
from eventpact.dev import RegistryServer
from eventpact.errors import FencedError
from eventpact.kafka import AdminTopics, ConsumerSettings, Producer, Settings, Source, Worker, ensure_topics
from eventpact.registry import MemoryRegistry, SchemaText
from ingestion_events import IngestionEvent
from tests.kafka.world import event, number_of
from tests.live.transformed import source_contract, target_contract

pytestmark = pytest.mark.live

EXAMPLE = Path(__file__).parents[2] / "examples" / "exactly_once" / "schemas"
LIMIT = 90.0
KILLS = 3
EVENTS = 20_000


@pytest.fixture
def settings(kafka_broker: str) -> Settings:
    consumer = ConsumerSettings(session_timeout_ms=6_000, heartbeat_interval_ms=500)
    return replace(Settings.from_env({"KAFKA_BOOTSTRAP_SERVERS": kafka_broker}, dotenv=None), consumer=consumer)


@pytest.fixture
def name() -> str:
    return f"eventpact-test-{uuid.uuid4().hex}"


@pytest.fixture
def source(name: str, settings: Settings) -> Contract:
    made = source_contract(contract_of(IngestionEvent), name)
    with AdminTopics(settings) as topics:
        ensure_topics(topics, made)
    return made


@pytest.fixture
def target(name: str, settings: Settings) -> Contract:
    (notices,) = load_manifest(EXAMPLE / "contracts.toml").contracts
    made = target_contract(notices, name)
    with AdminTopics(settings) as topics:
        ensure_topics(topics, made)
    return made


@pytest.fixture
def registry(source: Contract, target: Contract) -> MemoryRegistry:
    made = MemoryRegistry()
    made.register(source.subject, SchemaText(IngestionEvent.SCHEMA_TEXT))
    made.register(source.dead_letter_subject or "", SchemaText(DeadLetter.SCHEMA_TEXT))
    made.register(target.subject, SchemaText((EXAMPLE / "upload_notice.avsc").read_text("utf-8")))
    return made


def test_a_worker_sees_what_is_committed_and_nothing_of_what_is_aborted(
    settings: Settings, source: Contract, registry: MemoryRegistry, name: str
) -> None:
    with Producer(IngestionEvent, settings, contract=source, registry=registry, transactional_id=name) as producer:
        with producer.transaction():
            producer.publish_many(event(number) for number in range(10))
        with pytest.raises(ZeroDivisionError), producer.transaction():
            abort(producer)
        with producer.transaction():
            producer.publish_many(event(number) for number in range(20, 30))
    handled: list[int] = []
    last = threading.Event()

    def handle(arrived: IngestionEvent) -> None:
        handled.append(number_of(arrived))
        if len(handled) == 20:
            last.set()

    worker = Worker(IngestionEvent, handle, settings, contract=source, registry=registry)
    thread = threading.Thread(target=worker.run)
    thread.start()
    ended = last.wait(LIMIT)
    worker.stop()
    thread.join(LIMIT)

    assert ended
    assert sorted(handled) == [*range(10), *range(20, 30)]


def abort(producer: Producer[IngestionEvent]) -> None:
    """The records are stored, for nobody."""
    producer.publish_many(event(number) for number in range(10, 20))
    producer.flush()
    raise ZeroDivisionError


def test_offsets_are_committed_with_the_events_and_not_without_them(
    settings: Settings, source: Contract, registry: MemoryRegistry, name: str
) -> None:
    with Producer(IngestionEvent, settings, contract=source, registry=registry) as producer:
        producer.publish_many(event(number, owner=1) for number in range(10))
    with (
        Producer(IngestionEvent, settings, contract=source, registry=registry, transactional_id=name) as producer,
        Source(IngestionEvent, settings, name, contract=source, registry=registry) as reading,
    ):
        while not (first := reading.take()):
            pass
        with pytest.raises(ZeroDivisionError), producer.transaction(reading):
            raise ZeroDivisionError
        before = committed(settings, source)
        again = reading.take()
        with producer.transaction(reading):
            pass

    assert before == 0
    assert [taken.record.offset for taken in again] == [taken.record.offset for taken in first]
    assert committed(settings, source) == len(first)


def test_a_zombie_is_shut_out_and_what_it_had_open_is_seen_by_nobody(
    settings: Settings, source: Contract, registry: MemoryRegistry, name: str
) -> None:
    made = partial(Producer, IngestionEvent, settings, contract=source, registry=registry, transactional_id=name)
    first = made()

    def left_behind() -> None:
        with first.transaction():
            first.publish(event(1))
            first.flush()
            with made() as second, second.transaction():
                second.publish(event(2))

    with pytest.raises(FencedError):
        left_behind()
    with pytest.raises(FencedError), first.transaction():
        raise AssertionError("not entered")
    first.close()

    assert len(values(settings, source)) == 1


@contextmanager
def transform(settings: Settings, registry: RegistryServer, name: str) -> Iterator[subprocess.Popen[str]]:
    """The example in a process of its own; killed at the end of the block, if it still runs."""
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": settings.bootstrap_servers,
        "KAFKA_CONSUMER_SESSION_TIMEOUT_MS": "6000",
        "KAFKA_CONSUMER_HEARTBEAT_INTERVAL_MS": "500",
        "SCHEMA_REGISTRY_URL": registry.url,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.live.transform_process", name, name],
        cwd=Path(__file__).parents[2],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for_notices(settings: Settings, target: Contract, count: int, process: subprocess.Popen[str]) -> None:
    """Until so many records are stored for the target, whether they will count or not."""
    with reader(settings) as consumer:
        parts = [TopicPartition(target.topic.name, number) for number in range(target.topic.partitions)]
        deadline = monotonic() + LIMIT
        while sum(consumer.get_watermark_offsets(part, 10)[1] for part in parts) < count:
            assert monotonic() < deadline, "the transform makes no progress"
            assert process.poll() is None, process.communicate()[1]


def test_notices_are_exact_whatever_is_killed(
    settings: Settings, source: Contract, target: Contract, registry: MemoryRegistry, name: str
) -> None:
    with Producer(IngestionEvent, settings, contract=source, registry=registry) as producer:
        producer.publish_many(event(number) for number in range(EVENTS))
    with RegistryServer(registry) as server:
        for kill in range(1, KILLS + 1):
            with transform(settings, server, name) as process:
                wait_for_notices(settings, target, kill * EVENTS // (KILLS + 2), process)
                process.send_signal(signal.SIGKILL)
                process.wait(LIMIT)
        with transform(settings, server, name):
            found = wait_until_exact(settings, source, target)

    assert found == Counter({f"{number:064x}": 1 for number in range(EVENTS)})


def test_a_process_that_was_stopped_and_wakes_up_late_changes_nothing(
    settings: Settings, source: Contract, target: Contract, registry: MemoryRegistry, name: str
) -> None:
    with Producer(IngestionEvent, settings, contract=source, registry=registry) as producer:
        producer.publish_many(event(number) for number in range(EVENTS))
    with RegistryServer(registry) as server, transform(settings, server, name) as zombie:
        wait_for_notices(settings, target, EVENTS // 4, zombie)
        zombie.send_signal(signal.SIGSTOP)
        with transform(settings, server, name):
            wait_until_exact(settings, source, target)
            zombie.send_signal(signal.SIGCONT)
            _, errors = zombie.communicate(timeout=LIMIT)
            found = wait_until_exact(settings, source, target)

    assert zombie.returncode != 0
    assert "FencedError" in errors
    assert found == Counter({f"{number:064x}": 1 for number in range(EVENTS)})


def wait_until_exact(settings: Settings, source: Contract, target: Contract) -> Counter[str]:
    """The notices by file, once every event is committed as read."""
    deadline = monotonic() + LIMIT
    while committed(settings, source) < EVENTS:
        assert monotonic() < deadline, "the transform makes no progress"
    return Counter(value[5 + 1 + 36 + 2 :][:64].decode() for value in values(settings, target))


@contextmanager
def reader(settings: Settings, group: str = "a-test") -> Iterator[Consumer]:
    consumer = Consumer(
        {
            "bootstrap.servers": settings.bootstrap_servers,
            "group.id": group,
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": "read_committed",
            "log_level": 0,
        }
    )
    try:
        yield consumer
    finally:
        consumer.close()


def committed(settings: Settings, source: Contract) -> int:
    """How many records the group has committed."""
    with reader(settings, source.groups[0]) as consumer:
        parts = [TopicPartition(source.topic.name, number) for number in range(source.topic.partitions)]
        return sum(max(0, part.offset) for part in consumer.committed(parts, 10))


def values(settings: Settings, contract: Contract) -> list[bytes]:
    """Every committed record's value."""
    found: list[bytes] = []
    with reader(settings) as consumer:
        left = set(range(contract.topic.partitions))
        consumer.assign([TopicPartition(contract.topic.name, number, 0) for number in left])
        deadline = monotonic() + LIMIT
        while left:
            assert monotonic() < deadline, f"{len(found)} values, then silence"
            for message in consumer.consume(500, 0.2):
                error = message.error()
                if error is None:
                    found.append(message.value() or b"")
                elif error.code() == Code._PARTITION_EOF:
                    left.discard(message.partition() or 0)
    return found
