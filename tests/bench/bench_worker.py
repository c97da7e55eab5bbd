"""The worker on a real broker: against confluent's consumers, in threads, into the dead letters, and for a long time.

`python -m tests.bench.bench_worker [PART ...]`, parts: loop, threads, letters, memory; by default all. An Apache Kafka
is started from its jars, so Java and Maven have to be there. Everything of a part runs in turn, in every round, on the
same topic; printed are the medians of each round's ratios. A loop is timed from the first record that it sees to the
last: how long a group takes to form is the broker's business.
"""

from __future__ import annotations

import logging
import sys
import tempfile
import time
import uuid
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from confluent_kafka import Consumer, DeserializingConsumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import StringDeserializer

from eventpact.contract import Contract
from eventpact.dev.registry_server import RegistryServer
from eventpact.kafka import Worker
from ingestion_events import IngestionEvent
from tests.bench.letters import letters
from tests.bench.real_broker import Bench, Span, ratio, rounds, told
from tests.live.services import MISSING, kafka

EVENTS: Final = 100_000
SYNCHRONOUS: Final = 2_000
"""Records of the loops that wait for the broker once or twice per record: their rate needs no more."""
WORK: Final = 0.005
"""Seconds of a handler that waits for something."""
MILLION: Final = 1_000_000


def worker(bench: Bench, contract: Contract, count: int, work: float = 0.0, concurrency: int = 1) -> float:
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
    so few tenants are the harder case.
    """
    few, many = bench.contract("bench-few"), bench.contract("bench-many")
    bench.fill(few, 20_000)
    bench.fill(many, 20_000, tenants=1_000)
    found = rounds(
        {
            "one": lambda: worker(bench, few, 500, WORK),
            "few": lambda: worker(bench, few, 8_000, WORK, concurrency=16),
            "many": lambda: worker(bench, many, 8_000, WORK, concurrency=16),
        }
    )
    print(f"threads  handler of {WORK * 1000:.0f} ms, us per event: {told(found)}")
    for name, case in (("few", "50 tenants"), ("many", "1,000 tenants")):
        print(f"threads  concurrency=16, {case}: {ratio(found, 'one', name):.1f}x one at a time  (expect >= 12x)")


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
