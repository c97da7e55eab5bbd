"""Status on a real broker: what the embedded one cannot say, members and owners and a group's state."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest

from eventpact.contract import Contract, contract_of
from eventpact.dead_letter import DeadLetter
from eventpact.kafka import AdminTopics, Producer, Reject, Settings, Worker, ensure_topics
from eventpact.registry import MemoryRegistry, SchemaText
from eventpact.status import Watcher, report
from eventpact.status.figures import ContractReport
from eventpact.status.gathering import gather
from ingestion_events import IngestionEvent
from tests.kafka.world import event, number_of

pytestmark = pytest.mark.live

PATIENCE = 60.0


@pytest.fixture
def settings(kafka_broker: str) -> Settings:
    return Settings.from_env({"KAFKA_BOOTSTRAP_SERVERS": kafka_broker, "KAFKA_CLIENT_ID": "worker-7"}, dotenv=None)


@pytest.fixture
def contract(settings: Settings) -> Contract:
    name = f"eventpact-test-{uuid.uuid4().hex}"
    found = contract_of(IngestionEvent).on_topic(name)
    assert found.dead_letter is not None
    letters = replace(found.dead_letter, topic=replace(found.dead_letter.topic, name=f"{name}-dlq"), group=f"{name}-p")
    contract = replace(found, groups=(name,), dead_letter=letters)
    with AdminTopics(settings) as topics:
        ensure_topics(topics, contract)
    return contract


@pytest.fixture
def registry(contract: Contract) -> MemoryRegistry:
    registry = MemoryRegistry()
    registry.register(contract.subject, SchemaText(IngestionEvent.SCHEMA_TEXT))
    registry.register(contract.dead_letter_subject or "", SchemaText(DeadLetter.SCHEMA_TEXT))
    return registry


def until(watcher: Watcher, shown: Callable[[ContractReport], bool]) -> ContractReport:
    """The first look that shows it."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = report(watcher.look()).contracts[0]
        if shown(found):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.2)


def test_a_group_is_seen_before_while_and_after_it_reads(
    settings: Settings, contract: Contract, registry: MemoryRegistry
) -> None:
    def handle(arrived: IngestionEvent) -> None:
        if number_of(arrived) % 10 == 0:
            raise Reject("every tenth")

    with Producer(IngestionEvent, settings, contract=contract, registry=registry) as producer:
        producer.publish_many(event(number) for number in range(100))
    worker = Worker(IngestionEvent, handle, settings, contract=contract, registry=registry)
    thread = threading.Thread(target=worker.run, daemon=True)
    with Watcher([contract], settings, registry) as watcher:
        before = until(watcher, lambda found: found.groups[0].members == 0)
        thread.start()
        try:
            during = until(watcher, lambda found: found.groups[0].lag == 0 and found.groups[0].members == 1)
        finally:
            worker.stop()
            thread.join(PATIENCE)
        after = until(watcher, lambda found: found.groups[0].members == 0)
    with Watcher([contract], settings, registry) as fresh:
        letters = report(fresh.look()).contracts[0].letters

    assert (before.groups[0].lag, before.groups[0].members, before.groups[0].state) == (100, 0, "absent")
    assert 0 <= (before.groups[0].oldest or -1) < PATIENCE
    assert before.writers[0].name == "v1"
    assert during.groups[0].state == "stable"
    assert {row.owner for row in during.groups[0].rows} == {"worker-7"}
    assert during.groups[0].oldest is None
    assert after.groups[0].state == "empty"
    assert letters is not None
    assert (letters.stored, [(one.name, one.share) for one in letters.reasons]) == (10, [("REJECTED", 1.0)])
    assert letters.group is not None
    assert letters.group.lag == 10


def test_groups_that_the_manifest_does_not_name_are_found(
    settings: Settings, contract: Contract, registry: MemoryRegistry
) -> None:
    read = threading.Event()
    with Producer(IngestionEvent, settings, contract=contract, registry=registry) as producer:
        producer.publish(event(1))
    unnamed = replace(contract, groups=("somebody-else",))
    worker = Worker(
        IngestionEvent, lambda _: read.set(), settings, contract=contract, registry=registry, group=contract.groups[0]
    )
    thread = threading.Thread(target=worker.run, daemon=True)
    thread.start()
    try:
        assert read.wait(PATIENCE)
    finally:
        worker.stop()
        thread.join(PATIENCE)
    evidence = gather(unnamed, settings, registry)
    with Watcher([unnamed], settings, registry) as watcher:
        seen = report(watcher.look()).contracts[0]

    assert seen.strangers == contract.groups
    assert evidence.strangers == contract.groups
    assert evidence.stored.versions == {1: 1}
