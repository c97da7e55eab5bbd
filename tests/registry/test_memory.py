"""What MemoryRegistry does beyond the port: deletes, ids for ever, and Redpanda's walk through a history."""

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from eventpact.errors import NotRegisteredError, RegistryError
from eventpact.ids import SchemaId, Version
from eventpact.registry import MAX_ID, Entry, MemoryRegistry, Mode, Reference
from eventpact.registry.catalogue import Catalogue
from eventpact.schema import Level
from tests.registry.texts import record, using

V1 = record("a")
V2 = record("a", ("b", "int", 0))
V3 = record("a", ("b", "int", 0), ("c", "int", 0))


@pytest.fixture
def registry() -> MemoryRegistry:
    return MemoryRegistry()


def code_of(call: Callable[[], object]) -> int | None:
    """The error code that the call is refused with."""
    with pytest.raises(RegistryError) as caught:
        call()
    return caught.value.code


def version(number: int) -> Version:
    return Version(number)


def gone(registry: MemoryRegistry, subject: str) -> None:
    """Deletes the subject for good."""
    registry.delete_subject(subject)
    registry.delete_subject(subject, permanent=True)


def test_the_default_level_is_backward(registry: MemoryRegistry) -> None:
    assert registry.level() is Level.BACKWARD


def test_ids_count_from_one_and_are_never_used_twice(registry: MemoryRegistry) -> None:
    first = registry.register("s", V1)
    gone(registry, "s")
    second = registry.register("s", V1)

    assert (first, second) == (1, 2)


def test_a_hard_deleted_schema_is_unknown(registry: MemoryRegistry) -> None:
    schema_id = registry.register("s", V1)
    gone(registry, "s")

    assert code_of(lambda: registry.schema_by_id(schema_id)) == 40403


def test_a_schema_lives_as_long_as_one_subject_holds_it(registry: MemoryRegistry) -> None:
    schema_id = registry.register("s", V1)
    registry.register("t", V1)
    gone(registry, "s")

    assert registry.subject_versions(schema_id) == (("t", 1),)


def test_versions_start_at_one_again_after_the_last_hard_delete(registry: MemoryRegistry) -> None:
    registry.register("s", V1)
    registry.register("s", V2)
    gone(registry, "s")
    registry.register("s", V2)

    assert registry.versions("s") == (1,)


def test_a_version_number_is_not_used_twice_while_the_subject_exists(registry: MemoryRegistry) -> None:
    registry.register("s", V1)
    registry.register("s", V2)
    registry.delete_version("s", version(2))
    registry.delete_version("s", version(2), permanent=True)
    registry.register("s", V3)

    assert registry.versions("s") == (1, 3)


def test_a_soft_deleted_version_is_no_longer_looked_at(registry: MemoryRegistry) -> None:
    registry.register("s", V1)
    registry.delete_version("s", "latest")
    registry.register("s", record(("a", "string")))

    assert registry.versions("s") == (2,)
    assert registry.versions("s", deleted=True) == (1, 2)


def test_deletes_are_soft_first_and_hard_then(registry: MemoryRegistry) -> None:
    registry.register("s", V1)
    registry.register("s", V2)

    assert code_of(lambda: registry.delete_version("s", version(1), permanent=True)) == 40407
    assert registry.delete_version("s", version(1)) == 1
    assert code_of(lambda: registry.delete_version("s", version(1))) == 40406
    assert registry.delete_version("s", version(1), permanent=True) == 1
    assert code_of(lambda: registry.delete_version("s", version(1))) == 40402
    assert code_of(lambda: registry.delete_subject("s", permanent=True)) == 40405
    assert registry.delete_subject("s") == (2,)
    assert code_of(lambda: registry.delete_subject("s")) == 40401
    assert registry.delete_subject("s", permanent=True) == (2,)
    assert code_of(lambda: registry.delete_subject("s", permanent=True)) == 40401


def test_the_latest_version_cannot_be_hard_deleted_by_that_name(registry: MemoryRegistry) -> None:
    registry.register("s", V1)

    assert code_of(lambda: registry.delete_version("s", "latest", permanent=True)) == 40407

    registry.delete_version("s", "latest")

    assert code_of(lambda: registry.delete_version("s", "latest", permanent=True)) == 40401


