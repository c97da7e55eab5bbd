"""Which of a schema's references its own text uses. The others are needed by those."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from eventpact.schema import Schema, parse
from eventpact.schema.tree import Array, EnumType, Fixed, Map, Named, Primitive, Record, Ref, Type, Union

__all__ = ["Part", "parts"]


@dataclass(frozen=True, slots=True)
class Part:
    """A referenced text, or the schema itself, with the names of the parts that its own text uses."""

    name: str
    text: str
    uses: tuple[str, ...]


def parts(schema: Schema) -> tuple[Part, ...]:
    """The schema's references, the used before the users, and last the schema itself under the name ``""``."""
    home: dict[str, str] = {}
    found: list[Part] = []
    texts: dict[str, str] = {}
    for name, text in schema.references.items():
        parsed = parse(text, references=texts or None, source=name, mode="stored")
        found.append(_part(name, parsed, home))
        texts[name] = text
    return (*found, _part("", schema, home))


def _part(name: str, schema: Schema, home: dict[str, str]) -> Part:
    """The part, and after this ``home`` says for each name that the text defines that this part does."""
    own = [named for full, named in schema.names.items() if full not in home]
    used = {home[ref] for ref in _refs(schema.root, own) if ref in home}
    home.update((named.name, name) for named in own)
    return Part(name, schema.text, tuple(sorted(used)))


def _refs(root: Type, own: Iterable[Named]) -> Iterator[str]:
    todo = [root]
    for named in own:
        match named:
            case Record():
                todo += [field.type for field in named.fields]
            case EnumType() | Fixed():
                pass
    while todo:
        match todo.pop():
            case Ref(name):
                yield name
            case Array(items):
                todo.append(items)
            case Map(values):
                todo.append(values)
            case Union(branches):
                todo += branches
            case Primitive():
                pass
