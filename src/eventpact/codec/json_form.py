"""An event as JSON and back: what people type, pipe and read. Exact, or an error with the field's path and no value.

Names are the schema's. Timestamps, dates and times are ISO 8601, decimals and UUIDs text, bytes base64, enums their
symbols, durations `{"months": 0, "days": 1, "millis": 0}`. A value of a union stands as it is; only where it could be
taken for another branch its branch is named around it, as in Avro's own JSON: `{"string": "2026-11-24"}`.
"""

from __future__ import annotations

import dataclasses
from difflib import get_close_matches
from typing import Any, Final, Generic, NoReturn, TypeAlias, TypeVar, assert_never

from eventpact.codec.classes import classes_of
from eventpact.codec.codec import Codec
from eventpact.codec.json_leaves import JSON_LEAVES, JsonLeaf
from eventpact.codec.json_text import strict_json
from eventpact.codec.leaf import Unfit
from eventpact.codec.model import Model
from eventpact.codec.paths import below, entry, item
from eventpact.errors import EncodeError
from eventpact.schema.tree import (
    Array,
    EnumType,
    Fixed,
    Json,
    Kind,
    LogicalKind,
    Map,
    Primitive,
    Record,
    Ref,
    Type,
    Union,
)

__all__ = ["MASK", "JsonForm"]

E = TypeVar("E")

Value: TypeAlias = Any
"""A value of whatever class the schema's type has in Python."""

MASK: Final = "***"
LOCAL: Final = (LogicalKind.LOCAL_TIMESTAMP_MILLIS, LogicalKind.LOCAL_TIMESTAMP_MICROS)
LONGEST_KEY: Final = 64


