"""Which branch of a union does a JSON default belong to? The first that can hold it (Avro 1.12, "Unions")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from eventpact.schema.tree import (
    Array,
    EnumType,
    Fixed,
    Json,
    Kind,
    Map,
    Named,
    NoDefault,
    Primitive,
    Record,
    Ref,
    Type,
    Union,
)

__all__ = ["matches"]


def matches(type_: Type, value: Json, named: Mapping[str, Named]) -> bool:
    """True when ``value``, as a schema spells defaults, is one of ``type_``."""
    match type_:
        case Primitive(kind):
            return _primitive(kind, value)
        case Array(items):
            return isinstance(value, list) and all(matches(items, item, named) for item in value)
        case Map(values):
            return isinstance(value, dict) and all(matches(values, item, named) for item in value.values())
        case Union(branches):
            return any(matches(branch, value, named) for branch in branches)
        case Ref(name):
            return _named(named[name], value, named)
        case _:
            assert_never(type_)


def _named(found: Named, value: Json, named: Mapping[str, Named]) -> bool:
    match found:
        case EnumType(symbols=symbols):
            return value in symbols
        case Fixed(size=size):
            return isinstance(value, str) and len(value) == size and _is_latin(value)
        case Record(fields=fields):
            return isinstance(value, dict) and all(
                matches(f.type, value[f.name], named) if f.name in value else not isinstance(f.default, NoDefault)
                for f in fields
            )
        case _:
            assert_never(found)


def _primitive(kind: Kind, value: Json) -> bool:
    match kind:
        case Kind.NULL:
            return value is None
        case Kind.BOOLEAN:
            return isinstance(value, bool)
        case Kind.INT | Kind.LONG:
            bits = 31 if kind is Kind.INT else 63
            return type(value) is int and -(2**bits) <= value < 2**bits
        case Kind.FLOAT | Kind.DOUBLE:
            return type(value) in {int, float}
        case Kind.BYTES:
            return isinstance(value, str) and _is_latin(value)
        case Kind.STRING:
            return isinstance(value, str)
        case _:
            assert_never(kind)


def _is_latin(value: str) -> bool:
    return all(ord(character) < 256 for character in value)
