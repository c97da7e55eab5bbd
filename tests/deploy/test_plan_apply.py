"""A plan is what is done: all of it, once, in an order without windows, and only on the world that it was made for."""

from __future__ import annotations

from itertools import count

import pytest

from eventpact.contract import Manifest, Topic, load_manifest
from eventpact.deploy import (
    AddPartitions,
    AlterTopic,
    Plan,
    RegisterSchema,
    SetLevel,
    Waiver,
    apply,
    plan,
    read_plan,
    read_world,
    write_plan,
)
from eventpact.errors import PlanError
from eventpact.schema import Level
from tests.deploy.conftest import Place, Shop

NOTE = ',{"name":"note","type":"string","default":""}'
BREAKING = ',{"name":"note","type":"string"}'


def planned(manifest: Manifest, place: Place, *waivers: Waiver) -> Plan:
    return plan(manifest, read_world(manifest, place.topics, place.registry), frozenset(waivers))


def deployed(manifest: Manifest, place: Place) -> None:
    apply(planned(manifest, place), place.topics, place.registry)


def test_a_new_world_gets_everything_the_used_before_the_users(shop: Shop, place: Place) -> None:
    found = planned(shop.manifest(), place)
    targets = [step.target for step in found.steps if not isinstance(step, SetLevel)]

    assert found.refusals == ()
    assert targets == [
        f"topic {shop.name}",
        f"topic {shop.name}-dlq",
        f"subject {shop.space}.Item",
        f"subject {shop.name}-value",
        f"subject {shop.name}-dlq-value",
    ]


def test_the_level_goes_before_the_schema(shop: Shop, place: Place) -> None:
    deployed(shop.manifest(level="BACKWARD"), place)
    found = planned(shop.manifest(more=NOTE), place)

    assert [type(step) for step in found.steps] == [SetLevel, RegisterSchema, SetLevel]


def test_after_applying_there_is_nothing_to_do(shop: Shop, place: Place) -> None:
    manifest = shop.manifest()
    first = apply(planned(manifest, place), place.topics, place.registry)

    assert {one.outcome for one in first} == {"done"}
    assert planned(manifest, place).steps == ()
    assert place.registry.own_level(f"{shop.name}-value") is Level.FULL_TRANSITIVE


def test_applying_twice_does_everything_once(shop: Shop, place: Place) -> None:
    found = planned(shop.manifest(), place)
    apply(found, place.topics, place.registry)
    again = apply(found, place.topics, place.registry)

    assert {one.outcome for one in again} == {"was done"}
    assert place.registry.versions(f"{shop.name}-value") == (1,)


def test_formatting_is_nothing_and_a_doc_is_called_so(shop: Shop, place: Place) -> None:
    deployed(shop.manifest(), place)
    documented = planned(shop.manifest(doc="Said."), place)
    changed = planned(shop.manifest(more=NOTE), place)
    changes = [[step.change for step in p.steps if isinstance(step, RegisterSchema)] for p in (documented, changed)]

    assert changes == [["documentation only"], ["new version"]]


@pytest.mark.parametrize(
    ("item", "change"),
    [
        ('"fields":[{"name":"sku","type":"string"},{"name":"size","type":"int","default":0}]', "new version"),
        ('"doc":"An article.","fields":[{"name":"sku","type":"string"}]', "documentation only"),
    ],
)
def test_a_type_that_changes_changes_its_users(shop: Shop, place: Place, item: str, change: str) -> None:
    """The user's own text stays as it is, and so cannot tell."""
    path = shop.manifest().path
    deployed(load_manifest(path), place)
    text = f'{{"type":"record","name":"Item","namespace":"{shop.space}",{item}}}'
    (path.parent / "item.avsc").write_text(text, "utf-8")
    found = planned(load_manifest(path), place)

    assert [step.change for step in found.steps if isinstance(step, RegisterSchema)] == [change, change]


def test_what_the_level_forbids_is_refused_before_anything_is_done(shop: Shop, place: Place) -> None:
    deployed(shop.manifest(level="NONE"), place)
    found = planned(shop.manifest(more=BREAKING, level="BACKWARD"), place)

    assert [refusal.target for refusal in found.refusals] == [f"subject {shop.name}-value"]
    assert "BACKWARD forbids it" in str(found.refusals[0])
    with pytest.raises(PlanError, match="refusals"):
        apply(found, place.topics, place.registry)
    assert place.registry.versions(f"{shop.name}-value") == (1,)


