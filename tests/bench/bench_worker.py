"""The worker on a real broker: against confluent's consumers, in threads, into the dead letters, and for a long time.

`python -m tests.bench.bench_worker [PART ...]`, parts: loop, threads, letters, memory; by default all. An Apache Kafka
is started from its jars, so Java and Maven have to be there. Everything of a part runs in turn, in every round, on the
same topic; printed are the medians of each round's ratios. A loop is timed from the first record that it sees to the
last: how long a group takes to form is the broker's business.
"""

from __future__ import annotations

import gc
import logging
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from confluent_kafka import Consumer, DeserializingConsumer, Message, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import StringDeserializer

from eventpact.codec import Codec, prefix
from eventpact.contract import Contract, contract_of
from eventpact.dead_letter import DeadLetter
from eventpact.dev.registry_server import RegistryServer
from eventpact.ids import SchemaId
from eventpact.kafka import Policy, Settings, Worker
from eventpact.kafka.config import consumer_config, dead_letter_producer_config
from eventpact.registry import RegistrySettings, SchemaText
from ingestion_events import IngestionEvent
from tests.bench.bench_publish import events
from tests.live.services import MISSING, kafka

ROUNDS: Final = 3
PARTITIONS: Final = 6
EVENTS: Final = 100_000
SYNCHRONOUS: Final = 2_000
"""Records of the loops that wait for the broker once or twice per record: their rate needs no more."""
WORK: Final = 0.005
"""Seconds of a handler that waits for something."""
LETTERS: Final = 10_000
MILLION: Final = 1_000_000
QUIET: Final = Policy(dead_letter_share=1.0)
"""Everything may be a dead letter."""


class Bench:
    """A broker, a registry, and topics of our own making."""

    def __init__(self, servers: str, registry: RegistryServer) -> None:
        self.registry = registry.url
        self.settings = Settings(bootstrap_servers=servers, registry=RegistrySettings(registry.url))
        self._store = registry.registry
        self._admin = AdminClient({"bootstrap.servers": servers, "log_level": 0})

    def contract(self, name: str) -> Contract:
        """The contract on a topic of that name, which is there afterwards, with its schemas registered."""
        found = contract_of(IngestionEvent).on_topic(name)
        assert found.dead_letter is not None
        letters = replace(found.dead_letter, topic=replace(found.dead_letter.topic, name=f"{name}-dlq"))
        contract = replace(found, dead_letter=letters)
        for future in self._admin.create_topics(
            [NewTopic(topic, PARTITIONS, 1) for topic in (name, letters.topic.name)]
        ).values():
            future.result(30)
        self.id = self._store.register(contract.subject, SchemaText(IngestionEvent.SCHEMA_TEXT))
        self._store.register(contract.dead_letter_subject or "", SchemaText(DeadLetter.SCHEMA_TEXT))
        return contract

    def fill(self, contract: Contract, count: int, *, junk: bool = False, tenants: int = 50) -> None:
        """So many events, or records that are none, are stored afterwards."""
        encode = Codec(IngestionEvent).encoder(prefix(SchemaId(self.id)))
        drawn = [
            replace(event, tenant_id=f"123e4567-e89b-12d3-a456-{number % tenants:012}")
            for number, event in enumerate(events(10_000))
        ]
        some = [(b"junk" if junk else encode(event), event.tenant_id) for event in drawn]
        producer = Producer({"bootstrap.servers": self.settings.bootstrap_servers, "linger.ms": 20, "log_level": 0})
        for number in range(count):
            value, key = some[number % len(some)]
            while True:
                try:
                    producer.produce(contract.topic.name, value, key)
                    break
                except BufferError:
                    producer.poll(0.1)
        assert producer.flush(120) == 0

    def config(self) -> dict[str, Any]:
        """The worker's own consumer settings, in a group of its own."""
        return {**consumer_config(self.settings, uuid.uuid4().hex), "log_level": 0}


class Span:
    """From the first call to the `count`th."""

    def __init__(self, count: int) -> None:
        self.left = count
        self.started = self.ended = 0.0

    def __call__(self, *_: object) -> None:
        if not self.started:
            self.started = perf_counter()
        self.left -= 1
        if not self.left:
            self.ended = perf_counter()

    @property
    def seconds(self) -> float:
        return self.ended - self.started


