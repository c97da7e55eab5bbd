"""What a registry said, checked: its answers are as untrusted as any other bytes from outside.

A wrong answer raises ValueError, which the border turns into UnavailableError.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventpact.errors import RegistryError
from eventpact.ids import Version
from eventpact.registry.border import shown
from eventpact.registry.port import MAX_ID, Reference, SchemaText
from eventpact.schema import Level

if TYPE_CHECKING:
    from confluent_kafka.schema_registry import Schema

__all__ = ["integer", "level_of", "listed", "schema_text", "text"]


def text(value: object) -> str:
    """The value, a string."""
    if not isinstance(value, str):
        raise ValueError("expected a string")
    return value


def listed(value: object) -> list[object]:
    """The value, a list. A string or an object would pass for one in a loop."""
    if not isinstance(value, list):
        raise ValueError("expected a list")
    return value


def integer(value: object) -> int:
    """The value, an id or a version."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= MAX_ID:
        raise ValueError("expected a number from 1 to 2^31-1")
    return value


def level_of(value: object) -> Level:
    """The value, a compatibility level."""
    return Level(text(value))


def schema_text(schema: Schema) -> SchemaText:
    """An Avro schema. RegistryError if it is a JSON schema or a Protobuf one."""
    kind = text(schema.schema_type or "AVRO")
    if kind != "AVRO":
        raise RegistryError(f"the schema is not an Avro schema but {shown(kind, 20)}")
    references = tuple(
        Reference(text(reference.name), text(reference.subject), Version(integer(reference.version)))
        for reference in schema.references or ()
    )
    return SchemaText(text(schema.schema_str), references)
