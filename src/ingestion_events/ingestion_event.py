# Generated from schemas/ingestion_event.avsc (sha256 2b0f4aa20a8a).
# Do not edit: change the schema, then run `eventpact generate`.
"""Classes of schemas/ingestion_event.avsc."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

__all__ = ["IngestionEvent", "SourceType"]

AVRO_SCHEMA: Final = (
    "{\n"  # in pieces
    '  "type": "record",\n'
    '  "name": "IngestionEvent",\n'
    '  "namespace": "com.car.platform.ingestion",\n'
    '  "doc": "A document entered the platform and waits for extraction. One event '
    'per stored file.",\n'
    '  "fields": [\n'
    "    {\n"
    '      "name": "tenant_id",\n'
    '      "type": "string",\n'
    '      "doc": "Owner of the document, a UUID in its canonical lower-case text '
    'form. The record key: one tenant, one partition.",\n'
    '      "format": "uuid"\n'
    "    },\n"
    "    {\n"
    '      "name": "source_type",\n'
    '      "type": {\n'
    '        "type": "enum",\n'
    '        "name": "SourceType",\n'
    '        "doc": "Where a document came from. UNKNOWN stands for sources that a '
    'reader does not know yet.",\n'
    '        "symbols": ["UPLOAD", "EMAIL", "CLOUD_SYNC", "UNKNOWN"],\n'
    '        "default": "UNKNOWN"\n'
    "      },\n"
    '      "doc": "How the document reached the platform."\n'
    "    },\n"
    "    {\n"
    '      "name": "file_hash",\n'
    '      "type": "string",\n'
    '      "doc": "SHA-256 of the file\'s bytes, 64 lower-case hexadecimal digits. '
    'The idempotency key of extraction.",\n'
    '      "pattern": "^[0-9a-f]{64}$"\n'
    "    },\n"
    "    {\n"
    '      "name": "s3_uri",\n'
    '      "type": "string",\n'
    '      "doc": "Where the file\'s bytes are stored, as s3://bucket/key.",\n'
    '      "minLength": 1\n'
    "    },\n"
    "    {\n"
    '      "name": "original_filename",\n'
    '      "type": "string",\n'
    '      "doc": "The file\'s name as its owner gave it. May name a person.",\n'
    '      "minLength": 1,\n'
    '      "confluent:tags": ["PII"]\n'
    "    },\n"
    "    {\n"
    '      "name": "mime_type",\n'
    '      "type": "string",\n'
    '      "doc": "Media type of the file (RFC 6838), such as application/pdf.",\n'
    '      "minLength": 1\n'
    "    },\n"
    "    {\n"
    '      "name": "timestamp",\n'
    '      "type": {"type": "long", "logicalType": "timestamp-millis"},\n'
    '      "doc": "When the platform accepted the document (UTC)."\n'
    "    },\n"
    "    {\n"
    '      "name": "source_path",\n'
    '      "type": ["null", "string"],\n'
    '      "default": null,\n'
    '      "doc": "Where the document stood in its source, such as a folder path or '
    'a mailbox. May name a person.",\n'
    '      "confluent:tags": ["PII"]\n'
    "    },\n"
    "    {\n"
    '      "name": "parent_id",\n'
    '      "type": ["null", "string"],\n'
    '      "default": null,\n'
    '      "doc": "The document that contained this one, such as the mail of an '
    'attachment."\n'
    "    },\n"
    "    {\n"
    '      "name": "permissions_blob",\n'
    '      "type": ["null", {"type": "map", "values": "string"}],\n'
    '      "default": null,\n'
    '      "doc": "Access rights in the source, principal to right, as the source '
    'spells them. Names persons.",\n'
    '      "confluent:tags": ["PII"]\n'
    "    },\n"
    "    {\n"
    '      "name": "metadata",\n'
    '      "type": ["null", {"type": "map", "values": "string"}],\n'
    '      "default": null,\n'
    '      "doc": "Further facts from the source, key to value. May hold personal '
    'data.",\n'
    '      "confluent:tags": ["PII"]\n'
    "    }\n"
    "  ]\n"
    "}\n"
)


class SourceType(StrEnum):
    """Where a document came from. UNKNOWN stands for sources that a reader does
    not know yet.
    """

    UPLOAD = "UPLOAD"
    EMAIL = "EMAIL"
    CLOUD_SYNC = "CLOUD_SYNC"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestionEvent:
    """A document entered the platform and waits for extraction. One event per
    stored file.
    """

    AVRO_NAME: ClassVar[str] = "com.car.platform.ingestion.IngestionEvent"
    PII_FIELDS: ClassVar[frozenset[str]] = frozenset(
        {"metadata", "original_filename", "permissions_blob", "source_path"},
    )
    SCHEMA_FINGERPRINT: ClassVar[int] = 0x2BA1CB63E93463FA
    SCHEMA_REFERENCES: ClassVar[Mapping[str, str]] = {}
    SCHEMA_TEXT: ClassVar[str] = AVRO_SCHEMA

    tenant_id: str
    """Owner of the document, a UUID in its canonical lower-case text form. The
    record key: one tenant, one partition.
    """
    source_type: SourceType
    """How the document reached the platform."""
    file_hash: str
    """SHA-256 of the file's bytes, 64 lower-case hexadecimal digits. The
    idempotency key of extraction.
    """
    s3_uri: str
    """Where the file's bytes are stored, as s3://bucket/key."""
    original_filename: str
    """The file's name as its owner gave it. May name a person."""
    mime_type: str
    """Media type of the file (RFC 6838), such as application/pdf."""
    timestamp: dt.datetime
    """When the platform accepted the document (UTC)."""
    source_path: str | None = None
    """Where the document stood in its source, such as a folder path or a mailbox.
    May name a person.
    """
    parent_id: str | None = None
    """The document that contained this one, such as the mail of an attachment."""
    permissions_blob: Mapping[str, str] | None = None
    """Access rights in the source, principal to right, as the source spells them.
    Names persons.
    """
    metadata: Mapping[str, str] | None = None
    """Further facts from the source, key to value. May hold personal data."""

    def __repr__(self) -> str:
        return (
            f"{type(self).__qualname__}("  # personal data is masked
            f"tenant_id={self.tenant_id!r}, "
            f"source_type={self.source_type!r}, "
            f"file_hash={self.file_hash!r}, "
            f"s3_uri={self.s3_uri!r}, "
            "original_filename=***, "
            f"mime_type={self.mime_type!r}, "
            f"timestamp={self.timestamp!r}, "
            "source_path=***, "
            f"parent_id={self.parent_id!r}, "
            "permissions_blob=***, "
            "metadata=***)"
        )


AVRO_TYPES: Final[Mapping[str, type]] = {
    "com.car.platform.ingestion.IngestionEvent": IngestionEvent,
    "com.car.platform.ingestion.SourceType": SourceType,
}
