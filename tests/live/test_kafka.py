"""A real broker: topics, and an event's whole way from a producer to a worker, to the dead letters and back."""

from __future__ import annotations

import threading

import pytest

from eventpact.contract import Contract, Topic
from eventpact.kafka import (
    AdminTopics,
    Policy,
    Producer,
    Reject,
    Settings,
    Worker,
    read_dead_letters,
    replay,
)
from eventpact.kafka.topics import ensure_topic
from eventpact.registry import RegistryClient
from ingestion_events import IngestionEvent
from tests.kafka.world import event, number_of

pytestmark = pytest.mark.live


def test_a_topic_is_made_with_its_settings_and_making_it_again_changes_nothing(topics: AdminTopics, name: str) -> None:
    wanted = Topic(name, 3, 3_600_000, {"cleanup.policy": "compact,delete"})

    assert ensure_topic(topics, wanted).created == (name,)
    assert ensure_topic(topics, wanted).created == ()
    assert ensure_topic(topics, wanted).differences == ()


def test_a_topic_that_is_not_there_is_none_and_stays_so(topics: AdminTopics, name: str) -> None:
    assert topics.describe(name) is None
    assert topics.describe(name) is None


def test_an_event_goes_all_the_way_to_the_dead_letters_and_back(
    settings: Settings, contract: Contract, registry: RegistryClient
) -> None:
    handled: list[int] = []
    refused = threading.Event()
    counted = threading.Semaphore(0)

    def handle(arrived: IngestionEvent) -> None:
        if number_of(arrived) == 3 and not refused.is_set():
            refused.set()
            counted.release()
            raise Reject("not now")
        handled.append(number_of(arrived))
        counted.release()

    with Producer(IngestionEvent, settings, contract=contract, registry=registry) as producer:
        for number in range(10):
            producer.publish(event(number))
    worker = Worker(IngestionEvent, handle, settings, contract=contract, registry=registry, policy=Policy())
    thread = threading.Thread(target=worker.run, daemon=True)
    thread.start()
    try:
        assert all(counted.acquire(timeout=30) for _ in range(10))
    finally:
        worker.stop()
        thread.join(30)
    letters = list(read_dead_letters(IngestionEvent, settings, contract=contract, registry=registry))
    result = replay(IngestionEvent, settings, contract=contract, registry=registry)
    again = Worker(IngestionEvent, handle, settings, contract=contract, registry=registry, policy=Policy())
    thread = threading.Thread(target=again.run, daemon=True)
    thread.start()
    try:
        assert counted.acquire(timeout=30)
    finally:
        again.stop()
        thread.join(30)

    assert len(letters) == 1
    assert result.replayed == 1
    assert sorted(handled) == list(range(10))
    assert handled[-1] == 3
