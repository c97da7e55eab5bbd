"""Avro type -> Python type. The table of docs/codegen.md, as code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from eventpact.schema.tree import (
    Array,
    EnumType,
    Fixed,
    Kind,
    Logical,
    LogicalKind,
    Map,
    Named,
    Primitive,
    Record,
    Ref,
    Type,
    Union,
)
from eventpact_codegen.expressions import Atom, Expr, OneOf, Subscript
from eventpact_codegen.scope import Scope

__all__ = ["annotation", "class_key", "fixed_logical"]

_PRIMITIVES = {
    Kind.NULL: "None",
    Kind.BOOLEAN: "bool",
    Kind.INT: "int",
    Kind.LONG: "int",
    Kind.FLOAT: "float",
    Kind.DOUBLE: "float",
    Kind.BYTES: "bytes",
    Kind.STRING: "str",
}


def annotation(type_: Type, scope: Scope) -> Expr:
    """The type's annotation. The order of a union's branches stays in the schema; here None comes last."""
    match type_:
        case Primitive() | Ref():
            return _spelled(class_key(type_, scope.named), type_, scope)
        case Array(items):
            return Subscript(scope.builtin("tuple"), (annotation(items, scope), Atom("...")))
        case Map(values):
            return Subscript(scope.standard("Mapping"), (Atom(scope.builtin("str")), annotation(values, scope)))
        case Union(branches):
            last = sorted(branches, key=lambda branch: class_key(branch, scope.named) == "None")
            found = tuple(annotation(branch, scope) for branch in last)
            return found[0] if len(found) == 1 else OneOf(found)
        case _:
            assert_never(type_)


def class_key(type_: Type, named: Mapping[str, Named]) -> str:
    """What tells a union's branches apart: the Python class, as its plain name (a generated class by its Avro name)."""
    match type_:
        case Primitive(kind, logical):
            return _logical_class(logical) or _PRIMITIVES[kind]
        case Array():
            return "tuple"
        case Map():
            return "Mapping"
        case Union():
            raise AssertionError("a union holds no union")
        case Ref(name):
            match named[name]:
                case Fixed(logical=logical):
                    return _logical_class(logical) or "bytes"
                case Record() | EnumType():
                    return f"{name}."
                case other:
                    assert_never(other)
        case _:
            assert_never(type_)


def fixed_logical(type_: Type, named: Mapping[str, Named]) -> Logical | None:
    """The logical type of a primitive or fixed."""
    match type_:
        case Primitive(logical=logical):
            return logical
        case Ref(name) if isinstance(found := named[name], Fixed):
            return found.logical
        case _:
            return None


def _logical_class(logical: Logical | None) -> str | None:
    if logical is None:
        return None
    match logical.kind:
        case LogicalKind.DECIMAL:
            return "Decimal"
        case LogicalKind.UUID:
            return "UUID"
        case LogicalKind.DATE:
            return "date"
        case LogicalKind.TIME_MILLIS | LogicalKind.TIME_MICROS:
            return "time"
        case LogicalKind.DURATION:
            return "Duration"
        case (
            LogicalKind.TIMESTAMP_MILLIS
            | LogicalKind.TIMESTAMP_MICROS
            | LogicalKind.LOCAL_TIMESTAMP_MILLIS
            | LogicalKind.LOCAL_TIMESTAMP_MICROS
        ):
            return "datetime"
        case LogicalKind.TIMESTAMP_NANOS | LogicalKind.LOCAL_TIMESTAMP_NANOS | LogicalKind.BIG_DECIMAL:
            return None
        case other:
            assert_never(other)


def _spelled(key: str, type_: Type, scope: Scope) -> Atom:
    if isinstance(type_, Ref) and key.endswith("."):
        return Atom(scope.generated(type_.name))
    if key == "None":
        return Atom("None")
    if key in {"date", "time", "datetime"}:
        return Atom(f"{scope.standard('dt')}.{key}")
    if key in {"Decimal", "UUID", "Duration"}:
        return Atom(scope.standard(key))
    return Atom(scope.builtin(key))
