"""A key's partition is the one that Java chooses, and the one that our producer chooses."""

from __future__ import annotations

import pytest
from confluent_kafka import KafkaError, Message
from confluent_kafka import Producer as Client
from hypothesis import given
from hypothesis import strategies as st

from eventpact.dev import EmbeddedBroker
from eventpact.kafka import Settings, partition_of
from eventpact.kafka.config import producer_config

# org.apache.kafka.common.utils.UtilsTest.testMurmur2: 32-bit hashes as Java has them.
JAVA_HASHES = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


@pytest.mark.parametrize(("key", "java"), JAVA_HASHES.items())
@pytest.mark.parametrize("partitions", [1, 6, 12, 2**31 - 1])
def test_known_keys_go_where_java_puts_them(key: bytes, java: int, partitions: int) -> None:
    assert partition_of(key, partitions) == (java & 0x7FFFFFFF) % partitions


def murmur2(key: bytes) -> int:
    """Java's algorithm, written down once more: signed 32-bit arithmetic kept in 32 bits."""
    mask, multiplier = 0xFFFFFFFF, 0x5BD1E995
    value = 0x9747B28C ^ len(key)
    for start in range(0, len(key) // 4 * 4, 4):
        word = int.from_bytes(key[start : start + 4], "little") * multiplier & mask
        word = (word ^ word >> 24) * multiplier & mask
        value = value * multiplier & mask ^ word
    if rest := key[len(key) // 4 * 4 :]:
        value = (value ^ int.from_bytes(rest, "little")) * multiplier & mask
    value = (value ^ value >> 13) * multiplier & mask
    return value ^ value >> 15


@given(st.binary(max_size=100), st.integers(1, 10_000))
def test_every_key_goes_where_the_algorithm_says(key: bytes, partitions: int) -> None:
    assert partition_of(key, partitions) == (murmur2(key) & 0x7FFFFFFF) % partitions


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_counts_as_its_utf8_bytes(key: str) -> None:
    assert partition_of(key, 6) == partition_of(key.encode(), 6)


def test_there_is_at_least_one_partition() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        partition_of("tenant", 0)


def test_the_producer_of_our_settings_agrees() -> None:
    keys = [b"", b"\x00", b"\xff" * 1000, *(b"tenant-%d" % number for number in range(500))]
    landed: dict[bytes, int | None] = {}
    with EmbeddedBroker() as broker:
        broker.create_topic("events", 7)
        client = Client(producer_config(Settings(bootstrap_servers=broker.bootstrap_servers)))

        def note(_: KafkaError | None, message: Message) -> None:
            landed[message.key() or b""] = message.partition()

        for key in keys:
            client.produce("events", b"", key, on_delivery=note)
        client.flush(10)

    assert landed == {key: partition_of(key, 7) for key in keys}
