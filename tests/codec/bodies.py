"""Bodies that a writer's schema may have written, made on the wire: no class, no encoder, no codec."""

from __future__ import annotations

import struct
from typing import Any, Protocol

from eventpact.schema import Schema
from eventpact.schema.tree import Array, EnumType, Fixed, Kind, Map, Primitive, Record, Ref, Type, Union

_UUID = b"3f0c0e6e-7a0c-4f0e-9c3a-1b2c3d4e5f60"


class Below(Protocol):
    def __call__(self, limit: int) -> int:
        """A number from 0 to ``limit - 1``."""
        ...


def body_of(schema: Schema, below: Below) -> bytes:
    """A valid body. Values are such that every logical type could read them: small, not negative, UUIDs as text."""
    return _value(schema, schema.root, _Limited(below), 0)


class Endless(Exception):  # noqa: N818 - the schema has no small value, or none that the dice found
    pass


class _Limited:
    """Dice that give up: a record that recurs in several fields doubles with each level."""

    def __init__(self, below: Below) -> None:
        self._below = below
        self._left = 500

    def __call__(self, limit: int) -> int:
        return self._below(limit)

    def spend(self, depth: int) -> None:
        """One more value at this depth."""
        self._left -= 1
        if self._left < 0 or depth > 40:
            raise Endless


def _value(schema: Schema, type_: Type, below: _Limited, depth: int) -> bytes:
    below.spend(depth)
    match type_:
        case Primitive():
            return _primitive(type_.kind, below)
        case Array(items):
            return _blocks([_value(schema, items, below, depth + 1) for _ in range(_count(below, depth))], below)
        case Map(values):
            entries = [
                _sized(b"key%d" % number) + _value(schema, values, below, depth + 1)
                for number in range(_count(below, depth))
            ]
            return _blocks(entries, below)
        case Union(branches):
            index = below(len(branches))
            if depth > 5 and Primitive(Kind.NULL) in branches:
                index = branches.index(Primitive(Kind.NULL))
            return _long(index) + _value(schema, branches[index], below, depth + 1)
        case Ref(name):
            named = schema.names[name]
            match named:
                case Record():
                    return b"".join(_value(schema, field.type, below, depth + 1) for field in named.fields)
                case EnumType():
                    return _long(below(len(named.symbols)))
                case Fixed():
                    return bytes(named.size - 1) + b"\x05" if named.size else b""


def _count(below: Below, depth: int) -> int:
    return below(3) if depth < 6 else 0


def _blocks(items: list[bytes], below: Below) -> bytes:
    if not items:
        return _long(0)
    joined = b"".join(items)
    if below(2):
        return _long(-len(items)) + _long(len(joined)) + joined + _long(0)
    return _long(len(items)) + joined + _long(0)


def _primitive(kind: Kind, below: Below) -> bytes:
    match kind:
        case Kind.NULL:
            return b""
        case Kind.BOOLEAN:
            return bytes([below(2)])
        case Kind.INT | Kind.LONG:
            return _long(below(200))
        case Kind.FLOAT:
            return struct.pack("<f", below(100) / 4)
        case Kind.DOUBLE:
            return struct.pack("<d", below(100) / 4)
        case Kind.BYTES:
            return _sized(b"\x05")
        case Kind.STRING:
            return _sized(_UUID)


def _sized(data: bytes) -> bytes:
    return _long(len(data)) + data


def _long(number: int) -> bytes:
    bits = number * 2 if number >= 0 else -number * 2 - 1
    out = bytearray()
    while bits > 127:
        out.append(bits & 127 | 128)
        bits >>= 7
    return bytes([*out, bits])


def data_of(schema: Schema, type_: Type, classes: Any, value: Any) -> Any:
    """An event as dicts and lists, by the names on the wire."""
    match value:
        case tuple() | list():
            return [data_of(schema, type_, classes, one) for one in value]
        case dict():
            return {key: data_of(schema, type_, classes, one) for key, one in value.items()}
        case _:
            pass
    for name, cls in classes.records.items():
        if type(value) is cls.python:
            fields = schema.names[name].fields  # type: ignore[union-attr]
            return {
                field.name: data_of(schema, type_, classes, getattr(value, attribute))
                for field, attribute in zip(fields, cls.attributes, strict=True)
            }
    return str(value) if isinstance(value, str) else value
