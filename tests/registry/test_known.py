"""KnownSchemas asks once, keeps what cannot change, and never keeps an outage."""

import json
import threading
from collections.abc import Callable

import pytest

from eventpact.errors import NotRegisteredError, SchemaError, UnavailableError
from eventpact.ids import SchemaId, Version
from eventpact.registry import MAX_ID, KnownSchemas, MemoryRegistry, Reference, SchemaText
from tests.registry.texts import record, using


class Counting(MemoryRegistry):
    """A registry that counts the questions of `KnownSchemas`, and fails while it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.fault: Exception | None = None
        self.hook: Callable[[], None] = lambda: None

    def schema_by_id(self, schema_id: SchemaId, *, context: str = ".") -> SchemaText:
        self._count(f"id {schema_id}")
        return super().schema_by_id(schema_id)

    def subjects_of(self, schema_id: SchemaId, *, context: str = ".") -> frozenset[str]:
        self._count(f"subjects of {schema_id}")
        return super().subjects_of(schema_id)

    def _count(self, question: str) -> None:
        self.asked.append(question)
        self.hook()
        if self.fault is not None:
            raise self.fault


class Clock:
    """A clock that moves when it is told to. Seconds."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def registry() -> Counting:
    return Counting()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def known(registry: Counting, clock: Clock) -> KnownSchemas:
    return KnownSchemas(registry, clock=clock)


def test_a_schema_is_asked_for_once_and_kept_through_an_outage(known: KnownSchemas, registry: Counting) -> None:
    schema_id = registry.register("s", record("a"))
    first = known.schema(schema_id)
    registry.fault = UnavailableError("down")

    assert known.schema(schema_id) is first
    assert registry.asked == ["id 1"]
    assert first.name == "shop.Order"


def test_references_are_resolved_even_when_soft_deleted(known: KnownSchemas, registry: Counting) -> None:
    registry.register("item", record("a", name="shop.Item"))
    schema_id = registry.register("basket", using("shop.Item", Reference("shop.Item", "item", Version(1))))
    registry.delete_subject("basket")
    registry.delete_subject("item")

    assert set(known.schema(schema_id).names) == {"shop.Item", "shop.Basket"}


def test_an_unknown_id_is_asked_for_again_after_a_while(known: KnownSchemas, registry: Counting, clock: Clock) -> None:
    for _ in range(3):
        with pytest.raises(NotRegisteredError):
            known.schema(SchemaId(1))
    clock.now += 59
    with pytest.raises(NotRegisteredError):
        known.schema(SchemaId(1))
    registry.register("s", record("a"))
    clock.now += 1

    assert known.schema(SchemaId(1)).name == "shop.Order"
    assert registry.asked == ["id 1", "id 1"]


def test_asking_again_can_be_asked_for(known: KnownSchemas, registry: Counting) -> None:
    with pytest.raises(NotRegisteredError):
        known.schema(SchemaId(1))
    before = known.belongs(SchemaId(1), "s")
    registry.register("s", record("a"))
    known.ask_again(SchemaId(1), "s")

    assert known.schema(SchemaId(1)).name == "shop.Order"
    assert (before, known.belongs(SchemaId(1), "s")) == (False, True)


def test_an_outage_is_not_remembered(known: KnownSchemas, registry: Counting) -> None:
    schema_id = registry.register("s", record("a"))
    registry.fault = UnavailableError("down")
    with pytest.raises(UnavailableError):
        known.schema(schema_id)
    with pytest.raises(UnavailableError):
        known.belongs(schema_id, "s")
    registry.fault = None

    assert known.schema(schema_id).name == "shop.Order"
    assert known.belongs(schema_id, "s")


def test_an_id_that_no_registry_gives_is_not_asked_for(known: KnownSchemas, registry: Counting) -> None:
    for odd in (-1, 0, MAX_ID + 1, 2**32 - 1):
        with pytest.raises(NotRegisteredError):
            known.schema(SchemaId(odd))
        assert not known.belongs(SchemaId(odd), "s")

    assert registry.asked == []


