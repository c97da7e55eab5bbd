"""What a registry keeps: after a restart it is as it was, whatever was done to it before."""

import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventpact.errors import RegistryError
from eventpact.ids import SchemaId, Version
from eventpact.registry import MemoryRegistry, Reference, SchemaText
from eventpact.registry.changes import (
    Change,
    ContextDropped,
    Dropped,
    Hidden,
    LevelSet,
    ModeSet,
    Put,
    Stored,
    dump,
    load,
)
from eventpact.registry.mode import Mode
from eventpact.registry.registering import Entry
from eventpact.registry.sqlite_store import SqliteStore
from eventpact.registry.store import MemoryStore, Store
from eventpact.schema import Level
from tests.registry.texts import record, using

Open = Callable[[], Store]
Step: TypeAlias = Callable[[MemoryRegistry], object]

SUBJECTS = ("s", "t", ":.x:s", ":.x:")
SCHEMAS = (
    record("a"),
    record("a", ("b", "int", 0)),
    using("shop.Order", Reference("shop.Order", "s", Version(1))),
    record(doc="\u00fc"),
)
FIRST = record("a")
TO_S = Reference("shop.Order", "s", Version(1))

subjects = st.sampled_from(SUBJECTS)
numbers = st.integers(1, 3).map(Version)
entries = st.builds(
    Entry,
    st.sampled_from(SCHEMAS),
    st.sampled_from([None, {}, {"owner": "a"}, {"owner": "b", "x": "\udcff"}]),
    st.sampled_from([None, None, SchemaId(7)]),
    st.sampled_from([None, None, Version(2)]),
)
steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(lambda s, e: lambda r: r.enter(s, e), subjects, entries),
    st.builds(lambda s, level: lambda r: r.set_level(level, s), subjects, st.sampled_from(Level)),
    st.builds(lambda s, mode: lambda r: r.set_mode(mode, s, force=True), subjects, st.sampled_from(Mode)),
    st.builds(lambda s: lambda r: r.clear_level(s), subjects),
    st.builds(lambda s: lambda r: r.clear_mode(s), subjects),
    st.builds(lambda s, v, p: lambda r: r.delete_version(s, v, permanent=p), subjects, numbers, st.booleans()),
    st.builds(lambda s, p: lambda r: r.delete_subject(s, permanent=p), subjects, st.booleans()),
    st.builds(lambda: lambda r: r.delete_context(".x")),
)


