"""Contracts are checked at birth."""

import pickle
from dataclasses import replace

import pytest

from eventpact.contract import Contract, DeadLetterTopic, Topic
from eventpact.schema import Level

TOPIC = Topic("orders", 6, 1000, {"cleanup.policy": "delete"})
PARKED = DeadLetterTopic(Topic("orders-dlq", 6), 3, "parked", "dead_letter.avsc")
CONTRACT = Contract(
    name="orders",
    schema="order.avsc",
    event="shop.Order",
    topic=TOPIC,
    key="id",
    level=Level.FULL_TRANSITIVE,
    groups=("billing",),
    dead_letter=PARKED,
)


def test_subjects_follow_the_topic_name() -> None:
    assert (CONTRACT.subject, CONTRACT.dead_letter_subject) == ("orders-value", "orders-dlq-value")


def test_without_a_dead_letter_schema_there_is_no_subject_for_it() -> None:
    raw = replace(CONTRACT, dead_letter=replace(PARKED, schema=None))

    assert (raw.dead_letter_subject, replace(CONTRACT, dead_letter=None).dead_letter_subject) == (None, None)


def test_another_topic_changes_the_subject_and_nothing_else() -> None:
    moved = CONTRACT.on_topic("test-1")

    assert (moved.subject, moved.topic.partitions, moved.topic.settings) == ("test-1-value", 6, TOPIC.settings)


def test_the_settings_say_the_retention() -> None:
    assert (TOPIC.config(), Topic("t", 1).config()) == (
        {"retention.ms": "1000", "cleanup.policy": "delete"},
        {"retention.ms": "-1"},
    )


def test_a_topic_cannot_be_changed_through_its_settings() -> None:
    mine = {"a": "b"}
    topic = Topic("t", 1, None, mine)
    mine["a"] = "c"

    assert topic.settings == {"a": "b"}


def test_a_contract_pickles_and_hashes() -> None:
    assert pickle.loads(pickle.dumps(CONTRACT)) == CONTRACT
    assert len({CONTRACT, CONTRACT.on_topic("orders")}) == 1


@pytest.mark.parametrize("name", ["", ".", "..", "a b", "a/b", "ü", "a\n", "x" * 250])
def test_a_topic_name_is_kafkas(name: str) -> None:
    with pytest.raises(ValueError, match="topic name"):
        Topic(name, 1)


@pytest.mark.parametrize("partitions", [0, -1, 10_001])
def test_partitions_have_bounds(partitions: int) -> None:
    with pytest.raises(ValueError, match="partitions"):
        Topic("t", partitions)


@pytest.mark.parametrize("setting", ["retention.ms", "Retention", "a b", ""])
def test_settings_are_named_like_settings(setting: str) -> None:
    with pytest.raises(ValueError, match=r"setting|retention"):
        Topic("t", 1, None, {setting: "1"})


@pytest.mark.parametrize("group", ["", " a", "a\n", "x" * 256])
def test_a_group_has_a_readable_name(group: str) -> None:
    with pytest.raises(ValueError, match="consumer group"):
        replace(CONTRACT, groups=(group,))


@pytest.mark.parametrize("owner", ["", " team", "team\n", "x" * 256])
def test_an_owner_has_a_readable_name(owner: str) -> None:
    with pytest.raises(ValueError, match="owner"):
        replace(CONTRACT, owner=owner)


def test_dead_letters_do_not_come_back_as_events() -> None:
    with pytest.raises(ValueError, match="itself"):
        replace(CONTRACT, dead_letter=replace(PARKED, topic=TOPIC))


def test_one_group_does_not_read_both_topics() -> None:
    with pytest.raises(ValueError, match="group"):
        replace(CONTRACT, dead_letter=replace(PARKED, group="billing"))


def test_a_group_is_listed_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        replace(CONTRACT, groups=("a", "a"))
