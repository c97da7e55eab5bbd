"""Drawn schemas, and drawn events for a schema."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from eventpact import duration
from eventpact.schema import Schema
from eventpact.schema.tree import Array, EnumType, Fixed, Kind, LogicalKind, Map, Primitive, Record, Ref, Type, Union

_LEAVES: dict[str, Any] = {
    "NoneType": ["null"],
    "bool": ["boolean"],
    "int": ["int", "long", {"type": "long", "logicalType": "timestamp-nanos"}],
    "float": ["float", "double"],
    "bytes": ["bytes", {"type": "bytes", "logicalType": "big-decimal"}],
    "str": ["string"],
    "date": [{"type": "int", "logicalType": "date"}],
    "time": [{"type": "int", "logicalType": "time-millis"}, {"type": "long", "logicalType": "time-micros"}],
    "datetime": [
        {"type": "long", "logicalType": name}
        for name in ("timestamp-millis", "timestamp-micros", "local-timestamp-millis", "local-timestamp-micros")
    ],
    "UUID": [{"type": "string", "logicalType": "uuid"}],
    "Decimal": [{"type": "bytes", "logicalType": "decimal", "precision": 8, "scale": 3}],
}


class _Names:
    """Hands out names, and remembers the types that may be referred to."""

    def __init__(self) -> None:
        self.count = 0
        self.known: list[tuple[str, str]] = []

    def new(self) -> str:
        self.count += 1
        return f"T{self.count}"


@st.composite
def record_schemas(draw: st.DrawFn, *, recursive: bool = True) -> dict[str, Any]:
    """A record schema that reaches every type, logical type and kind of nesting."""
    names = _Names()
    schema: dict[str, Any] = draw(_records(names, 3, recursive))
    schema["namespace"] = "drawn"
    return schema


@st.composite
def _records(draw: st.DrawFn, names: _Names, depth: int, recursive: bool) -> dict[str, Any]:
    name = names.new()
    fields = [
        {"name": f"f{index}", "type": draw(_types(names, depth - 1, recursive))[1]}
        for index in range(draw(st.integers(0, 4)))
    ]
    if recursive and draw(st.booleans()):
        inner = draw(
            st.sampled_from([["null", name], {"type": "array", "items": name}, {"type": "map", "values": name}])
        )
        fields.append({"name": "again", "type": inner})
    names.known.append((name, name))
    return {"type": "record", "name": name, "fields": fields}


@st.composite
def _fixed(draw: st.DrawFn, names: _Names) -> tuple[str, Any]:
    name = names.new()
    shapes: list[tuple[str, dict[str, Any]]] = [
        ("bytes", {"size": 0}),
        ("bytes", {"size": 3}),
        ("UUID", {"size": 16, "logicalType": "uuid"}),
        ("Duration", {"size": 12, "logicalType": "duration"}),
        ("Decimal", {"size": 6, "logicalType": "decimal", "precision": 12, "scale": 2}),
    ]
    python, extra = draw(st.sampled_from(shapes))
    names.known.append((python, name))
    return python, {"type": "fixed", "name": name, **extra}


@st.composite
def _types(draw: st.DrawFn, names: _Names, depth: int, recursive: bool) -> tuple[str, Any]:
    """(Python class of the values, schema)."""
    kind = draw(st.sampled_from(["leaf", "leaf", "enum", "fixed", "ref", "array", "map", "record", "union"]))
    if kind == "ref" and names.known:
        return draw(st.sampled_from(names.known))
    if kind == "enum":
        name = names.new()
        symbols = draw(st.sampled_from([["A"], ["A", "B", "C"], [f"S{number}" for number in range(70)]]))
        names.known.append((name, name))
        return name, {"type": "enum", "name": name, "symbols": symbols}
    if kind == "fixed":
        return draw(_fixed(names))
    if depth > 0:
        if kind == "array":
            return "tuple", {"type": "array", "items": draw(_types(names, depth - 1, recursive))[1]}
        if kind == "map":
            return "dict", {"type": "map", "values": draw(_types(names, depth - 1, recursive))[1]}
        if kind == "record":
            schema = draw(_records(names, depth, recursive))
            return schema["name"], schema
        if kind == "union":
            return draw(_unions(names, depth, recursive))
    python = draw(st.sampled_from(sorted(_LEAVES)))
    return python, draw(st.sampled_from(_LEAVES[python]))


@st.composite
def _unions(draw: st.DrawFn, names: _Names, depth: int, recursive: bool) -> tuple[str, Any]:
    branches: list[Any] = []
    pythons: set[str] = set()
    avros: set[str] = set()
    for _ in range(draw(st.integers(1, 4))):
        python, branch = draw(_types(names, depth - 1, recursive))
        avro = branch if isinstance(branch, str) else "union" if isinstance(branch, list) else branch["type"]
        if isinstance(branch, dict) and "name" in branch:
            avro = branch["name"]
        if avro != "union" and python not in pythons and avro not in avros:
            pythons.add(python)
            avros.add(avro)
            branches.append(branch)
        else:
            # A definition that is dropped must not be referred to later.
            text = json.dumps(branch)
            names.known = [(kind, name) for kind, name in names.known if f'"name": "{name}"' not in text]
    return "union", branches or ["null"]


@st.composite
def events(draw: st.DrawFn, schema: Schema, classes: Any) -> Any:
    """Events of the schema's root; ``classes`` is the codec's `Classes`. NaN is left out: it is not equal to itself."""
    return _value(draw, schema, schema.root, classes, 0)


def _value(draw: st.DrawFn, schema: Schema, type_: Type, classes: Any, depth: int) -> Any:
    match type_:
        case Primitive():
            return draw(_leaf_values(type_))
        case Array(items):
            return tuple(_value(draw, schema, items, classes, depth + 1) for _ in range(_width(draw, depth)))
        case Map(inner):
            keys = draw(st.lists(st.text(max_size=4), max_size=_width(draw, depth), unique=True))
            return {key: _value(draw, schema, inner, classes, depth + 1) for key in keys}
        case Union(branches):
            if depth > 4 and Primitive(Kind.NULL) in branches:
                return None
            return _value(draw, schema, draw(st.sampled_from(branches)), classes, depth + 1)
        case Ref(name):
            named = schema.names[name]
            match named:
                case Record():
                    cls = classes.records[name]
                    return cls.python(
                        **{
                            attribute: _value(draw, schema, field.type, classes, depth + 1)
                            for attribute, field in zip(cls.attributes, named.fields, strict=True)
                        }
                    )
                case EnumType():
                    return draw(st.sampled_from(classes.enums[name].members))
                case Fixed():
                    return draw(_fixed_values(named))


def _width(draw: st.DrawFn, depth: int) -> int:
    return draw(st.integers(0, 3)) if depth < 5 else 0


def _leaf_values(type_: Primitive) -> st.SearchStrategy[Any]:
    match type_.logical.kind if type_.logical else None:
        case LogicalKind.DATE:
            return st.dates()
        case LogicalKind.TIME_MILLIS:
            return st.times().map(lambda value: value.replace(microsecond=value.microsecond // 1000 * 1000))
        case LogicalKind.TIME_MICROS:
            return st.times()
        case LogicalKind.TIMESTAMP_MILLIS:
            return _moments(1000).map(lambda value: value.replace(tzinfo=UTC))
        case LogicalKind.TIMESTAMP_MICROS:
            return _moments(1).map(lambda value: value.replace(tzinfo=UTC))
        case LogicalKind.LOCAL_TIMESTAMP_MILLIS:
            return _moments(1000)
        case LogicalKind.LOCAL_TIMESTAMP_MICROS:
            return _moments(1)
        case LogicalKind.UUID:
            return st.uuids()
        case LogicalKind.DECIMAL if type_.logical:
            return _decimals(type_.logical.precision, type_.logical.scale)
        case _:
            return _PRIMITIVES[type_.kind]


def _moments(step: int) -> st.SearchStrategy[datetime]:
    usual = st.integers(-(10**9), 4 * 10**9).flatmap(
        lambda seconds: st.integers(0, 999_999).map(
            lambda micros: datetime(1970, 1, 1) + timedelta(seconds=seconds, microseconds=micros)  # noqa: DTZ001
        )
    )
    return (st.datetimes() | usual).map(lambda value: value.replace(microsecond=value.microsecond // step * step))


def _decimals(precision: int, scale: int) -> st.SearchStrategy[Decimal]:
    limit = 10**precision - 1
    # By text: arithmetic would round to the 28 digits of the default context.
    return st.integers(-limit, limit).map(lambda number: Decimal(f"{number}E-{scale}"))


def _fixed_values(fixed: Fixed) -> st.SearchStrategy[Any]:
    match fixed.logical.kind if fixed.logical else None:
        case LogicalKind.UUID:
            return st.uuids()
        case LogicalKind.DURATION:
            part = st.integers(0, 2**32 - 1)
            return st.builds(duration.Duration, months=part, days=part, millis=part)
        case LogicalKind.DECIMAL if fixed.logical:
            return _decimals(fixed.logical.precision, fixed.logical.scale)
        case _:
            return st.binary(min_size=fixed.size, max_size=fixed.size)


def _whole(bits: int) -> st.SearchStrategy[int]:
    limit = 1 << (bits - 1)
    edges = [0, 1, -1, 63, 64, -64, -65, 511, 512, 1023, 1024, limit - 1, -limit]
    return st.sampled_from(edges) | st.integers(-limit, limit - 1)


_PRIMITIVES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.NULL: st.none(),
    Kind.BOOLEAN: st.booleans(),
    Kind.INT: _whole(32),
    Kind.LONG: _whole(64),
    Kind.FLOAT: st.floats(width=32, allow_nan=False),
    Kind.DOUBLE: st.floats(allow_nan=False),
    Kind.BYTES: st.binary(max_size=70),
    Kind.STRING: st.text(max_size=8)
    | st.text(min_size=60, max_size=70)
    | st.sampled_from(["", "x" * 1023, "é" * 1024]),
}
