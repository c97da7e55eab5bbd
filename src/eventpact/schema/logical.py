"""Logical types: which annotations are valid, and why one is not (specification 1.12, "Logical Types").

An annotation that is not valid must be ignored; it never makes the schema invalid.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from eventpact.schema.tree import Json, Kind, Logical, LogicalKind

__all__ = ["max_precision", "read_logical"]

_BASES: Final[Mapping[LogicalKind, frozenset[Kind]]] = {
    LogicalKind.BIG_DECIMAL: frozenset({Kind.BYTES}),
    LogicalKind.UUID: frozenset({Kind.STRING}),
    LogicalKind.DATE: frozenset({Kind.INT}),
    LogicalKind.TIME_MILLIS: frozenset({Kind.INT}),
    LogicalKind.TIME_MICROS: frozenset({Kind.LONG}),
    LogicalKind.TIMESTAMP_MILLIS: frozenset({Kind.LONG}),
    LogicalKind.TIMESTAMP_MICROS: frozenset({Kind.LONG}),
    LogicalKind.TIMESTAMP_NANOS: frozenset({Kind.LONG}),
    LogicalKind.LOCAL_TIMESTAMP_MILLIS: frozenset({Kind.LONG}),
    LogicalKind.LOCAL_TIMESTAMP_MICROS: frozenset({Kind.LONG}),
    LogicalKind.LOCAL_TIMESTAMP_NANOS: frozenset({Kind.LONG}),
    LogicalKind.DECIMAL: frozenset({Kind.BYTES}),
    LogicalKind.DURATION: frozenset(),
}
_FIXED_SIZES: Final = {LogicalKind.UUID: 16, LogicalKind.DURATION: 12}


def read_logical(attributes: Mapping[str, Json], base: Kind | int) -> Logical | str | None:
    """The logical type of a type object over ``base`` (a primitive, or the size of a fixed).

    Text says why the annotation has to be ignored; ``None`` means that there is none.
    """
    if "logicalType" not in attributes:
        return None
    name = attributes["logicalType"]
    if not isinstance(name, str):
        return "logicalType is not text; the annotation is ignored"
    try:
        kind = LogicalKind(name)
    except ValueError:
        return f"the logical type {name[:60]!r} is unknown; the annotation is ignored"
    if kind is LogicalKind.DECIMAL:
        return _decimal(attributes, base)
    fits = base == _FIXED_SIZES.get(kind) if isinstance(base, int) else base in _BASES[kind]
    if fits:
        return Logical(kind)
    over = f"fixed({base})" if isinstance(base, int) else str(base)
    return f"{kind} cannot annotate {over}; the annotation is ignored. It belongs on {_belongs(kind)}"


def _belongs(kind: LogicalKind) -> str:
    bases = [str(base) for base in _BASES[kind]]
    if kind in _FIXED_SIZES:
        bases.append(f"fixed({_FIXED_SIZES[kind]})")
    return " or ".join(bases)


def _decimal(attributes: Mapping[str, Json], base: Kind | int) -> Logical | str:
    ignored = "the annotation is ignored"
    if not isinstance(base, int) and base is not Kind.BYTES:
        return f"decimal cannot annotate {base}; {ignored}. It belongs on bytes or fixed"
    precision, scale = attributes.get("precision"), attributes.get("scale", 0)
    if type(precision) is not int or precision < 1:
        return f"decimal needs a precision, a whole number of at least 1; {ignored}"
    if type(scale) is not int or not 0 <= scale <= precision:
        return f"decimal needs a scale from 0 to its precision; {ignored}"
    if isinstance(base, int) and precision > max_precision(base):
        return f"fixed({base}) holds at most {max_precision(base)} digits, not {precision}; {ignored}"
    return Logical(LogicalKind.DECIMAL, precision, scale)


def max_precision(size: int) -> int:
    """Digits that always fit into ``size`` bytes of two's complement: floor(log10(2^(8n-1) - 1))."""
    if size < 1:
        return 0
    if size > 1000:
        # Exact enough for a bound that nobody reaches, without numbers of a billion bits: 8 * log10(2) = 2.40823...
        return int((8 * size - 1) * 0.30102999566398114)
    return len(str(2 ** (8 * size - 1) - 1)) - 1
