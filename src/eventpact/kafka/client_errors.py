"""What the client library's error codes mean to a worker: two tables, for records and for commits.

Codes are those of `confluent_kafka.KafkaError`. A code that no table names is counted, and stops the worker when it
comes back without a record in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

from confluent_kafka import KafkaError

__all__ = ["COMMITS", "RECORDS", "CommitFault", "RecordFault", "record_fault"]


class RecordFault(Enum):
    """What an error in place of a record, or from the client's error callback, asks for."""

    IGNORE = auto()
    WAIT = auto()
    """The client reconnects by itself: keep polling."""
    ASK_AGAIN = auto()
    """The place to start from was refused: see `eventpact.kafka.starts`."""
    GONE = auto()
    """Reported once, then silence: stop when nothing came of it after a while."""
    COUNT = auto()
    STOP = auto()


class CommitFault(Enum):
    """What a refused commit asks for."""

    NORMAL = auto()
    LATER = auto()
    """The next interval tries again; stop when none succeeds for too long."""
    FORGET = auto()
    """The partition is somebody else's by now: records may be handled twice, none is lost."""
    STOP = auto()


PASSING: Final = (
    KafkaError.UNKNOWN,
    KafkaError.NETWORK_EXCEPTION,
    KafkaError.REQUEST_TIMED_OUT,
    KafkaError.KAFKA_STORAGE_ERROR,
    KafkaError.NOT_ENOUGH_REPLICAS,
    KafkaError.NOT_LEADER_FOR_PARTITION,
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError.BROKER_NOT_AVAILABLE,
    KafkaError.REPLICA_NOT_AVAILABLE,
    KafkaError.OFFSET_NOT_AVAILABLE,
    KafkaError.FENCED_LEADER_EPOCH,
    KafkaError.UNKNOWN_LEADER_EPOCH,
)
"""A broker's troubles with itself: UNKNOWN is an exception that it did not foresee, the protocol calls the others
retriable. Of a fetch the client library hands out the first three and the fifth, and asks again; it keeps the others to
itself. Joins, coordinators and offsets that are asked for bring all of them.
"""

RECORDS: Final[Mapping[int, RecordFault]] = {
    **dict.fromkeys(PASSING, RecordFault.WAIT),
    KafkaError._PARTITION_EOF: RecordFault.IGNORE,
    KafkaError._MAX_POLL_EXCEEDED: RecordFault.IGNORE,  # on_lost follows
    KafkaError._TRANSPORT: RecordFault.WAIT,
    KafkaError._ALL_BROKERS_DOWN: RecordFault.WAIT,
    KafkaError._RESOLVE: RecordFault.WAIT,
    KafkaError._TIMED_OUT: RecordFault.WAIT,
    KafkaError._TIMED_OUT_QUEUE: RecordFault.WAIT,
    KafkaError.COORDINATOR_NOT_AVAILABLE: RecordFault.WAIT,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS: RecordFault.WAIT,
    KafkaError.NOT_COORDINATOR: RecordFault.WAIT,
    KafkaError.REBALANCE_IN_PROGRESS: RecordFault.WAIT,
    # A member that lost its seat: the client joins again.
    KafkaError.ILLEGAL_GENERATION: RecordFault.WAIT,
    KafkaError.UNKNOWN_MEMBER_ID: RecordFault.WAIT,
    KafkaError.STALE_MEMBER_EPOCH: RecordFault.WAIT,
    KafkaError.FENCED_MEMBER_EPOCH: RecordFault.WAIT,
    KafkaError.UNKNOWN_TOPIC_OR_PART: RecordFault.GONE,
    KafkaError._UNKNOWN_TOPIC: RecordFault.GONE,
    KafkaError._UNKNOWN_PARTITION: RecordFault.GONE,
    KafkaError.TOPIC_AUTHORIZATION_FAILED: RecordFault.STOP,
    KafkaError.GROUP_AUTHORIZATION_FAILED: RecordFault.STOP,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED: RecordFault.STOP,
    KafkaError.SASL_AUTHENTICATION_FAILED: RecordFault.STOP,
    KafkaError._AUTHENTICATION: RecordFault.STOP,
    KafkaError._SSL: RecordFault.STOP,
    KafkaError.INCONSISTENT_GROUP_PROTOCOL: RecordFault.STOP,
    KafkaError.FENCED_INSTANCE_ID: RecordFault.STOP,
    KafkaError._FATAL: RecordFault.STOP,
    # The committed offset is out of range, and the settings forbid to guess a new one.
    KafkaError._AUTO_OFFSET_RESET: RecordFault.STOP,
    # An offset without bytes, again and again: only an operator may step over it.
    KafkaError._BAD_COMPRESSION: RecordFault.STOP,
    KafkaError._BAD_MSG: RecordFault.STOP,
    KafkaError._NOT_IMPLEMENTED: RecordFault.STOP,
}

