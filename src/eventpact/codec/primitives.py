"""The eight primitive types and fixed, without a logical type."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeVar

from eventpact.codec.leaf import Leaf, Unfit, exactly
from eventpact.schema.tree import Kind

__all__ = [
    "DOUBLE",
    "FLOAT",
    "PACK_DOUBLE",
    "PACK_FLOAT",
    "PRIMITIVES",
    "UNPACK_DOUBLE",
    "UNPACK_FLOAT",
    "fixed_leaf",
    "float32",
    "float_value",
]

T = TypeVar("T")

FLOAT: Final = struct.Struct("<f")
DOUBLE: Final = struct.Struct("<d")
# Bound once: generated code names objects, and a bound method is a new object each time it is looked up.
PACK_FLOAT: Final = FLOAT.pack
PACK_DOUBLE: Final = DOUBLE.pack
UNPACK_FLOAT: Final = FLOAT.unpack_from
UNPACK_DOUBLE: Final = DOUBLE.unpack_from


def _same(wire: T) -> T:
    return wire


def _of(cls: type[T]) -> Callable[[object], T]:
    return lambda value: exactly(value, cls)


def _null(value: object) -> None:
    if value is not None:
        raise Unfit(f"expected None, got {type(value).__name__}")


def _whole(bits: int) -> Callable[[object], int]:
    limit = 1 << (bits - 1)

    def write(value: object) -> int:
        number = exactly(value, int)
        if not -limit <= number < limit:
            raise Unfit(f"outside the range of {bits} bits, {-limit} to {limit - 1}", "range")
        return number

    return write


def float32(number: float) -> float:
    """The nearest 32-bit value. A finite number beyond that range becomes infinite, as everywhere in IEEE 754."""
    try:
        (rounded,) = FLOAT.unpack(FLOAT.pack(number))
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")
    result: float = rounded
    return result


def float_value(value: object, single: bool) -> float:
    """The float that ``value`` is: a float, or an int that loses nothing."""
    if type(value) is float:
        if single and float32(value) in _INFINITE and value not in _INFINITE:
            raise Unfit("outside the range of a 32-bit float", "range")
        return value
    if type(value) is not int:
        raise Unfit(f"expected float, got {type(value).__name__}")
    try:
        number = float(value)
    except OverflowError:
        raise Unfit("this int is outside the range of a float", "range") from None
    # Python compares int and float exactly.
    if number != value or (single and float32(number) != value):
        raise Unfit("this int has more digits than the float can hold", "precision")
    return number


_INFINITE: Final = (float("inf"), float("-inf"))


def _text(value: object) -> str:
    text = exactly(value, str)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Unfit("text with a lone surrogate has no UTF-8 form") from None
    return text


PRIMITIVES: Final[Mapping[Kind, Leaf]] = MappingProxyType(
    {
        Kind.NULL: Leaf(type(None), _null, _same),
        Kind.BOOLEAN: Leaf(bool, _of(bool), _same),
        Kind.INT: Leaf(int, _whole(32), _same),
        Kind.LONG: Leaf(int, _whole(64), _same),
        Kind.FLOAT: Leaf(float, lambda value: float_value(value, True), _same),
        Kind.DOUBLE: Leaf(float, lambda value: float_value(value, False), _same),
        Kind.BYTES: Leaf(bytes, _of(bytes), _same),
        Kind.STRING: Leaf(str, _text, _same),
    }
)


def fixed_leaf(size: int) -> Leaf:
    """Exactly ``size`` bytes."""

    def write(value: object) -> bytes:
        wire = exactly(value, bytes)
        if len(wire) != size:
            raise Unfit(f"expected exactly {size} bytes, got {len(wire)}", "range")
        return wire

    return Leaf(bytes, write, _same)
