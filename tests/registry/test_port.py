"""What every registry does: the one in memory, the client over HTTP, and a real one."""

from collections.abc import Callable

import pytest

from eventpact.errors import IncompatibleError, NotRegisteredError, RegistryError, SchemaError
from eventpact.ids import SchemaId, Version
from eventpact.registry import MAX_ID, Reference, Registry, SchemaText
from eventpact.schema import Level, parse
from tests.registry.texts import record, spaced, using

V1 = record("a")
V2 = record("a", ("b", "int", 0))
BREAKING = record("a", "c")


def version(number: int) -> Version:
    return Version(number)


def test_a_registered_schema_is_found_by_its_id(registry: Registry, subject: str) -> None:
    found = registry.schema_by_id(registry.register(subject, V1))

    assert parse(found.text).canonical == parse(V1.text).canonical
    assert found.references == ()


def test_the_stored_text_is_compact(registry: Registry, subject: str) -> None:
    found = registry.schema_by_id(registry.register(subject, spaced(V1)))

    assert " " not in found.text
    assert "\n" not in found.text


def test_versions_count_from_one(registry: Registry, subject: str) -> None:
    for schema in (V1, V2):
        registry.register(subject, schema)

    assert registry.versions(subject) == (1, 2)


def test_registering_again_changes_nothing(registry: Registry, subject: str) -> None:
    first = registry.register(subject, V1)
    registry.register(subject, V2)
    again = registry.register(subject, spaced(V1))

    assert again == first
    assert registry.versions(subject) == (1, 2)


def test_subjects_share_the_id_of_a_schema(registry: Registry, subject: str) -> None:
    first = registry.register(subject, V1)
    second = registry.register(f"{subject}-other", spaced(V1))

    assert first == second
    assert {(subject, 1), (f"{subject}-other", 1)} <= set(registry.subject_versions(first))
    assert {subject, f"{subject}-other"} <= registry.subjects_of(first)


def test_a_changed_doc_is_another_schema(registry: Registry, subject: str) -> None:
    first = registry.register(subject, record("a", doc="one"))
    second = registry.register(subject, record("a", doc="two"))

    assert first != second
    assert registry.versions(subject) == (1, 2)


def test_a_version_says_all_about_itself(registry: Registry, subject: str) -> None:
    registry.register(subject, V1)
    schema_id = registry.register(subject, V2)

    found = registry.version(subject, version(2))

    assert (found.subject, found.version, found.id) == (subject, 2, schema_id)
    assert parse(found.schema.text).canonical == parse(V2.text).canonical


def test_latest_is_the_newest_version_at_every_call(registry: Registry, subject: str) -> None:
    registry.register(subject, V1)
    before = registry.version(subject).version
    registry.register(subject, V2)

    assert (before, registry.version(subject).version) == (1, 2)


def test_a_subject_is_listed(registry: Registry, subject: str) -> None:
    registry.register(subject, V1)

    assert subject in registry.subjects()
    assert registry.subjects() == tuple(sorted(registry.subjects()))


def test_lookup_finds_the_version_that_holds_the_schema(registry: Registry, subject: str) -> None:
    schema_id = registry.register(subject, V1)
    registry.register(subject, V2)

    found = registry.lookup(subject, spaced(V1))

    assert (found.subject, found.version, found.id) == (subject, 1, schema_id)


def test_lookup_sees_what_was_registered_after_a_failed_lookup(registry: Registry, subject: str) -> None:
    registry.register(subject, V1)
    with pytest.raises(NotRegisteredError):
        registry.lookup(subject, V2)
    registry.register(subject, V2)

    assert registry.lookup(subject, V2).version == 2


def test_lookup_in_an_unknown_subject_says_so(registry: Registry, subject: str) -> None:
    with pytest.raises(NotRegisteredError) as caught:
        registry.lookup(subject, V1)

    assert (caught.value.status, caught.value.code) == (404, 40401)


def test_lookup_of_an_unknown_schema_says_so(registry: Registry, subject: str) -> None:
    registry.register(subject, V1)
    with pytest.raises(NotRegisteredError) as caught:
        registry.lookup(subject, V2)

    assert (caught.value.status, caught.value.code) == (404, 40403)


def test_an_unknown_id_is_not_registered(registry: Registry) -> None:
    for ask in (registry.schema_by_id, registry.subject_versions, registry.subjects_of):
        with pytest.raises(NotRegisteredError) as caught:
            ask(SchemaId(MAX_ID))

        assert (caught.value.status, caught.value.code) == (404, 40403)


def test_an_unknown_version_is_not_registered(registry: Registry, subject: str) -> None:
    registry.register(subject, V1)
    with pytest.raises(NotRegisteredError) as caught:
        registry.version(subject, version(2))

    assert caught.value.code == 40402


def test_an_unknown_subject_has_no_versions(registry: Registry, subject: str) -> None:
    asks: list[Callable[[], object]] = [lambda: registry.versions(subject), lambda: registry.version(subject)]
    for ask in asks:
        with pytest.raises(NotRegisteredError) as caught:
            ask()

        assert caught.value.code == 40401


