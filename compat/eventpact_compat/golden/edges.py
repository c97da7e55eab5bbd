"""Which values a golden payload holds: the edges of every type. Depends on the schema and on nothing else.

Three payloads take every value at once (typical, low, high). Further ones take, wherever there is a choice, a branch
or a symbol that none has taken yet, until all have been taken. Constraints are honoured where that is arithmetic
(length, minimum, maximum, format); a pattern is not: golden payloads test the wire, not the constraints.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from eventpact.schema import Schema
from eventpact.schema.tree import (
    Array,
    EnumType,
    Field,
    Fixed,
    Kind,
    Map,
    Named,
    Primitive,
    Props,
    Record,
    Ref,
    Type,
    Union,
)
from eventpact_compat.golden.leaves import Edge, edge_of
from eventpact_compat.golden.wire import put_bytes, put_long

__all__ = ["MAX_CASES", "Payload", "payloads"]

_MAX_VALUES: Final = 20_000

MAX_CASES: Final = 200
"""More payloads than this say nothing new, and fill a repository."""


@dataclass(frozen=True, slots=True)
class Payload:
    """A case: its name, the Avro body, and the event as JSON."""

    name: str
    body: bytes
    expected: object


@dataclass(slots=True)
class _Walk:
    names: Mapping[str, Named]
    edge: Edge
    # place -> the options that no payload has taken yet; a place without any takes the usual one.
    left: Mapping[str, list[int]]
    # place -> the options that this payload leaves out.
    others: dict[str, list[int]] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    values: int = 0


class _TooLargeError(Exception):
    """Records that hold records twice, many levels deep: no such event is ever written."""


def payloads(schema: Schema) -> Iterator[Payload]:
    """The golden payloads of a schema, typical first; none where a single event would hold too many values."""
    try:
        yield from _payloads(schema)
    except _TooLargeError:
        return


def _payloads(schema: Schema) -> Iterator[Payload]:
    typical = _Walk(schema.names, "typical", {})
    yield _payload("typical", schema, typical)
    yield _payload("low", schema, _Walk(schema.names, "low", {}))
    yield _payload("high", schema, _Walk(schema.names, "high", {}))
    # Every place stands on the way of the usual options. So each round takes at least one option: that of the
    # outermost place with any left.
    left = {place: options for place, options in typical.others.items() if options}
    for number in range(1, MAX_CASES):
        if not left:
            return
        yield _payload(f"other-{number}", schema, _Walk(schema.names, "typical", left))
        left = {place: options for place, options in left.items() if options}


def _payload(name: str, schema: Schema, walk: _Walk) -> Payload:
    out = bytearray()
    expected = _value(schema.root, "", Field("", schema.root), walk, out)
    return Payload(name, bytes(out), expected)


def _value(type_: Type, place: str, within: Field, walk: _Walk, out: bytearray) -> object:
    walk.values += 1
    if walk.values > _MAX_VALUES:
        raise _TooLargeError
    match type_:
        case Primitive():
            props: Props = {**type_.props, **within.props} if within.props else type_.props
            leaf = edge_of(type_, props, walk.edge)
            out += leaf.wire
            return leaf.shown
        case Union(branches=branches):
            index = _choose(place, len(branches), _last_finite(branches, walk), walk)
            put_long(out, index)
            return _value(branches[index], place, within, walk, out)
        case Array(items=items):
            if not _finite(items, walk):
                put_long(out, 0)
                return []
            put_long(out, 1)
            found = [_value(items, f"{place}.item", _NO_FIELD, walk, out)]
            put_long(out, 0)
            return found
        case Map(values=values):
            if not _finite(values, walk):
                put_long(out, 0)
                return {}
            put_long(out, 1)
            key = {"typical": "key", "low": "", "high": "ключ 🔑"}[walk.edge]
            put_bytes(out, key.encode())
            entry = {key: _value(values, f"{place}.value", _NO_FIELD, walk, out)}
            put_long(out, 0)
            return entry
        case Ref(name=name):
            return _named(walk.names[name], place, within, walk, out)


_NO_FIELD: Final = Field("", Primitive(Kind.NULL))


def _named(named: Named, place: str, within: Field, walk: _Walk, out: bytearray) -> object:
    match named:
        case EnumType(symbols=symbols):
            usual = {"typical": 0, "low": 0, "high": len(symbols) - 1}[walk.edge]
            index = _choose(place, len(symbols), usual, walk)
            put_long(out, index)
            return symbols[index]
        case Fixed():
            leaf = edge_of(named, {**named.props, **within.props}, walk.edge)
            out += leaf.wire
            return leaf.shown
        case Record():
            walk.open.append(named.name)
            found = {f.name: _value(f.type, f"{place}.{f.name}", f, walk, out) for f in named.fields}
            walk.open.pop()
            return found


def _choose(place: str, count: int, usual: int, walk: _Walk) -> int:
    walk.others.setdefault(place, [option for option in range(count) if option != usual])
    left = walk.left.get(place)
    return left.pop(0) if left else usual


def _last_finite(branches: tuple[Type, ...], walk: _Walk) -> int:
    """The last branch: where null comes first, that is the value."""
    return max((n for n, branch in enumerate(branches) if _finite(branch, walk)), default=0)


def _finite(type_: Type, walk: _Walk) -> bool:
    """False when going on would come back to a record that is open: then the shortest way out is taken."""
    match type_:
        case Ref(name=name):
            return name not in walk.open
        case _:
            return True