COMMITS: Final[Mapping[int, CommitFault]] = {
    **dict.fromkeys(PASSING, CommitFault.LATER),
    KafkaError._NO_OFFSET: CommitFault.NORMAL,
    KafkaError._TRANSPORT: CommitFault.LATER,
    KafkaError._TIMED_OUT: CommitFault.LATER,
    KafkaError._TIMED_OUT_QUEUE: CommitFault.LATER,
    KafkaError._WAIT_COORD: CommitFault.LATER,
    KafkaError._ALL_BROKERS_DOWN: CommitFault.LATER,
    KafkaError.COORDINATOR_NOT_AVAILABLE: CommitFault.LATER,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS: CommitFault.LATER,
    KafkaError.NOT_COORDINATOR: CommitFault.LATER,
    # So says a coordinator that has not heard of the topic yet; of one that is gone, the reader is told as well.
    KafkaError.UNKNOWN_TOPIC_OR_PART: CommitFault.LATER,
    KafkaError.REBALANCE_IN_PROGRESS: CommitFault.FORGET,
    KafkaError.ILLEGAL_GENERATION: CommitFault.FORGET,
    KafkaError.UNKNOWN_MEMBER_ID: CommitFault.FORGET,
    # What a group of the newer protocol says around its rebalances.
    KafkaError.STALE_MEMBER_EPOCH: CommitFault.FORGET,
    KafkaError.FENCED_MEMBER_EPOCH: CommitFault.FORGET,
    KafkaError._STATE: CommitFault.FORGET,
    KafkaError._UNKNOWN_PARTITION: CommitFault.FORGET,
    KafkaError._ASSIGNMENT_LOST: CommitFault.FORGET,
    KafkaError.GROUP_AUTHORIZATION_FAILED: CommitFault.STOP,
    KafkaError.TOPIC_AUTHORIZATION_FAILED: CommitFault.STOP,
    KafkaError.OFFSET_METADATA_TOO_LARGE: CommitFault.STOP,
    KafkaError.FENCED_INSTANCE_ID: CommitFault.STOP,
    KafkaError._FATAL: CommitFault.STOP,
}
"""A code that is not here stops the worker."""

START_UNKNOWN: Final = "Failed to fetch committed offset"
"""How the client library begins to say that a partition has no place to start from."""
ASKED_AGAIN: Final = frozenset(
    {
        KafkaError._TRANSPORT,
        KafkaError._TIMED_OUT,
        KafkaError._TIMED_OUT_QUEUE,
        KafkaError.REQUEST_TIMED_OUT,
        KafkaError.KAFKA_STORAGE_ERROR,
        KafkaError.NOT_ENOUGH_REPLICAS,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
        KafkaError.REBALANCE_IN_PROGRESS,
        KafkaError.ILLEGAL_GENERATION,
        KafkaError.UNKNOWN_MEMBER_ID,
        KafkaError.STALE_MEMBER_EPOCH,
        KafkaError.FENCED_MEMBER_EPOCH,
    }
)
"""After these the client library asks for that place again, or joins anew. After any other it is silent."""


def record_fault(error: KafkaError) -> RecordFault:
    """What this error, in place of a record or from the error callback, asks for."""
    fault = RecordFault.STOP if error.fatal() else RECORDS.get(error.code(), RecordFault.COUNT)
    if error.str().startswith(START_UNKNOWN) and error.code() not in ASKED_AGAIN:
        return RecordFault.ASK_AGAIN if fault is RecordFault.WAIT else RecordFault.STOP
    return fault