def test_deleting_the_last_version_forgets_the_level(registry: MemoryRegistry) -> None:
    registry.set_level(Level.NONE, "s")
    registry.register("s", V1)
    registry.register("s", V2)
    registry.delete_version("s", version(1))
    before = registry.own_level("s")
    registry.delete_version("s", version(2))

    assert (before, registry.own_level("s")) == (Level.NONE, None)


def test_a_level_can_be_taken_back_once(registry: MemoryRegistry) -> None:
    registry.set_level(Level.NONE, "s")

    assert registry.clear_level("s") is Level.NONE
    assert registry.level("s") is Level.BACKWARD
    assert code_of(lambda: registry.clear_level("s")) == 40401


def test_what_is_referred_to_cannot_be_deleted(registry: MemoryRegistry) -> None:
    registry.register("item", record("a", name="shop.Item"))
    user = registry.register("basket", using("shop.Item", Reference("shop.Item", "item", version(1))))

    assert registry.referenced_by("item", "latest") == (user,)
    assert code_of(lambda: registry.delete_version("item", version(1))) == 42206
    assert code_of(lambda: registry.delete_subject("item")) == 42206

    registry.delete_subject("basket")

    assert registry.referenced_by("item", "latest") == ()
    assert registry.delete_subject("item") == (1,)


def test_a_new_schema_may_not_refer_to_a_deleted_one(registry: MemoryRegistry) -> None:
    registry.register("item", record("a", name="shop.Item"))
    basket = using("shop.Item", Reference("shop.Item", "item", version(1)))
    registry.register("basket", basket)
    registry.delete_subject("basket")
    registry.delete_subject("item")

    assert code_of(lambda: registry.register("other", basket)) == 42201


def test_a_reference_may_come_to_mean_another_schema(registry: MemoryRegistry) -> None:
    basket = using("shop.Item", Reference("shop.Item", "item", version(1)))
    registry.register("item", record("a", name="shop.Item"))
    registry.register("basket", basket)
    gone(registry, "basket")
    gone(registry, "item")
    registry.register("item", record(("a", "string"), name="shop.Item"))
    registry.register("basket", basket)
    inline = {"type": "record", "name": "shop.Item", "fields": [{"name": "a", "type": "string"}]}

    assert registry.check("basket", record(("item", inline), name="shop.Basket")).ok


def test_references_reach_through_others(registry: MemoryRegistry) -> None:
    registry.register("a", record("x", name="n.A"))
    registry.register("b", using("n.A", Reference("n.A", "a", version(1)), name="n.B"))
    schema_id = registry.register("c", using("n.B", Reference("n.B", "b", version(1)), name="n.C"))

    assert registry.schema_by_id(schema_id).references == (Reference("n.B", "b", version(1)),)


def test_a_check_walks_from_the_newest_version_down_to_the_named_one(registry: MemoryRegistry) -> None:
    registry.register("s", record(("a", "string")))
    registry.register("s", record())
    candidate = record(("a", "int", 0))

    assert registry.check("s", candidate, version(2)).ok
    assert not registry.check("s", candidate, version(1)).ok


def test_the_walk_stops_at_the_first_version_that_does_not_fit(registry: MemoryRegistry) -> None:
    registry.set_level(Level.BACKWARD_TRANSITIVE, "s")
    for schema in (V1, V2, V3):
        registry.register("s", schema)
    messages = registry.check("s", record("a", "needed")).messages

    assert [text for text in messages if text.startswith("{oldSchemaVersion")] == ["{oldSchemaVersion: 3}"]
    assert messages[-1] == "{compatibility: 'BACKWARD_TRANSITIVE'}"


class Meeting(Catalogue):
    """Who is about to give a schema an id waits a moment for somebody else at the same place."""

    def __init__(self) -> None:
        super().__init__()
        self.meeting = threading.Barrier(2)

    def next_id(self) -> SchemaId:
        found = super().next_id()
        with contextlib.suppress(threading.BrokenBarrierError):
            self.meeting.wait(0.05)
        return found


def test_two_threads_never_give_one_schema_two_ids(registry: MemoryRegistry) -> None:
    registry._state.catalogues["."] = Meeting()
    with ThreadPoolExecutor(2) as pool:
        ids = set(pool.map(lambda subject: registry.register(subject, V1), ("s", "t")))

    assert ids == {1}


