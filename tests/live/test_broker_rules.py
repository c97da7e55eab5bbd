"""What only a real broker enforces: assignors, static members, protocols, partitions that are added, offsets that are
forgotten, transactions, sizes, dates. The rows are those of docs/reliability.md.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from confluent_kafka import TIMESTAMP_LOG_APPEND_TIME, Consumer, KafkaError, Message, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewPartitions

from eventpact.codec import Codec, prefix
from eventpact.contract import Contract, Topic
from eventpact.dead_letter import DeadLetter, Reason
from eventpact.errors import WorkerStopped
from eventpact.kafka import AdminTopics, Worker, ensure_topics
from eventpact.kafka.client_settings import ConsumerSettings
from eventpact.registry import Registry
from ingestion_events import IngestionEvent
from tests.chaos.reading import all_records, committed, reader
from tests.chaos.site import Site
from tests.kafka.world import SWIFT, Ledger, Running, event

pytestmark = pytest.mark.live

LIMIT = 60.0
SESSION = ConsumerSettings(session_timeout_ms=6_000, heartbeat_interval_ms=1_000)
DAY_MS = 86_400_000


@dataclass
class Ground:
    """Topics of a test's own on a real broker, and workers on them."""

    site: Site
    contract: Contract
    admin: AdminClient
    stack: ExitStack = field(default_factory=ExitStack)

    def produce(self, *records: bytes, **others: Any) -> list[KafkaError | None]:
        """Raw records; what the broker said to each."""
        said: list[KafkaError | None] = []
        producer = Producer({"bootstrap.servers": self.site.servers, "message.max.bytes": 5_000_000, "log_level": 0})
        for record in records:
            others["on_delivery"] = lambda error, _: said.append(error)
            producer.produce(self.site.topic, record, **others)
        assert producer.flush(LIMIT) == 0
        return said

    def encode(self, *numbers: int) -> list[bytes]:
        encode = Codec(IngestionEvent).encoder(prefix(self.site.register()))
        return [encode(event(number)) for number in numbers]

    def worker(self, handler: Callable[..., object], consumer: ConsumerSettings = SESSION) -> Worker[IngestionEvent]:
        registry: Registry | None = self.site.memory()
        settings = self.site.settings(consumer=consumer)
        return Worker(IngestionEvent, handler, settings, contract=self.contract, registry=registry, policy=SWIFT)

    def run(self, handler: Callable[..., object], consumer: ConsumerSettings = SESSION) -> Running:
        """A worker that is stopped at the end of the test, if it runs then."""
        run = Running(self.worker(handler, consumer))
        self.stack.callback(run.worker.stop)
        return run

    def committed(self) -> int:
        with reader(self.site.servers, self.site.group) as consumer:
            return sum(committed(consumer, self.site.topic, self.site.partitions).values())

    def wait_committed(self, count: int) -> None:
        wait(lambda: self.committed() >= count)

    def letters(self) -> list[tuple[Message, DeadLetter]]:
        found = all_records(self.site.servers, self.site.letters, self.site.partitions)
        return [(message, Codec(DeadLetter).decode((message.value() or b"")[5:])) for message in found]


def wait(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT
    while not done():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.1)


@pytest.fixture
def make(kafka_broker: str) -> Iterator[Callable[..., Ground]]:
    """Grounds, by their number of partitions; `settings` are those of the source topic."""
    with ExitStack() as stack:

        def made(partitions: int = 2, **settings: str) -> Ground:
            site = Site(kafka_broker, None, f"eventpact-rules-{uuid.uuid4().hex[:8]}", partitions)
            found = site.contract
            assert found.dead_letter is not None
            letters = replace(found.dead_letter.topic, partitions=partitions)
            source = Topic(site.topic, partitions, settings={k.replace("_", "."): v for k, v in settings.items()})
            contract = replace(found, topic=source, dead_letter=replace(found.dead_letter, topic=letters))
            with AdminTopics(site.settings()) as topics:
                ensure_topics(topics, contract)
            ground = Ground(site, contract, AdminClient({"bootstrap.servers": kafka_broker, "log_level": 0}))
            stack.enter_context(ground.stack)
            return ground

        yield made


def test_a_group_with_another_assignor_is_not_joined(make: Callable[..., Ground]) -> None:
    ground = make()
    other = Consumer(
        {
            "bootstrap.servers": ground.site.servers,
            "group.id": ground.site.group,
            "partition.assignment.strategy": "range",
            "session.timeout.ms": 6_000,
            "log_level": 0,
        }
    )
    other.subscribe([ground.site.topic])
    wait(lambda: other.poll(0.1) is None and bool(other.assignment()))
    stop = threading.Event()
    polling = threading.Thread(target=lambda: [other.poll(0.1) for _ in iter(stop.is_set, True)], daemon=True)
    polling.start()
    try:
        stopped = ground.run(print).result()
    finally:
        stop.set()
        polling.join(LIMIT)
        other.close()

    assert isinstance(stopped, WorkerStopped)
    assert stopped.code == "INCONSISTENT_GROUP_PROTOCOL"


def test_of_two_members_with_one_name_the_first_is_fenced_and_stops(make: Callable[..., Ground]) -> None:
    ground, ledger = make(), Ledger()
    named = replace(SESSION, group_instance_id="one")
    ground.produce(*ground.encode(1))
    first = ground.run(ledger.write, named)
    ledger.wait(1)
    second = ground.run(ledger.write, named)
    stopped = first.result()
    ground.produce(*ground.encode(2))
    ledger.wait_all([1, 2])
    second.stop()

    assert isinstance(stopped, WorkerStopped)
    # The client library's word for every error that it does not recover from.
    assert stopped.code == "_FATAL"
    assert "KAFKA_CONSUMER_GROUP_INSTANCE_ID" in str(stopped)


