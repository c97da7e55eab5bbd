"""Questions about types that several rules ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from eventpact.schema.tree import Array, EnumType, Fixed, Kind, Map, Named, Primitive, Record, Ref, Type, Union

__all__ = ["leaves", "nullable", "spelled"]


def leaves(type_: Type) -> Iterator[Primitive | Ref]:
    """The types below unions, arrays and maps."""
    todo = [type_]
    while todo:
        match todo.pop():
            case Union(branches):
                todo += reversed(branches)
            case Array(items):
                todo.append(items)
            case Map(values):
                todo.append(values)
            case Primitive() | Ref() as leaf:
                yield leaf


def nullable(type_: Type) -> bool:
    """A union with a null branch."""
    return isinstance(type_, Union) and any(
        isinstance(branch, Primitive) and branch.kind is Kind.NULL for branch in type_.branches
    )


def spelled(type_: Type, names: Mapping[str, Named]) -> str:
    """A short name for messages, such as ``timestamp-millis (long)`` or ``enum a.Colour``."""
    match type_:
        case Primitive(kind, None):
            return str(kind)
        case Primitive(kind, logical) if logical is not None:
            return f"{logical.kind} ({kind})"
        case Ref(name):
            return f"{_KINDS[type(names[name])]} {name}"
        case Union():
            return "union"
        case Array():
            return "array"
        case _:
            return "map"


_KINDS: dict[type[Named], str] = {Record: "record", EnumType: "enum", Fixed: "fixed"}