def test_many_threads_get_one_id_per_schema(registry: MemoryRegistry) -> None:
    schemas = [record("a", (f"b{n}", "int", 0), name=f"shop.E{n % 5}") for n in range(10)]
    barrier = threading.Barrier(50)
    ids: list[tuple[int, int]] = []

    def work(worker: int) -> None:
        barrier.wait()
        for n, schema in enumerate(schemas):
            ids.append((n, registry.register(f"s{n}-{worker % 3}", schema)))

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(ids) == 500
    assert sorted(set(ids)) == sorted(dict(ids).items())
    assert sorted(dict(ids).values()) == list(range(1, 11))
    assert all(registry.versions(subject) == (1,) for subject in registry.subjects())


def test_an_unknown_version_of_a_known_subject_cannot_be_checked(registry: MemoryRegistry) -> None:
    registry.register("s", V1)
    with pytest.raises(NotRegisteredError) as caught:
        registry.check("s", V2, version(9))

    assert caught.value.code == 40402


def test_modes_stay_where_they_may_not_change() -> None:
    registry = MemoryRegistry(modes_change=False)

    assert code_of(lambda: registry.set_mode(Mode.READONLY)) == 42205
    assert code_of(lambda: registry.clear_mode("s")) == 42205
    assert registry.mode() is Mode.READWRITE


def test_read_only_takes_nothing_new_and_gives_what_is_there(registry: MemoryRegistry) -> None:
    schema_id = registry.register("s", V1)
    registry.set_mode(Mode.READONLY)

    assert registry.register("s", V1) == schema_id
    assert registry.lookup("s", V1).id == schema_id
    assert code_of(lambda: registry.register("s", V2)) == 42205
    assert code_of(lambda: registry.set_level(Level.NONE)) == 42205
    assert code_of(lambda: registry.delete_subject("s")) == 42205


def test_an_imported_id_is_counted_on_from(registry: MemoryRegistry) -> None:
    registry.set_mode(Mode.IMPORT)
    registry.enter("s", Entry(V1, id=SchemaId(40)))
    registry.enter("s", Entry(record(("a", "string")), id=SchemaId(7)))
    registry.set_mode(Mode.READWRITE)
    registry.set_level(Level.NONE)

    assert registry.register("s", V3) == 41
    assert registry.versions("s") == (1, 2, 3)


def test_the_last_id_can_be_imported_and_nothing_comes_after_it(registry: MemoryRegistry) -> None:
    registry.set_mode(Mode.IMPORT)
    registry.enter("s", Entry(V1, id=SchemaId(MAX_ID)))
    registry.set_mode(Mode.READWRITE)

    assert code_of(lambda: registry.register("s", V2)) == 500
    assert registry.register("t", V1) == MAX_ID


def test_a_context_has_ids_of_its_own(registry: MemoryRegistry) -> None:
    ids = [registry.register(subject, V1) for subject in ("s", ":.x:s", ":.x:t")]
    other = registry.register(":.x:u", V2)

    assert (ids, other) == ([1, 1, 1], 2)
    assert code_of(lambda: registry.schema_by_id(other)) == 40403
    assert registry.subjects_of(other, context=".x") == {":.x:u"}


def test_a_context_that_was_deleted_starts_anew(registry: MemoryRegistry) -> None:
    registry.set_level(Level.FULL, ":.x:")
    registry.register(":.x:s", V1)
    gone(registry, ":.x:s")
    registry.delete_context(".x")

    assert registry.contexts() == (".",)
    assert registry.level(":.x:s") is Level.BACKWARD
    assert registry.register(":.x:s", V2) == 1


def test_properties_are_part_of_what_a_schema_is(registry: MemoryRegistry) -> None:
    first = registry.enter("s", Entry(V1, {"b": "2", "a": "1"}))
    same = registry.enter("s", Entry(V1, {"a": "1", "b": "2"}))
    inherited = registry.enter("s", Entry(V2))
    without = registry.enter("s", Entry(V2, {}))

    assert same == first
    assert [found.id for found in (first, inherited, without)] == [1, 2, 3]
    assert registry.stored(inherited.id).properties == (("a", "1"), ("b", "2"))
    assert code_of(lambda: registry.lookup("s", V1)) == 40403
    assert registry.lookup("s", V1, properties={"a": "1", "b": "2"}) == first


@pytest.mark.parametrize("name", [":.x", ":x:s", "a:.x:s", ":", ":.", "::"])
def test_a_name_that_only_looks_qualified_is_a_plain_one(registry: MemoryRegistry, name: str) -> None:
    registry.register(name, V1)

    assert registry.subjects() == (name,)
    assert registry.contexts() == (".",)