def worker(
    bench: Bench, contract: Contract, count: int, work: float = 0.0, concurrency: int = 1, policy: Policy | None = None
) -> float:
    """Seconds per event of our worker."""
    span = Span(count)

    def handle(event: IngestionEvent) -> None:
        if work:
            time.sleep(work)
        span()
        if span.left <= 0:
            made.stop()

    made = Worker(
        IngestionEvent,
        handle,
        bench.settings,
        contract=contract,
        group=uuid.uuid4().hex,
        concurrency=concurrency,
        policy=policy,
    )
    made.run()
    return span.seconds / count


def raw(bench: Bench, contract: Contract, count: int) -> float:
    """`consume(500)` and nothing else."""
    span, seen = Span(count), 0
    consumer = Consumer(bench.config())
    consumer.subscribe([contract.topic.name])
    while seen < count:
        messages = consumer.consume(500, 1)
        if messages and not span.started:
            span.started = perf_counter()
            seen -= len(messages)  # they came before the clock was started
            count -= len(messages)
        seen += len(messages)
    span.ended = perf_counter()
    consumer.close()
    return span.seconds / count


def deserializing(bench: Bench, contract: Contract, count: int, *, asynchronous: bool = False) -> float:
    """What a service writes by hand: poll, handle, commit."""
    value = AvroDeserializer(SchemaRegistryClient({"url": bench.registry}), IngestionEvent.SCHEMA_TEXT)
    consumer: Any = DeserializingConsumer(
        {**bench.config(), "key.deserializer": StringDeserializer("utf_8"), "value.deserializer": value}
    )
    consumer.subscribe([contract.topic.name])
    span = Span(count)
    while span.left > 0:
        message = consumer.poll(1.0)
        if message is not None:
            span(message.value())
            consumer.commit(message=message, asynchronous=asynchronous)
    span.ended = perf_counter()
    consumer.close()
    return span.seconds / count


def burying(bench: Bench, contract: Contract, count: int) -> float:
    """Seconds per dead letter of our worker."""
    made = Worker(
        IngestionEvent, print, bench.settings, contract=contract, group=uuid.uuid4().hex, policy=QUIET,
        observer=(seen := Seen(count)),
    )  # fmt: skip
    seen.done = made.stop
    made.run()
    assert made.stats().dead_lettered >= count
    return seen.span.seconds / count


class Seen:
    """An observer that counts dead letters."""

    def __init__(self, count: int) -> None:
        self.span = Span(count)
        self.done: Callable[[], None] = lambda: None

    def handling(self, records: object) -> ExitStack:
        return ExitStack()

    def settled(self, settled: object) -> None:
        self.span()
        if self.span.left <= 0:
            self.done()


def flushing(bench: Bench, contract: Contract, count: int) -> float:
    """The pattern that is found everywhere: produce, flush and commit for every record that failed."""
    assert contract.dead_letter is not None
    producer = Producer({**dead_letter_producer_config(bench.settings), "log_level": 0})
    consumer = Consumer(bench.config())
    consumer.subscribe([contract.topic.name])
    span = Span(count)
    while span.left > 0:
        message: Message | None = consumer.poll(1.0)
        if message is not None:
            span()
            producer.produce(contract.dead_letter.topic.name, message.value(), message.key())
            producer.flush()
            consumer.commit(message=message, asynchronous=False)
    span.ended = perf_counter()
    consumer.close()
    return span.seconds / count


