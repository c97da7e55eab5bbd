# Generated from schemas/dead_letter.avsc (sha256 3546c639c353).
# Do not edit: change the schema, then run `eventpact generate`.
"""Classes of schemas/dead_letter.avsc."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

__all__ = ["DeadLetter", "Header", "Reason", "Stage", "TimestampType"]

AVRO_SCHEMA: Final = (
    "{\n"  # in pieces
    '  "type": "record",\n'
    '  "name": "DeadLetter",\n'
    '  "namespace": "eventpact",\n'
    '  "doc": "A record that a consumer group could not handle: the original bytes, '
    'where they stood, and why they are here.",\n'
    '  "fields": [\n'
    "    {\n"
    '      "name": "dlq_id",\n'
    '      "type": "string",\n'
    '      "doc": "group/topic/partition/offset of the original. Equal for copies '
    'of one failure, so it removes duplicates.",\n'
    '      "minLength": 1\n'
    "    },\n"
    '    {"name": "original_topic", "type": "string", "doc": "Topic of the '
    'original record.", "minLength": 1},\n'
    '    {"name": "original_partition", "type": "int", "doc": "Partition of '
    'the original record.", "minimum": 0},\n'
    '    {"name": "original_offset", "type": "long", "doc": "Offset of the '
    'original record.", "minimum": 0},\n'
    "    {\n"
    '      "name": "original_timestamp_ms",\n'
    '      "type": "long",\n'
    '      "doc": "Timestamp of the original record in milliseconds since 1970 UTC, '
    "-1 where it had none. A plain long: a hostile record may carry one that no "
    'calendar holds.",\n'
    '      "unit": "ms"\n'
    "    },\n"
    "    {\n"
    '      "name": "timestamp_type",\n'
    '      "type": {\n'
    '        "type": "enum",\n'
    '        "name": "TimestampType",\n'
    '        "doc": "What the original timestamp means (Kafka\'s '
    'message.timestamp.type).",\n'
    '        "symbols": ["NONE", "CREATE_TIME", "LOG_APPEND_TIME"],\n'
    '        "default": "NONE"\n'
    "      },\n"
    '      "doc": "What original_timestamp_ms means."\n'
    "    },\n"
    "    {\n"
    '      "name": "original_key",\n'
    '      "type": ["null", "bytes"],\n'
    '      "default": null,\n'
    '      "doc": "Key bytes of the original; null and empty differ.",\n'
    '      "confluent:tags": ["PII"]\n'
    "    },\n"
    "    {\n"
    '      "name": "original_value",\n'
    '      "type": ["null", "bytes"],\n'
    '      "default": null,\n'
    '      "doc": "Value bytes of the original; null is a tombstone.",\n'
    '      "confluent:tags": ["PII"]\n'
    "    },\n"
    "    {\n"
    '      "name": "original_headers",\n'
    '      "type": {\n'
    '        "type": "array",\n'
    '        "items": {\n'
    '          "type": "record",\n'
    '          "name": "Header",\n'
    '          "doc": "One header of the original record.",\n'
    '          "fields": [\n'
    '            {"name": "name", "type": "string", "doc": "Header name.", '
    '"confluent:tags": ["PII"]},\n'
    "            {\n"
    '              "name": "value",\n'
    '              "type": ["null", "bytes"],\n'
    '              "default": null,\n'
    '              "doc": "Header value; null and empty differ.",\n'
    '              "confluent:tags": ["PII"]\n'
    "            }\n"
    "          ]\n"
    "        }\n"
    "      },\n"
    '      "default": [],\n'
    '      "doc": "Headers of the original in their order, repeats kept.",\n'
    '      "confluent:tags": ["PII"]\n'
    "    },\n"
    "    {\n"
    '      "name": "headers_unreadable",\n'
    '      "type": "boolean",\n'
    '      "default": false,\n'
    '      "doc": "True when the client library could not read the headers; then '
    'original_headers is empty."\n'
    "    },\n"
    '    {"name": "consumer_group", "type": "string", "doc": "Group that '
    'gave up on the record.", "minLength": 1},\n'
    '    {"name": "worker_version", "type": "string", "default": "", '
    '"doc": "Version of the worker that wrote this."},\n'
    "    {\n"
    '      "name": "stage",\n'
    '      "type": {\n'
    '        "type": "enum",\n'
    '        "name": "Stage",\n'
    '        "doc": "Which step failed.",\n'
    '        "symbols": ["FETCH", "FRAMING", "SCHEMA", "DECODE", "MODEL", '
    '"HANDLER", "CRASH", "OTHER"],\n'
    '        "default": "OTHER"\n'
    "      },\n"
    '      "doc": "Which step failed."\n'
    "    },\n"
    "    {\n"
    '      "name": "reason",\n'
    '      "type": {\n'
    '        "type": "enum",\n'
    '        "name": "Reason",\n'
    '        "doc": "Why the record is here; decides whether a retry makes '
    'sense.",\n'
    '        "symbols": [\n'
    '          "UNDECODABLE",\n'
    '          "UNKNOWN_SCHEMA",\n'
    '          "WRONG_SCHEMA",\n'
    '          "TOO_LARGE",\n'
    '          "HANDLER",\n'
    '          "TRANSIENT_EXHAUSTED",\n'
    '          "REJECTED",\n'
    '          "CRASHED",\n'
    '          "BLOCKED",\n'
    '          "OTHER"\n'
    "        ],\n"
    '        "default": "OTHER"\n'
    "      },\n"
    '      "doc": "Why the record is here."\n'
    "    },\n"
    '    {"name": "error_class", "type": "string", "default": "", "doc": '
    '"Class name of the error; no text of it."},\n'
    '    {"name": "error_code", "type": "string", "default": "", "doc": '
    '"Code from a closed list, such as the broken rule."},\n'
    "    {\n"
    '      "name": "error_summary",\n'
    '      "type": "string",\n'
    '      "default": "",\n'
    '      "doc": "What went wrong, from templates and schema paths only; at most '
    '512 characters, never a value of the event.",\n'
    '      "maxLength": 512\n'
    "    },\n"
    "    {\n"
    '      "name": "error_location",\n'
    '      "type": ["null", "string"],\n'
    '      "default": null,\n'
    '      "doc": "file:line in function, where the handler or the codec failed."\n'
    "    },\n"
    "    {\n"
    '      "name": "schema_id",\n'
    '      "type": ["null", "int"],\n'
    '      "default": null,\n'
    '      "doc": "Writer\'s schema id, if the frame held one."\n'
    "    },\n"
    "    {\n"
    '      "name": "tenant_id",\n'
    '      "type": ["null", "string"],\n'
    '      "default": null,\n'
    '      "doc": "Tenant from the event, else from a key that looks like one."\n'
    "    },\n"
    '    {"name": "retry_count", "type": "int", "default": 0, "doc": '
    '"Retries so far.", "minimum": 0},\n'
    '    {"name": "max_retries", "type": "int", "default": 3, "doc": '
    '"Retries before the record is parked.", "minimum": 0},\n'
    "    {\n"
    '      "name": "not_before_ms",\n'
    '      "type": ["null", "long"],\n'
    '      "default": null,\n'
    '      "doc": "Earliest time of the next retry, milliseconds since 1970 UTC."\n'
    "    },\n"
    "    {\n"
    '      "name": "blocked_by",\n'
    '      "type": ["null", "string"],\n'
    '      "default": null,\n'
    '      "doc": "dlq_id of an earlier record of the same tenant that must come '
    'first."\n'
    "    },\n"
    "    {\n"
    '      "name": "first_failed_at",\n'
    '      "type": {"type": "long", "logicalType": "timestamp-millis"},\n'
    '      "doc": "When the record failed for the first time."\n'
    "    },\n"
    "    {\n"
    '      "name": "failed_at",\n'
    '      "type": {"type": "long", "logicalType": "timestamp-millis"},\n'
    '      "doc": "When it failed the last time."\n'
    "    }\n"
    "  ]\n"
    "}\n"
)


class TimestampType(StrEnum):
    """What the original timestamp means (Kafka's message.timestamp.type)."""

    NONE = "NONE"
    CREATE_TIME = "CREATE_TIME"
    LOG_APPEND_TIME = "LOG_APPEND_TIME"


class Stage(StrEnum):
    """Which step failed."""

    FETCH = "FETCH"
    FRAMING = "FRAMING"
    SCHEMA = "SCHEMA"
    DECODE = "DECODE"
    MODEL = "MODEL"
    HANDLER = "HANDLER"
    CRASH = "CRASH"
    OTHER = "OTHER"


class Reason(StrEnum):
    """Why the record is here; decides whether a retry makes sense."""

    UNDECODABLE = "UNDECODABLE"
    UNKNOWN_SCHEMA = "UNKNOWN_SCHEMA"
    WRONG_SCHEMA = "WRONG_SCHEMA"
    TOO_LARGE = "TOO_LARGE"
    HANDLER = "HANDLER"
    TRANSIENT_EXHAUSTED = "TRANSIENT_EXHAUSTED"
    REJECTED = "REJECTED"
    CRASHED = "CRASHED"
    BLOCKED = "BLOCKED"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A record that a consumer group could not handle: the original bytes, where
    they stood, and why they are here.
    """

    AVRO_NAME: ClassVar[str] = "eventpact.DeadLetter"
    PII_FIELDS: ClassVar[frozenset[str]] = frozenset(
        {"original_headers", "original_key", "original_value"},
    )
    SCHEMA_FINGERPRINT: ClassVar[int] = 0x87BF6F71244EEF4F
    SCHEMA_REFERENCES: ClassVar[Mapping[str, str]] = {}
    SCHEMA_TEXT: ClassVar[str] = AVRO_SCHEMA

    dlq_id: str
    """group/topic/partition/offset of the original. Equal for copies of one
    failure, so it removes duplicates.
    """
    original_topic: str
    """Topic of the original record."""
    original_partition: int
    """Partition of the original record."""
    original_offset: int
    """Offset of the original record."""
    original_timestamp_ms: int
    """Timestamp of the original record in milliseconds since 1970 UTC, -1 where it
    had none. A plain long: a hostile record may carry one that no calendar
    holds.
    """
    timestamp_type: TimestampType
    """What original_timestamp_ms means."""
    original_key: bytes | None = None
    """Key bytes of the original; null and empty differ."""
    original_value: bytes | None = None
    """Value bytes of the original; null is a tombstone."""
    original_headers: tuple[Header, ...] = ()
    """Headers of the original in their order, repeats kept."""
    headers_unreadable: bool = False
    """True when the client library could not read the headers; then
    original_headers is empty.
    """
    consumer_group: str
    """Group that gave up on the record."""
    worker_version: str = ""
    """Version of the worker that wrote this."""
    stage: Stage
    """Which step failed."""
    reason: Reason
    """Why the record is here."""
    error_class: str = ""
    """Class name of the error; no text of it."""
    error_code: str = ""
    """Code from a closed list, such as the broken rule."""
    error_summary: str = ""
    """What went wrong, from templates and schema paths only; at most 512
    characters, never a value of the event.
    """
    error_location: str | None = None
    """file:line in function, where the handler or the codec failed."""
    schema_id: int | None = None
    """Writer's schema id, if the frame held one."""
    tenant_id: str | None = None
    """Tenant from the event, else from a key that looks like one."""
    retry_count: int = 0
    """Retries so far."""
    max_retries: int = 3
    """Retries before the record is parked."""
    not_before_ms: int | None = None
    """Earliest time of the next retry, milliseconds since 1970 UTC."""
    blocked_by: str | None = None
    """dlq_id of an earlier record of the same tenant that must come first."""
    first_failed_at: dt.datetime
    """When the record failed for the first time."""
    failed_at: dt.datetime
    """When it failed the last time."""

    def __repr__(self) -> str:
        return (
            f"{type(self).__qualname__}("  # personal data is masked
            f"dlq_id={self.dlq_id!r}, "
            f"original_topic={self.original_topic!r}, "
            f"original_partition={self.original_partition!r}, "
            f"original_offset={self.original_offset!r}, "
            f"original_timestamp_ms={self.original_timestamp_ms!r}, "
            f"timestamp_type={self.timestamp_type!r}, "
            "original_key=***, "
            "original_value=***, "
            "original_headers=***, "
            f"headers_unreadable={self.headers_unreadable!r}, "
            f"consumer_group={self.consumer_group!r}, "
            f"worker_version={self.worker_version!r}, "
            f"stage={self.stage!r}, "
            f"reason={self.reason!r}, "
            f"error_class={self.error_class!r}, "
            f"error_code={self.error_code!r}, "
            f"error_summary={self.error_summary!r}, "
            f"error_location={self.error_location!r}, "
            f"schema_id={self.schema_id!r}, "
            f"tenant_id={self.tenant_id!r}, "
            f"retry_count={self.retry_count!r}, "
            f"max_retries={self.max_retries!r}, "
            f"not_before_ms={self.not_before_ms!r}, "
            f"blocked_by={self.blocked_by!r}, "
            f"first_failed_at={self.first_failed_at!r}, "
            f"failed_at={self.failed_at!r})"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """One header of the original record."""

    AVRO_NAME: ClassVar[str] = "eventpact.Header"
    PII_FIELDS: ClassVar[frozenset[str]] = frozenset({"name", "value"})

    name: str
    """Header name."""
    value: bytes | None = None
    """Header value; null and empty differ."""

    def __repr__(self) -> str:
        return (
            f"{type(self).__qualname__}("  # personal data is masked
            "name=***, "
            "value=***)"
        )


AVRO_TYPES: Final[Mapping[str, type]] = {
    "eventpact.DeadLetter": DeadLetter,
    "eventpact.Header": Header,
    "eventpact.Reason": Reason,
    "eventpact.Stage": Stage,
    "eventpact.TimestampType": TimestampType,
}