class JsonForm(Generic[E]):
    """The JSON form of one event class. Thread-safe; make one and keep it."""

    def __init__(self, codec: Codec[E]) -> None:
        self._model = Model(codec.schema, classes_of(codec.event_class, codec.schema))
        self._root = codec.schema.root
        self._leaves: dict[int, JsonLeaf] = {}
        self._optional = {
            name: {
                attribute.name
                for attribute in dataclasses.fields(cls.python)
                if attribute.default is not dataclasses.MISSING or attribute.default_factory is not dataclasses.MISSING
            }
            for name, cls in self._model.classes.records.items()
        }

    def parse(self, text: str | bytes) -> E:
        """The event that a JSON text says. Its constraints are checked when it is encoded.

        Raises:
            EncodeError: it is no JSON, says a key twice, or is not the event's form; `path` says where.
        """
        return self.read(strict_json(text))

    def read(self, value: Json) -> E:
        """The event that a JSON value says. Raises EncodeError."""
        try:
            event: E = self._read(self._root, value, "$", secret=False)
        except RecursionError:
            raise EncodeError("nested too deeply", rule="depth") from None
        return event

    def write(self, event: E, *, masked: bool = False) -> Json:
        """The event as a JSON value; `masked` puts *** in the place of fields that are tagged as personal data.

        Raises AttributeError or TypeError for what is no event of the class: check it by encoding.
        """
        return self._write(self._root, event, masked)

    def _write(self, type_: Type, value: Value, masked: bool) -> Json:
        match type_:
            case Primitive():
                return self._leaf(type_).write(value)
            case Array(items):
                return [self._write(items, one, masked) for one in value]
            case Map(values):
                return {key: self._write(values, one, masked) for key, one in value.items()}
            case Union():
                return self._write_union(type_, value, masked)
            case Ref(name):
                named = self._model.names[name]
                match named:
                    case Record():
                        cls = self._model.classes.records[name]
                        return {
                            field.name: MASK
                            if masked and index in cls.personal
                            else self._write(field.type, getattr(value, cls.attributes[index]), masked)
                            for index, field in enumerate(named.fields)
                        }
                    case EnumType():
                        return str(value.value)
                    case Fixed():
                        return self._leaf(named).write(value)
                    case _:
                        assert_never(named)
            case _:
                assert_never(type_)

    def _write_union(self, union: Union, value: Value, masked: bool) -> Json:
        known = self._model.branches(union)
        index = known[type(value)] if type(value) in known else known[dict]
        branch = union.branches[index]
        plain = self._write(branch, value, masked)
        if value is None or (not isinstance(plain, dict) and sum(not is_null(one) for one in union.branches) == 1):
            return plain
        # What is masked is for eyes only: whether it reads back is asked of the real value.
        real = self._write(branch, value, False) if masked else plain
        try:
            clear = self._branch(union, real, "$", True)[0] == index
        except EncodeError:
            clear = False
        return plain if clear else {_branch_name(branch): plain}

    def _read(self, type_: Type, value: Json, path: str, secret: bool) -> Value:
        match type_:
            case Primitive():
                return self._read_leaf(type_, value, path)
            case Array(items):
                if not isinstance(value, list):
                    _refuse(path, "expected an array")
                return tuple(self._read(items, one, item(path, index), secret) for index, one in enumerate(value))
            case Map(values):
                if not isinstance(value, dict):
                    _refuse(path, "expected an object")
                return {key: self._read(values, one, entry(path, key, secret), secret) for key, one in value.items()}
            case Union():
                return self._branch(type_, value, path, secret)[1]
            case Ref(name):
                named = self._model.names[name]
                match named:
                    case Record():
                        return self._record(named, value, path, secret)
                    case EnumType():
                        if not isinstance(value, str) or value not in named.symbols:
                            shown = ", ".join(named.symbols[:10]) + (", ..." if len(named.symbols) > 10 else "")
                            _refuse(path, f"expected one of {shown}")
                        return self._model.classes.enums[name].member(value)
                    case Fixed():
                        return self._read_leaf(named, value, path)
                    case _:
                        assert_never(named)
            case _:
                assert_never(type_)

    def _record(self, record: Record, value: Json, path: str, secret: bool) -> Value:
        if not isinstance(value, dict):
            _refuse(path, "expected an object")
        cls = self._model.classes.records[record.name]
        names = [field.name for field in record.fields]
        unknown = [key for key in value if key not in names]
        if unknown:
            _refuse(path, _unknown(unknown[0], names, secret), "unknown")
        found: dict[str, Value] = {}
        for index, field in enumerate(record.fields):
            attribute = cls.attributes[index]
            if field.name in value:
                inner = secret or index in cls.personal
                found[attribute] = self._read(field.type, value[field.name], below(path, field.name), inner)
            elif attribute not in self._optional[record.name]:
                raise EncodeError(
                    "missing, and the schema has no default", path=below(path, field.name), rule="missing"
                )
        return cls.python(**found)

    def _branch(self, union: Union, value: Json, path: str, secret: bool) -> tuple[int, Value]:
        """Index and value of the one branch that fits. A named branch comes first: it was said."""
        named = self._named_branch(union, value, path, secret)
        if named is not None:
            return named
        fits: dict[int, Value] = {}
        refusals: list[EncodeError] = []
        for index, branch in enumerate(union.branches):
            try:
                fits[index] = self._read(branch, value, path, secret)
            except EncodeError as error:
                if not is_null(branch):
                    refusals.append(error)
        if type(value) is int and len(fits) > 1:
            # A whole number is a double only where nothing else takes it.
            fits = {index: one for index, one in fits.items() if type(one) is int} or fits
        if len(fits) == 1:
            return next(iter(fits.items()))
        if not fits and len(refusals) == 1:
            raise refusals[0]
        names = [_branch_name(union.branches[index]) for index in fits or range(len(union.branches))]
        problem = f"fits no branch of {', '.join(names)}"
        if fits:
            problem = f'fits {" and ".join(names)}; say which, as {{"{names[0]}": ...}}'
        raise EncodeError(problem, path=path, rule="union")

    def _named_branch(self, union: Union, value: Json, path: str, secret: bool) -> tuple[int, Value] | None:
        if not isinstance(value, dict) or len(value) != 1:
            return None
        [(name, inner)] = value.items()
        for index, branch in enumerate(union.branches):
            if _branch_name(branch) == name:
                try:
                    return index, self._read(branch, inner, path, secret)
                except EncodeError:
                    return None
        return None

    def _read_leaf(self, type_: Primitive | Fixed, value: Json, path: str) -> Value:
        try:
            found = self._leaf(type_).read(value)
            self._model.leaf(type_).write(found)
        except Unfit as unfit:
            raise EncodeError(unfit.message, path=path, rule=unfit.rule) from None
        return found

    def _leaf(self, type_: Primitive | Fixed) -> JsonLeaf:
        # The tree outlives this table, so an id stays its own.
        found = self._leaves.get(id(type_))
        if found is None:
            name = self._model.leaf(type_).python.__name__
            if name == "datetime":
                name = "local" if type_.logical is not None and type_.logical.kind in LOCAL else "instant"
            found = self._leaves[id(type_)] = JSON_LEAVES["null" if name == "NoneType" else name]
        return found


def is_null(branch: Type) -> bool:
    return isinstance(branch, Primitive) and branch.kind is Kind.NULL


def _branch_name(branch: Type) -> str:
    match branch:
        case Primitive():
            return branch.kind.value
        case Array():
            return "array"
        case Map():
            return "map"
        case Ref(name):
            return name
        case Union():
            return "union"
        case _:
            assert_never(branch)


def _unknown(key: str, names: list[str], secret: bool) -> str:
    """A stranger's key may be anything: one that looks like a name, outside of personal data, is shown."""
    shown = "a field" if secret or len(key) > LONGEST_KEY or not (key.isascii() and key.isidentifier()) else f'"{key}"'
    near = get_close_matches(key[:LONGEST_KEY], names, n=1)
    return f"the schema has no field {shown}" + (f'; did you mean "{near[0]}"?' if near else "")


def _refuse(path: str, message: str, rule: str = "type") -> NoReturn:
    raise EncodeError(message, path=path, rule=rule)
