"""A real broker: topics, and an event's whole way from a producer to a worker, to the dead letters and back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from eventpact.contract import Topic
from eventpact.kafka import AdminTopics, Settings
from eventpact.kafka.topics import ensure_topic

pytestmark = pytest.mark.live


@pytest.fixture
def settings(kafka_broker: str) -> Settings:
    return Settings.from_env({"KAFKA_BOOTSTRAP_SERVERS": kafka_broker}, dotenv=None)


@pytest.fixture
def topics(settings: Settings) -> Iterator[AdminTopics]:
    with AdminTopics(settings) as topics:
        yield topics


@pytest.fixture
def name() -> str:
    return f"eventpact-test-{uuid.uuid4().hex}"


def test_a_topic_is_made_with_its_settings_and_making_it_again_changes_nothing(topics: AdminTopics, name: str) -> None:
    wanted = Topic(name, 3, 3_600_000, {"cleanup.policy": "compact,delete"})

    assert ensure_topic(topics, wanted).created == (name,)
    assert ensure_topic(topics, wanted).created == ()
    assert ensure_topic(topics, wanted).differences == ()


def test_a_topic_that_is_not_there_is_none_and_stays_so(topics: AdminTopics, name: str) -> None:
    assert topics.describe(name) is None
    assert topics.describe(name) is None
