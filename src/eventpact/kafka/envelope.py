"""A failed record becomes a dead letter: the envelope, and headers for tools that read none."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from confluent_kafka import TIMESTAMP_NOT_AVAILABLE

from eventpact.dead_letter import DeadLetter, Header, Reason, Stage, TimestampType
from eventpact.ids import SchemaId
from eventpact.kafka.caller_headers import CONTROL_PREFIXES
from eventpact.kafka.diagnosis import Diagnosis
from eventpact.kafka.record import Headers, Record

__all__ = [
    "dead_letter_id",
    "dead_letter_of",
    "milliseconds_of",
    "moment_of",
    "original_headers",
    "original_record",
    "outer_headers",
    "tool_headers",
    "worker_version",
]

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)
TIMESTAMP_TYPES: Final = {1: TimestampType.CREATE_TIME, 2: TimestampType.LOG_APPEND_TIME}
TIMESTAMP_KINDS: Final = {name: kind for kind, name in TIMESTAMP_TYPES.items()}
TIMESTAMP_NAMES: Final = {
    TimestampType.NONE: b"NoTimestampType",
    TimestampType.CREATE_TIME: b"CreateTime",
    TimestampType.LOG_APPEND_TIME: b"LogAppendTime",
}


def dead_letter_id(group: str, record: Record) -> str:
    """`group/topic/partition/offset`: equal for copies of one failure."""
    return f"{group}/{record.topic}/{record.partition}/{record.offset}"


@cache
def worker_version() -> str:
    """The version of this distribution, empty when it is not installed. Asked once: it is read from a file."""
    try:
        return version("eventpact")
    except PackageNotFoundError:
        return ""


def dead_letter_of(
    record: Record, diagnosis: Diagnosis, *, group: str, max_retries: int, first_failed_ms: int, failed_ms: int
) -> DeadLetter:
    """The envelope: original bytes untouched, text from the diagnosis only."""
    return DeadLetter(
        dlq_id=dead_letter_id(group, record),
        original_topic=record.topic,
        original_partition=record.partition,
        original_offset=record.offset,
        original_timestamp_ms=record.timestamp_ms,
        timestamp_type=TIMESTAMP_TYPES.get(record.timestamp_type, TimestampType.NONE),
        original_key=record.key,
        original_value=record.value,
        original_headers=tuple([Header(name=name, value=value) for name, value in record.headers]),
        headers_unreadable=record.headers_unreadable,
        consumer_group=group,
        worker_version=worker_version(),
        stage=diagnosis.stage,
        reason=diagnosis.reason,
        error_class=diagnosis.error_class,
        error_code=diagnosis.code,
        error_summary=diagnosis.summary,
        error_location=diagnosis.location,
        schema_id=diagnosis.schema_id,
        tenant_id=diagnosis.tenant_id,
        retry_count=0,
        max_retries=max_retries,
        first_failed_at=moment_of(first_failed_ms),
        failed_at=moment_of(failed_ms),
    )


@lru_cache(maxsize=16)
def moment_of(milliseconds: int) -> datetime:
    """From milliseconds since 1970 UTC. Letters of one burst share theirs."""
    return EPOCH + timedelta(milliseconds=milliseconds)


def original_headers(letter: DeadLetter) -> Headers:
    """The record's own headers, in their order, repeats kept."""
    return tuple((header.name, header.value) for header in letter.original_headers)


def original_record(letter: DeadLetter, schema_id: SchemaId) -> Record:
    """The record that the letter is about, for a further try."""
    return Record(
        topic=letter.original_topic,
        partition=letter.original_partition,
        offset=letter.original_offset,
        key=letter.original_key,
        value=letter.original_value,
        headers=original_headers(letter),
        timestamp_ms=letter.original_timestamp_ms,
        timestamp_type=TIMESTAMP_KINDS.get(letter.timestamp_type, TIMESTAMP_NOT_AVAILABLE),
        schema_id=schema_id,
        attempt=letter.retry_count + 2,
    )


def milliseconds_of(moment: datetime) -> int:
    """Milliseconds since 1970 UTC."""
    return (moment - EPOCH) // MILLISECOND


def outer_headers(letter: DeadLetter, client_id: str) -> Headers:
    """The original headers first, but for those that look like ours: they live on in the envelope."""
    kept = [pair for pair in original_headers(letter) if not pair[0].startswith(CONTROL_PREFIXES)]
    return (*kept, *tool_headers(letter, client_id))


def tool_headers(letter: DeadLetter, client_id: str) -> Headers:
    """What Kafka Connect and Spring tools look for, then ours."""
    before, between, behind = steady_headers(
        client_id,
        letter.consumer_group,
        letter.original_topic,
        letter.original_partition,
        letter.timestamp_type,
        letter.stage,
        letter.reason,
        letter.error_class,
        letter.error_summary,
        letter.retry_count,
    )
    return (
        *before,
        ("__connect.errors.offset", b"%d" % letter.original_offset),
        *between,
        ("kafka_dlt-original-offset", struct.pack(">q", letter.original_offset)),
        ("kafka_dlt-original-timestamp", struct.pack(">q", letter.original_timestamp_ms)),
        *behind,
    )


@lru_cache(maxsize=1_000)
def steady_headers(
    client_id: str,
    group: str,
    topic: str,
    partition: int,
    timestamp_type: TimestampType,
    stage: Stage,
    reason: Reason,
    error_class: str,
    summary: str,
    retry_count: int,
) -> tuple[Headers, Headers, Headers]:
    """The headers before, between and behind those that say where and when: the same for all records of a partition
    that fail alike.
    """
    before = (
        ("__connect.errors.topic", topic.encode()),
        ("__connect.errors.partition", str(partition).encode()),
    )
    between = (
        ("__connect.errors.connector.name", group.encode()),
        ("__connect.errors.task.id", client_id.encode()),
        ("__connect.errors.stage", stage.value.encode()),
        ("__connect.errors.class.name", b"eventpact.kafka.Worker"),
        ("__connect.errors.exception.class.name", error_class.encode()),
        ("__connect.errors.exception.message", summary.encode()),
        ("kafka_dlt-original-topic", topic.encode()),
        ("kafka_dlt-original-partition", struct.pack(">i", partition)),
    )
    behind = (
        ("kafka_dlt-original-timestamp-type", TIMESTAMP_NAMES[timestamp_type]),
        ("kafka_dlt-original-consumer-group", group.encode()),
        ("kafka_dlt-exception-fqcn", error_class.encode()),
        ("kafka_dlt-exception-message", summary.encode()),
        ("x-dlq-version", b"1"),
        ("x-dlq-reason", reason.value.encode()),
        ("x-retry-count", str(retry_count).encode()),
    )
    return before, between, behind
