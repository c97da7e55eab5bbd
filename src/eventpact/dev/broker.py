"""A Kafka broker inside this process: librdkafka's mock cluster, open to any client over TCP, with faults on demand.

It stores records, runs consumer groups and moves leaders. It checks neither sizes nor rights, keeps 5 MiB per
partition, knows no topic settings and answers no CreateTopics. Group members should use a short session timeout
(2000 ms, heartbeat 300): its classic rebalances take nearly as long as the session timeout.
"""

from __future__ import annotations

import ctypes
import os
import threading
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Final, Self

from eventpact.dev.doorbell import Doorbell
from eventpact.dev.librdkafka import load_library
from eventpact.errors import EmbeddedBrokerError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ALL_BROKERS", "Api", "EmbeddedBroker", "Request"]

ALL_BROKERS: Final = -1
PRODUCER_HANDLE: Final = 0


class Api(IntEnum):
    """The kinds of request that faults can be aimed at (Kafka protocol API keys)."""

    PRODUCE = 0
    FETCH = 1
    LIST_OFFSETS = 2
    METADATA = 3
    OFFSET_COMMIT = 8
    OFFSET_FETCH = 9
    FIND_COORDINATOR = 10
    JOIN_GROUP = 11
    HEARTBEAT = 12
    LEAVE_GROUP = 13
    SYNC_GROUP = 14
    INIT_PRODUCER_ID = 22
    ADD_PARTITIONS_TO_TXN = 24
    ADD_OFFSETS_TO_TXN = 25
    END_TXN = 26
    TXN_OFFSET_COMMIT = 28
    CONSUMER_GROUP_HEARTBEAT = 68


@dataclass(frozen=True, slots=True)
class Request:
    """One request that a broker saw. `api` is an API key, an `Api` where we know it; `timestamp_us` is local time."""

    broker: int
    api: int
    timestamp_us: int


