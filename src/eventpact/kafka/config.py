"""Settings -> configuration of the client library. The reasons stand beside the keys: its defaults lose data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from eventpact.kafka.security import Security
    from eventpact.kafka.settings import Settings

__all__ = [
    "Config",
    "admin_config",
    "consumer_config",
    "dead_letter_producer_config",
    "producer_config",
    "transactional_config",
]

Config: TypeAlias = dict[str, str | int | float | bool]

# A dead letter carries the original headers twice, in its envelope and on the outside, and the diagnosis.
DEAD_LETTER_EXTRA_BYTES: Final = 65_536


def producer_config(settings: Settings) -> Config:
    """The producer of events: as the dead-letter producer, with the partitions that Java would choose."""
    return {
        **idempotent_config(settings, settings.producer.message_max_bytes),
        "client.id": settings.client_id,
        # librdkafka's default (CRC32) puts a key on another partition than Java, Flink and Connect do.
        "partitioner": "murmur2_random",
    }


def transactional_config(settings: Settings, transactional_id: str) -> Config:
    """The producer of events in transactions. An event may not outlive its transaction."""
    producer = settings.producer
    return {
        **producer_config(settings),
        "transactional.id": transactional_id,
        "transaction.timeout.ms": producer.transaction_timeout_ms,
        "message.timeout.ms": min(producer.message_timeout_ms, producer.transaction_timeout_ms),
    }


def dead_letter_producer_config(settings: Settings) -> Config:
    """The producer of dead letters: its own, so that a full queue or a fatal error of one leaves the other running."""
    return {
        **idempotent_config(settings, 2 * settings.producer.message_max_bytes + DEAD_LETTER_EXTRA_BYTES),
        "client.id": f"{settings.client_id}-dead-letters",
    }


def consumer_config(settings: Settings, group: str) -> Config:
    """A consumer that commits only what it is told to, and skips nothing."""
    consumer = settings.consumer
    config: Config = {
        **connection_config(settings),
        "group.id": group,
        # Commits are ours: synchronous and checked, after the dead letters are acknowledged.
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": consumer.auto_offset_reset,
        "max.poll.interval.ms": consumer.max_poll_interval_ms,
        "group.protocol": consumer.group_protocol,
        "isolation.level": "read_committed",
        "check.crcs": True,
        # A misspelt topic must fail, not appear.
        "allow.auto.create.topics": False,
        # The default is 64 MiB per consumer, before any Python object.
        "queued.max.messages.kbytes": consumer.queued_max_messages_kbytes,
        "fetch.message.max.bytes": consumer.fetch_message_max_bytes,
        "receive.message.max.bytes": consumer.receive_message_max_bytes,
        "statistics.interval.ms": consumer.statistics_interval_ms,
    }
    if consumer.group_protocol == "classic":
        # The newer protocol leaves these to the broker, and refuses to start with them.
        config["session.timeout.ms"] = consumer.session_timeout_ms
        config["heartbeat.interval.ms"] = consumer.heartbeat_interval_ms
        config["partition.assignment.strategy"] = "cooperative-sticky"
    if consumer.group_instance_id is not None:
        config["group.instance.id"] = consumer.group_instance_id
    return config


def admin_config(settings: Settings) -> Config:
    """For creating and describing topics. Asking for a topic must not make it."""
    return {**connection_config(settings), "allow.auto.create.topics": False}


def idempotent_config(settings: Settings, message_max_bytes: int) -> Config:
    """A producer that stores each event once and in order, or says that it did not."""
    producer = settings.producer
    return {
        **connection_config(settings),
        "enable.idempotence": True,
        "acks": producer.acks,
        "message.send.max.retries": producer.retries,
        "message.timeout.ms": producer.message_timeout_ms,
        "linger.ms": producer.linger_ms,
        "compression.type": producer.compression,
        "message.max.bytes": message_max_bytes,
        "queue.buffering.max.messages": producer.queue_max_messages,
        "queue.buffering.max.kbytes": producer.queue_max_kbytes,
        # True by default, for producers too.
        "allow.auto.create.topics": False,
        # How long a topic that nobody knows may still be on its way; 30 s by default.
        "topic.metadata.propagation.max.ms": 5_000,
    }


def connection_config(settings: Settings) -> Config:
    """Whom to talk to, and how. Holds the password: never log it."""
    return {
        "bootstrap.servers": settings.bootstrap_servers,
        "client.id": settings.client_id,
        # A broker that is back is found within this; 10 s by default, a third of the time that an event has.
        "reconnect.backoff.max.ms": 2_000,
        **security_config(settings.security),
    }


def security_config(security: Security) -> Config:
    """Only what is set: librdkafka takes an empty string for a path."""
    wanted = {
        "security.protocol": security.protocol.value,
        "sasl.mechanism": security.mechanism,
        "sasl.username": security.username,
        "sasl.password": security.password and security.password.reveal(),
        "ssl.ca.location": security.ca_location,
        "ssl.certificate.location": security.certificate_location,
        "ssl.key.location": security.key_location,
        "ssl.key.password": security.key_password and security.key_password.reveal(),
    }
    return {key: str(value) for key, value in wanted.items() if value is not None}
