"""Subjects that the manifest wants no more: shown, and deleted only softly, only with leave, only as planned."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest

from eventpact.contract import Manifest
from eventpact.deploy import DeleteSubject, Plan, Waiver, apply, plan, read_plan, read_world, write_plan
from eventpact.deploy.orphans import users_first, users_of
from eventpact.deploy.world import FoundSubject, FoundVersion
from eventpact.errors import NotRegisteredError, PlanError, RegistryError
from eventpact.ids import Version
from eventpact.registry import Reference, SchemaText
from eventpact.schema import parse
from tests.deploy.conftest import Place, Shop
from tests.deploy.meanwhile import Meanwhile

NOTE = ',{"name":"note","type":"string","default":""}'


@pytest.fixture
def old(shop: Shop, place: Place) -> Shop:
    """A shop that was deployed once, and that no manifest names any more."""
    manifest = shop.manifest()
    apply(plan(manifest, read_world(manifest, place.topics, place.registry)), place.topics, place.registry)
    return shop


@pytest.fixture
def manifest(old: Shop, place: Place) -> Manifest:
    """Another shop's, deployed."""
    found = Shop(old.folder).manifest()
    apply(plan(found, read_world(found, place.topics, place.registry)), place.topics, place.registry)
    return found


def subjects(shop: Shop, place: Place) -> list[str]:
    """What can be deleted, users first; the letters come before the orders by their names."""
    free = [f"{shop.name}-dlq-value", f"{shop.name}-value"]
    return [*free, f"{shop.space}.Item"] if place.frees_types else free


def planned(manifest: Manifest, place: Place, old: Shop, *waivers: Waiver, others: Iterable[str] = ()) -> Plan:
    world = read_world(manifest, place.topics, place.registry, [*subjects(old, place), *others])
    return plan(manifest, world, frozenset(waivers))


def test_without_leave_they_are_shown_and_stay(manifest: Manifest, place: Place, old: Shop) -> None:
    found = planned(manifest, place, old)

    assert found.orphans == tuple(sorted(subjects(old, place)))
    assert (found.steps, found.refusals) == ((), ())
    assert not {f"subject {name}" for name in subjects(old, place)} & found.seen.keys()
    assert apply(found, place.topics, place.registry) == ()
    assert place.registry.versions(f"{old.name}-value") == (1,)


def test_with_leave_they_go_users_first_and_nothing_else_goes(manifest: Manifest, place: Place, old: Shop) -> None:
    ids = [place.registry.version(name).id for name in subjects(old, place)]
    found = planned(manifest, place, old, "delete")
    apply(found, place.topics, place.registry)

    assert found.steps == tuple(DeleteSubject(name, (Version(1),)) for name in subjects(old, place))
    for name in subjects(old, place):
        with pytest.raises(NotRegisteredError):
            place.registry.versions(name)
    assert all(place.registry.schema_by_id(schema_id) for schema_id in ids)
    assert place.topics.describe(old.name) is not None
    assert place.topics.describe(f"{old.name}-dlq") is not None
    assert planned(manifest, place, old, "delete") == plan(manifest, read_world(manifest, place.topics, place.registry))


def test_deleting_twice_deletes_once(manifest: Manifest, place: Place, old: Shop) -> None:
    found = planned(manifest, place, old, "delete")
    place.registry.delete_subject(subjects(old, place)[0])
    first = apply(found, place.topics, place.registry)
    again = apply(found, place.topics, place.registry)

    assert [one.outcome for one in first] == ["was done", *["done"] * (len(first) - 1)]
    assert {one.outcome for one in again} == {"was done"}


def test_one_that_somebody_deletes_in_the_last_moment_was_done(manifest: Manifest, place: Place, old: Shop) -> None:
    found = planned(manifest, place, old, "delete")
    both = Meanwhile(place, {"delete_subject"}, 1, lambda: place.registry.delete_subject(subjects(old, place)[1]))
    applied = apply(found, both, both)  # type: ignore[arg-type]

    assert [one.outcome for one in applied][:2] == ["done", "was done"]


