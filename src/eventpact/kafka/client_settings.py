"""How our producers and consumers behave: the client library's defaults lose data, these do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from eventpact.errors import SettingsError
from eventpact.kafka.fields import check_fields, choice, number, text

__all__ = ["CONSUMER_PREFIX", "PRODUCER_PREFIX", "ConsumerSettings", "ProducerSettings"]

PRODUCER_PREFIX: Final = "KAFKA_PRODUCER_"
CONSUMER_PREFIX: Final = "KAFKA_CONSUMER_"

INT_MAX: Final = 2**31 - 1
DAY_MS: Final = 86_400_000
# librdkafka's fetch.max.bytes, which receive.message.max.bytes has to exceed by the size of a response header.
FETCH_MAX_BYTES: Final = 52_428_800


@dataclass(frozen=True, slots=True, kw_only=True)
class ProducerSettings:
    """The producer, and the dead-letter producer of a worker. Raises SettingsError with the field's variable.

    Attributes:
        acks: `all`; nothing else keeps an acknowledged event through a broker failure.
        retries: how often the client sends a batch again; bounded by `message_timeout_ms` anyway.
        message_timeout_ms: how long an event may take from `publish` to its acknowledgement, retries included.
        linger_ms: how long a batch waits for more events.
        compression: applied per batch; the broker stores it as it comes.
        message_max_bytes: largest request; a larger event is refused by `publish`.
        queue_max_messages, queue_max_kbytes: what may wait in the producer before `publish` has to wait.
        queue_timeout_ms: how long `publish` waits for room in a full queue before QueueFullError.
        start_timeout_ms: how long a new producer asks whether its topic exists; 0 does not ask.
        transaction_timeout_ms: how long a transaction may stay open, and each of its steps may take; at most the
            broker's `transaction.max.timeout.ms`. Only for producers with a transactional id.
    """

    acks: str = choice(
        "all",
        reason="with fewer acknowledgements a stored event can be lost with its broker, and idempotence "
        "(no duplicates, no reordering by retries) refuses to work",
    )
    retries: int = number(INT_MAX, 1, INT_MAX)
    message_timeout_ms: int = number(30_000, 1_000, DAY_MS)
    linger_ms: int = number(5, 0, 900_000)
    compression: str = choice("zstd", "lz4", "gzip", "snappy", "none")
    message_max_bytes: int = number(1_000_000, 1_000, 100_000_000)
    queue_max_messages: int = number(100_000, 1, 10_000_000)
    queue_max_kbytes: int = number(131_072, 1, 2_097_151)
    queue_timeout_ms: int = number(30_000, 0, DAY_MS)
    start_timeout_ms: int = number(3_000, 0, DAY_MS)
    transaction_timeout_ms: int = number(60_000, 1_000, 900_000)

    def __post_init__(self) -> None:
        check_fields(self, PRODUCER_PREFIX)
        if self.linger_ms >= self.message_timeout_ms:
            raise SettingsError(PRODUCER_PREFIX + "LINGER_MS", "must be less than KAFKA_PRODUCER_MESSAGE_TIMEOUT_MS")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerSettings:
    """The consumer of a worker. Raises SettingsError with the field's variable.

    Attributes:
        session_timeout_ms, heartbeat_interval_ms: how a dead process is noticed; a real broker wants at least 6000.
        max_poll_interval_ms: larger than one handler's deadline plus dead-letter flush plus commit.
        auto_offset_reset: where a group without a committed offset starts; `error` stops instead.
        queued_max_messages_kbytes: fetched bytes that may wait in the client.
        fetch_message_max_bytes: bytes asked for per partition and request.
        receive_message_max_bytes: largest response; also the limit for decompression.
        statistics_interval_ms: how often the client library's counts are logged, as JSON, by the logger
            `eventpact.kafka.statistics`; 0 for never, else at least 5000.
        group_instance_id: names a static member: a restart without a rebalance.
        group_protocol: `consumer` (KIP-848) needs a broker of version 4, and leaves session and heartbeat to it.
    """

    session_timeout_ms: int = number(45_000, 1_000, 3_600_000)
    heartbeat_interval_ms: int = number(3_000, 100, 3_600_000)
    max_poll_interval_ms: int = number(300_000, 1_000, DAY_MS)
    auto_offset_reset: str = choice("earliest", "error", reason="latest skips records that nobody has handled")
    queued_max_messages_kbytes: int = number(16_384, 1, 2_097_151)
    fetch_message_max_bytes: int = number(1_048_576, 1, 1_000_000_000)
    receive_message_max_bytes: int = number(100_000_000, FETCH_MAX_BYTES + 512, INT_MAX)
    statistics_interval_ms: int = number(0, 0, DAY_MS)
    group_instance_id: str | None = text()
    group_protocol: str = choice("classic", "consumer")

    def __post_init__(self) -> None:
        check_fields(self, CONSUMER_PREFIX)
        if self.heartbeat_interval_ms * 3 > self.session_timeout_ms:
            raise SettingsError(
                CONSUMER_PREFIX + "HEARTBEAT_INTERVAL_MS",
                "must be at most a third of KAFKA_CONSUMER_SESSION_TIMEOUT_MS, so that losing one costs nothing",
            )
        if self.max_poll_interval_ms < self.session_timeout_ms:
            raise SettingsError(
                CONSUMER_PREFIX + "MAX_POLL_INTERVAL_MS", "must be at least KAFKA_CONSUMER_SESSION_TIMEOUT_MS"
            )
        if 0 < self.statistics_interval_ms < 5_000:
            raise SettingsError(CONSUMER_PREFIX + "STATISTICS_INTERVAL_MS", "expected 0 or at least 5000")
