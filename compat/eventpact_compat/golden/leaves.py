"""The edges of every primitive, fixed and logical type: the bytes, and the value as JSON."""

from __future__ import annotations

import datetime as dt
import struct
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from eventpact.schema.tree import Fixed, Json, Kind, LogicalKind, Primitive, Props
from eventpact_compat.golden.wire import put_bytes, put_long

__all__ = ["Edge", "Leaf", "edge_of"]

Edge: TypeAlias = Literal["typical", "low", "high"]

_UUIDS: Final = {
    "typical": "123e4567-e89b-42d3-a456-426614174000",
    "low": "00000000-0000-0000-0000-000000000000",
    "high": "ffffffff-ffff-ffff-ffff-ffffffffffff",
}
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICRO: Final = dt.timedelta(microseconds=1)
_MOMENTS: Final = {
    "typical": dt.datetime(2020, 2, 29, 12, 34, 56, 789000, tzinfo=dt.UTC),
    "low": dt.datetime(1, 1, 1, tzinfo=dt.UTC),
    "high": dt.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=dt.UTC),
}
_MIDDAY: Final = {"typical": 45_296_789_000, "low": 0, "high": 86_399_999_999}
_RANGES: Final = {Kind.INT: 2**31, Kind.LONG: 2**63}
# The largest finite numbers of 32 and 64 bits.
_FLOATS: Final = {Kind.FLOAT: struct.unpack("<f", b"\xff\xff\x7f\x7f")[0], Kind.DOUBLE: 1.7976931348623157e308}
_TEXTS: Final = {"typical": "text", "low": "", "high": "ÿ € 😀 end"}
_BYTES: Final = {"typical": b"edge", "low": b"", "high": bytes(range(256))}
# A precision above this is legal, and a number of that many digits says nothing new.
_MAX_DIGITS: Final = 100


@dataclass(frozen=True, slots=True)
class Leaf:
    """``wire`` is the complete binary form. ``shown`` is JSON: bytes in hexadecimal digits, moments as ISO 8601."""

    wire: bytes
    shown: Json


def edge_of(type_: Primitive | Fixed, props: Props, edge: Edge) -> Leaf:
    """The value of a type at one edge. ``props`` holds the constraints of field and type."""
    if isinstance(type_, Fixed):
        return _fixed(type_, edge)
    match type_.kind:
        case Kind.NULL:
            return Leaf(b"", None)
        case Kind.BOOLEAN:
            return Leaf(bytes([edge != "low"]), edge != "low")
        case Kind.INT | Kind.LONG:
            return _integer(type_, props, edge)
        case Kind.FLOAT | Kind.DOUBLE:
            return _float(type_.kind, props, edge)
        case Kind.BYTES:
            data = _BYTES[edge]
            if _is_decimal(type_):
                unscaled = _unscaled(type_, edge)
                return Leaf(_sized(_two_complement(unscaled, _length(unscaled))), _decimal(type_, unscaled))
            return Leaf(_sized(data), data.hex())
        case Kind.STRING:
            text = _text(type_, props, edge)
            return Leaf(_sized(text.encode()), text)


def _integer(type_: Primitive, props: Props, edge: Edge) -> Leaf:
    number, shown = _moment(type_, edge)
    if number is None:
        limit = _RANGES[type_.kind]
        number = int(_within({"typical": 42, "low": -limit, "high": limit - 1}[edge], props))
        shown = number
    out = bytearray()
    put_long(out, number)
    return Leaf(bytes(out), shown)


