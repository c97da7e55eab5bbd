"""An event object -> the JSON form of golden payloads, where a record still knows its aliases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from uuid import UUID

from eventpact.codec.model import Model
from eventpact.duration import Duration
from eventpact.schema.tree import Record

__all__ = ["ShownRecord", "differences", "show_event"]


@dataclass(frozen=True, slots=True)
class ShownRecord:
    """A record's values by Avro name, and the names of earlier versions that lead to them."""

    values: Mapping[str, object]
    aliases: Mapping[str, str]


def show_event(event: object, model: Model) -> object:
    """Bytes in hexadecimal digits, numbers of any kind as they are, everything else as text."""
    records = {found.python: (name, found) for name, found in model.classes.records.items()}

    def show(value: object) -> object:
        match value:
            case None | bool() | int() | float():
                return value
            case Enum():
                return value.value
            case str():
                return value
            case bytes():
                return value.hex()
            case tuple():
                return [show(item) for item in value]
            case Mapping():
                return {key: show(item) for key, item in value.items()}
            case Decimal():
                return format(value, "f")
            case UUID():
                return str(value)
            case dt.datetime() | dt.date() | dt.time():
                return value.isoformat()
            case Duration():
                return [value.months, value.days, value.millis]
            case _:
                name, cls = records[type(value)]
                record = model.names[name]
                fields = record.fields if isinstance(record, Record) else ()
                values = {
                    field.name: show(getattr(value, attribute))
                    for field, attribute in zip(fields, cls.attributes, strict=True)
                }
                return ShownRecord(values, {alias: field.name for field in fields for alias in field.aliases})

    return show(event)


def differences(expected: object, actual: object, path: str = "$") -> Iterator[tuple[str, object, object]]:
    """(path, expected, actual) of each value that is not what it was. Fields that are gone, or new, do not count."""
    match expected, actual:
        case dict(), ShownRecord():
            for name, value in expected.items():
                here = name if name in actual.values else actual.aliases.get(name)
                if here is not None:
                    yield from differences(value, actual.values[here], f"{path}.{name}")
        case dict(), dict() if expected.keys() == actual.keys():
            for key, value in expected.items():
                yield from differences(value, actual[key], f"{path}[{key!r}]")
        case list(), list() if len(expected) == len(actual):
            for number, (one, other) in enumerate(zip(expected, actual, strict=True)):
                yield from differences(one, other, f"{path}[{number}]")
        case _:
            # True is not 1 here, though Python says so.
            if expected != actual or isinstance(expected, bool) is not isinstance(actual, bool):
                yield path, expected, actual