class EmbeddedBroker:
    """`brokers` mock brokers with ids 1, 2, ... on free ports of 127.0.0.1; one process can hold several of these.

    A context manager: it runs between enter and exit, and keeps ports and data through `set_down` and `set_up`.
    Error codes are those of `confluent_kafka.KafkaError`; `KafkaError._TRANSPORT` means "cut the connection".
    Every method raises EmbeddedBrokerError when the broker is not running or refuses.
    """

    def __init__(self, brokers: int = 1) -> None:
        if brokers < 1:
            raise ValueError("brokers must be at least 1")
        self.brokers = brokers
        self._topics: dict[str, int] = {}
        self._library = load_library()
        self._handle: int | None = None
        self._cluster: int | None = None
        self._doorbell: Doorbell | None = None
        # The bell rings before one request, and for that one only.
        self._one_at_a_time = threading.Lock()
        self._pid = 0

    def __enter__(self) -> Self:
        if self._cluster is not None:
            raise EmbeddedBrokerError("the embedded broker is running already")
        self._handle = self._new_handle()
        self._cluster = self._library.rd_kafka_mock_cluster_new(self._handle, self.brokers)
        if not self._cluster:
            self._library.rd_kafka_destroy(self._handle)
            self._handle = self._cluster = None
            raise EmbeddedBrokerError("librdkafka could not open ports on 127.0.0.1 for the embedded broker")
        self._pid = os.getpid()
        self._doorbell = Doorbell(self.bootstrap_servers)
        # A rebalance would otherwise wait 3 s for further members.
        self.set_group_initial_rebalance_delay(0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Close the ports and forget all data. Clients that are still open see a dead broker. Safe to call twice."""
        handle, cluster = self._handle, self._cluster
        self._handle = self._cluster = None
        self._topics.clear()
        # A forked child has the pointers but not the threads behind them.
        if handle is None or cluster is None or self._pid != os.getpid():
            return
        if self._doorbell is not None:
            self._doorbell.ring()
        self._library.rd_kafka_mock_cluster_destroy(cluster)
        self._library.rd_kafka_destroy(handle)

    def _new_handle(self) -> int:
        """A silent client handle: the mock cluster lives in its threads."""
        library = self._library
        text = ctypes.create_string_buffer(512)
        conf = library.rd_kafka_conf_new()
        library.rd_kafka_conf_set(conf, b"log_level", b"0", text, len(text))
        handle: int | None = library.rd_kafka_new(PRODUCER_HANDLE, conf, text, len(text))
        if handle is None:
            library.rd_kafka_conf_destroy(conf)
            raise EmbeddedBrokerError(f"librdkafka could not start: {text.value.decode(errors='replace')}")
        return handle

    def _running(self) -> int:
        if self._cluster is None or self._pid != os.getpid():
            raise EmbeddedBrokerError("the embedded broker is not running here: use it inside `with EmbeddedBroker()`")
        return self._cluster

    def _ask(self, what: str, function: str, *arguments: object) -> None:
        """Hand the cluster's thread a request and wait for it, at once."""
        cluster = self._running()
        with self._one_at_a_time:
            if self._doorbell is not None:
                self._doorbell.ring()
            code: int | None = getattr(self._library, function)(cluster, *arguments)
        if code:
            name = self._library.rd_kafka_err2name(code).decode()
            raise EmbeddedBrokerError(f"the embedded broker refused to {what}: {name}", code=name)

    @property
    def bootstrap_servers(self) -> str:
        """`host:port`, one per broker, separated by commas."""
        servers: bytes = self._library.rd_kafka_mock_cluster_bootstraps(self._running())
        return servers.decode()

    @property
    def topics(self) -> Mapping[str, int]:
        """Partition counts of the topics made with `create_topic`."""
        return MappingProxyType(self._topics)

    def create_topic(self, name: str, partitions: int, replication: int = 1) -> None:
        """Make a topic. Without this a client that may auto-create gets one with 4 partitions."""
        what = f"create topic {name} with {partitions} partitions"
        self._ask(what, "rd_kafka_mock_topic_create", name.encode(), partitions, replication)
        self._topics[name] = partitions

    def delete_topic(self, name: str) -> None:
        """Remove a topic and its records."""
        self._ask(f"delete topic {name}", "rd_kafka_mock_topic_delete", name.encode())
        self._topics.pop(name, None)

    def set_down(self, broker: int = ALL_BROKERS) -> None:
        """Cut all connections and refuse new ones. No leader moves."""
        self._ask(f"set broker {broker} down", "rd_kafka_mock_broker_set_down", broker)

    def set_up(self, broker: int = ALL_BROKERS) -> None:
        """Accept connections again, same port, same data."""
        self._ask(f"set broker {broker} up", "rd_kafka_mock_broker_set_up", broker)

    def set_rtt(self, milliseconds: int, broker: int = ALL_BROKERS) -> None:
        """Delay every response, heartbeats too. 0 ends it."""
        self._ask(f"delay broker {broker}", "rd_kafka_mock_broker_set_rtt", broker, milliseconds)

    def push_request_errors(self, api: Api, *errors: int) -> None:
        """The next `len(errors)` requests of this kind fail, one code each, whichever broker they reach."""
        cluster = self._running()
        codes = (ctypes.c_int * len(errors))(*errors)
        self._library.rd_kafka_mock_push_request_errors_array(cluster, api, len(errors), codes)

    def clear_request_errors(self, api: Api) -> None:
        """Forget the pushed errors of this kind that no request has met yet."""
        self._library.rd_kafka_mock_clear_request_errors(self._running(), api)

    def push_request_delays(self, api: Api, *pairs: tuple[int, int], broker: int = 1) -> None:
        """As `push_request_errors`, for one broker, in pairs (error, delay in ms). (0, 2000): stored, answered late."""
        flat = [ctypes.c_int(value) for pair in pairs for value in pair]
        what = f"delay requests to broker {broker}"
        self._ask(what, "rd_kafka_mock_broker_push_request_error_rtts", broker, api, len(pairs), *flat)

    def push_partition_errors(self, topic: str, partition: int, api: Api, *errors: int) -> None:
        """As `push_request_errors`, for one partition only: a topic that is forbidden, full or too small."""
        codes = [ctypes.c_int(error) for error in errors]
        place = (topic.encode(), partition)
        what = f"push errors to {topic}/{partition}"
        self._ask(what, "rd_kafka_mock_partition_push_request_errors", *place, api, len(errors), *codes)

    def set_topic_error(self, topic: str, error: int) -> None:
        """Answer metadata requests for the topic with this error; 0 ends it. Cached metadata hides it from clients."""
        self._ask(f"set an error for {topic}", "rd_kafka_mock_topic_set_error", topic.encode(), error)

    def set_leader(self, topic: str, partition: int, broker: int) -> None:
        """Move a partition to another broker; -1 leaves it without a leader."""
        what = f"move {topic}/{partition} to broker {broker}"
        self._ask(what, "rd_kafka_mock_partition_set_leader", topic.encode(), partition, broker)

    def set_coordinator(self, group: str, broker: int) -> None:
        """Move a consumer group to another broker."""
        what = f"move group {group} to broker {broker}"
        self._ask(what, "rd_kafka_mock_coordinator_set", b"group", group.encode(), broker)

    def delete_records(self, topic: str, partition: int, before: int) -> None:
        """Drop the records below offset `before`, as retention does: committed offsets can fall out of range."""
        what = f"delete records of {topic}/{partition} below {before}"
        self._ask(what, "rd_kafka_mock_partition_delete_records", topic.encode(), partition, before)

    def set_api_version(self, api: Api, lowest: int, highest: int) -> None:
        """Offer this range of versions; -1, -1 removes the API."""
        self._ask(f"offer {api.name} {lowest} to {highest}", "rd_kafka_mock_set_apiversion", api, lowest, highest)

    def set_group_initial_rebalance_delay(self, milliseconds: int) -> None:
        """How long a new group waits for further members. 0 here, 3000 in Kafka."""
        self._library.rd_kafka_mock_group_initial_rebalance_delay_ms(self._running(), milliseconds)

    def set_group_consumer_session(self, timeout_ms: int, heartbeat_ms: int) -> None:
        """Session timeout and heartbeat interval of KIP-848 groups (`group.protocol=consumer`)."""
        cluster = self._running()
        self._library.rd_kafka_mock_set_group_consumer_session_timeout_ms(cluster, timeout_ms)
        self._library.rd_kafka_mock_set_group_consumer_heartbeat_interval_ms(cluster, heartbeat_ms)

    def track_requests(self) -> None:
        """Start to remember requests, from an empty list."""
        cluster = self._running()
        self._library.rd_kafka_mock_clear_requests(cluster)
        self._library.rd_kafka_mock_start_request_tracking(cluster)

    def requests(self) -> tuple[Request, ...]:
        """The requests seen since `track_requests`, in their order."""
        library, count = self._library, ctypes.c_size_t()
        entries = library.rd_kafka_mock_get_requests(self._running(), ctypes.byref(count))
        seen = tuple(
            Request(
                broker=library.rd_kafka_mock_request_id(entries[index]),
                api=library.rd_kafka_mock_request_api_key(entries[index]),
                timestamp_us=library.rd_kafka_mock_request_timestamp(entries[index]),
            )
            for index in range(count.value)
        )
        library.rd_kafka_mock_request_destroy_array(entries, count.value)
        return seen
