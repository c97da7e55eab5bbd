"""A field's JSON default -> the Python expression that makes it.

The same exactness as for data: what the Python type cannot hold is refused, nothing is rounded.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from eventpact.errors import ExpressionError
from eventpact.schema.defaults import fits
from eventpact.schema.tree import (
    Array,
    EnumType,
    Field,
    Fixed,
    Json,
    Kind,
    LogicalKind,
    Map,
    NoDefault,
    Primitive,
    Record,
    Ref,
    Type,
    Union,
)
from eventpact_codegen.expressions import Atom, Call, Dict, Expr, Lambda, Subscript, Text, Tuple, flat
from eventpact_codegen.literals import WIDTH, data
from eventpact_codegen.logical_defaults import logical_default
from eventpact_codegen.model import EnumClass, RecordClass
from eventpact_codegen.python_types import annotation, fixed_logical
from eventpact_codegen.scope import Scope

__all__ = ["default_of"]


@dataclass(frozen=True, slots=True)
class _Value:
    """An expression, and whether each event needs a fresh one made by a function."""

    expr: Expr
    fresh: bool = False


def default_of(field: Field, scope: Scope, source: str) -> Expr | None:
    """The right-hand side of the attribute, ``None`` when the field has no default."""
    if isinstance(field.default, NoDefault):
        return None
    try:
        inline = _value(field.type, field.default, scope, scope.generated)
        if not inline.fresh:
            return inline.expr
        made = _value(field.type, field.default, scope, scope.outside).expr
    except ValueError as error:
        raise ExpressionError(
            f"the default of {field.name} has no Python value: {error}",
            source=source,
            pointer=f"{field.pointer}/default",
            hint="change or remove the default",
        ) from None
    if made == Dict(()):
        made = _empty_map(field.type, scope)
        if isinstance(made, Atom):
            return Call(scope.standard("field"), (("default_factory", made),))
    return Call(scope.standard("field"), (("default_factory", Lambda(made)),))


def _value(type_: Type, default: Json, scope: Scope, name_of: Callable[[str], str]) -> _Value:
    match type_:
        case Union(branches):
            branch = next((b for b in branches if fits(b, default, scope.named)), branches[0])
            return _value(branch, default, scope, name_of)
        case Array(items):
            values = [_value(items, item, scope, name_of) for item in _list(default)]
            return _Value(Tuple(tuple(v.expr for v in values)), any(v.fresh for v in values))
        case Map(values=inner):
            pairs = ((key, _value(inner, item, scope, name_of).expr) for key, item in _dict(default).items())
            return _Value(Dict(tuple(pairs)), True)
        case Ref(name):
            match scope.named[name]:
                case Record():
                    return _Value(_instance(name, _dict(default), scope, name_of), True)
                case EnumType():
                    found = scope.package.class_of(name)
                    assert isinstance(found, EnumClass)  # noqa: S101  # the class of an enum
                    return _Value(Atom(f"{name_of(name)}.{found.member(_str(default))}"))
                case Fixed():
                    return _scalar(type_, default, scope)
                case other:
                    assert_never(other)
        case Primitive():
            return _scalar(type_, default, scope)
        case _:
            assert_never(type_)


def _instance(name: str, default: dict[str, Json], scope: Scope, name_of: Callable[[str], str]) -> Call:
    """Only what the default says is passed on; the rest is filled by the class's own defaults."""
    found = scope.package.class_of(name)
    assert isinstance(found, RecordClass)  # noqa: S101  # the class of a record
    return Call(
        name_of(name),
        tuple(
            (a.name, _value(a.field.type, default[a.field.name], scope, name_of).expr)
            for a in found.attributes
            if a.field.name in default
        ),
    )


def _scalar(type_: Type, default: Json, scope: Scope) -> _Value:
    logical = fixed_logical(type_, scope.named)
    if (
        logical is not None
        and (made := logical_default(logical, default, scope, on_fixed=isinstance(type_, Ref))) is not None
    ):
        fresh = logical.kind in {
            LogicalKind.UUID,
            LogicalKind.DURATION,
            LogicalKind.LOCAL_TIMESTAMP_MILLIS,
            LogicalKind.LOCAL_TIMESTAMP_MICROS,
        }
        # They are immutable, but linters know only some immutable calls, and a function costs little.
        return _Value(made, fresh)
    kind = type_.kind if isinstance(type_, Primitive) else Kind.BYTES
    match kind:
        case Kind.NULL:
            return _Value(Atom("None"))
        case Kind.BOOLEAN:
            return _Value(Atom("True" if default else "False"))
        case Kind.INT | Kind.LONG:
            return _Value(Atom(str(_int(default))))
        case Kind.FLOAT:
            return _Value(Atom(_float(_single(_number(default)))))
        case Kind.DOUBLE:
            return _Value(Atom(_float(_number(default))))
        case Kind.BYTES:
            return _Value(Atom(data(_str(default).encode("latin-1"))))
        case Kind.STRING:
            return _Value(Text(_str(default)))
        case _:
            assert_never(kind)


def _empty_map(type_: Type, scope: Scope) -> Expr:
    """A factory, or what a factory returns. Strict checkers do not infer the types of a bare dict."""
    found = _map_type(type_)
    assert isinstance(found, Map)  # noqa: S101  # an empty object was its default
    types = (Atom(scope.builtin("str")), annotation(found.values, scope))
    made = flat(Subscript(scope.builtin("dict"), types))
    if _only_builtin(found.values):
        return Atom(made)
    if len(made) < WIDTH - 40:
        # The classes in it may be defined further down.
        return Call(made)
    scope.odd = True
    return Dict(())


def _only_builtin(type_: Type) -> bool:
    match type_:
        case Array(items=inner) | Map(values=inner):
            return _only_builtin(inner)
        case Union(branches):
            return all(_only_builtin(branch) for branch in branches)
        case Ref():
            return False
        case Primitive():
            return True
        case _:
            assert_never(type_)


def _map_type(type_: Type) -> Type:
    """The map that an empty default stands for."""
    if isinstance(type_, Union):
        return next((b for b in type_.branches if isinstance(b, Map)), type_)
    return type_


def _single(value: float) -> float:
    """The 32-bit float that travels for ``value``."""
    try:
        (found,) = struct.unpack("<f", struct.pack("<f", value))
    except OverflowError:
        raise ValueError("it is too large for a 32-bit float") from None
    return float(found)


def _float(value: float) -> str:
    if math.isinf(value) or math.isnan(value):
        raise ValueError("it is no finite number")
    return repr(value).replace("e+", "e")


def _number(value: Json) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("a number was expected")
    try:
        return float(value)
    except OverflowError:
        raise ValueError("it is too large for a float") from None


def _int(value: Json) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise TypeError("a whole number was expected")
    return int(value)


def _str(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError("a text was expected")
    return value


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise TypeError("a list was expected")
    return value


def _dict(value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise TypeError("an object was expected")
    return value