def test_keys_move_with_a_waiver_only(shop: Shop, place: Place) -> None:
    deployed(shop.manifest(), place)
    refused = planned(shop.manifest(partitions=6), place)
    waived = planned(shop.manifest(partitions=6), place, "repartition")

    assert [refusal.waiver for refusal in refused.refusals] == ["repartition"]
    assert waived.steps == (AddPartitions(shop.name, 6, 3),)
    if place.adds_partitions:
        apply(waived, place.topics, place.registry)
        found = place.topics.describe(shop.name)

        assert found is not None
        assert found.partitions == 6


def test_partitions_are_never_taken_away(shop: Shop, place: Place) -> None:
    deployed(shop.manifest(), place)
    found = planned(shop.manifest(partitions=1), place, "repartition")

    assert [refusal.waiver for refusal in found.refusals] == [None]


def test_retention_grows_freely_and_is_cut_with_a_waiver_only(shop: Shop, place: Place) -> None:
    deployed(shop.manifest(), place)
    grown = planned(shop.manifest(retention="8d"), place)
    apply(grown, place.topics, place.registry)
    cut = planned(shop.manifest(retention="1h"), place)
    waived = planned(shop.manifest(retention="1h"), place, "retention-cut")

    assert [type(step) for step in grown.steps] == [AlterTopic]
    assert [refusal.waiver for refusal in cut.refusals] == ["retention-cut"]
    apply(waived, place.topics, place.registry)
    found = place.topics.describe(shop.name)
    assert found is not None
    assert found.settings["retention.ms"] == "3600000"


def test_a_plan_is_not_applied_to_a_world_that_has_moved(shop: Shop, place: Place) -> None:
    found = planned(shop.manifest(), place)
    place.topics.create(Topic(f"{shop.name}-dlq", 1))
    with pytest.raises(PlanError, match="moved"):
        apply(found, place.topics, place.registry)

    assert place.topics.describe(shop.name) is None


def test_a_version_of_somebody_elses_is_a_move_too(shop: Shop, place: Place) -> None:
    deployed(shop.manifest(), place)
    found = planned(shop.manifest(more=NOTE), place)
    other = planned(shop.manifest(doc="Somebody else's."), place)
    apply(other, place.topics, place.registry)
    with pytest.raises(PlanError, match=f"subject {shop.name}-value"):
        apply(found, place.topics, place.registry)

    assert place.registry.versions(f"{shop.name}-value") == (1, 2)


def test_a_saved_plan_is_the_plan(shop: Shop, place: Place) -> None:
    deployed(shop.manifest(level="NONE"), place)
    for manifest in (shop.manifest(more=NOTE, retention="9d"), Shop(shop.manifest().path.parent).manifest()):
        found = planned(manifest, place)

        assert read_plan(write_plan(found)) == found
        assert write_plan(read_plan(write_plan(found))) == write_plan(found)


def test_a_changed_plan_file_is_refused(shop: Shop, place: Place) -> None:
    text = write_plan(planned(shop.manifest(), place))
    texts: tuple[str | bytes, ...] = (text.replace('"partitions": 3', '"partitions": 4'), "{}", "[]", "", "no plan")
    for broken in (*texts, b"\xff\xfe{", b"\x80", "[" * 100_000):
        with pytest.raises(PlanError):
            read_plan(broken)


class Dies:
    """Both ports, and an end before or after the n-th change: what a kill leaves behind."""

    def __init__(self, place: Place, changes: int, *, after: bool) -> None:
        self._place = place
        self._left = changes
        self._after = after

    def __getattr__(self, name: str) -> object:
        topics = hasattr(self._place.topics, name)
        method = getattr(self._place.topics if topics else self._place.registry, name)
        return self._counted(method) if name in {"create", "alter", "set_level", "register"} else method

    def _counted(self, method: object) -> object:
        def call(*arguments: object) -> object:
            self._left -= 1
            if self._left < 0 and not self._after:
                raise KeyboardInterrupt
            answer: object = method(*arguments)  # type: ignore[operator]
            if self._left < 0:
                raise KeyboardInterrupt
            return answer

        return call


@pytest.mark.parametrize("after", [False, True], ids=["before the change", "after the change"])
def test_a_kill_at_any_change_is_resumed_by_the_same_plan(shop: Shop, place: Place, after: bool) -> None:
    outcomes: list[int] = []
    for changes in count():
        each = Shop(shop.manifest().path.parent)
        found = planned(each.manifest(), place)
        dying = Dies(place, changes, after=after)
        try:
            apply(found, dying, dying)  # type: ignore[arg-type]
        except KeyboardInterrupt:
            applied = apply(found, place.topics, place.registry)
            outcomes.append(sum(one.outcome == "was done" for one in applied))

            assert planned(each.manifest(), place).steps == ()
            assert place.registry.versions(f"{each.name}-value") == (1,)
            continue
        break

    assert len(outcomes) >= 7
    assert outcomes == sorted(outcomes)
