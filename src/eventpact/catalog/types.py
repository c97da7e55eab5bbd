"""The types of an event as rows of a page: what a reader asks of a field, in the words of Avro."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from eventpact.schema import Schema
from eventpact.schema.names import simple_name
from eventpact.schema.tree import (
    Array,
    EnumType,
    Field,
    Fixed,
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
from eventpact_compat.semantic.tags import TAG_PROPERTIES, field_tags
from eventpact_compat.show import show_json, show_type

__all__ = ["FieldRow", "Piece", "TypeSection", "field_anchor", "type_anchor", "type_sections"]

_HIDDEN: Final = TAG_PROPERTIES | {"examples"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a type as it is written; ``target`` is the anchor of the named type that it names."""

    text: str
    target: str | None = None


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field. ``rules`` are the properties that bind or describe its values, as (name, JSON)."""

    name: str
    anchor: str
    type: tuple[Piece, ...]
    default: str | None
    rules: tuple[tuple[str, str], ...]
    tags: tuple[str, ...]
    is_key: bool
    doc: str | None
    aliases: tuple[str, ...]

    @property
    def type_text(self) -> str:
        return "".join(piece.text for piece in self.type)


@dataclass(frozen=True, slots=True)
class TypeSection:
    """A named type. ``kind`` is ``record``, ``enum`` or ``fixed``; what the others have is empty."""

    name: str
    anchor: str
    kind: str
    doc: str | None
    aliases: tuple[str, ...]
    fields: tuple[FieldRow, ...] = ()
    symbols: tuple[str, ...] = ()
    default: str | None = None
    shape: str = ""

    @property
    def simple(self) -> str:
        return simple_name(self.name)


def type_anchor(name: str) -> str:
    return f"type:{name}"


def field_anchor(record: str, field: str) -> str:
    return f"field:{record}.{field}"


def type_sections(schema: Schema, event: str, key: str | None) -> tuple[TypeSection, ...]:
    """The event's record, then each type it uses in the order of first use. ``key`` is the record key's field."""
    return tuple(_section(schema.names[name], schema, key if name == event else None) for name in _used(schema, event))


def _used(schema: Schema, event: str) -> list[str]:
    found: list[str] = []
    todo = [event]
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.append(name)
        named = schema.names[name]
        if isinstance(named, Record):
            inside = [other for field in named.fields for other in _names_in(field.type)]
            todo += reversed(inside)
    return found


def _names_in(type_: Type) -> Iterator[str]:
    match type_:
        case Ref(name=name):
            yield name
        case Array(items=inner) | Map(values=inner):
            yield from _names_in(inner)
        case Union(branches=branches):
            for branch in branches:
                yield from _names_in(branch)
        case Primitive():
            pass


def _section(named: Named, schema: Schema, key: str | None) -> TypeSection:
    match named:
        case Record(name=name, doc=doc, aliases=aliases, fields=fields, error=error):
            rows = tuple(_row(named, field, schema, field.name == key) for field in fields)
            return TypeSection(name, type_anchor(name), "error" if error else "record", doc, aliases, rows)
        case EnumType(name=name, doc=doc, aliases=aliases, symbols=symbols, default=default):
            return TypeSection(name, type_anchor(name), "enum", doc, aliases, symbols=symbols, default=default)
        case Fixed(name=name, doc=doc, aliases=aliases):
            shape = show_type(named).removeprefix(f"{name} ")
            return TypeSection(name, type_anchor(name), "fixed", doc, aliases, shape=shape)


def _row(record: Record, field: Field, schema: Schema, is_key: bool) -> FieldRow:
    tags = field_tags(field, schema.names) | ({"PII"} if is_personal(field, schema.names) else frozenset())
    return FieldRow(
        name=field.name,
        anchor=field_anchor(record.name, field.name),
        type=tuple(_pieces(field.type)),
        default=None if isinstance(field.default, NoDefault) else show_json(field.default),
        rules=_rules({**_inner_props(field.type), **field.props}),
        tags=tuple(sorted(tags, key=lambda tag: (tag != "PII", tag))),
        is_key=is_key,
        doc=field.doc,
        aliases=field.aliases,
    )


def _pieces(type_: Type) -> Iterator[Piece]:
    match type_:
        case Ref(name=name):
            yield Piece(simple_name(name), type_anchor(name))
        case Array(items=inner):
            yield from (Piece("array<"), *_pieces(inner), Piece(">"))
        case Map(values=inner):
            yield from (Piece("map<"), *_pieces(inner), Piece(">"))
        case Union(branches=branches):
            for number, branch in enumerate(branches):
                yield from (*((Piece(" | "),) if number else ()), *_pieces(branch))
        case Primitive():
            yield Piece(show_type(type_))


def _inner_props(type_: Type) -> Props:
    """The properties of the type that a value has: in a union with null, those of the other branch."""
    match type_:
        case Primitive(props=props) | Array(props=props) | Map(props=props):
            return props
        case Union(branches=branches):
            return {name: value for branch in branches for name, value in _inner_props(branch).items()}
        case Ref():
            return {}


def _rules(props: Props) -> tuple[tuple[str, str], ...]:
    shown = ((name, value if isinstance(value, str) else show_json(value)) for name, value in props.items())
    return tuple((name, value) for name, value in shown if name not in _HIDDEN)
