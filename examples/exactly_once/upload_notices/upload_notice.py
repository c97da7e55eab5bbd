# Generated from schemas/upload_notice.avsc (sha256 56cbb88e3507).
# Do not edit: change the schema, then run `eventpact generate`.
"""Classes of schemas/upload_notice.avsc."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

__all__ = ["UploadNotice"]

AVRO_SCHEMA: Final = (
    "{\n"  # in pieces
    '  "type": "record",\n'
    '  "name": "UploadNotice",\n'
    '  "namespace": "com.car.platform.notices",\n'
    '  "doc": "A tenant\'s document arrived. One notice per ingestion event, '
    'neither more nor fewer.",\n'
    '  "fields": [\n'
    "    {\n"
    '      "name": "tenant_id",\n'
    '      "type": "string",\n'
    '      "doc": "Owner of the document, a UUID in its canonical lower-case text '
    'form. The record key.",\n'
    '      "format": "uuid"\n'
    "    },\n"
    "    {\n"
    '      "name": "file_hash",\n'
    '      "type": "string",\n'
    '      "doc": "SHA-256 of the file\'s bytes, 64 lower-case hexadecimal '
    'digits.",\n'
    '      "pattern": "^[0-9a-f]{64}$"\n'
    "    },\n"
    '    {"name": "kind", "type": "string", "doc": "The file\'s media type '
    'without its parameters, such as application/pdf."}\n'
    "  ]\n"
    "}\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadNotice:
    """A tenant's document arrived. One notice per ingestion event, neither more
    nor fewer.
    """

    AVRO_NAME: ClassVar[str] = "com.car.platform.notices.UploadNotice"
    PII_FIELDS: ClassVar[frozenset[str]] = frozenset()
    SCHEMA_FINGERPRINT: ClassVar[int] = 0x590AF8DB3CEFB6A9
    SCHEMA_REFERENCES: ClassVar[Mapping[str, str]] = {}
    SCHEMA_TEXT: ClassVar[str] = AVRO_SCHEMA

    tenant_id: str
    """Owner of the document, a UUID in its canonical lower-case text form. The
    record key.
    """
    file_hash: str
    """SHA-256 of the file's bytes, 64 lower-case hexadecimal digits."""
    kind: str
    """The file's media type without its parameters, such as application/pdf."""


AVRO_TYPES: Final[Mapping[str, type]] = {
    "com.car.platform.notices.UploadNotice": UploadNotice,
}
