"""The registry goes away: before the start, on the way, again and again. With a lock nothing stops, nothing is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from eventpact.errors import ProducerStoppedError, StaleLockError, UnavailableError
from eventpact.kafka import confirmation
from eventpact.kafka.producer import Producer
from eventpact.registry import MemoryRegistry, Registry, SchemaText
from eventpact.registry.lock import Locked, registered_in
from eventpact.registry.locked import LockedRegistry
from ingestion_events import IngestionEvent
from tests.kafka.world import CONTRACT, DEAD_LETTERS, LIMIT, TOPIC, Ledger, World, event


class Flaky:
    """A registry that can be switched off. `up` may also be a rhythm: every n-th call is answered."""

    def __init__(self, registry: Registry, *, up: bool = True) -> None:
        self.registry = registry
        self.up = up
        self.every = 1
        self.calls = 0
        self._asked = threading.Condition()

    def __getattr__(self, name: str) -> object:
        method = getattr(self.registry, name)

        def ask(*arguments: object, **options: object) -> object:
            with self._asked:
                self.calls += 1
                self._asked.notify_all()
                refused = not self.up or self.calls % self.every
            if refused:
                raise UnavailableError("nobody answered")
            return method(*arguments, **options)

        return ask

    def wait(self, calls: int) -> None:
        """Until it was asked so often."""
        with self._asked:
            assert self._asked.wait_for(lambda: self.calls >= calls, LIMIT), self.calls


def as_registry(flaky: Flaky) -> Registry:
    return flaky  # type: ignore[return-value]


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


@pytest.fixture
def locked(world: World) -> Locked:
    return registered_in(world.registry, world.registry.subjects())


@pytest.fixture(autouse=True)
def swift(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confirmation, "INTERVAL", 0.02)


def confirmed() -> None:
    """Until the registry has answered the producer."""
    for thread in threading.enumerate():
        if thread.name == "eventpact-confirmation":
            thread.join(LIMIT)

            assert not thread.is_alive()


def publish(world: World, registry: Registry, numbers: range) -> None:
    with Producer(IngestionEvent, world.settings, registry=registry) as producer:
        for number in numbers:
            producer.publish(event(number))


def test_without_a_lock_a_producer_does_not_start_while_the_registry_is_away(world: World) -> None:
    with pytest.raises(UnavailableError):
        Producer(IngestionEvent, world.settings, registry=as_registry(Flaky(world.registry, up=False)))


def test_with_a_lock_producer_and_worker_run_without_a_registry(world: World, locked: Locked) -> None:
    registry = LockedRegistry(as_registry(Flaky(world.registry, up=False)), locked)
    ledger = Ledger()
    publish(world, registry, range(50))
    with world.running(ledger.write, registry=registry):
        ledger.wait(50)

    assert sorted(ledger.numbers) == list(range(50))
    assert world.stored(DEAD_LETTERS) == 0


def test_an_unknown_id_waits_for_the_registry_and_is_never_a_dead_letter(world: World) -> None:
    flaky = Flaky(world.registry, up=False)
    ledger = Ledger()
    publish(world, world.registry, range(20))
    # The lock opens the dead-letter topic; the events' own id is not in it.
    letters = registered_in(world.registry, [f"{DEAD_LETTERS}-value"])
    with world.running(ledger.write, registry=LockedRegistry(as_registry(flaky), letters)):
        flaky.wait(20)
        handled_away = len(ledger.numbers)
        flaky.up = True
        ledger.wait(20)

    assert handled_away == 0
    assert sorted(ledger.numbers) == list(range(20))
    assert world.stored(DEAD_LETTERS) == 0


def test_a_registry_that_goes_away_on_the_way_is_not_missed(world: World) -> None:
    flaky = Flaky(world.registry)
    ledger = Ledger()
    with world.running(ledger.write, registry=as_registry(flaky)):
        publish(world, world.registry, range(10))
        ledger.wait(10)
        flaky.up = False
        publish(world, world.registry, range(10, 40))
        ledger.wait(40)

    assert sorted(ledger.numbers) == list(range(40))
    assert world.stored(DEAD_LETTERS) == 0


def test_a_flapping_registry_costs_time_and_nothing_else(world: World) -> None:
    flaky = Flaky(world.registry)
    flaky.every = 3
    ledger = Ledger()
    publish(world, world.registry, range(40))
    with world.running(ledger.write, registry=as_registry(flaky)):
        ledger.wait(40)

    assert sorted(ledger.numbers) == list(range(40))
    assert world.stored(DEAD_LETTERS) == 0


def test_a_stale_lock_stops_a_producer_at_its_start(world: World, locked: Locked) -> None:
    with pytest.raises(StaleLockError):
        Producer(IngestionEvent, world.settings, registry=LockedRegistry(MemoryRegistry(), locked))


def test_a_stale_lock_stops_a_running_producer_at_the_first_contact(world: World, locked: Locked) -> None:
    anew = MemoryRegistry()
    anew.register("filler", SchemaText('"string"'))
    anew.register(CONTRACT.subject, SchemaText(IngestionEvent.SCHEMA_TEXT))
    flaky = Flaky(anew, up=False)
    with Producer(IngestionEvent, world.settings, registry=LockedRegistry(as_registry(flaky), locked)) as producer:
        producer.publish(event(1))
        flaky.up = True
        confirmed()
        with pytest.raises(ProducerStoppedError, match="eventpact apply"):
            producer.publish(event(2))


def test_a_good_lock_is_confirmed_and_asked_about_no_more(world: World, locked: Locked) -> None:
    flaky = Flaky(world.registry, up=False)
    with Producer(IngestionEvent, world.settings, registry=LockedRegistry(as_registry(flaky), locked)) as producer:
        flaky.up = True
        confirmed()
        producer.publish(event(1))

    assert world.stored(TOPIC) == 1