def rounds(runs: dict[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Seconds per record of each, in every round."""
    found: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            gc.collect()
            found[name].append(run())
    return found


def ratio(found: dict[str, list[float]], slow: str, fast: str) -> float:
    return statistics.median(s / f for s, f in zip(found[slow], found[fast], strict=True))


def told(found: dict[str, list[float]]) -> str:
    return ", ".join(f"{name} {statistics.median(each) * 1e6:.1f}" for name, each in found.items())


def loop(bench: Bench) -> None:
    contract = bench.contract("bench-loop")
    bench.fill(contract, EVENTS)
    found = rounds(
        {
            "ours": lambda: worker(bench, contract, EVENTS),
            "raw": lambda: raw(bench, contract, EVENTS),
            "synchronous": lambda: deserializing(bench, contract, SYNCHRONOUS),
            "asynchronous": lambda: deserializing(bench, contract, SYNCHRONOUS * 10, asynchronous=True),
        }
    )
    print(f"worker  {EVENTS} events, no-op handler, us per event: {told(found)}")
    checked, unchecked = ratio(found, "synchronous", "ours"), ratio(found, "asynchronous", "ours")
    print(f"worker  against DeserializingConsumer, a commit per message: {checked:.0f}x  (expect >= 5x)")
    print(f"worker  against the same with asynchronous commits, which nobody checks: {unchecked:.1f}x")
    print(f"worker  share of raw consume(500): {ratio(found, 'raw', 'ours'):.0%}")


def threads(bench: Bench) -> None:
    """Sixteen threads need sixteen keys at hand. What the client library hands out comes from one partition at a time,
    so with few tenants and the default batch there are fewer; all three cases are told.
    """
    few, many = bench.contract("bench-few"), bench.contract("bench-many")
    bench.fill(few, 20_000)
    bench.fill(many, 20_000, tenants=1_000)
    larger = Policy(batch=2_000)
    found = rounds(
        {
            "one": lambda: worker(bench, few, 500, WORK),
            "few": lambda: worker(bench, few, 8_000, WORK, concurrency=16),
            "larger": lambda: worker(bench, few, 8_000, WORK, concurrency=16, policy=larger),
            "many": lambda: worker(bench, many, 8_000, WORK, concurrency=16),
        }
    )
    print(f"threads  handler of {WORK * 1000:.0f} ms, us per event: {told(found)}")
    for name, case in (("few", "50 tenants"), ("larger", "50 tenants, batch=2000"), ("many", "1,000 tenants")):
        print(f"threads  concurrency=16, {case}: {ratio(found, 'one', name):.1f}x one at a time  (expect >= 12x)")


def letters(bench: Bench) -> None:
    contract = bench.contract("bench-letters")
    bench.fill(contract, LETTERS, junk=True)
    found = rounds(
        {
            "ours": lambda: burying(bench, contract, LETTERS),
            "flushing": lambda: flushing(bench, contract, SYNCHRONOUS),
        }
    )
    print(f"letters  {LETTERS} dead letters, us each: {told(found)}")
    print(f"letters  against produce, flush and commit per record: {ratio(found, 'flushing', 'ours'):.0f}x"
          "  (expect >= 50x)")  # fmt: skip


def memory(bench: Bench) -> None:
    contract = bench.contract("bench-memory")
    bench.fill(contract, MILLION)
    seen, resident = 0, dict[int, float]()

    def handle(event: IngestionEvent) -> None:
        nonlocal seen
        seen += 1
        if not seen % 100_000:
            resident[seen] = megabytes()
        if seen == MILLION:
            made.stop()

    made = Worker(IngestionEvent, handle, bench.settings, contract=contract, group=uuid.uuid4().hex)
    made.run()
    print(f"memory  resident MB after 100,000, 500,000 and a million events: {resident[100_000]:.0f}, "
          f"{resident[500_000]:.0f}, {resident[MILLION]:.0f}  (expect flat)")  # fmt: skip


def megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


PARTS: Final = {"loop": loop, "threads": threads, "letters": letters, "memory": memory}


def main(wanted: list[str]) -> None:
    if MISSING is not None:
        print(f"worker  skipped: {MISSING} is not installed, and a real broker needs it")
        return
    logging.getLogger("eventpact").setLevel(logging.CRITICAL)
    with (
        tempfile.TemporaryDirectory() as folder,
        kafka(Path(folder)) as service,
        RegistryServer() as registry,
    ):
        bench = Bench(service.address, registry)
        for name in wanted or PARTS:
            PARTS[name](bench)


if __name__ == "__main__":
    main(sys.argv[1:])
