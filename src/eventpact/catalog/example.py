"""An example event in the JSON form of `eventpact publish`, from the schema alone, personal data masked."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Final

from eventpact.catalog.witness import witness
from eventpact.codec.json_form import MASK, is_null
from eventpact.schema.tree import (
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
    NoDefault,
    Primitive,
    Props,
    Record,
    Ref,
    Type,
    Union,
)
from eventpact_codegen.pii import is_personal
from eventpact_compat.golden.leaves import edge_of

__all__ = ["TooLargeError", "example"]

_MOST_VALUES: Final = 2_000
_NO_FIELD: Final = Field("", Primitive(Kind.NULL))
_ZONED: Final = frozenset({LogicalKind.TIMESTAMP_MILLIS, LogicalKind.TIMESTAMP_MICROS})


class TooLargeError(Exception):
    """Records that hold records many times over: no page shows such an event."""


def example(event: Record, names: Mapping[str, Named], *, required_only: bool = False, masked: bool = True) -> Json:
    """One event. ``required_only`` leaves out what has a default. Raises `TooLargeError`."""
    return _Example(names, required_only, masked).record(event)


class _Example:
    def __init__(self, names: Mapping[str, Named], required_only: bool, masked: bool) -> None:
        self._names = names
        self._required_only = required_only
        self._masked = masked
        self._open: list[str] = []
        self._values = 0

    def record(self, record: Record) -> Json:
        self._open.append(record.name)
        found = {
            field.name: MASK if self._masked and is_personal(field, self._names) else self._value(field.type, field)
            for field in record.fields
            if not self._required_only or isinstance(field.default, NoDefault)
        }
        self._open.pop()
        return found

    def _value(self, type_: Type, field: Field) -> Json:
        self._values += 1
        if self._values > _MOST_VALUES:
            raise TooLargeError
        match type_:
            case Primitive():
                return _leaf(type_, {**type_.props, **field.props})
            case Array(items=items):
                return [self._value(items, _NO_FIELD)] if self._ends(items) else []
            case Map(values=values):
                return {"key": self._value(values, _NO_FIELD)} if self._ends(values) else {}
            case Union(branches=branches):
                return self._branch(branches, field)
            case Ref(name=name):
                named = self._names[name]
                match named:
                    case Record():
                        return self.record(named)
                    case EnumType():
                        return named.symbols[0]
                    case Fixed():
                        return _leaf(named, {**named.props, **field.props})

    def _branch(self, branches: tuple[Type, ...], field: Field) -> Json:
        """The first branch that says something. Where several do, it is named: then it reads back for sure."""
        speaking = [branch for branch in branches if not is_null(branch)]
        chosen = next((branch for branch in speaking if self._ends(branch)), None)
        if chosen is None:
            return None
        value, name = self._value(chosen, field), _branch_name(chosen)
        clear = len(speaking) == 1 and not (isinstance(value, dict) and value.keys() == {name})
        return value if clear else {name: value}

    def _ends(self, type_: Type) -> bool:
        """False where going on would come back to a record that is open."""
        return not (isinstance(type_, Ref) and type_.name in self._open)


def _branch_name(branch: Type) -> str:
    match branch:
        case Primitive(kind=kind):
            return kind.value
        case Ref(name=name):
            return name
        case Array():
            return "array"
        case _:
            return "map"


def _leaf(type_: Primitive | Fixed, props: Props) -> Json:
    kind = type_.kind if isinstance(type_, Primitive) else Kind.BYTES
    given = props.get("examples")
    if isinstance(given, list) and given and _fits(kind, given[0]) and type_.logical is None:
        return given[0]
    pattern = props.get("pattern")
    if kind is Kind.STRING and isinstance(pattern, str) and (found := witness(pattern)) is not None:
        return found
    shown = edge_of(type_, props, "typical").shown
    return _published(kind, type_.logical, shown)


def _fits(kind: Kind, value: Json) -> bool:
    match kind:
        case Kind.STRING:
            return isinstance(value, str)
        case Kind.INT | Kind.LONG:
            return type(value) is int
        case Kind.FLOAT | Kind.DOUBLE:
            return type(value) in (int, float)
        case _:
            return False


def _published(kind: Kind, logical: Logical | None, shown: Json) -> Json:
    """From the JSON of golden payloads to that of `eventpact publish`."""
    name = logical.kind if logical is not None else None
    match shown:
        case str() if name in _ZONED:
            return shown.removesuffix("+00:00") + "Z"
        case [int() as months, int() as days, int() as millis] if name is LogicalKind.DURATION:
            return {"months": months, "days": days, "millis": millis}
        case str() if kind is Kind.BYTES and name not in (LogicalKind.DECIMAL, LogicalKind.UUID):
            return base64.b64encode(bytes.fromhex(shown)).decode("ascii")
        case _:
            return shown
