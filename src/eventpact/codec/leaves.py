"""Which leaf a type is: the mapping table's rows, by base type and logical type."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from eventpact.codec import moments
from eventpact.codec.decimals import decimal_leaf
from eventpact.codec.leaf import Leaf, exactly
from eventpact.codec.primitives import PRIMITIVES, fixed_leaf
from eventpact.codec.uuids import UUID_BYTES, UUID_TEXT
from eventpact.duration import Duration
from eventpact.schema.tree import Fixed, LogicalKind, Primitive

__all__ = ["leaf_of"]

_DURATION: Final = struct.Struct("<III")


def _write_duration(value: object) -> bytes:
    duration = exactly(value, Duration)
    return _DURATION.pack(duration.months, duration.days, duration.millis)


def _read_duration(wire: bytes) -> Duration:
    months, days, millis = _DURATION.unpack(wire)
    return Duration(months=months, days=days, millis=millis)


# A logical type that is not here (nanoseconds, big-decimal) has no exact Python class: its base type serves.
_LOGICAL: Final[Mapping[LogicalKind, Leaf]] = MappingProxyType(
    {
        LogicalKind.DATE: moments.DATE,
        LogicalKind.TIME_MILLIS: moments.TIME_MILLIS,
        LogicalKind.TIME_MICROS: moments.TIME_MICROS,
        LogicalKind.TIMESTAMP_MILLIS: moments.TIMESTAMP_MILLIS,
        LogicalKind.TIMESTAMP_MICROS: moments.TIMESTAMP_MICROS,
        LogicalKind.LOCAL_TIMESTAMP_MILLIS: moments.LOCAL_MILLIS,
        LogicalKind.LOCAL_TIMESTAMP_MICROS: moments.LOCAL_MICROS,
        LogicalKind.DURATION: Leaf(Duration, _write_duration, _read_duration),
    }
)


def leaf_of(type_: Primitive | Fixed) -> Leaf:
    """The leaf of a primitive or fixed type."""
    size = type_.size if isinstance(type_, Fixed) else None
    logical = type_.logical
    if logical is not None:
        if logical.kind is LogicalKind.DECIMAL:
            return decimal_leaf(logical.precision, logical.scale, size)
        if logical.kind is LogicalKind.UUID:
            return UUID_TEXT if size is None else UUID_BYTES
        known = _LOGICAL.get(logical.kind)
        if known is not None:
            return known
    return PRIMITIVES[type_.kind] if isinstance(type_, Primitive) else fixed_leaf(type_.size)
