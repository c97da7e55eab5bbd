"""What stands between a service and its broker and registry, each line with its fix. Looking changes nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import confluent_kafka
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from eventpact.contract import Manifest
from eventpact.deploy.service_kind import FEATURES, registry_kind
from eventpact.deploy.world import wanted_subjects
from eventpact.errors import EventpactError, NotRegisteredError
from eventpact.kafka.admin_topics import AdminTopics
from eventpact.kafka.config import admin_config, producer_config
from eventpact.kafka.schema_lookup import registered_id
from eventpact.kafka.settings import Settings
from eventpact.kafka.topics import compare, topics_of
from eventpact.kafka.translate import client_error, translate
from eventpact.registry import RegistryClient

__all__ = ["Line", "examine"]

LOGGER: Final = logging.getLogger("eventpact.librdkafka")
PATIENCE: Final = 5.0
MOST_SKEW: Final = 30.0
JAVA_PARTITIONER: Final = "murmur2_random"


@dataclass(frozen=True, slots=True)
class Line:
    """``fix`` is empty where nothing is to be done."""

    state: Literal["ok", "warn", "fail"]
    what: str
    says: str
    fix: str = ""


def examine(manifest: Manifest, settings: Settings) -> Iterator[Line]:
    """One line per thing looked at, as they come. Secrets are masked; raises nothing of ours."""
    yield from _settings(settings)
    yield from _broker(manifest, settings)
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


def _broker(manifest: Manifest, settings: Settings) -> Iterator[Line]:
    try:
        client = AdminClient({**admin_config(settings), "allow.auto.create.topics": False}, logger=LOGGER)
        cluster = client.list_topics(timeout=PATIENCE)
    except KafkaException as error:
        problem = translate(client_error(error), "the broker cannot be reached")
        yield Line("fail", "broker", str(problem), "check KAFKA_BOOTSTRAP_SERVERS and the KAFKA_ security variables")
        return
    name = str(cluster.cluster_id)
    kind = "Redpanda" if name.startswith("redpanda.") else "embedded" if name.startswith("mock") else "Kafka"
    yield Line("ok", "broker", f"{kind}, {len(cluster.brokers)} brokers, cluster {name}")
    with AdminTopics(settings, timeout=PATIENCE) as topics:
        for wanted in (topic for contract in manifest.contracts for topic in topics_of(contract)):
            what = f"topic {wanted.name}"
            if wanted.name not in cluster.topics:
                yield Line("fail", what, "does not exist", "eventpact plan, then eventpact apply")
                continue
            if kind == "embedded":
                count = len(cluster.topics[wanted.name].partitions)
                right = count == wanted.partitions
                fix = "" if right else "start `eventpact dev` with this manifest"
                yield Line("ok" if right else "fail", what, f"{count} partitions; it shows no settings", fix)
                continue
            try:
                found = topics.describe(wanted.name)
            except EventpactError as error:
                count = len(cluster.topics[wanted.name].partitions)
                yield Line("warn", what, f"{count} partitions; its settings cannot be read ({type(error).__name__})",
                           "grant the right to describe topic settings")  # fmt: skip
                continue
            different = [] if found is None else [str(one) for one in compare(wanted, found)]
            for one in different:
                yield Line("fail", what, one, "eventpact plan, then eventpact apply")
            if not different:
                yield Line("ok", what, f"{wanted.partitions} partitions, as the manifest says")


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
                    yield Line("fail", what, "does not hold the manifest's schema", "eventpact plan, then apply")
                    continue
                yield Line("ok", what, f"holds the schema as id {schema_id}")
                found = registry.level(subject)
                if found is level:
                    yield Line("ok", f"level of {subject}", str(level))
                else:
                    yield Line("fail", f"level of {subject}", f"{found}, not {level}", "eventpact plan, then apply")
    except EventpactError as error:
        yield Line("fail", "registry", str(error), "check SCHEMA_REGISTRY_URL, and that the registry runs")


def _version(found: object) -> str:
    return str(found[0]) if isinstance(found, tuple) else str(found)
