"""A worker on a real broker protocol: what it handles, retries, waits out and dead-letters."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from eventpact import errors
from eventpact.dead_letter import Reason, Stage
from eventpact.dev.broker import EmbeddedBroker
from eventpact.kafka.client_settings import ProducerSettings
from eventpact.kafka.handler import Reject, Retry, Unavailable, wants_record
from eventpact.kafka.producer import Producer
from eventpact.kafka.record import Record
from eventpact.kafka.settings import Settings
from eventpact.kafka.worker import Worker
from eventpact.registry import MemoryRegistry, Registered, SchemaText
from ingestion_events import IngestionEvent
from tests.kafka.world import (
    CONTRACT,
    DEAD_LETTERS,
    GROUP,
    LIMIT,
    SWIFT,
    TOPIC,
    Ledger,
    Running,
    World,
    event,
    number_of,
    with_attempts,
)


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def test_every_event_is_handled_once_in_order_per_tenant_and_committed(world: World) -> None:
    world.publish(*range(500))
    ledger = Ledger()
    with world.running(ledger.write) as run:
        ledger.wait(500)
        stats = run.worker.stats()
    by_tenant: dict[int, list[int]] = {}
    for number in ledger.numbers:
        by_tenant.setdefault(number % 10, []).append(number)

    assert sorted(ledger.numbers) == list(range(500))
    assert all(numbers == sorted(numbers) for numbers in by_tenant.values())
    assert sum(world.committed().values()) == 500
    assert (stats.partitions, stats.dead_lettered) == (6, 0)
    assert world.stored(DEAD_LETTERS) == 0


def test_the_next_worker_begins_where_the_last_one_stopped(world: World) -> None:
    ledger = Ledger()
    for batch in (range(50), range(50, 100)):
        world.publish(*batch)
        with world.running(ledger.write):
            ledger.wait(batch.stop)

    assert sorted(ledger.numbers) == list(range(100))


def test_a_handler_may_ask_for_the_record(world: World) -> None:
    seen: list[tuple[int, Record]] = []
    done = threading.Event()

    def handle(handled: IngestionEvent, record: Record) -> None:
        seen.append((number_of(handled), record))
        done.set()

    world.put(world.encode(event(7)), key=b"k", headers=[("h", b"1"), ("h", None)], partition=3, timestamp=1_700)
    with world.running(handle):
        assert done.wait(LIMIT)
    [(number, record)] = seen

    assert number == 7
    assert (record.topic, record.partition, record.offset, record.attempt) == (TOPIC, 3, 0, 1)
    assert (record.key, record.headers) == (b"k", (("h", b"1"), ("h", None)))
    assert (record.schema_id, record.timestamp_ms) == (world.schema_id, 1_700)


def test_a_failing_handler_is_tried_again_in_place_and_then_its_record_is_dead_lettered(world: World) -> None:
    attempts: Counter[int] = Counter()
    ledger = Ledger()

    def handle(handled: IngestionEvent, record: Record) -> None:
        number = number_of(handled)
        attempts[number] += 1
        assert record.attempt == attempts[number]
        if number == 3 or (number == 5 and record.attempt < 3):
            raise ValueError(handled.original_filename)
        ledger.write(handled)

    world.publish(*range(10), owner=1)
    with world.running(handle):
        ledger.wait(9)
        [letter] = world.letters(1)

    assert (attempts[3], attempts[5], attempts[4]) == (3, 3, 1)
    assert ledger.numbers == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    assert (letter.stage, letter.reason, letter.error_class) == (Stage.HANDLER, Reason.HANDLER, "ValueError")
    assert letter.original_value == world.encode(event(3, owner=1))
    assert letter.tenant_id == event(3, owner=1).tenant_id
    assert (letter.error_location or "").startswith("kafka/test_worker.py:")
    assert (letter.error_location or "").endswith("handle")
    assert letter.first_failed_at < letter.failed_at
    assert sum(world.committed().values()) == 10


def test_a_retry_stops_its_own_partition_only(world: World) -> None:
    """While one record is backed off, other partitions go on and its own waits behind it."""
    others = threading.Event()
    ledger = Ledger()

    def handle(handled: IngestionEvent) -> None:
        number = number_of(handled)
        if number == 0 and not others.is_set():
            raise Retry
        ledger.write(handled)
        if number == 20:
            others.set()

    world.put(world.encode(event(0)), partition=0)
    world.put(world.encode(event(1)), partition=0)
    world.put(world.encode(event(20)), partition=1)
    with world.running(handle, policy=with_attempts(1000)):
        ledger.wait(3)

    assert ledger.numbers == [20, 0, 1]


@pytest.mark.parametrize(
    ("error", "reason", "calls"),
    [(Retry("secret"), Reason.TRANSIENT_EXHAUSTED, 3), (Reject("secret"), Reason.REJECTED, 1)],
    ids=["retry", "reject"],
)
def test_a_handler_says_what_its_failure_means(world: World, error: Exception, reason: Reason, calls: int) -> None:
    called: list[IngestionEvent] = []

    def handle(handled: IngestionEvent) -> None:
        called.append(handled)
        raise error

    world.publish(1)
    with world.running(handle):
        [letter] = world.letters(1)

    assert (letter.reason, len(called)) == (reason, calls)
    assert letter.error_class == f"eventpact.kafka.handler.{type(error).__name__}"


def test_while_a_dependency_is_down_everything_waits_and_nothing_is_dead_lettered(world: World) -> None:
    calls: list[int] = []
    probed, back = threading.Event(), threading.Event()
    ledger = Ledger()

    def handle(handled: IngestionEvent) -> None:
        if not back.is_set():
            calls.append(number_of(handled))
            if len(calls) == 6:
                probed.set()
            raise Unavailable
        ledger.write(handled)

    world.publish(*range(60))
    with world.running(handle) as run:
        assert probed.wait(LIMIT)
        before = run.worker.stats()
        back.set()
        ledger.wait(60)
        after = run.worker.stats()

    assert before.handled == 0
    assert after.waits >= 6
    assert after.retries == 0
    assert sorted(ledger.numbers) == list(range(60))
    assert world.stored(DEAD_LETTERS) == 0


def test_a_broker_that_acknowledges_nothing_that_a_handler_sends_is_waited_for(world: World) -> None:
    """It is down, be it for longer than the attempts would take."""
    ledger, wanted = Ledger(), ProducerSettings(message_timeout_ms=1_000, linger_ms=0)
    with EmbeddedBroker() as other:
        other.create_topic(TOPIC, 1)
        settings = replace(world.settings, bootstrap_servers=other.bootstrap_servers, producer=wanted)
        with Producer(IngestionEvent, settings, registry=world.registry) as producer:

            def handle(handled: IngestionEvent) -> None:
                producer.submit(handled).result()
                ledger.write(handled)

            other.set_down()
            world.publish(1)
            with world.running(handle, policy=with_attempts(1)) as run:
                while not (stats := run.worker.stats()).waits and not stats.dead_lettered:
                    assert not run.ended(0.01)
                other.set_up()
                ledger.wait(1)
            with suppress(errors.DeliveryError):  # of the tries before
                producer.flush()

    assert world.stored(DEAD_LETTERS) == 0


@pytest.mark.parametrize("error", [errors.BrokerUnavailableError("x"), errors.QueueFullError("x")])
def test_our_own_retriable_errors_are_waited_out_without_being_wrapped(world: World, error: Exception) -> None:
    down = [error] * 5
    ledger = Ledger()

    def handle(handled: IngestionEvent) -> None:
        if down:
            raise down.pop()
        ledger.write(handled)

    world.publish(1)
    with world.running(handle):
        ledger.wait(1)

    assert world.stored(DEAD_LETTERS) == 0


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit()], ids=lambda e: type(e).__name__)
def test_what_no_worker_may_step_over_stops_it_uncommitted(world: World, error: BaseException) -> None:
    def handle(handled: IngestionEvent) -> None:
        raise error

    world.publish(1)
    stopped = world.failing(handle)

    assert isinstance(stopped, errors.WorkerStopped)
    assert type(error).__name__ in str(stopped)
    assert world.committed() == {}
    assert world.stored(DEAD_LETTERS) == 0


def test_a_contract_without_dead_letters_stops_the_worker_on_a_bad_record(world: World) -> None:
    contract = replace(CONTRACT, dead_letter=None)
    world.publish(1, owner=1)
    world.put(b"junk", partition=0)
    world.put(b"junk", partition=1)
    stopped = world.failing(Ledger().write, contract=contract)

    assert isinstance(stopped, errors.WorkerStopped)
    assert "no dead letters" in str(stopped)


def test_a_flood_of_dead_letters_stops_the_worker(world: World) -> None:
    """A wrong registry makes every record undecodable; the topic must not be drained into the dead letters."""
    for _ in range(60):
        world.put(b"junk")
    policy = replace(SWIFT, dead_letter_minimum=20, dead_letter_window=40)
    stopped = world.failing(Ledger().write, policy=policy)

    assert isinstance(stopped, errors.WorkerStopped)
    assert stopped.code == "dead-letter-ratio"
    assert world.stored(DEAD_LETTERS) <= 20


def test_an_id_that_the_registry_learns_late_is_waited_for(world: World) -> None:
    """A fresh schema may reach one registry replica before another, so the first no is not believed."""
    late = IngestionEvent.SCHEMA_TEXT.replace("One event per stored file.", "One event per file.")
    lagging = Lagging(world.registry, blind=1)
    newer = world.registry.register(CONTRACT.subject, SchemaText(late))
    ledger = Ledger()
    world.put(world.framed(world.encode(event(1))[5:], newer))
    with world.running(ledger.write, registry=lagging):
        ledger.wait(1)

    assert lagging.denied == 1
    assert world.stored(DEAD_LETTERS) == 0


class Lagging(MemoryRegistry):
    """Answers for `registry`, but denies to know any id the first `blind` times."""

    def __init__(self, registry: MemoryRegistry, blind: int) -> None:
        super().__init__()
        self.__dict__.update(registry.__dict__)
        self.denied = 0
        self.blind = blind

    def subjects_of(self, *asked: Any, **others: Any) -> frozenset[str]:
        if self.denied < self.blind:
            self.denied += 1
            raise errors.NotRegisteredError("unknown id", status=404, code=40403)
        return super().subjects_of(*asked, **others)

    def schema_by_id(self, *asked: Any, **others: Any) -> SchemaText:
        if self.denied < self.blind:
            raise errors.NotRegisteredError("unknown id", status=404, code=40403)
        return super().schema_by_id(*asked, **others)


def test_a_thousand_records_with_one_unknown_id_cost_a_few_requests(world: World) -> None:
    requests: list[Any] = []

    class Counting(Lagging):
        def subjects_of(self, *asked: Any, **others: Any) -> frozenset[str]:
            requests.append(asked)
            return super().subjects_of(*asked, **others)

    for _ in range(150):
        world.put(world.framed(b"x", 4711))
    with world.running(Ledger().write, registry=Counting(world.registry, 0)):
        letters = world.letters(150)

    assert {letter.reason for letter in letters} == {Reason.UNKNOWN_SCHEMA}
    assert {letter.schema_id for letter in letters} == {4711}
    assert len(requests) <= 4


class Flaky(Lagging):
    """Fails with `error` while it is set."""

    def __init__(self, registry: MemoryRegistry) -> None:
        super().__init__(registry, 0)
        self.error: Exception | None = None
        self.failures = 0
        self.failed_often = threading.Event()

    def subjects_of(self, *asked: Any, **others: Any) -> frozenset[str]:
        if self.error is not None:
            self.failures += 1
            if self.failures >= 3:
                self.failed_often.set()
            raise self.error
        return super().subjects_of(*asked, **others)


def test_a_registry_outage_stops_only_who_needs_it_and_dead_letters_nothing(world: World) -> None:
    registry = Flaky(world.registry)
    other = world.registry.register(
        CONTRACT.subject, SchemaText(IngestionEvent.SCHEMA_TEXT.replace("One event per stored file.", ""))
    )
    ledger = Ledger()
    world.publish(*range(10))
    with world.running(ledger.write, registry=registry):
        ledger.wait(10)
        registry.error = errors.UnavailableError("nobody answered")
        world.put(world.framed(world.encode(event(100))[5:], other), partition=0)
        assert registry.failed_often.wait(LIMIT)
        world.publish(11, 12, 13, 14)  # a known id needs no registry; these go to other partitions
        world.put(world.encode(event(101)), partition=0)
        handled_meanwhile = 10 + sum(1 for message in world.records(TOPIC, 16)[10:] if message.partition() != 0)
        ledger.wait(handled_meanwhile)
        registry.error = None
        ledger.wait(16)

    assert ledger.numbers.index(100) < ledger.numbers.index(101)
    assert world.stored(DEAD_LETTERS) == 0


def test_refused_registry_credentials_stop_the_worker(world: World) -> None:
    registry = Flaky(world.registry)
    registry.error = errors.RegistryAccessError("401", status=401)
    world.publish(1)
    stopped = world.failing(Ledger().write, registry=registry)

    assert isinstance(stopped, errors.WorkerStopped)
    assert stopped.code == "access"
    assert world.stored(DEAD_LETTERS) == 0


def test_a_worker_waits_for_a_registry_that_is_down_at_its_start(world: World) -> None:
    class Down(MemoryRegistry):
        def __init__(self) -> None:
            super().__init__()
            self.__dict__.update(world.registry.__dict__)
            self.calls = 0

        def lookup(self, *asked: Any, **others: Any) -> Registered:
            self.calls += 1
            if self.calls < 3:
                raise errors.UnavailableError("nobody answered")
            return super().lookup(*asked, **others)

    ledger = Ledger()
    world.publish(1)
    with world.running(ledger.write, registry=Down()):
        ledger.wait(1)


def test_a_dead_letter_schema_that_nobody_registered_is_told_at_once(world: World) -> None:
    empty = MemoryRegistry()
    empty.register(CONTRACT.subject, SchemaText(IngestionEvent.SCHEMA_TEXT))
    error = world.failing(Ledger().write, registry=empty)

    assert isinstance(error, errors.NotRegisteredError)


def test_a_missing_dead_letter_topic_is_told_at_once(world: World) -> None:
    assert CONTRACT.dead_letter is not None
    dead_letter = replace(CONTRACT.dead_letter, topic=replace(CONTRACT.dead_letter.topic, name="nowhere"))
    world.registry.register("nowhere-value", world.registry.version(f"{DEAD_LETTERS}-value").schema)
    error = world.failing(Ledger().write, contract=replace(CONTRACT, dead_letter=dead_letter))

    assert isinstance(error, errors.TopicError)
    assert "nowhere" in str(error)


def test_ready_follows_the_group_and_the_waits(world: World) -> None:
    seen: list[bool] = []
    ledger = Ledger()

    def handle(handled: IngestionEvent) -> None:
        seen.append(worker.ready)
        if len(seen) < 4:
            raise Unavailable
        ledger.write(handled)

    worker = world.worker(handle, policy=replace(SWIFT, unready_after=0.001))
    world.publish(1)
    before = worker.ready
    run = Running(worker)
    ledger.wait(1)
    world.publish(2)
    ledger.wait(2)
    run.stop()

    assert (before, worker.ready) == (False, False)
    assert seen == [True, False, False, False, True]


def test_a_worker_runs_once(world: World) -> None:
    worker = world.worker(Ledger().write)
    worker.stop()
    worker.run()

    with pytest.raises(RuntimeError, match="once"):
        worker.run()


def test_a_worker_needs_a_group_and_a_registry() -> None:
    settings = Settings(bootstrap_servers="127.0.0.1:1")
    with pytest.raises(errors.SettingsError, match="group"):
        Worker(
            IngestionEvent, print, settings, contract=replace(CONTRACT, groups=("a", "b")), registry=MemoryRegistry()
        )
    with pytest.raises(errors.SettingsError, match="SCHEMA_REGISTRY_URL"):
        Worker(IngestionEvent, print, settings)

    assert Worker(IngestionEvent, print, settings, registry=MemoryRegistry()).group == GROUP


async def coroutine(handled: IngestionEvent) -> None: ...


def generator(handled: IngestionEvent) -> Iterator[None]:
    yield


def three(one: object, two: object, three: object) -> None: ...


def nothing() -> None: ...


def keyword(one: object, *, two: object) -> None: ...


class AsyncCall:
    async def __call__(self, handled: IngestionEvent) -> None: ...


@pytest.mark.parametrize("handler", [coroutine, generator, three, nothing, keyword, AsyncCall()])
def test_a_handler_that_would_handle_nothing_is_refused(handler: object) -> None:
    with pytest.raises(TypeError, match="handler"):
        wants_record(handler)  # type: ignore[arg-type]


class Call:
    def __call__(self, handled: IngestionEvent, record: Record) -> None: ...

    def method(self, handled: IngestionEvent, dry_run: bool = False) -> None: ...


@pytest.mark.parametrize(
    ("handler", "wants"),
    [
        (lambda handled: None, False),
        (lambda handled, record: None, True),
        (Call(), True),
        (Call().method, False),
        ([].append, False),
        (print, False),
        (lambda *everything: None, False),
    ],
)
def test_a_handler_is_called_as_its_parameters_say(handler: object, wants: bool) -> None:
    assert wants_record(handler) is wants  # type: ignore[arg-type]