@pytest.fixture(params=["memory", "sqlite"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Opens one and the same store, again and again."""
    memory = MemoryStore()
    return lambda: memory if request.param == "memory" else SqliteStore(tmp_path / "registry.db")


def attempt(step: Step, registry: MemoryRegistry) -> object:
    """What the step gives, or how it is refused."""
    try:
        return step(registry)
    except RegistryError as error:
        return error.status, error.code


def picture(registry: MemoryRegistry) -> object:
    """Everything that can be asked."""
    everything = [
        (registry.version(subject, version, deleted=True), registry.is_deleted(subject, version))
        for subject in registry.subjects(deleted=True)
        for version in registry.versions(subject, deleted=True)
    ]
    ids = {(found.id, found.subject.startswith(":.x:")) for found, _ in everything}
    meanings = {(i, x): registry.stored(i, context=".x" if x else ".") for i, x in ids}
    rules = [
        (registry.own_level(s), registry.own_mode(s), registry.level(s), registry.mode(s)) for s in ("", *SUBJECTS)
    ]
    return everything, meanings, rules, registry.contexts()


def what_comes_next(registry: MemoryRegistry) -> object:
    """The numbers that new schemas get: ids and versions are never used twice."""
    for name in ("", *SUBJECTS):
        registry.set_mode(Mode.READWRITE, name)
        registry.set_level(Level.NONE, name)
    return [attempt(lambda r, s=s: r.enter(s, Entry(record("z"))), registry) for s in ("s", "t", ":.x:s")]  # type: ignore[misc]


@settings(max_examples=60)
@given(st.lists(steps, max_size=25))
def test_a_restart_changes_nothing(todo: list[Step]) -> None:
    store = MemoryStore()
    before = MemoryRegistry(store=store)
    for step in todo:
        attempt(step, before)
    # Through the written form, as a file has it.
    written = MemoryStore()
    written.keep([load(dump(change)) for change in store.changes()])
    after = MemoryRegistry(store=written)

    assert picture(after) == picture(before)
    assert what_comes_next(after) == what_comes_next(before)


def test_what_was_kept_is_there_when_it_is_opened_again(opened: Open) -> None:
    with MemoryRegistry(store=opened()) as registry:
        registry.register("s", FIRST)
        registry.register("s", record("a", ("b", "int", 0)))
        registry.enter("t", Entry(using("shop.Order", TO_S), {"k": "v"}))
        registry.delete_version("s", Version(2))
        registry.set_level(Level.FULL, "s")
        registry.set_mode(Mode.READONLY, ":.x:")
        before = picture(registry)
    with MemoryRegistry(store=opened()) as registry:
        after = picture(registry)
        next_id = registry.register("u", record("u", name="shop.Other"))

    assert (after, next_id) == (before, 4)


def test_what_is_refused_is_not_kept(opened: Open) -> None:
    store = opened()
    with MemoryRegistry(store=store) as registry:
        registry.register("s", FIRST)
        for step in (
            lambda r: r.register("s", record(("a", "string"))),
            lambda r: r.enter("t", Entry(FIRST, id=SchemaId(9))),
            lambda r: r.delete_version("s", Version(4)),
            lambda r: r.delete_context("."),
        ):
            attempt(step, registry)

        assert len(store.changes()) == 1


class Full(MemoryStore):
    """Keeps nothing any more."""

    def keep(self, changes: Sequence[Change]) -> None:
        raise RegistryError("no space", status=500, code=50001)


def test_what_cannot_be_kept_does_not_happen() -> None:
    registry = MemoryRegistry(store=Full())
    before = picture(registry)
    for step in (
        lambda r: r.register("s", FIRST),
        lambda r: r.set_level(Level.NONE),
        lambda r: r.set_mode(Mode.IMPORT),
    ):
        assert attempt(step, registry) == (500, 50001)

    assert picture(registry) == before


@pytest.mark.parametrize(
    "change",
    [
        Put(":.x:s", Version(1), SchemaId(2), Stored(SchemaText("\ud800", (TO_S,)), (("k", "v"),))),
        Hidden("s", Version(1)),
        Dropped("s", Version(1)),
        LevelSet("", None),
        LevelSet("s", Level.FULL),
        ModeSet("", Mode.IMPORT),
        ModeSet("s", None),
        ContextDropped(".x"),
    ],
)
def test_a_change_is_written_and_read(change: Change, opened: Open) -> None:
    store = opened()
    store.keep([change])
    store.close()
    again = opened()

    assert list(again.changes()) == [change]

    again.close()


@pytest.mark.parametrize("line", ["", "{}", "[]", '["put"]', '["level", "s", "BAD"]', '["hide", "s", null]', "[1"])
def test_a_line_that_is_no_change_is_refused(line: str) -> None:
    with pytest.raises(ValueError):
        load(line)


def test_a_file_is_one_registry_s_at_a_time(tmp_path: Path) -> None:
    first = SqliteStore(tmp_path / "r.db")
    with pytest.raises(RegistryError, match="another registry is running on it"):
        SqliteStore(tmp_path / "r.db")
    first.close()
    SqliteStore(tmp_path / "r.db").close()


def test_another_s_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE precious (x)")
    base.close()
    before = path.read_bytes()
    with pytest.raises(RegistryError, match="belongs to something else"):
        SqliteStore(path)

    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["theirs.db"]


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "r.db").write_text("This is a text, and a longer one than any header of a database could ever be. " * 9)
    with pytest.raises(RegistryError, match="cannot open the registry's file"):
        SqliteStore(tmp_path / "r.db")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="cannot open"):
        SqliteStore(tmp_path / "none" / "r.db")


def test_a_line_that_is_not_ours_is_told_without_its_text(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "r.db").close()
    with sqlite3.connect(tmp_path / "r.db") as base:
        base.execute("INSERT INTO journal (change) VALUES ('a secret')")
    base.close()
    store = SqliteStore(tmp_path / "r.db")
    with pytest.raises(RegistryError, match="a line is not ours") as caught:
        MemoryRegistry(store=store)
    store.close()

    assert "secret" not in str(caught.value)


def test_changes_are_kept_together_or_not_at_all(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "r.db")
    broken = Hidden("s", object())  # type: ignore[arg-type]
    with pytest.raises(RegistryError):
        store.keep([Hidden("s", Version(1)), broken])
    store.keep([Dropped("s", Version(1))])

    assert list(store.changes()) == [Dropped("s", Version(1))]

    store.close()


def test_the_order_of_changes_is_kept(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "r.db")
    changes = [Hidden("s", Version(number)) for number in range(1, 20)]
    for change in changes:
        store.keep([change])

    assert list(store.changes()) == changes

    store.close()
