"""The client library's errors -> ours. Only this file, and who catches them, knows KafkaException."""

from __future__ import annotations

from typing import Final

from confluent_kafka import KafkaError as ClientError
from confluent_kafka import KafkaException

from eventpact.errors import (
    BrokerUnavailableError,
    KafkaError,
    MessageTooLargeError,
    QueueFullError,
    TopicError,
)

__all__ = ["MAYBE_STORED", "advice", "client_error", "queue_full", "too_large", "translate"]

NOBODY_ANSWERED: Final = frozenset(
    {
        ClientError._TRANSPORT,
        ClientError._ALL_BROKERS_DOWN,
        ClientError._RESOLVE,
        ClientError._TIMED_OUT,
        ClientError._TIMED_OUT_QUEUE,
        ClientError.REQUEST_TIMED_OUT,
    }
)

# The request was on its way when we stopped waiting: the broker may have stored the record all the same.
MAYBE_STORED: Final = frozenset(
    {ClientError._MSG_TIMED_OUT, ClientError._PURGE_QUEUE, ClientError._PURGE_INFLIGHT, ClientError.REQUEST_TIMED_OUT}
)

MISSING_TOPIC: Final = "the topic does not exist; create it (ensure_topics, or rpk topic create) or correct its name"
TOPIC_ADVICE: Final = {
    ClientError.UNKNOWN_TOPIC_OR_PART: MISSING_TOPIC,
    ClientError._UNKNOWN_TOPIC: MISSING_TOPIC,
    ClientError._UNKNOWN_PARTITION: "the topic has no such partition",
    ClientError.TOPIC_EXCEPTION: "the topic's name is not legal",
    ClientError.TOPIC_AUTHORIZATION_FAILED: "no right on the topic; ask for an ACL for this user",
    ClientError.CLUSTER_AUTHORIZATION_FAILED: "no right on the cluster; ask for an ACL for this user",
    ClientError.INVALID_CONFIG: "the broker does not take these topic settings",
    ClientError.INVALID_PARTITIONS: "the broker does not take this number of partitions",
    ClientError.INVALID_REPLICATION_FACTOR: "the broker does not take this replication factor",
    ClientError.POLICY_VIOLATION: "the broker's policy forbids it",
}
OTHER_ADVICE: Final = {
    ClientError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED: "no right on the transactional id; ask for an ACL for this user",
    ClientError.INVALID_TRANSACTION_TIMEOUT: "KAFKA_PRODUCER_TRANSACTION_TIMEOUT_MS is larger than the broker's"
    " transaction.max.timeout.ms",
    ClientError._MSG_TIMED_OUT: "no acknowledgement in time",
    ClientError._PURGE_QUEUE: "given up while waiting to be sent",
    ClientError._PURGE_INFLIGHT: "given up while waiting for the acknowledgement",
    ClientError.MSG_SIZE_TOO_LARGE: "larger than the topic's max.message.bytes",
    ClientError.INVALID_RECORD: "the broker's schema id validation refused it",
    ClientError._AUTHENTICATION: "the broker refused the credentials; see KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD",
    ClientError.SASL_AUTHENTICATION_FAILED: "the broker refused the credentials; see the KAFKA_SASL_ variables",
    ClientError._SSL: "no TLS connection; see the KAFKA_SSL_ variables",
    ClientError._FATAL: "the producer met a fatal error; make a new one",
}


def client_error(error: KafkaException) -> ClientError:
    """The library's error inside its exception."""
    found = error.args[0] if error.args else None
    return found if isinstance(found, ClientError) else ClientError(ClientError._FAIL)


def advice(code: int) -> str:
    """What a code means for whoever has to act; empty where its name says all that we know."""
    if code in NOBODY_ANSWERED:
        return "no broker answered; see KAFKA_BOOTSTRAP_SERVERS"
    return TOPIC_ADVICE.get(code) or OTHER_ADVICE.get(code, "")


def translate(error: ClientError, what: str) -> KafkaError:
    """Our error for the library's: `what` could not be done, why, and what to do. No text from the broker."""
    code = error.code()
    reason = advice(code)
    text = f"{what}: {reason} ({error.name()})" if reason else f"{what}: {error.name()}"
    if code in NOBODY_ANSWERED:
        return BrokerUnavailableError(text, code=error.name())
    if code in TOPIC_ADVICE:
        return TopicError(text, code=error.name())
    return KafkaError(text, code=error.name())


def queue_full(topic: str, seconds: float) -> QueueFullError:
    """There was no room for so long."""
    return QueueFullError(
        f"the producer's queue for {topic} stayed full for {seconds:g} s; the event was not taken. Publish more slowly,"
        " or see why the broker does not keep up",
        code="_QUEUE_FULL",
    )


def too_large(topic: str, parts: object, limit: int) -> MessageTooLargeError:
    """Refused by the client itself. Sizes in bytes, without Kafka's own per message."""
    size = size_of(parts)
    return MessageTooLargeError(
        f"an event for {topic} takes {size} bytes, and KAFKA_PRODUCER_MESSAGE_MAX_BYTES is {limit}",
        code="MSG_SIZE_TOO_LARGE",
        size=size,
        limit=limit,
    )


def size_of(part: object) -> int:
    """Bytes of the texts and bytes among a message's arguments."""
    match part:
        case bytes():
            return len(part)
        case str():
            return len(part.encode())
        case tuple() | list():
            return sum(map(size_of, part))
        case _:
            return 0
