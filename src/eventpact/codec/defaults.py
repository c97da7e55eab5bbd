"""Defaults of the reader's schema as Python values: JSON in, what the decoder would have given out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, assert_never

from eventpact.codec.leaf import Unfit
from eventpact.codec.model import Model
from eventpact.codec.primitives import float32
from eventpact.errors import ExpressionError
from eventpact.schema.tree import (
    NO_DEFAULT,
    Array,
    EnumType,
    Field,
    Fixed,
    Json,
    Kind,
    Map,
    Primitive,
    Record,
    Ref,
    Type,
    Union,
)

__all__ = ["Default", "default_of"]


@dataclass(frozen=True, slots=True)
class Default:
    """``make`` gives the value. One that holds a dict must be made afresh for each event (``shared`` is false)."""

    make: Callable[[], object]
    shared: bool


class _Misfit(Unfit):
    """Not a value of the type on the wire. Only this moves a union on to its next branch: a logical type may not."""


def default_of(model: Model, field: Field) -> Default:
    """The default of a reader's field.

    Raises ExpressionError when Python cannot hold it: a valid default may be the date of the year 10000.
    """
    found = model.defaults.get(id(field))
    if found is None:
        found = model.defaults[id(field)] = _made(model, field)
    return found


def _made(model: Model, field: Field) -> Default:
    default = field.default
    if default is NO_DEFAULT:
        raise ExpressionError(f"field {field.name!r} has no default", source=model.schema.source, pointer=field.pointer)

    def make() -> object:
        return _value(model, field.type, default)

    try:
        first = make()
    except Unfit as unfit:
        problem = unfit.message
    except RecursionError:
        problem = "it contains itself without end"
    else:
        if _holds_dict(first):
            return Default(make, shared=False)
        return Default(lambda: first, shared=True)
    raise ExpressionError(
        f"the default of field {field.name!r} is none that Python can hold: {problem}",
        source=model.schema.source,
        pointer=field.pointer,
    )


def _value(model: Model, type_: Type, json: Json) -> object:
    match type_:
        case Primitive():
            return model.leaf(type_).read(_wire(type_.kind, json))
        case Array(items):
            if not isinstance(json, list):
                raise _Misfit("expected a list")
            return tuple(_value(model, items, one) for one in json)
        case Map(values):
            if not isinstance(json, dict):
                raise _Misfit("expected an object")
            return {key: _value(model, values, one) for key, one in json.items()}
        case Union(branches):
            # Avro 1.12: any branch may own the default; where several could, the first one does.
            for branch in branches:
                try:
                    return _value(model, branch, json)
                except _Misfit:
                    continue
            raise _Misfit("no branch of the union takes it")
        case Ref(name):
            named = model.names[name]
            match named:
                case Record():
                    return _record(model, named, json)
                case EnumType():
                    if json not in named.symbols:
                        raise _Misfit(f"not a symbol of {name!r}")
                    return model.classes.enums[name].member(str(json))
                case Fixed():
                    wire = _octets(json)
                    if len(wire) != named.size:
                        raise _Misfit(f"expected {named.size} bytes")
                    return model.leaf(named).read(wire)
                case _:
                    assert_never(named)
        case _:
            assert_never(type_)


def _record(model: Model, record: Record, json: Json) -> object:
    if not isinstance(json, dict):
        raise _Misfit("expected an object")
    cls = model.classes.records[record.name]
    values: dict[str, object] = {}
    for field, attribute in zip(record.fields, cls.attributes, strict=True):
        given = json.get(field.name, NO_DEFAULT) if field.name in json else field.default
        if given is NO_DEFAULT:
            raise _Misfit(f"no value for field {field.name!r}")
        values[attribute] = _value(model, field.type, given)
    return cls.python(**values)


# Not in the specification, but Java writes and reads them.
_SPECIAL: Final = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


def _wire(kind: Kind, json: Json) -> object:
    match kind:
        case Kind.NULL if json is None:
            return None
        case Kind.BOOLEAN if isinstance(json, bool):
            return json
        case Kind.INT if type(json) is int and -(2**31) <= json < 2**31:
            return json
        case Kind.LONG if type(json) is int and -(2**63) <= json < 2**63:
            return json
        case Kind.FLOAT if isinstance(json, int | float) and not isinstance(json, bool):
            return float32(_float(json))
        case Kind.DOUBLE if isinstance(json, int | float) and not isinstance(json, bool):
            return _float(json)
        case Kind.FLOAT | Kind.DOUBLE if isinstance(json, str) and json in _SPECIAL:
            return _SPECIAL[json]
        case Kind.BYTES:
            return _octets(json)
        case Kind.STRING if isinstance(json, str):
            return json
        case _:
            raise _Misfit(f"not a value of type {kind.value}")


def _float(json: float) -> float:
    try:
        return float(json)
    except OverflowError:
        raise _Misfit("a number outside the range of a float") from None


def _octets(json: Json) -> bytes:
    # Avro's JSON form of bytes: one character from U+0000 to U+00FF per byte.
    if not isinstance(json, str):
        raise _Misfit("expected text, one character per byte")
    try:
        return json.encode("latin-1")
    except UnicodeEncodeError:
        raise _Misfit("a character above U+00FF") from None


def _holds_dict(value: object) -> bool:
    if isinstance(value, Mapping):
        return True
    if isinstance(value, tuple):
        return any(_holds_dict(one) for one in value)
    fields = getattr(type(value), "__dataclass_fields__", {})
    return any(_holds_dict(getattr(value, name)) for name in fields)
