"""A type -> the Hypothesis strategy that draws it, within the constraints that its properties state."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final, assert_never

from eventpact.schema.tree import (
    NO_PROPS,
    Array,
    EnumType,
    Field,
    Fixed,
    Json,
    Kind,
    Logical,
    LogicalKind,
    Map,
    Named,
    Primitive,
    Props,
    Record,
    Ref,
    Type,
    Union,
)
from eventpact_codegen.expressions import Atom, Call, Expr, Text

__all__ = ["Drawing"]

_DIGITS: Final = 100
"""Enough to pass every default context; a schema may state a precision that no memory holds."""

_BITS: Final = {Kind.INT: 31, Kind.LONG: 63}


class Drawing:
    """Draws types. ``name_of`` spells classes, ``record`` the strategy of a record; ``used`` collects aids to write."""

    def __init__(self, named: Mapping[str, Named], name_of: Callable[[str], str], record: Callable[[str], str]) -> None:
        self._named = named
        self._name_of = name_of
        self._record = record
        self.used: set[str] = set()

    def field(self, field: Field) -> Expr:
        """The strategy of a field: its own properties bind its type, or the branches of its union."""
        return self._draw(field.type, field.props)

    def _draw(self, type_: Type, outer: Props = NO_PROPS) -> Expr:
        match type_:
            case Primitive(kind, logical, props):
                return self._primitive(kind, logical, {**props, **_tightest(props, outer)})
            case Array(items):
                return self._aid("_tuples", self._draw(items))
            case Map(values):
                return self._aid("_maps", self._draw(values))
            case Union(branches):
                # The simplest first: shrinking ends there.
                simple = sorted(branches, key=lambda b: (not _is_null(b), isinstance(b, Ref | Array | Map)))
                drawn = tuple(("", self._draw(branch, outer)) for branch in simple)
                return drawn[0][1] if len(drawn) == 1 else Call("st.one_of", drawn)
            case Ref(name):
                return self._of_name(name, outer)
            case _:
                assert_never(type_)

    def _of_name(self, name: str, outer: Props) -> Expr:
        match self._named[name]:
            case Record():
                return Atom(self._record(name))
            case EnumType():
                return Call("st.sampled_from", (("", Atom(self._name_of(name))),))
            case Fixed(size=size, logical=logical, props=props):
                return self._fixed(size, logical, {**props, **_tightest(props, outer)})
            case other:
                assert_never(other)

    def _primitive(self, kind: Kind, logical: Logical | None, props: Props) -> Expr:
        if logical is not None and (drawn := self._logical(logical, None, props)) is not None:
            return drawn
        match kind:
            case Kind.NULL:
                return Call("st.none")
            case Kind.BOOLEAN:
                return Call("st.booleans")
            case Kind.INT | Kind.LONG:
                return _integers(_BITS[kind], props)
            case Kind.FLOAT:
                return _floats(props, single=True)
            case Kind.DOUBLE:
                return _floats(props, single=False)
            case Kind.BYTES:
                return Call("st.binary", (("max_size", Atom("32")),))
            case Kind.STRING:
                return self._text(props)
            case _:
                assert_never(kind)

    def _fixed(self, size: int, logical: Logical | None, props: Props) -> Expr:
        if logical is not None and (drawn := self._logical(logical, size, props)) is not None:
            return drawn
        return Call("st.binary", (("min_size", Atom(str(size))), ("max_size", Atom(str(size)))))

    def _logical(self, logical: Logical, size: int | None, props: Props) -> Expr | None:
        match logical.kind:
            case LogicalKind.DECIMAL:
                return self._decimals(logical, size, props)
            case LogicalKind.UUID:
                return Call("st.uuids")
            case LogicalKind.DATE:
                return Call("st.dates")
            case LogicalKind.TIME_MILLIS:
                return self._aid("_whole_millis", Call("st.times"))
            case LogicalKind.TIME_MICROS:
                return Call("st.times")
            case LogicalKind.TIMESTAMP_MILLIS:
                return self._aid("_whole_millis", self._moments())
            case LogicalKind.TIMESTAMP_MICROS:
                return self._moments()
            case LogicalKind.LOCAL_TIMESTAMP_MILLIS:
                return self._aid("_whole_millis", Call("st.datetimes"))
            case LogicalKind.LOCAL_TIMESTAMP_MICROS:
                return Call("st.datetimes")
            case LogicalKind.DURATION:
                return self._aid("_durations")
            case LogicalKind.TIMESTAMP_NANOS | LogicalKind.LOCAL_TIMESTAMP_NANOS | LogicalKind.BIG_DECIMAL:
                return None
            case other:
                assert_never(other)

    def _moments(self) -> Expr:
        return Call("st.datetimes", (("timezones", Call("st.just", (("", Atom("dt.UTC")),))),))

    def _decimals(self, logical: Logical, size: int | None, props: Props) -> Expr:
        digits = min(logical.precision, _DIGITS)
        low, high = 1 - 10**digits, 10**digits - 1
        if size is not None and size < _DIGITS:
            low, high = max(low, -(2 ** (8 * size - 1))), min(high, 2 ** (8 * size - 1) - 1)
        low, high = _bounded(low, high, props, min(logical.scale, _DIGITS))
        return self._aid("_decimals", Atom(str(low)), Atom(str(high)), Atom(str(logical.scale)))

    def _text(self, props: Props) -> Expr:
        least, most = props.get("minLength"), props.get("maxLength")
        low = least if type(least) is int else 0
        high = most if type(most) is int else low + 16
        pattern = props.get("pattern")
        if props.get("format") == "uuid":
            return self._aid("_uuid_texts")
        if isinstance(pattern, str):
            bound = high if type(most) is int else 10**6
            return self._aid("_matching", Text(_python_pattern(pattern)), Atom(str(low)), Atom(str(bound)))
        lengths = [("min_size", Atom(str(low)))] if low else []
        return Call("st.text", (*lengths, ("max_size", Atom(str(high)))))

    def _aid(self, name: str, *args: Expr) -> Call:
        self.used.add(name)
        return Call(name, tuple(("", arg) for arg in args))


def _is_null(type_: Type) -> bool:
    return isinstance(type_, Primitive) and type_.kind is Kind.NULL


def _tightest(inner: Props, outer: Props) -> dict[str, Json]:
    """Both the field and its type may state a bound; both hold."""
    found = dict(outer)
    for keyword, pick in (("minimum", max), ("minLength", max), ("maximum", min), ("maxLength", min)):
        bounds = [b for b in (inner.get(keyword), outer.get(keyword)) if type(b) in {int, float}]
        if bounds:
            found[keyword] = pick(b for b in bounds if isinstance(b, int | float))
    return found


def _bounded(low: int, high: int, props: Props, scale: int = 0) -> tuple[int, int]:
    """The whole numbers within the bounds, which are ``scale`` digits finer. As in the codec, 0.1 means 0.1."""
    least, most = props.get("minimum"), props.get("maximum")
    if isinstance(least, int | float):
        low = max(low, math.ceil(Fraction(Decimal(repr(least))) * 10**scale))
    if isinstance(most, int | float):
        high = min(high, math.floor(Fraction(Decimal(repr(most))) * 10**scale))
    return low, high


def _integers(bits: int, props: Props) -> Expr:
    low, high = _bounded(-(2**bits), 2**bits - 1, props)
    return Call("st.integers", (("", Atom(str(low))), ("", Atom(str(high)))))


def _floats(props: Props, *, single: bool) -> Expr:
    args: list[tuple[str, Expr]] = []
    for keyword, name, away in (("minimum", "min_value", math.inf), ("maximum", "max_value", -math.inf)):
        bound = props.get(keyword)
        if isinstance(bound, int | float):
            value = _next_single(float(bound), away) if single else float(bound)
            args.append((name, Atom(repr(value).replace("e+", "e"))))
    args.append(("allow_nan", Atom("False")))
    if single:
        args.append(("width", Atom("32")))
    return Call("st.floats", tuple(args))


def _next_single(value: float, away: float) -> float:
    """The 32-bit float at ``value``, else the next one in the direction of ``away``."""
    (found,) = struct.unpack("<f", struct.pack("<f", value))
    if (found < value) if away > 0 else (found > value):
        (bits,) = struct.unpack("<i", struct.pack("<f", found))
        (found,) = struct.unpack("<f", struct.pack("<i", bits + (1 if (found > 0) == (away > 0) else -1)))
    return float(found)


def _python_pattern(pattern: str) -> str:
    """JSON Schema's ``$`` is the end of the text; Python's also stands before a last newline."""
    return re.sub(r"(?<!\\)((?:\\\\)*)\$$", r"\1\\Z", pattern)
