"""A real broker and a line that is cut between the append and its acknowledgement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest
from confluent_kafka import Consumer, TopicPartition

from eventpact.contract import Contract, contract_of
from eventpact.kafka import AdminTopics, Producer, ProducerSettings, Settings, ensure_topics
from eventpact.registry import MemoryRegistry, SchemaText
from ingestion_events import IngestionEvent
from tests.kafka.world import event

pytestmark = pytest.mark.live

CUTS = 5
LIMIT = 60.0


@pytest.fixture
def contract() -> Contract:
    found = contract_of(IngestionEvent)
    return replace(found, topic=replace(found.topic, partitions=1), dead_letter=None)


@pytest.fixture
def registry(contract: Contract) -> MemoryRegistry:
    made = MemoryRegistry()
    made.register(contract.subject, SchemaText(IngestionEvent.SCHEMA_TEXT))
    return made


@pytest.fixture
def marks(contract: Contract) -> Iterator[list[Consumer]]:
    opened: list[Consumer] = []
    yield opened
    for one in opened:
        one.close()


def test_b6_an_event_whose_acknowledgement_is_lost_is_stored_once(
    tmp_path: Path, contract: Contract, registry: MemoryRegistry, marks: list[Consumer]
) -> None:
    from tests.chaos.stage import Stage
    from tests.live.services import MISSING

    if MISSING is not None:
        pytest.skip(f"{MISSING} is not installed, and the line has to be one of ours")
    place = TopicPartition(contract.topic.name, 0)
    with Stage(tmp_path) as stage:
        direct = Settings.from_env({"KAFKA_BOOTSTRAP_SERVERS": stage.broker.address}, dotenv=None)
        with AdminTopics(direct) as topics:
            ensure_topics(topics, contract)
        marks.append(Consumer({"bootstrap.servers": stage.broker.address, "group.id": "a-test", "log_level": 0}))

        def stored() -> int:
            return int(marks[0].get_watermark_offsets(place, 10)[1])

        behind = replace(direct, bootstrap_servers=stage.proxied, producer=ProducerSettings(linger_ms=0))
        offsets = []
        with Producer(IngestionEvent, behind, contract=contract, registry=registry) as producer:
            producer.submit(event(0)).result(LIMIT)
            for number in range(1, CUTS + 1):
                stage.proxy.delay(1.0)
                future = producer.submit(event(number))
                deadline = monotonic() + LIMIT
                while stored() <= number:  # the acknowledgement takes another second
                    producer.poll(0)
                    assert monotonic() < deadline
                assert not future.done()
                stage.proxy.cut()
                stage.proxy.heal()
                offsets.append(future.result(LIMIT).offset)
        severed, count = stage.proxy.severed, stored()

    assert severed >= CUTS
    assert offsets == list(range(1, CUTS + 1))
    assert count == CUTS + 1