def test_a_text_that_is_no_schema_is_not_parsed_again_and_again(
    known: KnownSchemas, registry: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MemoryRegistry, "schema_by_id", lambda self, schema_id: SchemaText('{"type": '))
    for _ in range(3):
        with pytest.raises(SchemaError, match="schema id 7"):
            known.schema(SchemaId(7))

    assert registry.asked == ["id 7"]


def test_a_schema_belongs_where_it_is_or_was_registered(known: KnownSchemas, registry: Counting) -> None:
    schema_id = registry.register("s", record("a"))
    registry.register("t", record("b"))
    registry.delete_subject("s")

    assert known.belongs(schema_id, "s")
    assert not known.belongs(schema_id, "t")
    assert not known.belongs(SchemaId(99), "s")


def test_belonging_is_kept_for_ever_and_not_belonging_for_a_while(
    known: KnownSchemas, registry: Counting, clock: Clock
) -> None:
    schema_id = registry.register("s", record("a"))
    for _ in range(3):
        assert known.belongs(schema_id, "s")
        assert not known.belongs(schema_id, "t")
    registry.register("t", record("a"))
    clock.now += 60

    assert known.belongs(schema_id, "t")
    assert known.belongs(schema_id, "s")
    assert registry.asked == ["subjects of 1"] * 3


def test_concurrent_misses_ask_once_and_share_the_answer(known: KnownSchemas, registry: Counting) -> None:
    schema_id = registry.register("s", record("a"))
    entered, answers = threading.Event(), []
    waiting = threading.Semaphore(0)

    def hold() -> None:
        entered.set()
        # The others have all begun to ask; they can only be at the door of the one who is inside.
        for _ in range(7):
            assert waiting.acquire(timeout=10)

    def ask() -> None:
        waiting.release()
        answers.append(known.schema(schema_id))

    registry.hook = hold
    first = threading.Thread(target=lambda: answers.append(known.schema(schema_id)))
    first.start()
    assert entered.wait(10)
    others = [threading.Thread(target=ask) for _ in range(7)]
    for thread in others:
        thread.start()
    for thread in (first, *others):
        thread.join(10)

    assert registry.asked == ["id 1"]
    assert len(answers) == 8
    assert all(answer is answers[0] for answer in answers)


def test_those_who_wait_share_the_failure(known: KnownSchemas, registry: Counting) -> None:
    registry.fault = UnavailableError("down")
    entered, leave = threading.Event(), threading.Event()
    caught: list[Exception] = []

    def hold() -> None:
        entered.set()
        assert leave.wait(10)

    def ask() -> None:
        try:
            known.schema(SchemaId(1))
        except UnavailableError as error:
            caught.append(error)

    registry.hook = hold
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert entered.wait(10)
    leave.set()
    for thread in threads:
        thread.join(10)

    assert len(caught) == 4


def test_remembered_absences_are_bounded(registry: Counting, clock: Clock) -> None:
    known = KnownSchemas(registry, capacity=10, clock=clock)
    for number in range(1, 100):
        with pytest.raises(NotRegisteredError):
            known.schema(SchemaId(number))
    registry.asked.clear()
    for number in (99, 90, 89):
        with pytest.raises(NotRegisteredError):
            known.schema(SchemaId(number))

    assert registry.asked == ["id 89"]


def test_a_chain_of_references_without_end_ends(registry: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(self: object, subject: str, number: int, *, deleted: bool) -> object:
        reference = Reference(f"n.T{number}", "s", Version(number + 1))
        return type("Found", (), {"schema": using(f"n.T{number}", reference, name=f"n.T{number - 1}")})

    monkeypatch.setattr(MemoryRegistry, "version", endless)
    text = SchemaText(json.dumps("n.T0"), (Reference("n.T0", "s", Version(1)),))
    monkeypatch.setattr(MemoryRegistry, "schema_by_id", lambda self, schema_id: text)
    with pytest.raises(Exception, match="refers to more than 1000 others"):
        KnownSchemas(registry).schema(SchemaId(1))
