"""What ended is gone, its client library's threads with it, without waiting for the garbage collector.

Until then the threads would go on, and a collector that comes by in a forked child would end them there: a crash.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

import pytest
from confluent_kafka import Consumer, KafkaError
from confluent_kafka import Producer as Client

from eventpact.dev.broker import Api
from eventpact.errors import WorkerStopped
from eventpact.kafka import DeadLetterProcessor, Producer, Source
from eventpact.kafka.handler import Reject
from ingestion_events import IngestionEvent
from tests.kafka.world import DEAD_LETTERS, SWIFT, TOPIC, World, event


@pytest.fixture
def world() -> Iterator[World]:
    with World(partitions=1, dead_letter_partitions=1) as made:
        yield made


def clean(world: World) -> None:
    worker = world.worker(lambda handled: worker.stop())
    worker.run()


def concurrent(world: World) -> None:
    worker = world.worker(lambda handled: worker.stop(), concurrency=2)
    worker.run()


def refused_letter(world: World) -> None:
    def reject(handled: IngestionEvent) -> None:
        raise Reject("no")

    world.broker.push_partition_errors(DEAD_LETTERS, 0, Api.PRODUCE, KafkaError.TOPIC_AUTHORIZATION_FAILED)
    with pytest.raises(WorkerStopped):
        world.worker(reject).run()


def refused_group(world: World) -> None:
    """A client library's callback learns of it."""
    world.broker.push_request_errors(Api.FIND_COORDINATOR, KafkaError.GROUP_AUTHORIZATION_FAILED)
    with pytest.raises(WorkerStopped):
        world.worker(lambda handled: None).run()


def processor(world: World) -> None:
    def reject(handled: IngestionEvent) -> None:
        worker.stop()
        raise Reject("no")

    worker = world.worker(reject)
    worker.run()
    world.broker.create_topic(f"{TOPIC}-parked", 1)
    made: DeadLetterProcessor[IngestionEvent] = DeadLetterProcessor(
        IngestionEvent,
        lambda handled: None,
        world.settings,
        registry=world.registry,
        policy=SWIFT,
        alert=lambda parked: made.stop(),
    )
    made.run()


def producer(world: World) -> None:
    with Producer(IngestionEvent, world.settings, registry=world.registry) as made:
        made.publish(event(1))


def source(world: World) -> None:
    with Source(IngestionEvent, world.settings, "readers", registry=world.registry) as made:
        while not made.take():
            pass


@pytest.mark.parametrize(
    "live",
    [clean, concurrent, refused_letter, refused_group, processor, producer, source],
    ids=lambda life: life.__name__,
)
def test_nothing_is_left_for_the_collector(world: World, live: Callable[[World], None]) -> None:
    world.publish(1)
    gc.collect()
    gc.disable()
    try:
        before = clients()
        live(world)
        assert clients() == before
    finally:
        gc.enable()


def clients() -> int:
    return sum(isinstance(one, Client | Consumer) for one in gc.get_objects())