def test_one_that_somebody_uses_again_is_left_alone(manifest: Manifest, place: Place, old: Shop) -> None:
    found = planned(manifest, place, old, "delete")
    documented = old.manifest(more=NOTE)
    apply(plan(documented, read_world(documented, place.topics, place.registry)), place.topics, place.registry)
    with pytest.raises(PlanError, match=f"moved since the plan was made: subject {old.name}-value"):
        apply(found, place.topics, place.registry)

    assert place.registry.versions(f"{old.name}-value") == (1, 2)
    assert place.registry.versions(f"{old.name}-dlq-value") == (1,)


def test_a_type_that_is_in_use_cannot_go(place: Place, old: Shop) -> None:
    """The next version of the orders has no item any more, but its first version has."""
    manifest = old.manifest(item=False)
    found = planned(manifest, place, old, "delete", others=[f"{old.space}.Item"])

    assert [str(refusal) for refusal in found.refusals] == [
        f"subject {old.space}.Item: cannot be deleted: versions of {old.name}-value use it"
    ]
    with pytest.raises(PlanError, match="refusals"):
        apply(found, place.topics, place.registry)


def test_a_saved_deletion_is_the_deletion(manifest: Manifest, place: Place, old: Shop) -> None:
    kept, found = planned(manifest, place, old), planned(manifest, place, old, "delete")

    assert [read_plan(write_plan(one)) for one in (kept, found)] == [kept, found]

    document = json.loads(write_plan(found))

    assert document["steps"][0] == {
        "action": "delete subject",
        "says": f"soft-delete subject {old.name}-dlq-value: 1 version, no longer in the manifest",
        "subject": f"{old.name}-dlq-value",
        "versions": [1],
    }
    with pytest.raises(PlanError, match="changed"):
        read_plan(write_plan(found).replace(f"{old.name}-dlq-value", f"{old.name}-value"))


def test_a_plan_without_leave_cannot_be_edited_into_one(manifest: Manifest, place: Place, old: Shop) -> None:
    document = json.loads(write_plan(planned(manifest, place, old)))
    document["steps"] = json.loads(write_plan(planned(manifest, place, old, "delete")))["steps"]
    with pytest.raises(PlanError, match="changed"):
        read_plan(json.dumps(document))


def found_subject(name: str, *uses: str) -> FoundSubject:
    references = tuple(Reference(use, use, Version(1)) for use in uses)
    return FoundSubject(name, None, (FoundVersion(Version(1), parse('"string"'), references),))


@pytest.mark.parametrize(
    ("uses", "order"),
    [
        ({"a": [], "b": ["a"], "c": ["b"]}, ["c", "b", "a"]),
        ({"a": ["b", "c"], "b": ["c"], "c": [], "d": []}, ["a", "d", "b", "c"]),
        ({"a": ["elsewhere"], "b": []}, ["a", "b"]),
        ({"a": ["b"], "b": ["a"], "c": ["a"]}, ["c", "a", "b"]),
        ({"a": ["a"]}, ["a"]),
    ],
)
def test_users_go_before_what_they_use(uses: dict[str, list[str]], order: list[str]) -> None:
    assert users_first({name: found_subject(name, *used) for name, used in uses.items()}) == order


def test_the_users_of_a_subject_are_others() -> None:
    everybody = [found_subject("a", "b"), found_subject("b", "b"), found_subject("c", "a", "b")]

    assert users_of("b", everybody) == ["a", "c"]


def test_what_the_registry_knows_about_users_counts_most(manifest: Manifest, place: Place, old: Shop) -> None:
    """Nobody has planned for a stranger that refers to the type."""
    item = f"{old.space}.Item"
    text = json.dumps({"type": "record", "name": "Stranger", "fields": [{"name": "item", "type": item}]})
    place.registry.register(f"{old.name}-stranger", SchemaText(text, (Reference(item, item, Version(1)),)))
    found = planned(manifest, place, old, "delete", others=[item])
    with pytest.raises(RegistryError, match=item) as refused:
        apply(found, place.topics, place.registry)

    assert refused.value.code == 42206
    assert place.registry.versions(item) == (1,)

    place.registry.delete_subject(f"{old.name}-stranger")
    if place.frees_types:
        again = apply(found, place.topics, place.registry)

        assert [one.outcome for one in again] == ["was done", "was done", "done"]
