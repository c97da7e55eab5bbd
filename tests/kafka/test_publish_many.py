"""Many events at once, and one to wait for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from eventpact.errors import DeliveryError, EncodeError
from eventpact.kafka.client_settings import ProducerSettings
from eventpact.kafka.producer import Producer
from ingestion_events import IngestionEvent
from tests.kafka.world import TOPIC, World, event


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def test_many_events_are_taken_in_order(world: World) -> None:
    with Producer(IngestionEvent, world.settings, registry=world.registry) as producer:
        assert producer.publish_many(event(number, owner=1) for number in range(100)) == 100
        producer.flush()
    values = [record.value() for record in world.records(TOPIC, 100)]

    assert values == [world.encode(event(number, owner=1)) for number in range(100)]


def test_the_first_refused_event_ends_it_and_is_told_by_number(world: World) -> None:
    bad = replace(event(2), file_hash="canary")
    with Producer(IngestionEvent, world.settings, registry=world.registry) as producer:
        with pytest.raises(EncodeError) as refused:
            producer.publish_many([event(0), event(1), bad, event(3)])
        producer.flush()

        assert producer.stats().delivered == 2
    assert refused.value.__notes__ == ["event number 2 was not taken; the 2 before it are on their way"]
    assert world.stored(TOPIC) == 2


def test_a_future_says_where_the_event_is_stored_without_anybody_polling(world: World) -> None:
    with Producer(IngestionEvent, world.settings, registry=world.registry) as producer:
        futures = [producer.submit(event(number, owner=1)) for number in range(3)]
        offsets = [future.result(10).offset for future in futures]

    assert offsets == [0, 1, 2]
    assert all(future.done() for future in futures)


def test_a_future_is_served_by_any_thread(world: World) -> None:
    with Producer(IngestionEvent, world.settings, registry=world.registry) as producer:
        future = producer.submit(event(1))
        offsets: list[int] = []
        threads = [threading.Thread(target=lambda: offsets.append(future.result(10).offset)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)

    assert offsets == [0] * 4


def test_a_future_tells_no_word_yet_from_a_failure(world: World) -> None:
    settings = replace(world.settings, producer=ProducerSettings(message_timeout_ms=1_000, linger_ms=0))
    with Producer(IngestionEvent, settings, registry=world.registry) as producer:
        world.broker.set_down()
        future = producer.submit(event(1))
        with pytest.raises(TimeoutError):
            future.result(0.01)
        with pytest.raises(DeliveryError):
            future.result()
        with pytest.raises(DeliveryError):
            producer.flush()
