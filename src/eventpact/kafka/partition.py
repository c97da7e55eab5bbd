"""Which partition a key goes to: murmur2, as Java's default partitioner and librdkafka's `murmur2_random` have it."""

from __future__ import annotations

from confluent_kafka import murmur2

__all__ = ["partition_of"]


def partition_of(key: str | bytes, partitions: int) -> int:
    """The partition of `key` on a topic with `partitions` partitions; text counts as its UTF-8 bytes.

    Every record of a tenant is there, written by us or by a Java client. Raises ValueError for fewer than 1 partition.
    """
    if partitions < 1:
        raise ValueError("partitions must be at least 1")
    return murmur2(key.encode() if isinstance(key, str) else key, partitions)
