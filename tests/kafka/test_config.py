"""What the client library is told: the table of the safe settings, and nothing that it would not take."""

from __future__ import annotations

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient

from eventpact.kafka import ConsumerSettings, ProducerSettings, Security, SecurityProtocol, Settings
from eventpact.kafka.config import (
    Config,
    admin_config,
    consumer_config,
    dead_letter_producer_config,
    producer_config,
)
from eventpact.secret import Secret

# A port on which nobody listens: the library takes the settings, and never connects.
NOWHERE = "127.0.0.1:1"
SETTINGS = Settings(bootstrap_servers=NOWHERE)
QUIET: Config = {"log_level": 0}


def contains(config: Config, wanted: Config) -> bool:
    return wanted.items() <= config.items()


def test_a_producer_is_idempotent_partitions_like_java_and_creates_no_topic() -> None:
    assert contains(
        producer_config(SETTINGS),
        {
            "enable.idempotence": True,
            "acks": "all",
            "partitioner": "murmur2_random",
            "allow.auto.create.topics": False,
            "compression.type": "zstd",
            "linger.ms": 5,
            "message.timeout.ms": 30_000,
        },
    )


def test_a_dead_letter_fits_where_its_record_did() -> None:
    config = dead_letter_producer_config(SETTINGS)

    assert config["message.max.bytes"] == 2 * SETTINGS.producer.message_max_bytes + 65_536
    assert contains(config, {"enable.idempotence": True, "allow.auto.create.topics": False})
    assert "partitioner" not in config


def test_a_consumer_commits_nothing_by_itself_and_skips_nothing() -> None:
    assert contains(
        consumer_config(SETTINGS, "workers"),
        {
            "group.id": "workers",
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "auto.offset.reset": "earliest",
            "partition.assignment.strategy": "cooperative-sticky",
            "session.timeout.ms": 45_000,
            "heartbeat.interval.ms": 3_000,
            "max.poll.interval.ms": 300_000,
            "isolation.level": "read_committed",
            "check.crcs": True,
            "allow.auto.create.topics": False,
            "queued.max.messages.kbytes": 16_384,
        },
    )


def test_the_newer_group_protocol_leaves_the_session_to_the_broker() -> None:
    settings = Settings(bootstrap_servers=NOWHERE, consumer=ConsumerSettings(group_protocol="consumer"))
    config = consumer_config(settings, "workers")

    assert not {"session.timeout.ms", "heartbeat.interval.ms", "partition.assignment.strategy"} & config.keys()

    Consumer({**config, **QUIET}).close()


@pytest.mark.parametrize("build", [producer_config, dead_letter_producer_config])
@pytest.mark.parametrize(
    "producer",
    [
        ProducerSettings(),
        ProducerSettings(retries=1, linger_ms=0, compression="none", message_max_bytes=1_000, queue_max_messages=1),
        ProducerSettings(message_max_bytes=100_000_000, queue_max_kbytes=2_097_151, queue_max_messages=10_000_000),
        *(ProducerSettings(compression=name) for name in ("lz4", "gzip", "snappy")),
    ],
)
def test_the_library_takes_every_producer(build: object, producer: ProducerSettings) -> None:
    assert callable(build)

    Producer({**build(Settings(bootstrap_servers=NOWHERE, producer=producer)), **QUIET})


@pytest.mark.parametrize(
    "consumer",
    [
        ConsumerSettings(),
        ConsumerSettings(auto_offset_reset="error", statistics_interval_ms=5_000, group_instance_id="pod-3"),
        ConsumerSettings(session_timeout_ms=1_000, heartbeat_interval_ms=100, max_poll_interval_ms=1_000),
        ConsumerSettings(receive_message_max_bytes=52_429_312, fetch_message_max_bytes=1, queued_max_messages_kbytes=1),
    ],
)
def test_the_library_takes_every_consumer(consumer: ConsumerSettings) -> None:
    settings = Settings(bootstrap_servers=NOWHERE, consumer=consumer)

    Consumer({**consumer_config(settings, "workers"), **QUIET}).close()


def test_the_library_takes_the_admin_client() -> None:
    AdminClient({**admin_config(SETTINGS), **QUIET})


def test_credentials_reach_the_library_and_only_what_is_set() -> None:
    security = Security(
        protocol=SecurityProtocol.SASL_SSL, mechanism="SCRAM-SHA-512", username="user", password=Secret("pass")
    )
    settings = Settings(bootstrap_servers=NOWHERE, security=security)
    expected: Config = {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "user",
        "sasl.password": "pass",
    }
    for config in (
        producer_config(settings),
        dead_letter_producer_config(settings),
        consumer_config(settings, "workers"),
        admin_config(settings),
    ):
        assert {key: value for key, value in config.items() if key.startswith(("sasl", "ssl", "security"))} == expected

    Producer({**producer_config(settings), **QUIET})
