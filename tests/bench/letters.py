"""Dead letters on a real broker: ours, the patterns that services write, and the least that any of them can cost.

All patterns wait for the broker's answer to each dead letter and commit each record, and write the same: the original's
key and value, and five headers. They differ in the producer.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import ExitStack
from time import perf_counter
from typing import Any, Final

from confluent_kafka import Consumer, Message, Producer, TopicPartition

from eventpact.contract import Contract
from eventpact.kafka import Policy, Worker
from eventpact.kafka.config import dead_letter_producer_config
from ingestion_events import IngestionEvent
from tests.bench.real_broker import PARTITIONS, Bench, Span, ratios, rounds, told

__all__ = ["letters"]

LETTERS: Final = 10_000
FLUSHED: Final = 1_000
"""Records of the patterns that wait for the broker twice per record: their rate needs no more."""
FRESH: Final = 100
"""The same where each record has a producer of its own."""
WARM: Final = 500
"""Letters of ours before the clock is started: a producer that repeats nothing asks for an id first, half a second at
worst. The others write one."""
QUIET: Final = Policy(dead_letter_share=1.0)
"""Everything may be a dead letter."""

Headers = list[tuple[str, str | bytes | None]]


class Seen:
    """An observer that counts dead letters."""

    def __init__(self, count: int) -> None:
        self.before = WARM
        self.span = Span(count)
        self.done: Callable[[], None] = lambda: None

    def handling(self, records: object) -> ExitStack:
        return ExitStack()

    def settled(self, settled: object) -> None:
        if self.before:
            self.before -= 1
            return
        self.span()
        if self.span.left <= 0:
            self.done()


def ours(bench: Bench, contract: Contract) -> float:
    """Seconds per dead letter of our worker."""
    made = Worker(
        IngestionEvent, print, bench.settings, contract=contract, group=uuid.uuid4().hex, policy=QUIET,
        observer=(seen := Seen(LETTERS)),
    )  # fmt: skip
    seen.done = made.stop
    made.run()
    assert made.stats().dead_lettered >= LETTERS
    return seen.span.seconds / LETTERS


def flushing(bench: Bench, contract: Contract, count: int, config: dict[str, Any], *, fresh: bool = False) -> float:
    """Seconds per record of produce, flush and commit for each; `fresh` makes a producer for each."""
    topic = letters_topic(contract)
    one = warm(config, topic)
    consumer = Consumer(bench.config())
    consumer.subscribe([contract.topic.name])
    span = Span(count)
    while span.left > 0:
        message = consumer.poll(1.0)
        if message is not None:
            span()
            send(Producer(config) if fresh else one, topic, message)
            consumer.commit(message=message, asynchronous=False)
    span.ended = perf_counter()
    consumer.close()
    return span.seconds / count


def send(producer: Producer, topic: str, message: Message) -> None:
    """As a function that ends with its producer: that goes four times faster than to keep it until the next one."""
    producer.produce(topic, message.value(), message.key(), headers=by_hand(message))
    producer.flush()


def warm(config: dict[str, Any], topic: str) -> Producer:
    """A producer that has written something."""
    producer = Producer(config)
    producer.produce(topic, b"the first")
    assert producer.flush(30) == 0
    return producer


def by_hand(message: Message) -> Headers:
    """What people write: why, and where the original stands."""
    return [
        ("error", b"ValueError"),
        ("group", b"a-group"),
        ("original-topic", message.topic() or ""),
        ("original-partition", str(message.partition())),
        ("original-offset", str(message.offset())),
    ]


def stored(bench: Bench, contract: Contract) -> list[tuple[bytes | None, bytes | None, Headers, int]]:
    """Letters that our worker wrote: key, value, headers, partition."""
    consumer = Consumer(bench.config())
    topic = letters_topic(contract)
    consumer.assign([TopicPartition(topic, number, 0) for number in range(PARTITIONS)])
    found: list[tuple[bytes | None, bytes | None, Headers, int]] = []
    while len(found) < LETTERS:
        for message in consumer.consume(500, 1):
            headers: Any = message.headers() or []
            if len(headers) > len(by_hand(message)):
                found.append((message.key(), message.value(), headers, message.partition() or 0))
    consumer.close()
    return found[:LETTERS]


def ready(bench: Bench, contract: Contract) -> float:
    """Seconds per letter of our own letters, key, value and headers ready: produce them, and wait once for all."""
    topic, prepared = letters_topic(contract), stored(bench, contract)
    producer = warm({**dead_letter_producer_config(bench.settings), "log_level": 0}, topic)
    reported = 0

    def report(*_: object) -> None:
        nonlocal reported
        reported += 1

    started = perf_counter()
    for key, value, headers, partition in prepared:
        producer.produce(topic, value, key, partition, headers=headers, on_delivery=report)
    assert producer.flush(30) == 0
    seconds = perf_counter() - started
    assert reported == len(prepared)
    return seconds / len(prepared)


def letters_topic(contract: Contract) -> str:
    assert contract.dead_letter is not None
    return contract.dead_letter.topic.name


PATTERNS: Final = {
    "tuned": "one producer with our settings, flush and commit per record",
    "plain": "one producer with confluent's defaults, flush and commit per record",
    "fresh": "a new producer, flush and commit per record",
}


def letters(bench: Bench) -> None:
    contract = bench.contract("bench-letters")
    bench.fill(contract, WARM + LETTERS, junk=True)
    tuned = {**dead_letter_producer_config(bench.settings), "log_level": 0}
    plain = {"bootstrap.servers": bench.settings.bootstrap_servers}
    found = rounds(
        {
            "ours": lambda: ours(bench, contract),
            "ready": lambda: ready(bench, contract),
            "tuned": lambda: flushing(bench, contract, FLUSHED, tuned),
            "plain": lambda: flushing(bench, contract, FLUSHED, plain),
            "fresh": lambda: flushing(bench, contract, FRESH, plain, fresh=True),
        }
    )
    print(f"letters  {LETTERS} dead letters, us each: {told(found)}")
    for name, pattern in PATTERNS.items():
        low, middle, high = ratios(found, name, "ours")
        print(f"letters  against {pattern}: {middle:.0f}x, {low:.0f} to {high:.0f}  (expect >= 50x)")
    low, middle, high = ratios(found, "ready", "ours")
    print(f"letters  share of raw produce of the same letters: {middle:.0%}, {low:.0%} to {high:.0%}")
