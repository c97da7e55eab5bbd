"""A schema as the checker sees it: a record as the set of its fields, each with a number for its type.

Two schemas of one subject mostly share most fields, so their outlines differ by a few, and only these need a check.
Docs, properties, order and logical types are not part of an outline: Redpanda's checker does not look at them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from eventpact.schema import Schema
from eventpact.schema.tree import (
    NO_DEFAULT,
    Array,
    EnumType,
    Field,
    Fixed,
    Kind,
    Map,
    Named,
    Primitive,
    Record,
    Ref,
    Type,
    Union,
)

__all__ = ["Outline", "Shape", "outline", "shape"]

Shape: TypeAlias = tuple[object, ...]
"""A type with all that it needs, in prefix notation: equal shapes are equal to the checker."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A record whose fields can be compared one by one.

    Attributes:
        name: full name.
        schema: the record, as the root of a schema.
        types: the type of each field.
        shapes: the number that stands for the shape of each field's type.
        fields: `shapes` as pairs.
        needed: the fields that a reader cannot fill when the writer does not have them.
    """

    name: str
    schema: Schema
    types: Mapping[str, Type]
    shapes: Mapping[str, int]
    fields: frozenset[tuple[str, int]]
    needed: frozenset[str]


def outline(schema: Schema, numbers: dict[Shape, int]) -> Outline | None:
    """The outline; ``None`` where fields cannot be compared one by one. ``numbers`` gets a number for each new shape.

    Fields cannot when one has an alias, which the checker looks at from other fields, or leads back to the record.
    """
    root = schema.names.get(schema.root.name) if isinstance(schema.root, Ref) else None
    if not isinstance(root, Record) or any(field.aliases for field in root.fields):
        return None
    shapes: dict[str, int] = {}
    for field in root.fields:
        found = shape(field.type, schema.names)
        if ("ref", root.name) in found:
            return None
        shapes[field.name] = numbers.setdefault(found, len(numbers))
    return Outline(
        name=root.name,
        schema=schema,
        types={field.name: field.type for field in root.fields},
        shapes=shapes,
        fields=frozenset(shapes.items()),
        needed=frozenset(field.name for field in root.fields if not _has_default(field)),
    )


def shape(root: Type, names: Mapping[str, Named]) -> Shape:
    """The type in prefix notation. A named type is defined where it is met first."""
    return tuple(_tokens(root, names))


def _tokens(root: Type, names: Mapping[str, Named]) -> Iterator[object]:
    met: set[str] = set()
    todo: list[Type] = [root]
    while todo:
        match todo.pop():
            case Primitive(kind):
                yield kind.value
            case Array(items):
                yield "array"
                todo.append(items)
            case Map(values):
                yield "map"
                todo.append(values)
            case Union(branches):
                yield "union", len(branches)
                todo.extend(reversed(branches))
            case Ref(name):
                yield "ref", name
                if name not in met:
                    met.add(name)
                    named = names[name]
                    yield _definition(named)
                    if isinstance(named, Record):
                        todo.extend(field.type for field in reversed(named.fields))


def _definition(named: Named) -> object:
    match named:
        case Record():
            fields = tuple((field.name, field.aliases, _has_default(field)) for field in named.fields)
            return "record", named.aliases, fields
        case EnumType():
            return "enum", named.aliases, named.symbols, named.default
        case Fixed():
            return "fixed", named.aliases, named.size


def _has_default(field: Field) -> bool:
    """As Redpanda's checker has it: null for a field of type null is none."""
    if field.default is None and isinstance(field.type, Primitive) and field.type.kind is Kind.NULL:
        return False
    return field.default is not NO_DEFAULT
