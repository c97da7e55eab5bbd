"""The doctor asks the brokers: who they are, what they let happen, and whether the topics are as promised."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Final, TypeAlias

from confluent_kafka import KafkaException

# The package lists these in no __all__, which strict typing takes for private.
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AdminClient,
    ConfigResource,
    ResourceType,
    TopicMetadata,
)

from eventpact.contract import Manifest, Topic
from eventpact.deploy.line import APPLY, PASTE, Line, several
from eventpact.errors import EventpactError, KafkaError
from eventpact.kafka.config import admin_config
from eventpact.kafka.settings import Settings
from eventpact.kafka.topics import Topics, compare, topics_of
from eventpact.kafka.translate import client_error, translate

__all__ = ["PATIENCE", "Describing", "broker_lines"]

Describing: TypeAlias = Callable[[], AbstractContextManager[Topics]]

LOGGER: Final = logging.getLogger("eventpact.librdkafka")
PATIENCE: Final = 5.0
AUTO_CREATE: Final = "auto.create.topics.enable"
ENOUGH_BROKERS: Final = 3
IGNORED: Final = f"{APPLY}; if that changes nothing, the broker ignores it: take it out of the manifest"


def broker_lines(manifest: Manifest, settings: Settings, describing: Describing) -> Iterator[Line]:
    try:
        client = AdminClient({**admin_config(settings), "allow.auto.create.topics": False}, logger=LOGGER)
        cluster = client.list_topics(timeout=PATIENCE)
    except KafkaException as error:
        problem = translate(client_error(error), "the broker cannot be reached")
        yield Line("fail", "broker", str(problem), "check KAFKA_BOOTSTRAP_SERVERS and the KAFKA_ security variables")
        return
    name, brokers = str(cluster.cluster_id), len(cluster.brokers)
    kind = "Redpanda" if name.startswith("redpanda.") else "embedded" if name.startswith("mock") else "Kafka"
    yield Line("ok", "broker", f"{kind}, {several(brokers, 'broker')}, cluster {name}")
    wanted = [topic for contract in manifest.contracts for topic in topics_of(contract)]
    partitions = {name: len(topic.partitions) for name, topic in cluster.topics.items()}
    if kind == "embedded":
        if settings.dev_topics is None:
            yield Line("warn", "topics", "the embedded broker shows no settings by itself", PASTE)
            yield from (_count(topic, partitions.get(topic.name)) for topic in wanted)
            return
    else:
        yield from _auto_create(client, min(cluster.brokers))
        yield from _copies(wanted, cluster.topics) if brokers >= ENOUGH_BROKERS else ()
    try:
        with describing() as topics:
            for topic in wanted:
                yield from _topic(topic, topics, partitions.get(topic.name))
    except EventpactError as error:
        yield Line("fail", "topics", str(error), PASTE)


def _copies(wanted: Iterable[Topic], found: Mapping[str, TopicMetadata]) -> Iterator[Line]:
    for topic in wanted:
        replicas = [len(one.replicas) for one in found[topic.name].partitions.values()] if topic.name in found else []
        if 1 in replicas:
            says = "one: its events are gone with its broker"
            yield Line("warn", f"copies of {topic.name}", says, "raise its replication factor")


def _auto_create(client: AdminClient, broker: int) -> Iterator[Line]:
    """A topic that is made by being used has neither its partitions nor its retention."""
    resource = ConfigResource(ResourceType.BROKER, str(broker))
    try:
        future = client.describe_configs([resource], request_timeout=PATIENCE)[resource]
        entry = future.result(PATIENCE).get(AUTO_CREATE)
    except (KafkaException, TimeoutError):
        return  # no right to look, or nothing to be seen: no finding
    if entry is not None and entry.value == "true":
        says = "the broker makes a topic of every misspelt name"
        yield Line("warn", "topic creation", says, f"set {AUTO_CREATE} (auto_create_topics_enabled) to false")


def _topic(wanted: Topic, topics: Topics, partitions: int | None) -> Iterator[Line]:
    what = f"topic {wanted.name}"
    if partitions is None:
        yield Line("fail", what, "does not exist", APPLY)
        return
    try:
        found = topics.describe(wanted.name)
    except KafkaError as error:
        says = f"{several(partitions, 'partition')}; its settings cannot be read ({type(error).__name__})"
        yield Line("warn", what, says, "grant the right to describe topic settings")
        return
    if found is None:
        yield Line("fail", what, "was made by a client that used it", "delete it, then eventpact apply")
        return
    different = compare(wanted, found)
    for one in different:
        yield Line("warn", what, str(one), IGNORED) if one.found is None else Line("fail", what, str(one), APPLY)
    if not different:
        yield Line("ok", what, f"{several(wanted.partitions, 'partition')}, as the manifest says")


def _count(wanted: Topic, partitions: int | None) -> Line:
    """All that can be said where settings are not shown."""
    right = partitions == wanted.partitions
    says = "does not exist" if partitions is None else several(partitions, "partition")
    fix = "" if right else "start `eventpact dev` with this manifest"
    return Line("ok" if right else "fail", f"topic {wanted.name}", says, fix)
