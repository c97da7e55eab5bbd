"""The decoder's plain twin: carries out the steps of a plan one by one, slowly and obviously.

The generated decoder must give the same events. This one also finds the words when the bytes are wrong: the path, the
offset, and never a value.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias, assert_never

from eventpact.codec.cursor import Cursor
from eventpact.codec.defaults import default_of
from eventpact.codec.leaf import Unfit
from eventpact.codec.limits import MAX_DEPTH, MAX_EMPTY_ITEMS
from eventpact.codec.paths import below, item
from eventpact.codec.primitives import DOUBLE, FLOAT, float32
from eventpact.codec.reading import Reading
from eventpact.errors import DecodeError
from eventpact.schema.plan import (
    FromUnion,
    IntoUnion,
    Pair,
    ReadArray,
    ReadEnum,
    ReadFixed,
    ReadMap,
    ReadPrimitive,
    ReadRecord,
    Step,
    Stuck,
    Take,
)
from eventpact.schema.tree import Array, EnumType, Field, Fixed, Kind, Map, Primitive, Record, Ref, Type, Union

__all__ = ["PlainReader"]


_InUnion: TypeAlias = IntoUnion | FromUnion


class _Place(NamedTuple):
    path: str
    field: Field
    depth: int
    direct: bool = False


class PlainReader:
    """Reads one body; make a new one for the next."""

    def __init__(self, reading: Reading, data: bytes) -> None:
        self._reading = reading
        self._cursor = Cursor(data)
        self._empty_items = 0
        self._path = "$"

    def decode(self) -> object:
        """The event. Raises DecodeError with schema, path and offset of what is wrong."""
        root = _Place("$", Field("$", self._reading.model.schema.root), 0)
        try:
            if type(self._cursor.data) is not bytes:
                raise Unfit("the body is not bytes")
            event = self._read(self._reading.plan.root, root)
            self._path = "$"
            if self._cursor.left:
                raise Unfit(f"{self._cursor.left} bytes after the end of the event")
        except Unfit as unfit:
            problem = unfit.message
        except RecursionError:
            problem = "nested too deeply"
        else:
            return event
        # Outside of the except blocks: the error carries no other one, which may hold a value.
        raise DecodeError(
            problem, path=self._path, schema=self._reading.model.schema.name or "", offset=self._cursor.pos
        )

    def _read(self, step: Step, place: _Place) -> object:
        # One frame per nested step and a second for a record: deep events must not exhaust Python's stack.
        self._path = place.path
        while isinstance(step, _InUnion):
            if isinstance(step, IntoUnion):
                step = step.step
            else:
                step = step.branches[self._cursor.below(len(step.branches), "union branch")]
        match step:
            case ReadPrimitive(reader, writer):
                # A string read as bytes is not looked into.
                wire = self._wire(writer.kind, text=reader.kind is not Kind.BYTES)
                return self._leaf(reader, _promoted(wire, writer.kind, reader.kind), place)
            case ReadFixed(reader_fixed, writer_fixed):
                return self._leaf(reader_fixed, self._cursor.take(writer_fixed.size), place)
            case ReadEnum(enum, writer_enum, symbols):
                index = self._cursor.below(len(writer_enum.symbols), "enum symbol")
                return self._reading.model.classes.enums[enum.name].member(symbols[index])
            case ReadArray(items):
                found: list[Any] = []
                while count := self._block(self._reading.step_takes_no_bytes(items)):
                    for _ in range(count):
                        found.append(self._read(items, _Place(item(place.path, len(found)), place.field, place.depth)))
                    self._path = place.path
                return tuple(found)
            case ReadMap(values):
                entries: dict[str, Any] = {}
                inside = _Place(f"{place.path}[*]", place.field, place.depth)
                while count := self._block(False):
                    for _ in range(count):
                        self._path = inside.path
                        key = _text(self._cursor.sized())
                        if key in entries:
                            raise Unfit("a key of a map stands there twice")
                        entries[key] = self._read(values, inside)
                    self._path = place.path
                return entries
            case ReadRecord(pair):
                return self._record(pair, place)
            case Stuck(message=message):
                raise Unfit(f"the reader's schema cannot take this: {message}")
            case _:
                assert_never(step)

    def _record(self, pair: Pair, place: _Place) -> object:
        plan = self._reading.plan.records[pair]
        depth = self._entered(plan.writer.name, place.depth)
        cls = self._reading.model.classes.records[plan.reader.name]
        values: dict[str, Any] = {}
        for step in plan.wire:
            path = below(place.path, step.field.name)
            if isinstance(step, Take):
                value = self._read(step.step, _Place(path, step.field, depth, True))
                values[cls.attributes[step.index]] = value
            else:
                self._skip(step.type, path, depth)
        for fill in plan.fills:
            values[cls.attributes[fill.index]] = default_of(self._reading.model, fill.field).make()
        for index, stuck in plan.stuck:
            self._path = below(place.path, plan.reader.fields[index].name)
            raise Unfit(f"the reader's schema cannot fill this field: {stuck.message}")
        return cls.python(**values)

    def _skip(self, type_: Type, path: str, depth: int) -> None:
        self._path = path
        if isinstance(type_, Union):
            type_ = type_.branches[self._cursor.below(len(type_.branches), "union branch")]
        match type_:
            case Primitive():
                self._wire(type_.kind, text=False)
            case Array(items):
                empty = self._reading.writer_survey.takes_no_bytes(items)
                number = 0
                while count := self._block(empty):
                    for _ in range(count):
                        self._skip(items, item(path, number), depth)
                        number += 1
                    self._path = path
            case Map(values):
                while count := self._block(False):
                    for _ in range(count):
                        self._path = f"{path}[*]"
                        self._cursor.sized()
                        self._skip(values, f"{path}[*]", depth)
                    self._path = path
            case Ref(name):
                named = self._reading.writer.names[name]
                match named:
                    case Record():
                        depth = self._entered(name, depth)
                        for field in named.fields:
                            self._skip(field.type, below(path, field.name), depth)
                    case EnumType():
                        self._cursor.below(len(named.symbols), "enum symbol")
                    case Fixed():
                        self._cursor.take(named.size)
                    case _:
                        assert_never(named)
            case Union():
                raise Unfit("a union directly inside a union")
            case _:
                assert_never(type_)

    def _entered(self, writer_record: str, depth: int) -> int:
        if writer_record not in self._reading.writer_survey.recursive:
            return depth
        if depth >= MAX_DEPTH:
            raise Unfit(f"nested deeper than {MAX_DEPTH} records")
        return depth + 1

    def _block(self, empty: bool) -> int:
        count = self._cursor.block()
        if empty:
            self._empty_items += count
            if self._empty_items > MAX_EMPTY_ITEMS:
                raise Unfit(f"more than {MAX_EMPTY_ITEMS} items that take no bytes")
        elif count > self._cursor.left:
            raise Unfit("more items than bytes")
        return count

    def _leaf(self, reader: Primitive | Fixed, wire: object, place: _Place) -> object:
        value = self._reading.model.leaf(reader).read(wire)
        if self._reading.check_on_read:
            for constraint in self._reading.model.constraints(place.field, reader, place.direct):
                if constraint.violated(value):
                    raise Unfit(f"{constraint.rule}: {constraint.message}")
        return value

    def _wire(self, kind: Kind, text: bool = True) -> object:
        # Most values are texts, so they are asked for first.
        match kind:
            case Kind.STRING:
                # What is skipped is not looked into: it may have been any bytes.
                wire = self._cursor.sized()
                return _text(wire) if text else wire
            case Kind.NULL:
                return None
            case Kind.BOOLEAN:
                (byte,) = self._cursor.take(1)
                if byte > 1:
                    raise Unfit("a boolean that is neither 0 nor 1")
                return byte == 1
            case Kind.INT:
                return self._cursor.short()
            case Kind.LONG:
                return self._cursor.long()
            case Kind.FLOAT:
                return FLOAT.unpack(self._cursor.take(4))[0]
            case Kind.DOUBLE:
                return DOUBLE.unpack(self._cursor.take(8))[0]
            case Kind.BYTES:
                return self._cursor.sized()
            case _:
                assert_never(kind)


def _text(wire: bytes) -> str:
    try:
        return wire.decode()
    except UnicodeDecodeError:
        raise Unfit("text that is not UTF-8") from None


def _promoted(wire: object, writer: Kind, reader: Kind) -> object:
    """Avro 1.12, "Schema Resolution": the promotions."""
    if writer is reader:
        return wire
    if isinstance(wire, int | float) and reader in (Kind.FLOAT, Kind.DOUBLE):
        return float32(float(wire)) if reader is Kind.FLOAT else float(wire)
    if isinstance(wire, bytes) and reader is Kind.STRING:
        return _text(wire)
    return wire