def test_an_incompatible_schema_is_refused_with_the_reason_and_not_stored(registry: Registry, subject: str) -> None:
    registry.set_level(Level.BACKWARD, subject)
    registry.register(subject, V1)
    with pytest.raises(IncompatibleError) as caught:
        registry.register(subject, BREAKING)

    assert caught.value.status == 409
    assert any("c" in reason for reason in caught.value.reasons)
    assert registry.versions(subject) == (1,)


@pytest.mark.parametrize(
    ("level", "allowed"),
    [
        (Level.NONE, True),
        (Level.BACKWARD, False),
        (Level.FORWARD, True),
        (Level.FULL, False),
        (Level.FULL_TRANSITIVE, False),
    ],
)
def test_the_level_of_a_subject_is_enforced(registry: Registry, subject: str, level: Level, allowed: bool) -> None:
    registry.set_level(level, subject)
    registry.register(subject, V1)

    assert registry.check(subject, BREAKING).ok is allowed


@pytest.mark.parametrize(("level", "allowed"), [(Level.BACKWARD, True), (Level.BACKWARD_TRANSITIVE, False)])
def test_a_transitive_level_looks_at_all_versions(
    registry: Registry, subject: str, level: Level, allowed: bool
) -> None:
    registry.set_level(level, subject)
    registry.register(subject, V1)
    registry.register(subject, record())

    assert registry.check(subject, record(("a", "string", ""))).ok is allowed


def test_a_check_says_why_not(registry: Registry, subject: str) -> None:
    registry.set_level(Level.BACKWARD, subject)
    registry.register(subject, V1)

    assert registry.check(subject, V2).messages == ()
    assert registry.check(subject, BREAKING).messages != ()


def test_a_check_against_an_unknown_subject_is_not_registered(registry: Registry, subject: str) -> None:
    with pytest.raises(NotRegisteredError):
        registry.check(subject, V1)


def test_a_subject_without_its_own_level_has_the_global_one(registry: Registry, subject: str) -> None:
    registry.register(subject, V1)

    assert registry.own_level(subject) is None
    assert registry.level(subject) is registry.level()


def test_a_level_can_be_set_before_the_subject_exists(registry: Registry, subject: str) -> None:
    registry.set_level(Level.FULL_TRANSITIVE, subject)
    registry.register(subject, V1)

    assert registry.own_level(subject) is Level.FULL_TRANSITIVE
    assert registry.level(subject) is Level.FULL_TRANSITIVE


def test_text_that_is_no_avro_is_refused(registry: Registry, subject: str) -> None:
    registry.register(subject, V1)
    for text in ("{", '{"type": "record"}', '"unknown.Type"', ""):
        with pytest.raises(SchemaError):
            registry.register(subject, SchemaText(text))
        with pytest.raises(SchemaError):
            registry.lookup(subject, SchemaText(text))
        with pytest.raises(SchemaError):
            registry.check(subject, SchemaText(text))

    assert registry.versions(subject) == (1,)


def test_a_schema_may_use_the_type_of_another_subject(registry: Registry, subject: str) -> None:
    item = f"{subject}-item"
    registry.register(item, record("a", name="shop.Item"))
    basket = using("shop.Item", Reference("shop.Item", item, version(1)))

    schema_id = registry.register(subject, basket)

    assert registry.schema_by_id(schema_id).references == basket.references
    assert registry.lookup(subject, basket).id == schema_id


def test_a_reference_that_leads_nowhere_is_refused(registry: Registry, subject: str) -> None:
    with pytest.raises(RegistryError) as caught:
        registry.register(subject, using("shop.Item", Reference("shop.Item", f"{subject}-item", version(1))))

    assert (caught.value.status, caught.value.code) == (422, 42201)


def test_a_soft_deleted_schema_is_still_read_by_id(
    registry: Registry, subject: str, soft_delete: Callable[[str], None]
) -> None:
    schema_id = registry.register(subject, record("a", name=f"shop.Only{subject.replace('-', '')}"))
    soft_delete(subject)

    assert registry.schema_by_id(schema_id).text
    assert registry.subject_versions(schema_id) == ()
    assert registry.subjects_of(schema_id) == {subject}
    assert registry.version(subject, version(1), deleted=True).id == schema_id
    assert subject not in registry.subjects()
    with pytest.raises(NotRegisteredError):
        registry.versions(subject)


def test_what_was_soft_deleted_comes_back_with_its_id_as_a_new_version(
    registry: Registry, subject: str, soft_delete: Callable[[str], None]
) -> None:
    first = registry.register(subject, V1)
    soft_delete(subject)
    with pytest.raises(NotRegisteredError):
        registry.lookup(subject, V1)
    again = registry.register(subject, V1)

    assert again == first
    assert registry.versions(subject) == (2,)


@pytest.mark.parametrize("odd", ["with space", "sl/ash", "per%cent", "ümlaut", "plus+and?mark#"])
def test_a_subject_may_have_any_name(registry: Registry, subject: str, odd: str) -> None:
    name = f"{subject}-{odd}"
    registry.set_level(Level.FORWARD, name)
    registry.register(name, V1)

    assert registry.version(name).subject == name
    assert registry.check(name, BREAKING).ok
    assert name in registry.subjects()
