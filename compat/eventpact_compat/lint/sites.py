"""A schema as rules see it: each use of a type, each definition and field, in the order of the text, with its place.

The tree says what the schema means, the document how it is written; a site holds both sides of one place. Types that
come from other files are not sites: they are linted where they are defined.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from eventpact.contract import Contract
from eventpact.schema import Schema
from eventpact.schema.tree import Array as ArrayType
from eventpact.schema.tree import Field, Map, Named, NoDefault, Primitive, Record, Ref, Type, Union
from eventpact_compat.layout import Array, Document, Node, Object

__all__ = ["DefinitionSite", "FieldSite", "Problem", "Site", "Subject", "TypeSite"]


@dataclass(frozen=True, slots=True)
class Problem:
    """What a rule yields: the runner adds the file, the line and the rule's own words.

    ``subject`` is what ``[lint.allow]`` names: a type's full name, or that of a record, a dot, and a field.
    """

    pointer: str
    subject: str
    message: str
    hint: str = ""
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    pointer: str
    subject: str

    def problem(
        self, message: str, hint: str = "", *, at: str = "", before: str | None = None, after: str | None = None
    ) -> Problem:
        """A problem here, or at a pointer below."""
        return Problem(self.pointer + at, self.subject, message, hint, before, after)


@dataclass(frozen=True, slots=True)
class TypeSite(_Place):
    """A type where it is used (or defined and used at once). ``field`` is the innermost field around it."""

    type: Type
    node: Node
    field: Field | None


@dataclass(frozen=True, slots=True)
class DefinitionSite(_Place):
    """The object that defines a named type."""

    named: Named
    node: Object


@dataclass(frozen=True, slots=True)
class FieldSite(_Place):
    record: Record
    field: Field
    node: Object

    @property
    def has_default(self) -> bool:
        return not isinstance(self.field.default, NoDefault)


Site: TypeAlias = TypeSite | DefinitionSite | FieldSite


@dataclass(frozen=True)
class Subject:
    """One schema to be looked at. ``contract`` is the promise that it is published under, if it is known."""

    schema: Schema
    document: Document
    contract: Contract | None = None

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        return tuple(_walk(self.schema, self.document))

    @cached_property
    def types(self) -> tuple[TypeSite, ...]:
        return tuple(site for site in self.sites if isinstance(site, TypeSite))

    @cached_property
    def definitions(self) -> tuple[DefinitionSite, ...]:
        return tuple(site for site in self.sites if isinstance(site, DefinitionSite))

    @cached_property
    def fields(self) -> tuple[FieldSite, ...]:
        return tuple(site for site in self.sites if isinstance(site, FieldSite))

    def nearest(self, pointer: str) -> str:
        """The name of the innermost field, or else type, around a pointer."""
        while pointer not in self._named_places and pointer:
            pointer = pointer.rpartition("/")[0]
        return self._named_places.get(pointer, self.schema.name or "")

    @cached_property
    def _named_places(self) -> dict[str, str]:
        return {site.pointer: site.subject for site in (*self.definitions, *self.fields)}

    def path(self, subject: str) -> str:
        """``Order.total`` for the field ``total`` of ``shop.Order``, ``Order`` for the type."""
        owner, _, last = subject.rpartition(".")
        return last if subject in self.schema.names else f"{owner.rpartition('.')[2]}.{last}".lstrip(".")


_NAMED_KINDS = frozenset({"record", "error", "enum", "fixed"})


def _walk(schema: Schema, document: Document) -> Iterator[Site]:
    todo: list[Site] = [TypeSite("", schema.name or "", schema.root, document.root, None)]
    while todo:
        site = todo.pop()
        yield site
        match site:
            case TypeSite():
                todo += reversed(_below_type(site, schema))
            case DefinitionSite(pointer=pointer, named=Record(name=name, fields=fields) as record, node=node):
                written = node.get("fields")
                todo += [
                    FieldSite(f"{pointer}/fields/{number}", f"{name}.{field.name}", record, field, part)
                    for number, (field, part) in reversed(list(enumerate(zip(fields, _items(written), strict=False))))
                    if isinstance(part, Object)
                ]
            case FieldSite(pointer=pointer, subject=subject, field=field, node=node):
                if (inner := node.get("type")) is not None:
                    todo.append(TypeSite(f"{pointer}/type", subject, field.type, inner, field))
            case _:
                pass


def _below_type(site: TypeSite, schema: Schema) -> list[Site]:
    at, subject, field = site.pointer, site.subject, site.field
    match site.type, site.node:
        case Union(branches), Array(items):
            return [
                TypeSite(f"{at}/{number}", subject, branch, item, field)
                for number, (branch, item) in enumerate(zip(branches, items, strict=False))
            ]
        case ArrayType(items=inner), Object() as node if (written := node.get("items")) is not None:
            return [TypeSite(f"{at}/items", subject, inner, written, field)]
        case Map(values=inner), Object() as node if (written := node.get("values")) is not None:
            return [TypeSite(f"{at}/values", subject, inner, written, field)]
        case Ref(name), Object() as node if _text(node.get("type")) in _NAMED_KINDS:
            return [DefinitionSite(at, name, schema.names[name], node)]
        case ((Primitive() | Ref() | Union() | ArrayType() | Map()), _):
            return []


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, Array) else ()


def _text(node: Node | None) -> str | None:
    return None if node is None or isinstance(node, Array | Object) else node.text
