"""The lock file keeps what it was given, and a registry with a lock behind it says the same, away or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from eventpact.errors import LockError, NotRegisteredError, StaleLockError, UnavailableError
from eventpact.ids import SchemaId, Version
from eventpact.registry import KnownSchemas, MemoryRegistry, Reference, Registered, Registry, SchemaText
from eventpact.registry.lock import Locked, read_lock, registered_in, write_lock
from eventpact.registry.locked import LockedRegistry
from tests.registry.texts import record, spaced, using

V1 = record("a")
V2 = record("a", ("b", "int", 0))
BASKET = using("shop.Item", Reference("shop.Item", "shop.Item", Version(1)))


class Away:
    """Nobody answers."""

    def __getattr__(self, name: str) -> object:
        def ask(*arguments: object, **options: object) -> object:
            del arguments, options
            raise UnavailableError("nobody answered")

        return ask


AWAY: Registry = Away()  # type: ignore[assignment]


@pytest.fixture
def registry() -> MemoryRegistry:
    made = MemoryRegistry()
    made.register("shop.Item", record("a", name="shop.Item"))
    made.register("events", V1)
    made.register("events", V2)
    made.register("baskets", BASKET)
    return made


@pytest.fixture
def locked(registry: MemoryRegistry) -> Locked:
    return registered_in(registry, ["shop.Item", "events", "baskets", "absent"])


def test_a_lock_file_says_what_it_was_given_for_each_environment(tmp_path: Path, locked: Locked) -> None:
    odd = Locked((Registered('ü\x7f"\\', Version(7), SchemaId(9), SchemaText('{"doc": "\\n\t\x7f"}')),))
    for environment, given in (("production", locked), ("a b.c", odd), ("empty", Locked()), ("production", locked)):
        write_lock(tmp_path / "contracts.lock", environment, given)

    assert read_lock(tmp_path / "contracts.lock", "production") == locked
    assert read_lock(tmp_path / "contracts.lock", "a b.c") == odd
    assert read_lock(tmp_path / "contracts.lock", "empty") == Locked()
    assert [path.name for path in tmp_path.iterdir()] == ["contracts.lock"]


def test_what_is_no_lock_says_what_to_do(tmp_path: Path, locked: Locked) -> None:
    path = tmp_path / "contracts.lock"
    with pytest.raises(LockError, match="no such lock file"):
        read_lock(path, "default")
    write_lock(path, "production", locked)
    with pytest.raises(LockError, match=r"there are: production\); run `eventpact apply`"):
        read_lock(path, "staging")
    path.write_text(path.read_text("utf-8").replace("int", "long"), "utf-8")
    with pytest.raises(LockError, match="not a lock file"):
        read_lock(path, "production")


def test_a_lock_that_cannot_be_written_is_named_and_leaves_nothing_behind(tmp_path: Path, locked: Locked) -> None:
    away, folder = tmp_path / "no such folder" / "contracts.lock", tmp_path / "a folder.lock"
    folder.mkdir()
    (folder / "full").touch()
    with pytest.raises(LockError, match=r"no such folder/contracts\.lock: cannot be written"):
        write_lock(away, "production", locked)
    with pytest.raises(OSError, match="directory"):
        write_lock(folder, "production", locked)

    assert list(tmp_path.iterdir()) == [folder]


def test_while_the_registry_is_away_the_lock_answers_the_same(registry: MemoryRegistry, locked: Locked) -> None:
    away, here = LockedRegistry(AWAY, locked), LockedRegistry(registry, locked)
    for one in locked.versions:
        for asked in (away, here):
            assert asked.schema_by_id(one.id) == one.schema
            assert asked.lookup(one.subject, spaced(one.schema)) == one
            assert asked.version(one.subject, one.version) == one
            assert one.subject in asked.subjects_of(one.id)
            assert asked.answered_from_lock is (asked is away)


def test_what_the_lock_does_not_hold_is_waited_for(locked: Locked) -> None:
    away = LockedRegistry(AWAY, locked)
    with pytest.raises(UnavailableError):
        away.schema_by_id(SchemaId(99))
    with pytest.raises(UnavailableError):
        away.subjects_of(SchemaId(99))
    with pytest.raises(UnavailableError):
        away.lookup("events", record("other"))
    with pytest.raises(UnavailableError):
        away.version("events")


def test_a_lock_never_says_that_a_schema_does_not_belong(registry: MemoryRegistry, locked: Locked) -> None:
    """The subject may hold it since the lock was written: subjects share ids. A record would be dead-lettered."""
    shared = registry.register("copies", V1)
    known = KnownSchemas(LockedRegistry(AWAY, locked))

    assert known.belongs(shared, "events")
    with pytest.raises(UnavailableError):
        known.belongs(shared, "copies")
    back = KnownSchemas(LockedRegistry(registry, locked))
    assert back.belongs(shared, "copies")
    assert not back.belongs(shared, "baskets")


def test_another_registry_is_noticed_at_the_first_contact(locked: Locked) -> None:
    other = MemoryRegistry()
    for filler in ("one", "two", "three"):
        other.register(filler, record(filler))
    empty = LockedRegistry(MemoryRegistry(), locked)
    with pytest.raises(StaleLockError):
        LockedRegistry(other, locked).schema_by_id(locked.versions[0].id)
    with pytest.raises(StaleLockError):
        empty.schema_by_id(locked.versions[0].id)
    with pytest.raises(StaleLockError):
        empty.lookup("events", V1)
    other.register("events", V1)
    other.register("events", V2)
    with pytest.raises(StaleLockError, match="another id"):
        LockedRegistry(other, locked).lookup("events", V1)


def test_another_version_of_the_same_id_is_no_other_registry(registry: MemoryRegistry, locked: Locked) -> None:
    """A schema that was deleted and registered again keeps its id."""
    before = registry.lookup("events", V2)
    registry.delete_version("events", before.version)
    registry.register("events", V2)
    found = LockedRegistry(registry, locked).lookup("events", V2)

    assert found.id == before.id
    assert found.version == before.version + 1


def test_what_is_newer_than_the_lock_is_the_registrys_to_say(registry: MemoryRegistry, locked: Locked) -> None:
    newer = registry.register("events", record("a", doc="newer"))
    here = LockedRegistry(registry, locked)

    assert here.lookup("events", record("a", doc="newer")).id == newer
    assert here.schema_by_id(newer).text
    with pytest.raises(NotRegisteredError):
        here.lookup("events", record("never"))