def test_a_group_rolls_from_the_classic_protocol_to_the_newer_one(make: Callable[..., Ground]) -> None:
    """A deployment with both at a time, as every deployment has."""
    ground, old, new = make(), Ledger(), Ledger()
    ground.produce(*ground.encode(*range(50)))
    classic = ground.run(old.write)
    old.wait(50)
    newer = ground.run(new.write, replace(SESSION, group_protocol="consumer"))
    wait(lambda: newer.worker.stats().partitions > 0)
    ground.produce(*ground.encode(*range(50, 100)))
    wait(lambda: set(range(100)) <= {*old.numbers, *new.numbers})
    classic.stop()
    ground.produce(*ground.encode(*range(100, 150)))
    new.wait_all(range(100, 150))
    ground.wait_committed(150)
    newer.stop()

    assert set(old.numbers) | set(new.numbers) == set(range(150))


def test_partitions_that_are_added_are_read_from_their_beginning(make: Callable[..., Ground]) -> None:
    """Keys move when partitions are added, so the order of a tenant across that moment is not promised."""
    ground, ledger = make(1), Ledger()
    ground.produce(*ground.encode(*range(10)))
    first = ground.run(ledger.write)
    ledger.wait(10)
    ground.admin.create_partitions([NewPartitions(ground.site.topic, 3)])[ground.site.topic].result(LIMIT)
    wait(lambda: len(ground.admin.list_topics(ground.site.topic).topics[ground.site.topic].partitions) == 3)
    ground.produce(*ground.encode(*range(10, 20)), partition=2)
    # Whoever joins looks at the topic anew; without that it takes metadata.max.age, five minutes.
    second = ground.run(ledger.write)
    ledger.wait_all(range(20))
    for run in (first, second):
        run.stop()

    assert set(ledger.numbers) == set(range(20))


def test_offsets_that_the_broker_forgot_mean_repetition_or_a_stop(make: Callable[..., Ground]) -> None:
    ground = make()
    ground.produce(*ground.encode(*range(10)))
    for _ in range(2):
        ledger = Ledger()
        run = ground.run(ledger.write)
        ledger.wait_all(range(10))
        ground.wait_committed(10)
        run.stop()
        ground.admin.delete_consumer_groups([ground.site.group])[ground.site.group].result(LIMIT)
    stopped = ground.run(print, replace(SESSION, auto_offset_reset="error")).result()

    assert isinstance(stopped, WorkerStopped)
    assert stopped.code == "_AUTO_OFFSET_RESET"


def test_aborted_transactions_are_invisible_and_no_gap(make: Callable[..., Ground]) -> None:
    ground, ledger = make(1), Ledger()
    producer = Producer(
        {"bootstrap.servers": ground.site.servers, "transactional.id": ground.site.topic, "log_level": 0}
    )
    producer.init_transactions(LIMIT)
    for first, end in ((0, "abort"), (10, "commit"), (20, "abort"), (30, "commit")):
        producer.begin_transaction()
        for value in ground.encode(*range(first, first + 10)):
            producer.produce(ground.site.topic, value)
        (producer.abort_transaction if end == "abort" else producer.commit_transaction)(LIMIT)
    run = ground.run(ledger.write)
    ledger.wait(20)
    run.stop()
    again = ground.run(ledger.write)
    ground.produce(*ground.encode(50))
    ledger.wait(21)
    counted = again.worker.stats().deleted_unread
    again.stop()

    assert ledger.numbers == [*range(10, 20), *range(30, 40), 50]
    assert counted == 0


def test_a_record_as_large_as_the_topic_takes_fits_into_a_dead_letter(make: Callable[..., Ground]) -> None:
    """Bytes that no compression makes smaller, and headers, which are kept twice."""
    ground = make(1, max_message_bytes="1000000")
    junk = b"\x01" + bytes(range(256)) * 3_600
    headers = [(f"h{number}", bytes(range(256))) for number in range(200)]

    assert ground.produce(junk, headers=headers) == [None]

    run = ground.run(print)
    ground.wait_committed(1)
    run.stop()
    ((message, letter),) = ground.letters()

    assert letter.original_value == junk
    assert [(header.name, header.value) for header in letter.original_headers] == headers
    assert letter.reason is Reason.UNDECODABLE
    assert message.error() is None


def test_a_dead_letter_is_as_old_as_its_writing_whatever_its_record_says(make: Callable[..., Ground]) -> None:
    """Retention counts from that; the broker does not take a record from the far future at all."""
    ground = make(1)
    now = int(time.time() * 1000)
    old = now - 25 * DAY_MS
    (refused,) = ground.produce(b"junk", timestamp=now + 365 * DAY_MS)

    assert ground.produce(b"junk", timestamp=old) == [None]

    run = ground.run(print)
    ground.wait_committed(1)
    run.stop()
    ((message, letter),) = ground.letters()
    kind, written = message.timestamp()

    assert refused is not None
    assert refused.code() == KafkaError.INVALID_TIMESTAMP
    assert letter.original_timestamp_ms == old
    assert (kind, abs(written - now) < 10 * 60_000) == (TIMESTAMP_LOG_APPEND_TIME, True)
