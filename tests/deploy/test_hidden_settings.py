"""Redpanda takes some settings, ignores them and never shows them. A deployment goes through all the same."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace

import pytest

from eventpact.contract import Manifest, Topic
from eventpact.deploy import AlterTopic, Plan, apply, plan, read_world
from eventpact.deploy.position import reached
from eventpact.deploy.state import TopicState
from eventpact.errors import PlanError
from eventpact.kafka import Settings, admin_topics
from eventpact.kafka.admin_topics import AdminTopics
from eventpact.kafka.topics import FoundTopic
from tests.deploy.conftest import Place, Shop

HIDDEN = "min.insync.replicas"


class Hiding:
    """The TopicAdmin port on a broker that never shows one of the settings."""

    def __init__(self, place: Place) -> None:
        self._topics = place.topics
        self.altered = 0

    def create(self, topic: Topic) -> bool:
        return self._topics.create(topic)

    def describe(self, name: str) -> FoundTopic | None:
        found = self._topics.describe(name)
        if found is None:
            return None
        return replace(found, settings={key: value for key, value in found.settings.items() if key != HIDDEN})

    def alter(self, name: str, settings: Mapping[str, str]) -> None:
        self.altered += 1
        self._topics.alter(name, settings)

    def add_partitions(self, name: str, partitions: int) -> None:
        self._topics.add_partitions(name, partitions)


def manifest_of(shop: Shop, retention: str = "7d") -> Manifest:
    found = shop.manifest(retention=retention)
    (contract,) = found.contracts
    topic = replace(contract.topic, settings={**contract.topic.settings, HIDDEN: "1"})
    return replace(found, contracts=(replace(contract, topic=topic),))


def planned(manifest: Manifest, place: Place, topics: Hiding) -> Plan:
    return plan(manifest, read_world(manifest, topics, place.registry))


def test_a_topic_that_was_made_with_it_was_made(shop: Shop, place: Place) -> None:
    topics = Hiding(place)
    found = planned(manifest_of(shop), place, topics)
    apply(found, topics, place.registry)
    again = apply(found, topics, place.registry)

    assert {one.outcome for one in again} == {"was done"}


def test_it_is_set_each_time_and_what_comes_after_it_is_done(shop: Shop, place: Place) -> None:
    topics = Hiding(place)
    first = planned(manifest_of(shop), place, topics)
    apply(first, topics, place.registry)
    for _ in range(2):
        each = planned(manifest_of(shop), place, topics)
        apply(each, topics, place.registry)

        assert [str(step) for step in each.steps] == [f"alter topic {shop.name}: {HIDDEN}: not shown -> 1"]
    assert topics.altered == 2


def test_beside_a_setting_that_is_shown_the_same_plan_goes_on(shop: Shop, place: Place) -> None:
    topics = Hiding(place)
    apply(planned(manifest_of(shop), place, topics), topics, place.registry)
    found = planned(manifest_of(shop, "8d"), place, topics)
    apply(found, topics, place.registry)
    again = apply(found, topics, place.registry)

    assert [one.outcome for one in again] == ["was done"]


def test_a_move_is_a_move_all_the_same(shop: Shop, place: Place) -> None:
    topics = Hiding(place)
    apply(planned(manifest_of(shop), place, topics), topics, place.registry)
    found = planned(manifest_of(shop, "8d"), place, topics)
    topics.alter(shop.name, {"retention.ms": "9"})
    with pytest.raises(PlanError, match="moved"):
        apply(found, topics, place.registry)


def test_what_every_broker_shows_is_not_thought_to_be_hidden() -> None:
    step = AlterTopic("a", {"retention.bytes": "5", "retention.ms": "7"}, {})
    seen = TopicState(1, {"retention.bytes": None, "retention.ms": "6"})

    assert reached([step], seen, TopicState(1, {"retention.bytes": None, "retention.ms": "7"})) is None


@dataclass
class Told:
    cluster_id: str
    topics: dict[str, Told]
    error: None = None
    partitions: tuple[int, ...] = (0,)


class Client:
    """confluent's AdminClient on a broker that takes every setting and shows none."""

    def __init__(self, *_: object, **__: object) -> None: ...

    def list_topics(self, name: str, timeout: float) -> Told:
        return Told("redpanda.1", {name: Told("", {})})

    def describe_configs(self, resources: list[object], request_timeout: float) -> dict[object, Future[object]]:
        return self.incremental_alter_configs(resources, request_timeout)

    def incremental_alter_configs(
        self, resources: list[object], request_timeout: float
    ) -> dict[object, Future[object]]:
        future: Future[object] = Future()
        future.set_result({})
        return dict.fromkeys(resources, future)


def test_nobody_waits_for_it_to_appear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin_topics, "AdminClient", Client)
    with AdminTopics(Settings.from_env({"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}, None), timeout=0.2) as topics:
        topics.alter("events", {HIDDEN: "2"})