def _moment(type_: Primitive, edge: Edge) -> tuple[int | None, Json]:
    """The number on the wire and what it stands for; (None, None) for a plain number."""
    moment = _MOMENTS[edge]
    kind = type_.logical.kind if type_.logical is not None else None
    match kind:
        case LogicalKind.DATE:
            return (moment.date() - _EPOCH.date()).days, moment.date().isoformat()
        case LogicalKind.TIME_MILLIS:
            millis = _MIDDAY[edge] // 1000
            return millis, _time(millis * 1000)
        case LogicalKind.TIME_MICROS:
            return _MIDDAY[edge], _time(_MIDDAY[edge])
        case LogicalKind.TIMESTAMP_MILLIS | LogicalKind.LOCAL_TIMESTAMP_MILLIS:
            whole = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
            return (whole - _EPOCH) // _MICRO // 1000, _shown(whole, kind)
        case LogicalKind.TIMESTAMP_MICROS | LogicalKind.LOCAL_TIMESTAMP_MICROS:
            return (moment - _EPOCH) // _MICRO, _shown(moment, kind)
        case _:
            return None, None


def _shown(moment: dt.datetime, kind: LogicalKind) -> str:
    return (moment.replace(tzinfo=None) if kind.startswith("local-") else moment).isoformat()


def _time(micros: int) -> str:
    return (_EPOCH + dt.timedelta(microseconds=micros)).time().isoformat()


def _float(kind: Kind, props: Props, edge: Edge) -> Leaf:
    number = float(_within({"typical": 0.5, "low": -_FLOATS[kind], "high": _FLOATS[kind]}[edge], props))
    wire = struct.pack("<f" if kind is Kind.FLOAT else "<d", number)
    return Leaf(wire, struct.unpack("<f", wire)[0] if kind is Kind.FLOAT else number)


def _fixed(type_: Fixed, edge: Edge) -> Leaf:
    kind = type_.logical.kind if type_.logical is not None else None
    if kind is LogicalKind.UUID:
        return Leaf(bytes.fromhex(_UUIDS[edge].replace("-", "")), _UUIDS[edge])
    if kind is LogicalKind.DURATION:
        parts = {"typical": [1, 2, 3], "low": [0, 0, 0], "high": [2**32 - 1] * 3}[edge]
        return Leaf(struct.pack("<3I", *parts), [*parts])
    if kind is LogicalKind.DECIMAL:
        unscaled = _unscaled(type_, edge)
        return Leaf(_two_complement(unscaled, type_.size), _decimal(type_, unscaled))
    byte = {"typical": b"\x01", "low": b"\x00", "high": b"\xff"}[edge]
    return Leaf(byte * type_.size, (byte * type_.size).hex())


def _is_decimal(type_: Primitive) -> bool:
    return type_.logical is not None and type_.logical.kind is LogicalKind.DECIMAL


def _unscaled(type_: Primitive | Fixed, edge: Edge) -> int:
    digits = min(type_.logical.precision if type_.logical is not None else 1, _MAX_DIGITS)
    largest = int("9" * digits)
    return {"typical": 1, "low": -largest, "high": largest}[edge]


def _decimal(type_: Primitive | Fixed, unscaled: int) -> str:
    scale = type_.logical.scale if type_.logical is not None else 0
    digits = tuple(int(digit) for digit in str(abs(unscaled)))
    return format(Decimal((int(unscaled < 0), digits, -scale)), "f")


def _length(number: int) -> int:
    return (number if number >= 0 else ~number).bit_length() // 8 + 1


def _two_complement(number: int, size: int) -> bytes:
    return number.to_bytes(size, "big", signed=True)


def _text(type_: Primitive, props: Props, edge: Edge) -> str:
    if props.get("format") == "uuid" or (type_.logical is not None and type_.logical.kind is LogicalKind.UUID):
        return _UUIDS[edge]
    shortest, longest = props.get("minLength"), props.get("maxLength")
    text = _TEXTS[edge]
    if isinstance(shortest, int) and len(text) < shortest <= 10_000:
        text = text.ljust(shortest, "x")
    return text[:longest] if isinstance(longest, int) and longest >= 0 else text


def _within(number: float, props: Props) -> float | int:
    lowest, highest = props.get("minimum"), props.get("maximum")
    if isinstance(lowest, int | float) and number < lowest:
        number = lowest
    return highest if isinstance(highest, int | float) and number > highest else number


def _sized(data: bytes) -> bytes:
    out = bytearray()
    put_bytes(out, data)
    return bytes(out)
