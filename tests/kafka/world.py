"""A whole world for workers: an embedded broker, a registry in memory, events, and the raw view of what is stored."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic
from types import TracebackType
from typing import Any, Final, Self

from confluent_kafka import Consumer, Message, Producer, TopicPartition

from eventpact.codec import Codec, frame, prefix
from eventpact.contract import Contract, contract_of
from eventpact.dead_letter import DeadLetter, Reason, Stage, TimestampType
from eventpact.dev.broker import EmbeddedBroker
from eventpact.ids import SchemaId
from eventpact.kafka.client_settings import ConsumerSettings, ProducerSettings
from eventpact.kafka.handler import BatchHandler
from eventpact.kafka.policy import Policy
from eventpact.kafka.settings import Settings
from eventpact.kafka.worker import Worker
from eventpact.registry import MemoryRegistry, SchemaText
from ingestion_events import IngestionEvent, SourceType

CONTRACT: Final = contract_of(IngestionEvent)
TOPIC: Final = CONTRACT.topic.name
DEAD_LETTERS: Final = f"{TOPIC}-dlq"
GROUP: Final = CONTRACT.groups[0]
LIMIT: Final = 30.0
"""Seconds until a test that waits for something gives up. Nothing here takes a tenth of it."""

SWIFT: Final = Policy(
    backoff=0.01,
    backoff_max=0.05,
    wait=0.05,
    wait_max=0.1,
    recheck=0.05,
    poll=0.05,
    commit_interval=0.05,
    dead_letter_minimum=200,
)

Pairs = list[tuple[str, str | bytes | None]]
Handling = Callable[..., object] | BatchHandler[IngestionEvent]


def tenant(number: int) -> str:
    return f"{number:08x}-1111-4222-8333-444444444444"


def event(number: int, *, owner: int | None = None, name: str = "report.pdf") -> IngestionEvent:
    """Event number `number`; its `s3_uri` carries the number."""
    return IngestionEvent(
        tenant_id=tenant(number % 10 if owner is None else owner),
        source_type=SourceType.UPLOAD,
        file_hash=f"{number:064x}",
        s3_uri=f"s3://bucket/{number}",
        original_filename=name,
        mime_type="application/pdf",
        timestamp=datetime(2026, 11, 24, tzinfo=UTC),
    )


def letter_of(number: int, **changes: Any) -> DeadLetter:
    """A dead letter of this world's group: record `number` of partition 0, whose handler failed."""
    made = DeadLetter(
        dlq_id=f"{GROUP}/{TOPIC}/0/{number}",
        original_topic=TOPIC,
        original_partition=0,
        original_offset=number,
        original_timestamp_ms=-1,
        timestamp_type=TimestampType.NONE,
        consumer_group=GROUP,
        stage=Stage.HANDLER,
        reason=Reason.HANDLER,
        first_failed_at=datetime(2026, 1, 1, tzinfo=UTC),
        failed_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return replace(made, **changes)


def number_of(handled: IngestionEvent) -> int:
    return int(handled.s3_uri.rpartition("/")[2])


class Ledger:
    """What was handled, in order; tests wait on it instead of sleeping."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self._changed = threading.Condition()

    def write(self, handled: IngestionEvent) -> None:
        """A handler that succeeds."""
        with self._changed:
            self.numbers.append(number_of(handled))
            self._changed.notify_all()

    def wait(self, count: int) -> None:
        """Until so many are handled."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.numbers) >= count, LIMIT), f"{len(self.numbers)} of {count}"

    def wait_all(self, numbers: Iterable[int]) -> None:
        """Until each of these is handled, however often."""
        wanted = set(numbers)
        with self._changed:
            assert self._changed.wait_for(lambda: wanted <= set(self.numbers), LIMIT), wanted - set(self.numbers)


class Running:
    """A worker in a thread of its own."""

    def __init__(self, worker: Worker[Any]) -> None:
        self.worker = worker
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.worker.run()
        except BaseException as error:
            self._error = error

    def result(self) -> BaseException | None:
        """What the run ended with; waits for its end."""
        self._thread.join(LIMIT)
        assert not self._thread.is_alive(), "the worker did not end"
        return self._error

    def ended(self, seconds: float) -> bool:
        """Has it ended, at the latest after so many seconds?"""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def stop(self) -> None:
        """A clean end."""
        self.worker.stop()
        error = self.result()
        if error is not None:
            raise error


class World:
    """Broker, registry, topics and schemas; a context manager."""

    def __init__(self, partitions: int = 6, dead_letter_partitions: int = 6, brokers: int = 1) -> None:
        self.broker = EmbeddedBroker(brokers)
        self.registry = MemoryRegistry()
        self.contract: Contract = CONTRACT
        self.partitions = partitions
        self._dead_letter_partitions = dead_letter_partitions
        self.schema_id = self.registry.register(CONTRACT.subject, SchemaText(IngestionEvent.SCHEMA_TEXT))
        self.registry.register(f"{DEAD_LETTERS}-value", SchemaText(DeadLetter.SCHEMA_TEXT))
        self.encode = Codec(IngestionEvent).encoder(prefix(self.schema_id))
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(self.broker)
        self.broker.create_topic(TOPIC, self.partitions)
        self.broker.create_topic(DEAD_LETTERS, self._dead_letter_partitions)
        self._producer = Producer(
            {
                "bootstrap.servers": self.broker.bootstrap_servers,
                "message.max.bytes": 10_000_000,
                "partitioner": "murmur2_random",
                "linger.ms": 0,
                "log_level": 0,
            }
        )
        self._stack.callback(self._producer.flush, 1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def settings(self) -> Settings:
        return Settings(
            bootstrap_servers=self.broker.bootstrap_servers,
            consumer=ConsumerSettings(session_timeout_ms=2000, heartbeat_interval_ms=300),
            producer=ProducerSettings(message_timeout_ms=5_000, linger_ms=0),
        )

    def publish(self, *numbers: int, owner: int | None = None) -> None:
        """Events with these numbers are stored afterwards."""
        for number in numbers:
            made = event(number, owner=owner)
            self._producer.produce(TOPIC, self.encode(made), key=made.tenant_id)
        assert self._producer.flush(LIMIT) == 0

    def put(
        self,
        value: bytes | None,
        *,
        key: bytes | None = None,
        headers: Pairs | None = None,
        partition: int = 0,
        topic: str = TOPIC,
        timestamp: int = 0,
    ) -> None:
        """A raw record is stored afterwards."""
        self._producer.produce(topic, value, key, partition, headers=headers or [], timestamp=timestamp)
        assert self._producer.flush(LIMIT) == 0

    def framed(self, body: bytes, schema_id: int | None = None) -> bytes:
        return frame(SchemaId(self.schema_id if schema_id is None else schema_id), body)

    def worker(self, handler: Handling, **others: Any) -> Worker[IngestionEvent]:
        """A worker of this world; `others` are further arguments of Worker, or other ones."""
        wanted: dict[str, Any] = {"settings": self.settings, "registry": self.registry, "policy": SWIFT, **others}
        return Worker(IngestionEvent, handler, **wanted)

    @contextmanager
    def running(self, handler: Handling, **others: Any) -> Iterator[Running]:
        """A worker that runs during the block and ends cleanly after it."""
        run = Running(self.worker(handler, **others))
        try:
            yield run
        except BaseException as error:
            run.worker.stop()
            if (stopped := run.result()) is not None:
                raise stopped from error
            raise
        run.stop()

    def failing(self, handler: Handling, **others: Any) -> BaseException:
        """Run a worker that stops by itself; what it raised."""
        error = Running(self.worker(handler, **others)).result()
        assert error is not None, "the worker ended cleanly"
        return error

    def dead_letters(self, count: int) -> list[tuple[Message, DeadLetter]]:
        """The first `count` dead letters, raw and decoded; waits for them."""
        codec = Codec(DeadLetter)
        return [(found, codec.decode((found.value() or b"")[5:])) for found in self.records(DEAD_LETTERS, count)]

    def letters(self, count: int) -> list[DeadLetter]:
        return [letter for _, letter in self.dead_letters(count)]

    def records(self, topic: str, count: int) -> list[Message]:
        """The first `count` records of a topic as the client library hands them out; waits for them."""
        found: list[Message] = []
        with self._reader() as consumer:
            consumer.assign([TopicPartition(topic, partition, 0) for partition in self._parts(topic)])
            deadline = monotonic() + LIMIT
            while len(found) < count:
                assert monotonic() < deadline, f"{len(found)} of {count} records on {topic}"
                message = consumer.poll(0.2)
                if message is not None:
                    assert message.error() is None
                    found.append(message)
        return found

    def stored(self, topic: str) -> int:
        """How many records a topic holds."""
        with self._reader() as consumer:
            marks = [consumer.get_watermark_offsets(TopicPartition(topic, p), LIMIT) for p in self._parts(topic)]
        return sum(high - low for low, high in marks)

    def committed(self, group: str = GROUP) -> dict[int, int]:
        """Committed offsets by partition; where nothing is settled yet, a crash mark at most stands at 0: left out."""
        with self._reader(group) as consumer:
            asked = [TopicPartition(TOPIC, partition) for partition in self._parts(TOPIC)]
            found = consumer.committed(asked, LIMIT)
        return {item.partition: item.offset for item in found if item.offset > 0}

    def wait_committed(self, count: int, group: str = GROUP) -> None:
        """Until the group has committed so many records."""
        deadline = monotonic() + LIMIT
        while (found := sum(self.committed(group).values())) < count:
            assert monotonic() < deadline, f"{found} of {count} committed"

    def _parts(self, topic: str) -> range:
        return range(self.broker.topics[topic])

    @contextmanager
    def _reader(self, group: str = "a-test") -> Iterator[Consumer]:
        consumer = Consumer(
            {
                "bootstrap.servers": self.broker.bootstrap_servers,
                "group.id": group,
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "fetch.wait.max.ms": 10,
                "log_level": 0,
            }
        )
        try:
            yield consumer
        finally:
            consumer.close()


def with_attempts(attempts: int) -> Policy:
    return replace(SWIFT, attempts=attempts)
