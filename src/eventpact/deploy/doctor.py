"""What stands between a service and its broker and registry, each line with its fix. Looking changes nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import confluent_kafka
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from eventpact.contract import Manifest, Topic
from eventpact.deploy.service_kind import FEATURES, registry_kind
from eventpact.deploy.world import wanted_subjects
from eventpact.errors import EventpactError, KafkaError, NotRegisteredError
from eventpact.kafka.admin_topics import AdminTopics
from eventpact.kafka.config import admin_config, producer_config
from eventpact.kafka.schema_lookup import registered_id
from eventpact.kafka.settings import Settings
from eventpact.kafka.topics import Topics, compare, topics_of
from eventpact.kafka.translate import client_error, translate
from eventpact.registry import RegistryClient

__all__ = ["Line", "examine"]

Describing: TypeAlias = Callable[[], AbstractContextManager[Topics]]

LOGGER: Final = logging.getLogger("eventpact.librdkafka")
PATIENCE: Final = 5.0
MOST_SKEW: Final = 30.0
JAVA_PARTITIONER: Final = "murmur2_random"
APPLY: Final = "eventpact plan, then eventpact apply"
PASTE: Final = "paste all lines that `eventpact dev` prints, EVENTPACT_DEV_TOPICS too"


@dataclass(frozen=True, slots=True)
class Line:
    """``fix`` is empty where nothing is to be done."""

    state: Literal["ok", "warn", "fail"]
    what: str
    says: str
    fix: str = ""


def examine(manifest: Manifest, settings: Settings, describing: Describing | None = None) -> Iterator[Line]:
    """One line per thing looked at, as they come. Secrets are masked; raises nothing of ours.

    ``describing`` opens who shows topics, the brokers themselves if it is left out.
    """
    yield from _settings(settings)
    yield from _broker(manifest, settings, describing or (lambda: AdminTopics(settings, timeout=PATIENCE)))
    yield from _registry(manifest, settings)


def _settings(settings: Settings) -> Iterator[Line]:
    yield Line("ok", "settings", f"brokers {settings.bootstrap_servers}, {settings.security.protocol}")
    library, native = confluent_kafka.version(), confluent_kafka.libversion()
    yield Line("ok", "client", f"confluent-kafka {_version(library)}, librdkafka {_version(native)}")
    partitioner = producer_config(settings).get("partitioner")
    if partitioner == JAVA_PARTITIONER:
        yield Line("ok", "partitioner", f"{partitioner}: a key goes where Java clients send it")
    else:
        yield Line("warn", "partitioner", f"{partitioner}: keys go elsewhere than from Java clients", "use eventpact's")


def _broker(manifest: Manifest, settings: Settings, describing: Describing) -> Iterator[Line]:
    try:
        client = AdminClient({**admin_config(settings), "allow.auto.create.topics": False}, logger=LOGGER)
        cluster = client.list_topics(timeout=PATIENCE)
    except KafkaException as error:
        problem = translate(client_error(error), "the broker cannot be reached")
        yield Line("fail", "broker", str(problem), "check KAFKA_BOOTSTRAP_SERVERS and the KAFKA_ security variables")
        return
    name = str(cluster.cluster_id)
    kind = "Redpanda" if name.startswith("redpanda.") else "embedded" if name.startswith("mock") else "Kafka"
    yield Line("ok", "broker", f"{kind}, {_several(len(cluster.brokers), 'broker')}, cluster {name}")
    wanted = [topic for contract in manifest.contracts for topic in topics_of(contract)]
    partitions = {name: len(topic.partitions) for name, topic in cluster.topics.items()}
    if kind == "embedded" and settings.dev_topics is None:
        yield Line("warn", "topics", "the embedded broker shows no settings by itself", PASTE)
        yield from (_count(topic, partitions.get(topic.name)) for topic in wanted)
        return
    try:
        with describing() as topics:
            for topic in wanted:
                yield from _topic(topic, topics, partitions.get(topic.name))
    except EventpactError as error:
        yield Line("fail", "topics", str(error), PASTE)


def _topic(wanted: Topic, topics: Topics, partitions: int | None) -> Iterator[Line]:
    what = f"topic {wanted.name}"
    if partitions is None:
        yield Line("fail", what, "does not exist", APPLY)
        return
    try:
        found = topics.describe(wanted.name)
    except KafkaError as error:
        says = f"{_several(partitions, 'partition')}; its settings cannot be read ({type(error).__name__})"
        yield Line("warn", what, says, "grant the right to describe topic settings")
        return
    if found is None:
        yield Line("fail", what, "was made by a client that used it", "delete it, then eventpact apply")
        return
    different = compare(wanted, found)
    for one in different:
        yield Line("fail", what, str(one), APPLY)
    if not different:
        yield Line("ok", what, f"{_several(wanted.partitions, 'partition')}, as the manifest says")


def _count(wanted: Topic, partitions: int | None) -> Line:
    """All that can be said where settings are not shown."""
    right = partitions == wanted.partitions
    says = "does not exist" if partitions is None else _several(partitions, "partition")
    fix = "" if right else "start `eventpact dev` with this manifest"
    return Line("ok" if right else "fail", f"topic {wanted.name}", says, fix)


def _registry(manifest: Manifest, settings: Settings) -> Iterator[Line]:
    if settings.registry is None:
        yield Line("fail", "registry", "none is named", "set SCHEMA_REGISTRY_URL")
        return
    try:
        kind = registry_kind(settings.registry)
        user = "no user" if settings.registry.username is None else f"user {settings.registry.username}, password ***"
        where = f"{kind.name} {kind.version or ''}".strip()
        yield Line("ok", "registry", f"{where} at {settings.registry.urls[0]}, {user}: {FEATURES[kind.name]}")
        if kind.skew is not None:
            late = abs(kind.skew) > MOST_SKEW
            fix = "set this machine's clock, or the registry's" if late else ""
            yield Line("warn" if late else "ok", "clock", f"{kind.skew:+.0f} s between us and the registry", fix)
        with RegistryClient(settings.registry) as registry:
            for subject, schema, level in wanted_subjects(manifest):
                what = f"subject {subject}"
                try:
                    schema_id = registered_id(registry, subject, schema)
                except NotRegisteredError:
                    yield Line("fail", what, "does not hold the manifest's schema", APPLY)
                    continue
                yield Line("ok", what, f"holds the schema as id {schema_id}")
                found = registry.level(subject)
                if found is level:
                    yield Line("ok", f"level of {subject}", str(level))
                else:
                    yield Line("fail", f"level of {subject}", f"{found}, not {level}", APPLY)
    except EventpactError as error:
        yield Line("fail", "registry", str(error), "check SCHEMA_REGISTRY_URL, and that the registry runs")


def _several(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _version(found: object) -> str:
    return str(found[0]) if isinstance(found, tuple) else str(found)
