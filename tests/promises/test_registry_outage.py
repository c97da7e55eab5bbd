"""The registry's process dies, freezes and flaps while producers and workers run: counts of what became of each event.

An outage costs time, and nothing else: what is known goes on, what is unknown waits in its own partition, and nothing
becomes a dead letter.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from eventpact.codec import Codec, frame
from eventpact.dead_letter import DeadLetter
from eventpact.errors import UnavailableError
from eventpact.ids import SchemaId
from eventpact.kafka.producer import Producer
from eventpact.registry import Registry, SchemaText
from eventpact.registry.lock import Locked, registered_in
from eventpact.registry.locked import LockedRegistry
from ingestion_events import IngestionEvent
from tests.kafka.world import CONTRACT, DEAD_LETTERS, LIMIT, TOPIC, Ledger, World, event
from tests.promises.registry_process import Counted, RegistryProcess

ENCODE = Codec(IngestionEvent).encode
EVENTS = 200
FEW = 12
"""No more requests than this are made, however many events there are."""


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


@pytest.fixture
def process(tmp_path: Path) -> Iterator[RegistryProcess]:
    """A registry with the schemas of the events and of dead letters."""
    with RegistryProcess(tmp_path) as running:
        with running.client() as client:
            client.register(CONTRACT.subject, SchemaText(IngestionEvent.SCHEMA_TEXT))
            client.register(f"{DEAD_LETTERS}-value", SchemaText(DeadLetter.SCHEMA_TEXT))
        yield running


@pytest.fixture
def counted(process: RegistryProcess) -> Iterator[Counted]:
    with process.client() as client:
        yield Counted(client)


@pytest.fixture
def locked(process: RegistryProcess) -> Locked:
    with process.client() as client:
        return registered_in(client, client.subjects())


def as_registry(counted: Counted) -> Registry:
    return counted  # type: ignore[return-value]


def publish(world: World, registry: Registry, numbers: range) -> None:
    with Producer(IngestionEvent, world.settings, registry=registry) as producer:
        for number in numbers:
            producer.publish(event(number))


def newer(process: RegistryProcess, name: str) -> SchemaId:
    """The id of a schema that no lock and no memory knows: the event's with one field more, at its end."""
    schema = json.loads(IngestionEvent.SCHEMA_TEXT)
    schema["fields"].append({"name": name, "type": ["null", "string"], "default": None})
    with process.client() as client:
        return client.register(CONTRACT.subject, SchemaText(json.dumps(schema)))


def put_newer(world: World, schema_id: SchemaId, number: int, partition: int) -> None:
    made = event(number)
    world.put(frame(schema_id, ENCODE(made) + b"\x00"), key=made.tenant_id.encode(), partition=partition)


def put_known(world: World, number: int, partition: int) -> None:
    made = event(number)
    world.put(world.encode(made), key=made.tenant_id.encode(), partition=partition)


def test_with_a_lock_everything_runs_though_the_registry_is_dead_from_the_start(
    world: World, process: RegistryProcess, counted: Counted, locked: Locked
) -> None:
    process.kill()
    ledger = Ledger()
    registry = LockedRegistry(as_registry(counted), locked)
    publish(world, registry, range(EVENTS))
    with world.running(ledger.write, registry=registry):
        ledger.wait(EVENTS)

    assert world.stored(TOPIC) == EVENTS
    assert sorted(ledger.numbers) == list(range(EVENTS))
    assert world.stored(DEAD_LETTERS) == 0
    assert 0 < counted.asked == counted.unanswered <= FEW


def test_without_a_lock_a_producer_says_so_and_a_worker_waits(
    world: World, process: RegistryProcess, counted: Counted
) -> None:
    publish(world, world.registry, range(EVENTS))
    process.kill()
    ledger = Ledger()
    with pytest.raises(UnavailableError):
        Producer(IngestionEvent, world.settings, registry=as_registry(counted))
    with world.running(ledger.write, registry=as_registry(counted)):
        counted.wait_unanswered(3, LIMIT)
        away = len(ledger.numbers)
        process.start()
        publish(world, as_registry(counted), range(EVENTS, EVENTS + 10))
        ledger.wait(EVENTS + 10)

    assert away == 0
    assert sorted(ledger.numbers) == list(range(EVENTS + 10))
    assert world.stored(DEAD_LETTERS) == 0


@pytest.mark.parametrize("outage", ["kill", "freeze"])
def test_an_outage_on_the_way_is_not_noticed_by_what_is_known(
    world: World, process: RegistryProcess, counted: Counted, outage: str
) -> None:
    ledger = Ledger()
    registry = as_registry(counted)
    with (
        Producer(IngestionEvent, world.settings, registry=registry) as producer,
        world.running(ledger.write, registry=registry),
    ):
        for number in range(EVENTS):
            if number == EVENTS // 2:
                ledger.wait(1)
                getattr(process, outage)()
                before = counted.asked
            producer.publish(event(number))
        ledger.wait(EVENTS)
        during = counted.asked - before

    assert sorted(ledger.numbers) == list(range(EVENTS))
    assert world.stored(DEAD_LETTERS) == 0
    assert during == 0
    assert counted.asked <= FEW


@pytest.mark.parametrize("outage", ["kill", "freeze"])
def test_an_unknown_id_holds_its_own_partition_and_no_other(
    world: World, process: RegistryProcess, counted: Counted, locked: Locked, outage: str
) -> None:
    held, others = 0, range(1, world.partitions)
    schema_id = newer(process, "extra")
    getattr(process, outage)()
    put_newer(world, schema_id, 0, held)
    put_known(world, 1, held)
    for number, partition in enumerate(list(others) * 10, 2):
        put_known(world, number, partition)
    ledger = Ledger()
    with world.running(ledger.write, registry=LockedRegistry(as_registry(counted), locked)):
        ledger.wait_all(range(2, 2 + 10 * len(others)))
        counted.wait_unanswered(3, LIMIT)
        away = {0, 1} & set(ledger.numbers)
        letters = world.stored(DEAD_LETTERS)
        process.thaw() if outage == "freeze" else process.start()
        ledger.wait_all([0, 1])

    assert away == set()
    assert letters == world.stored(DEAD_LETTERS) == 0
    assert sorted(ledger.numbers) == list(range(2 + 10 * len(others)))
    assert ledger.numbers.index(0) < ledger.numbers.index(1)


def test_a_flapping_registry_costs_time_and_nothing_else(
    world: World, process: RegistryProcess, counted: Counted, locked: Locked
) -> None:
    """Each time it comes back it has a schema that the worker meets while it is away again."""
    rounds, each = 3, 20
    ledger = Ledger()
    registry = LockedRegistry(as_registry(counted), locked)
    with (
        Producer(IngestionEvent, world.settings, registry=registry) as producer,
        world.running(ledger.write, registry=registry),
    ):
        for turn in range(rounds):
            schema_id = newer(process, f"extra_{turn}")
            process.kill()
            start = turn * (each + 1)
            for number in range(start, start + each):
                producer.publish(event(number))
            put_newer(world, schema_id, start + each, turn)
            counted.wait_unanswered(2, LIMIT)
            process.start()
        ledger.wait(rounds * (each + 1))

    assert sorted(ledger.numbers) == list(range(rounds * (each + 1)))
    assert world.stored(TOPIC) == rounds * (each + 1)
    assert world.stored(DEAD_LETTERS) == 0
    assert counted.unanswered >= 2 * rounds
