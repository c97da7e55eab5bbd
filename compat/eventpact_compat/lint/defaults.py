"""Default values next to the types they are read as, all the way down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from eventpact.schema.defaults import fits
from eventpact.schema.pointer import escape
from eventpact.schema.tree import Array, Json, Map, Named, NoDefault, Record, Ref, Type, Union
from eventpact_compat.lint.sites import FieldSite, Subject

__all__ = ["DefaultSite", "default_sites"]


@dataclass(frozen=True, slots=True)
class DefaultSite:
    """A value inside the default of ``field``.

    Attributes:
        at: pointer of the value, below the field.
        type_at: pointer of its type, below the field; "" when the type is that of ``inner``.
        inner: the field that gives the value its type, when it stands inside a record default.
    """

    field: FieldSite
    at: str
    type: Type
    value: Json
    type_at: str = ""
    inner: str = ""

    def below(self, at: str, type_: Type, value: Json, type_at: str) -> DefaultSite:
        inner_at = self.type_at + type_at if self.type_at else ""
        return DefaultSite(self.field, self.at + at, type_, value, inner_at, self.inner)


def default_sites(subject: Subject) -> Iterator[DefaultSite]:
    """Every value in every default; a value of a union comes first as the union's, then as the branch's."""
    names = subject.schema.names
    for site in subject.fields:
        if isinstance(site.field.default, NoDefault):
            continue
        todo = [DefaultSite(site, "/default", site.field.type, site.field.default, "/type")]
        while todo:
            found = todo.pop()
            yield found
            todo += reversed(list(_below(found, names)))


def _below(site: DefaultSite, names: Mapping[str, Named]) -> Iterator[DefaultSite]:
    match site.type, site.value:
        case Union(branches), value:
            found = next(((n, b) for n, b in enumerate(branches) if fits(b, value, names)), None)
            if found is not None:
                yield site.below("", found[1], value, f"/{found[0]}")
        case Array(items), list() as values:
            for number, value in enumerate(values):
                yield site.below(f"/{number}", items, value, "/items")
        case Map(inner), dict() as members:
            for key, value in members.items():
                yield site.below(f"/{escape(key)}", inner, value, "/values")
        case Ref(name), dict() as members:
            record = names[name]
            for part in record.fields if isinstance(record, Record) else ():
                if part.name in members:
                    at = f"{site.at}/{escape(part.name)}"
                    yield DefaultSite(site.field, at, part.type, members[part.name], "", f"{name}.{part.name}")
        case _:
            return
