"""What benchmarks on a real broker share: topics full of events, consumers' settings, clocks, and rounds."""

from __future__ import annotations

import gc
import statistics
import uuid
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import Any, Final

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from eventpact.codec import Codec, prefix
from eventpact.contract import Contract, contract_of
from eventpact.dead_letter import DeadLetter
from eventpact.dev.registry_server import RegistryServer
from eventpact.ids import SchemaId
from eventpact.kafka import Settings
from eventpact.kafka.config import consumer_config
from eventpact.registry import RegistrySettings, SchemaText
from ingestion_events import IngestionEvent
from tests.bench.bench_publish import events

ROUNDS: Final = 3
PARTITIONS: Final = 6


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


def rounds(runs: dict[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Seconds per record of each, in every round."""
    found: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            gc.collect()
            found[name].append(run())
    return found


def ratio(found: dict[str, list[float]], slow: str, fast: str) -> float:
    return ratios(found, slow, fast)[1]


def ratios(found: dict[str, list[float]], slow: str, fast: str) -> tuple[float, float, float]:
    """The lowest of the rounds, their median, and the highest."""
    each = [s / f for s, f in zip(found[slow], found[fast], strict=True)]
    return min(each), statistics.median(each), max(each)


def told(found: dict[str, list[float]]) -> str:
    return ", ".join(f"{name} {statistics.median(each) * 1e6:.1f}" for name, each in found.items())
