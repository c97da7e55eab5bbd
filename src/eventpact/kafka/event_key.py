"""The record key of an event: the text of its contract's key field."""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from eventpact.errors import ManifestError
from eventpact.schema.tree import LogicalKind, Primitive, Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact.schema import Schema

__all__ = ["key_reader"]

E = TypeVar("E")


def key_reader(event_class: type[E], schema: Schema, key: str) -> Callable[[E], str]:
    """Event -> text of the Avro field `key`. Fields and attributes stand in the same order, their names may differ.

    Raises ManifestError where the event has no such field.
    """
    record = schema.names.get(schema.name or "")
    names = [field.name for field in record.fields] if isinstance(record, Record) else []
    if not isinstance(record, Record) or key not in names:
        raise ManifestError(f"{schema.name} has no field {key!r} for the record key", source=event_class.__qualname__)
    place = names.index(key)
    dataclass: Any = event_class
    read: Callable[[E], str] = attrgetter(fields(dataclass)[place].name)
    kind = record.fields[place].type
    if isinstance(kind, Primitive) and kind.logical is not None and kind.logical.kind is LogicalKind.UUID:
        return lambda event: str(read(event))
    if record.fields[place].props.get("format") == "uuid":
        # Either letter case is a UUID, and one tenant has one key, or it would have two partitions.
        return lambda event: read(event).lower()
    return read
