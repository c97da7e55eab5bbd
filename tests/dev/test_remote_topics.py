"""Topics of an embedded stack from another process: the same port as in its own, and no topic on the wrong cluster."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from eventpact.contract import Topic
from eventpact.deploy import TopicAdmin
from eventpact.dev import EmbeddedStack, RemoteTopics, topic_admin
from eventpact.errors import BrokerUnavailableError, SettingsError, TopicError
from eventpact.kafka import AdminTopics, Settings
from eventpact.kafka.topics import FoundTopic

EVENTS = Topic("events", 3, 3_600_000, {"cleanup.policy": "compact,delete"})
CONFIG = {"retention.ms": "3600000", "cleanup.policy": "compact,delete"}


@pytest.fixture(scope="module")
def running() -> Iterator[EmbeddedStack]:
    with EmbeddedStack(()) as made:
        yield made


@pytest.fixture
def stack(running: EmbeddedStack) -> EmbeddedStack:
    for name in list(running.broker.topics):
        running.broker.delete_topic(name)
    return running


@pytest.fixture(params=["here", "remote"])
def topics(request: pytest.FixtureRequest, stack: EmbeddedStack) -> Iterator[TopicAdmin]:
    """One suite for the port in the stack's own process and over HTTP."""
    if request.param == "here":
        yield stack.topics
        return
    with topic_admin(stack.settings()) as remote:
        yield remote


def test_a_topic_is_made_once_with_its_settings(topics: TopicAdmin) -> None:
    made = [topics.create(EVENTS), topics.create(EVENTS)]

    assert made == [True, False]
    assert topics.describe("events") == FoundTopic("events", 3, CONFIG)
    assert topics.describe("nowhere") is None


def test_settings_that_are_not_named_stay(topics: TopicAdmin) -> None:
    topics.create(EVENTS)
    topics.alter("events", {"retention.ms": "-1"})
    found = topics.describe("events")

    assert found is not None
    assert found.settings == {**CONFIG, "retention.ms": "-1"}


def test_what_the_embedded_broker_cannot_do_is_refused(topics: TopicAdmin) -> None:
    topics.create(EVENTS)
    with pytest.raises(TopicError, match="cannot add any"):
        topics.add_partitions("events", 6)
    with pytest.raises(TopicError, match="there is no such topic"):
        topics.alter("nowhere", {"retention.ms": "-1"})


def test_a_topic_that_a_client_made_by_using_it_is_told(stack: EmbeddedStack, topics: TopicAdmin) -> None:
    stack.broker.create_topic("used", 4)
    # As the mock cluster does it: nobody told us.
    del stack.broker._topics["used"]
    try:
        with pytest.raises(TopicError, match="a client has made topic used already"):
            topics.create(Topic("used", 6))
    finally:
        stack.broker.delete_topic("used")


def test_names_with_every_legal_sign_arrive(stack: EmbeddedStack, topics: TopicAdmin) -> None:
    name = "A.b_c-9"
    topics.create(Topic(name, 1))

    assert stack.broker.topics == {name: 1}
    assert topics.describe(name) is not None


def test_another_cluster_s_topics_are_not_touched(stack: EmbeddedStack) -> None:
    url = stack.environment()["EVENTPACT_DEV_TOPICS"]
    with pytest.raises(SettingsError, match="belongs to other brokers than KAFKA_BOOTSTRAP_SERVERS"):
        RemoteTopics(url, "kafka:9092").__enter__()


@pytest.mark.parametrize("path", ["/subjects", "/status/ready", "/nowhere", "/eventpact-dev/nowhere"])
def test_what_is_no_embedded_stack_is_told_apart(stack: EmbeddedStack, path: str) -> None:
    with pytest.raises(SettingsError, match="something else than an embedded stack"):
        RemoteTopics(stack.registry.url + path, stack.broker.bootstrap_servers).__enter__()


def test_a_stack_that_is_gone_is_told_in_time() -> None:
    with (
        pytest.raises(BrokerUnavailableError, match="start `eventpact dev` again"),
        RemoteTopics("http://127.0.0.1:1/eventpact-dev/topics", "127.0.0.1:2"),
    ):
        pass


def test_settings_without_the_variable_lead_to_the_brokers(stack: EmbeddedStack) -> None:
    variables = {k: v for k, v in stack.environment().items() if k != "EVENTPACT_DEV_TOPICS"}
    with topic_admin(Settings.from_env(variables, dotenv=None)) as topics:
        assert isinstance(topics, AdminTopics)


def test_the_embedded_broker_itself_names_the_variable_that_helps(stack: EmbeddedStack) -> None:
    stack.topics.create(EVENTS)
    with AdminTopics(stack.settings()) as topics, pytest.raises(TopicError, match="set EVENTPACT_DEV_TOPICS, too"):
        topics.describe("events")


@pytest.mark.parametrize(
    "url", ["topics", "https://h:1/", "http://u:p@h:1/", "http://h", "http://h:1/ x", "http://[:1"]
)
def test_the_variable_is_checked_at_birth(url: str) -> None:
    with pytest.raises(SettingsError, match="EVENTPACT_DEV_TOPICS"):
        Settings(bootstrap_servers="127.0.0.1:1", dev_topics=url)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "", "no JSON", 422),
        ("POST", "", "[]", 422),
        ("POST", "", '{"name": "bad name", "partitions": 1}', 422),
        ("POST", "", '{"name": "t", "partitions": "many"}', 422),
        ("POST", "", '{"name": "t", "partitions": 1, "more": 1}', 422),
        ("PATCH", "/events", "{}", 422),
        ("DELETE", "/events", "", 404),
        ("GET", "/events/more", "", 404),
    ],
)
def test_what_is_no_request_is_refused(stack: EmbeddedStack, method: str, path: str, body: str, status: int) -> None:
    url = stack.environment()["EVENTPACT_DEV_TOPICS"] + path
    answer = requests.request(method, url, data=body, timeout=5)

    assert answer.status_code == status
    assert answer.json()["message"]
    assert dict(stack.broker.topics) == {}


def test_beside_it_the_registry_speaks_as_ever(stack: EmbeddedStack) -> None:
    answer = requests.get(f"{stack.registry.url}/eventpact-devil", timeout=5)

    assert (answer.status_code, answer.json()) == (404, {"message": "Not found", "code": 404})
