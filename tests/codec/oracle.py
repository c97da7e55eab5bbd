"""Our events as fastavro takes them: dicts, with the branch of every union named."""

from __future__ import annotations

import io
import json
import struct
from typing import Any

import fastavro

from eventpact.schema import Schema
from eventpact.schema.tree import Array, EnumType, Fixed, LogicalKind, Map, Primitive, Record, Ref, Type, Union


def fastavro_bytes(schema: Schema, classes: Any, event: Any) -> bytes:
    """What fastavro writes for the event."""
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro_schema(schema), datum(schema, schema.root, classes, event))
    return out.getvalue()


def fastavro_schema(schema: Schema) -> Any:
    return fastavro.parse_schema(json.loads(schema.text))


def datum(schema: Schema, type_: Type, classes: Any, value: Any) -> Any:
    """A value as fastavro takes it. Logical types that it passes through arrive as their wire form."""
    match type_:
        case Array(items):
            return [datum(schema, items, classes, one) for one in value]
        case Map(values):
            return {key: datum(schema, values, classes, one) for key, one in value.items()}
        case Union(branches):
            for branch in branches:
                if _takes(schema, branch, classes, value):
                    return None if value is None else (_branch_name(branch), datum(schema, branch, classes, value))
            raise AssertionError("no branch")
        case Ref(name):
            named = schema.names[name]
            match named:
                case Record():
                    cls = classes.records[name]
                    return {
                        field.name: datum(schema, field.type, classes, getattr(value, attribute))
                        for field, attribute in zip(named.fields, cls.attributes, strict=True)
                    }
                case EnumType():
                    return str(value)
                case Fixed():
                    return _fixed(named, value)
        case Primitive():
            return value


def _fixed(fixed: Fixed, value: Any) -> Any:
    match fixed.logical.kind if fixed.logical else None:
        case LogicalKind.UUID:
            return value.bytes
        case LogicalKind.DURATION:
            return struct.pack("<III", value.months, value.days, value.millis)
        case _:
            return value


def _branch_name(branch: Type) -> str:
    match branch:
        case Ref(name):
            return name
        case Primitive():
            return branch.kind.value
        case Array():
            return "array"
        case _:
            return "map"


def _takes(schema: Schema, type_: Type, classes: Any, value: Any) -> bool:
    from eventpact.codec.model import Model

    return Model(schema, classes).python(type_) is type(value)
