"""The doctor reads the settings: what is risky about them, before anybody is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import confluent_kafka

from eventpact.deploy.line import Line
from eventpact.kafka.config import producer_config
from eventpact.kafka.settings import Settings

__all__ = ["settings_lines"]

JAVA_PARTITIONER: Final = "murmur2_random"
LOOPBACK: Final = ("127.0.0.1:", "localhost:", "[::1]:")


def settings_lines(settings: Settings) -> Iterator[Line]:
    yield Line("ok", "settings", f"brokers {settings.bootstrap_servers}, {settings.security.protocol}")
    library, native = confluent_kafka.version(), confluent_kafka.libversion()
    yield Line("ok", "client", f"confluent-kafka {_version(library)}, librdkafka {_version(native)}")
    config = producer_config(settings)
    partitioner = config.get("partitioner")
    if partitioner == JAVA_PARTITIONER:
        yield Line("ok", "partitioner", f"{partitioner}: a key goes where Java clients send it")
    else:
        yield Line("warn", "partitioner", f"{partitioner}: keys go elsewhere than from Java clients", "use eventpact's")
    idempotent = "idempotent" if config.get("enable.idempotence") else "not idempotent: a retry may repeat or reorder"
    safe = config.get("acks") == "all" and bool(config.get("enable.idempotence"))
    yield Line("ok" if safe else "warn", "producer", f"acks={config.get('acks')}, {idempotent}",
               "" if safe else "use eventpact's settings")  # fmt: skip
    if not settings.security.protocol.tls and not _here(settings.bootstrap_servers):
        says = f"{settings.security.protocol}: whoever is in between reads every event"
        yield Line("warn", "encryption", says, "set KAFKA_SECURITY_PROTOCOL to SSL or SASL_SSL")


def _here(servers: str) -> bool:
    return all(server.startswith(LOOPBACK) for server in servers.split(","))


def _version(found: object) -> str:
    return str(found[0]) if isinstance(found, tuple) else str(found)
