"""Topics are made as the contract wants them, read back, and never altered."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from eventpact.contract import Contract, DeadLetterTopic, Topic
from eventpact.dev import EmbeddedBroker, EmbeddedTopics
from eventpact.errors import BrokerUnavailableError, TopicError
from eventpact.kafka import Settings
from eventpact.kafka.admin_topics import AdminTopics
from eventpact.kafka.topics import Difference, FoundTopic, TopicReport, compare, ensure_topic, ensure_topics
from eventpact.schema import Level

EVENTS = Topic("events", 6, 604_800_000, {"cleanup.policy": "delete"})
LETTERS = Topic("events-dlq", 6, 2_592_000_000)
CONTRACT = Contract(
    name="events",
    schema="event.avsc",
    event="demo.Event",
    topic=EVENTS,
    key="tenant_id",
    level=Level.FULL_TRANSITIVE,
    groups=("workers",),
    dead_letter=DeadLetterTopic(LETTERS, 3, "letter-readers"),
)


@pytest.fixture
def topics() -> Iterator[EmbeddedTopics]:
    with EmbeddedBroker() as broker:
        yield EmbeddedTopics(broker)


def test_a_contract_has_its_topics_afterwards(topics: EmbeddedTopics) -> None:
    assert ensure_topics(topics, CONTRACT) == TopicReport(("events", "events-dlq"), ())
    assert topics.describe("events") == FoundTopic("events", 6, EVENTS.config())


def test_doing_it_again_changes_nothing(topics: EmbeddedTopics) -> None:
    ensure_topics(topics, CONTRACT)

    assert ensure_topics(topics, CONTRACT) == TopicReport((), ())


def test_an_existing_topic_that_differs_is_reported_and_left_alone(topics: EmbeddedTopics) -> None:
    topics.create(Topic("events", 3, None, {"cleanup.policy": "compact"}))
    report = ensure_topic(topics, EVENTS)

    assert report.created == ()
    assert [str(difference) for difference in report.differences] == [
        "events: partitions should be 6, found 3",
        "events: cleanup.policy should be delete, found compact",
        "events: retention.ms should be 604800000, found -1",
    ]
    assert topics.describe("events") == FoundTopic("events", 3, {"cleanup.policy": "compact", "retention.ms": "-1"})


def test_a_setting_that_the_broker_does_not_show_is_a_difference() -> None:
    wanted = Topic("events", 1, None, {"min.insync.replicas": "2"})
    found = FoundTopic("events", 1, {"retention.ms": "-1", "segment.ms": "1"})

    assert compare(wanted, found) == (Difference("events", "min.insync.replicas", "2", None),)
    assert str(compare(wanted, found)[0]) == "events: min.insync.replicas should be 2, not shown by the broker"


@pytest.mark.parametrize("policies", ["compact,delete", "compact, delete"])
def test_a_list_of_policies_has_no_order_and_no_blanks(policies: str) -> None:
    wanted = Topic("events", 1, None, {"cleanup.policy": policies})

    assert compare(wanted, FoundTopic("events", 1, {"retention.ms": "-1", "cleanup.policy": "delete,compact"})) == ()


def test_a_missing_topic_is_described_as_none(topics: EmbeddedTopics) -> None:
    assert topics.describe("nowhere") is None


class Blind:
    """A broker that takes topics and shows none: no right to describe."""

    def create(self, topic: Topic) -> bool:
        return True

    def describe(self, name: str) -> FoundTopic | None:
        return None


def test_a_topic_that_cannot_be_read_back_is_an_error() -> None:
    with pytest.raises(TopicError, match="ask for the right to describe it"):
        ensure_topic(Blind(), EVENTS)


def test_the_admin_client_gives_up_in_time_when_nobody_answers() -> None:
    started = time.monotonic()
    with AdminTopics(Settings(bootstrap_servers="127.0.0.1:1"), timeout=0.5) as topics:
        with pytest.raises(BrokerUnavailableError, match="cannot create topic events: no broker answered"):
            topics.create(EVENTS)
        with pytest.raises(BrokerUnavailableError, match="cannot describe topic events: no broker answered"):
            topics.describe("events")

    assert time.monotonic() - started < 10


def test_the_admin_client_says_none_for_a_missing_topic() -> None:
    with EmbeddedBroker() as broker, AdminTopics(Settings(bootstrap_servers=broker.bootstrap_servers)) as topics:
        assert topics.describe("nowhere") is None


def test_more_than_promised_is_a_difference_too() -> None:
    found = FoundTopic("events", 9, {"retention.ms": "999999999999", "cleanup.policy": "delete"})

    assert [difference.what for difference in compare(EVENTS, found)] == ["partitions", "retention.ms"]
