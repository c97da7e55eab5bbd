"""Two applies at one moment: each looks again before each step, so that nothing is done twice, or on what has moved."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from eventpact.contract import Manifest, Topic
from eventpact.deploy import Plan, SetLevel, apply, plan, read_world
from eventpact.dev import EmbeddedStack
from eventpact.errors import EventpactError, IncompatibleError, PlanError
from eventpact.registry import MemoryRegistry, SchemaText
from eventpact.schema import Level
from tests.deploy.conftest import Place, Shop
from tests.deploy.meanwhile import Meanwhile

NOTE = ',{"name":"note","type":"string","default":""}'
CHANGES = {"create", "alter", "add_partitions", "set_level", "register", "delete_subject"}
LOOKS = {"describe", "own_level"}


def planned(manifest: Manifest, place: Place) -> Plan:
    return plan(manifest, read_world(manifest, place.topics, place.registry))


def applied_meanwhile(found: Plan, place: Place, names: set[str], call: int, happen: Callable[[], object]) -> bool:
    """Did it happen before the end?"""
    both = Meanwhile(place, names, call, happen)
    apply(found, both, both)  # type: ignore[arg-type]
    return both.happened


@pytest.mark.parametrize("names", [LOOKS, CHANGES], ids=["before a look", "between a look and its step"])
def test_the_same_plan_applied_in_the_middle_of_itself_is_done_once(shop: Shop, place: Place, names: set[str]) -> None:
    turns = 0
    while True:
        each = Shop(shop.folder)
        found = planned(each.manifest(), place)
        if not applied_meanwhile(found, place, names, turns, partial(apply, found, place.topics, place.registry)):
            break
        turns += 1

        assert planned(each.manifest(), place).steps == ()
        assert place.registry.versions(f"{each.name}-value") == (1,)
        assert place.registry.own_level(f"{each.name}-value") is Level.FULL_TRANSITIVE

    assert turns >= len(found.steps)


def test_what_moves_between_two_steps_is_not_touched(shop: Shop, place: Place) -> None:
    """The topic is changed; meanwhile somebody registers a version of their own."""
    manifest = shop.manifest()
    apply(planned(manifest, place), place.topics, place.registry)
    other = planned(shop.manifest(doc="Somebody else's."), place)
    found = planned(shop.manifest(more=NOTE, retention="8d"), place)
    reported: list[str] = []
    both = Meanwhile(place, {"alter"}, 0, lambda: apply(other, place.topics, place.registry))
    with pytest.raises(PlanError, match=f"subject {shop.name}-value has moved since the last look at it"):
        apply(found, both, both, lambda one: reported.append(str(one.step)))  # type: ignore[arg-type]

    assert reported == [f"alter topic {shop.name}: retention.ms: 604800000 -> 691200000"]
    assert place.registry.versions(f"{shop.name}-value") == (1, 2)


def test_a_topic_that_somebody_makes_otherwise_in_between_is_not_touched(shop: Shop, place: Place) -> None:
    found = planned(shop.manifest(), place)
    other = Topic(f"{shop.name}-dlq", 1)
    both = Meanwhile(place, {"create"}, 1, lambda: place.topics.create(other))
    with pytest.raises(PlanError, match=f"topic {shop.name}-dlq has moved"):
        apply(found, both, both)  # type: ignore[arg-type]

    made = place.topics.describe(other.name)

    assert made is not None
    assert made.partitions == 1
    assert f"{shop.name}-value" not in place.registry.subjects()


def test_a_step_that_is_undone_in_between_is_told(shop: Shop, place: Place) -> None:
    """A level is set, and put back before the schema comes: it would get in under the weaker one."""
    apply(planned(shop.manifest(level="BACKWARD"), place), place.topics, place.registry)
    found = planned(shop.manifest(more=NOTE), place)
    subject = f"{shop.name}-value"
    both = Meanwhile(place, {"own_level"}, 4, lambda: place.registry.set_level(Level.NONE, subject))
    with pytest.raises(PlanError, match=f"subject {subject} has moved since"):
        apply(found, both, both)  # type: ignore[arg-type]

    assert place.registry.versions(subject) == (1,)


def test_many_applies_at_once_make_one_world(shop: Shop, place: Place) -> None:
    found = planned(shop.manifest(), place)
    barrier = threading.Barrier(4)

    def work(_: int) -> str:
        barrier.wait()
        for _ in range(4):
            try:
                apply(found, place.topics, place.registry)
            except EventpactError as error:
                # A registry may be too busy with the others: apply again, and it goes on.
                if not error.retriable:
                    return str(error)
            else:
                return ""
        return "too busy"

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(work, range(4)))

    subject = f"{shop.name}-value"
    versions = place.registry.versions(subject)

    assert planned(shop.manifest(), place).steps == ()
    assert len({place.registry.version(subject, version).schema.text for version in versions}) == 1
    if place.takes_turns:
        assert versions == (1,)
        assert told == [""] * 4


def test_a_stranger_s_schema_in_the_last_moment_is_judged_by_the_level(shop: Shop, place: Place) -> None:
    """What remains: between the look and the step. The level that was set before keeps the promise."""
    apply(planned(shop.manifest(), place), place.topics, place.registry)
    found = planned(shop.manifest(more=NOTE), place)
    subject = f"{shop.name}-value"
    documented = place.registry.version(subject).schema
    stranger = SchemaText(
        documented.text.replace('"name":"Order"', '"name":"Order","doc":"!"', 1), documented.references
    )
    both = Meanwhile(place, {"register"}, 0, lambda: place.registry.register(subject, stranger))
    apply(found, both, both)  # type: ignore[arg-type]

    assert place.registry.versions(subject) == (1, 2, 3)


class Crowded(MemoryRegistry):
    """As Apicurio, where two set a subject's first level at one moment: the later one is told that there is one."""

    def __init__(self, others: Level) -> None:
        super().__init__()
        self._others = others

    def set_level(self, level: Level, subject: str | None = None) -> None:
        super().set_level(self._others, subject)
        raise IncompatibleError("HTTP 409: a rule named 'COMPATIBILITY' already exists", status=409)


def test_a_level_that_somebody_sets_in_the_same_moment_was_done(shop: Shop, stack: EmbeddedStack) -> None:
    place = Place(stack.topics, Crowded(Level.FULL_TRANSITIVE), adds_partitions=False)
    applied = apply(planned(shop.manifest(), place), place.topics, place.registry)

    assert {one.outcome for one in applied if isinstance(one.step, SetLevel)} == {"was done"}
    assert planned(shop.manifest(), place).steps == ()


def test_another_level_in_the_same_moment_is_told(shop: Shop, stack: EmbeddedStack) -> None:
    place = Place(stack.topics, Crowded(Level.NONE), adds_partitions=False)
    with pytest.raises(IncompatibleError):
        apply(planned(shop.manifest(), place), place.topics, place.registry)

    assert f"{shop.name}-value" not in place.registry.subjects()
