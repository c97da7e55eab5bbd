"""The encoder's plain twin: walks the schema beside the event, slowly and obviously.

The generated encoder must write the same bytes. This one also finds the words when something does not fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn, assert_never

from eventpact.codec.leaf import Unfit
from eventpact.codec.limits import MAX_DEPTH, MAX_EMPTY_ITEMS
from eventpact.codec.model import Model
from eventpact.codec.paths import below, entry, item
from eventpact.codec.primitives import DOUBLE, FLOAT
from eventpact.errors import EncodeError
from eventpact.schema.tree import Array, EnumType, Field, Fixed, Kind, Map, Primitive, Record, Ref, Type, Union

__all__ = ["PlainWriter"]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk stands. ``secret``: inside a field tagged as personal data; ``direct``: the field's own value."""

    path: str
    field: Field
    secret: bool
    depth: int
    direct: bool = False


class PlainWriter:
    """Writes one event; make a new one for the next."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._out = bytearray()
        self._empty_items = 0
        self._path = "$"

    def encode(self, event: object) -> bytes:
        """The event's bytes. Raises EncodeError with the path of what does not fit."""
        root = self._model.schema.root
        try:
            self._write(root, event, _Place("$", Field("$", root), False, 0))
        except EncodeError:
            raise
        except RecursionError:
            raise EncodeError("nested too deeply", rule="depth") from None
        except Exception as error:
            # A value with code of its own: a mapping, a time zone. Its message may hold anything.
            raise EncodeError(f"the value failed by itself: {type(error).__name__}", path=self._path) from None
        return bytes(self._out)

    def _write(self, type_: Type, value: object, place: _Place) -> None:
        self._path = place.path
        # One frame per nested type and a second for a record: deep events must not exhaust Python's stack.
        if isinstance(type_, Union):
            index = self._branch(type_, value, place)
            self._long(index)
            type_ = type_.branches[index]
        match type_:
            case Primitive():
                self._leaf(type_, value, place)
            case Array(items):
                if type(value) is not tuple:
                    self._refuse(place, f"expected tuple, got {type(value).__name__}")
                self._count_empty(items, len(value), place)
                if value:
                    self._long(len(value))
                for number, one in enumerate(value):
                    self._write(items, one, _Place(item(place.path, number), place.field, place.secret, place.depth))
                self._long(0)
            case Map(values):
                entries = self._entries(value, place)
                if entries:
                    self._long(len(entries))
                for key, one in entries.items():
                    path = entry(place.path, key, place.secret)
                    if type(key) is not str:
                        raise EncodeError(f"expected str as key, got {type(key).__name__}", path=path)
                    self._text(key, path)
                    self._write(values, one, _Place(path, place.field, place.secret, place.depth))
                self._long(0)
            case Ref(name):
                named = self._model.names[name]
                match named:
                    case Record():
                        self._record(named, value, place)
                    case EnumType():
                        members = self._model.classes.enums[name]
                        if type(value) is not members.python:
                            self._refuse(place, f"expected {members.python.__name__}, got {type(value).__name__}")
                        self._long(members.members.index(value))
                    case Fixed():
                        self._leaf(named, value, place)
                    case _:
                        assert_never(named)
            case Union():
                self._refuse(place, "a union directly inside a union")
            case _:
                assert_never(type_)

    def _record(self, record: Record, value: object, place: _Place) -> None:
        cls = self._model.classes.records[record.name]
        if type(value) is not cls.python:
            self._refuse(place, f"expected {cls.python.__name__}, got {type(value).__name__}")
        depth = place.depth
        if record.name in self._model.survey.recursive:
            depth += 1
            if depth > MAX_DEPTH:
                raise EncodeError(f"nested deeper than {MAX_DEPTH} records", path=place.path, rule="depth")
        for index, field in enumerate(record.fields):
            path = below(place.path, field.name)
            try:
                one = getattr(value, cls.attributes[index])
            except AttributeError:
                raise EncodeError("the attribute is not set", path=path) from None
            self._write(field.type, one, _Place(path, field, place.secret or index in cls.personal, depth, True))

    def _branch(self, union: Union, value: object, place: _Place) -> int:
        known = self._model.branches(union)
        index = known.get(type(value))
        if index is None and dict in known and isinstance(value, Mapping):
            index = known[dict]
        if index is None:
            names = sorted({"None" if cls is type(None) else cls.__name__ for cls in known})
            self._refuse(place, f"expected {' or '.join(names)}, got {type(value).__name__}", "union")
        return index

    def _leaf(self, type_: Primitive | Fixed, value: object, place: _Place) -> None:
        try:
            wire = self._model.leaf(type_).write(value)
        except Unfit as unfit:
            raise EncodeError(unfit.message, path=place.path, rule=unfit.rule) from None
        for constraint in self._model.constraints(place.field, type_, place.direct):
            if constraint.violated(value):
                raise EncodeError(constraint.message, path=place.path, rule=constraint.rule)
        if isinstance(type_, Fixed):
            self._out += wire
            return
        match type_.kind:
            case Kind.NULL:
                pass
            case Kind.BOOLEAN:
                self._out.append(1 if wire else 0)
            case Kind.INT | Kind.LONG:
                self._long(wire)
            case Kind.FLOAT:
                self._out += FLOAT.pack(wire)
            case Kind.DOUBLE:
                self._out += DOUBLE.pack(wire)
            case Kind.BYTES:
                self._long(len(wire))
                self._out += wire
            case Kind.STRING:
                self._text(wire, place.path)
            case _:
                assert_never(type_.kind)

    def _entries(self, value: object, place: _Place) -> dict[object, object]:
        if not isinstance(value, Mapping):
            self._refuse(place, f"expected a mapping, got {type(value).__name__}")
        # A mapping of another kind may change its mind between two looks.
        return value if type(value) is dict else dict(value)

    def _count_empty(self, items: Type, count: int, place: _Place) -> None:
        if self._model.survey.takes_no_bytes(items):
            self._empty_items += count
            if self._empty_items > MAX_EMPTY_ITEMS:
                raise EncodeError(
                    f"more than {MAX_EMPTY_ITEMS} items that take no bytes", path=place.path, rule="range"
                )

    def _text(self, text: str, path: str) -> None:
        try:
            wire = text.encode()
        except UnicodeEncodeError:
            raise EncodeError("text with a lone surrogate has no UTF-8 form", path=path) from None
        self._long(len(wire))
        self._out += wire

    def _long(self, number: int) -> None:
        bits = number << 1 if number >= 0 else ~(number << 1)
        while bits > 0x7F:
            self._out.append(bits & 0x7F | 0x80)
            bits >>= 7
        self._out.append(bits)

    def _refuse(self, place: _Place, message: str, rule: str = "type") -> NoReturn:
        raise EncodeError(message, path=place.path, rule=rule)
