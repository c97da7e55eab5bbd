"""What two versions of a schema have in common, as values: pairs of fields, types and named types, and what is left.

`eventpact_compat.match` makes a `Comparison` once; the rules only look at it. It holds what *differs* and nothing
else, so equal parts cost no rule a thought.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from eventpact.schema import Schema
from eventpact.schema.tree import Array, Field, Fixed, Logical, Map, Named, Primitive, Record, Union

__all__ = ["Comparison", "FieldPair", "NamedPair", "Node", "RecordPair", "Spot", "TypePair", "UnionPair", "simple"]

Node: TypeAlias = Primitive | Array | Map | Union | Named
"""A type with its name looked up."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place. ``pointer`` is a JSON pointer into the new text (the old one unless ``in_new``).

    ``path`` names it by record and field, as in ``Order.lines[]``; it survives inserted and moved fields.
    ``source`` is the text's file.
    """

    pointer: str
    path: str
    source: str
    in_new: bool = True

    def below(self, pointer: str, path: str = "") -> Spot:
        return Spot(self.pointer + pointer, self.path + path, self.source, self.in_new)


@dataclass(frozen=True, slots=True)
class NamedPair:
    """Two named types that stand at one place. Their names may differ."""

    old: Named
    new: Named
    spot: Spot


@dataclass(frozen=True, slots=True)
class RecordPair:
    """Two records, with the fields that only one of them has, in their order."""

    old: Record
    new: Record
    spot: Spot
    added: tuple[Field, ...]
    removed: tuple[Field, ...]
    kept: tuple[tuple[Field, Field], ...]

    def at_new(self, field: Field, new: Schema) -> Spot:
        return Spot(field.pointer, f"{simple(self.new.name)}.{field.name}", new.source)

    def at_old(self, field: Field, old: Schema) -> Spot:
        return Spot(field.pointer, f"{simple(self.old.name)}.{field.name}", old.source, in_new=False)


@dataclass(frozen=True, slots=True)
class FieldPair:
    """One field in two versions; ``by_alias`` when the new one has another name."""

    record: Record
    old: Field
    new: Field
    spot: Spot

    @property
    def by_alias(self) -> bool:
        return self.old.name != self.new.name


@dataclass(frozen=True, slots=True)
class TypePair:
    """Two different types at one place. For named types the place is the definition, once per pair of names."""

    old: Node
    new: Node
    spot: Spot
    field: FieldPair | None

    @property
    def logicals(self) -> tuple[Logical | None, Logical | None]:
        return logical_of(self.old), logical_of(self.new)


@dataclass(frozen=True, slots=True)
class UnionPair:
    """Two types at one place of which at least one is a union; ``matched`` are branch indexes (old, new).

    A side that is no union counts as a union of one branch.
    """

    old: tuple[Node, ...]
    new: tuple[Node, ...]
    matched: tuple[tuple[int, int], ...]
    spot: Spot
    field: FieldPair | None
    was_union: bool
    is_union: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that differs between two versions.

    ``twins`` are the named types that stand at one place: (old full name, new full name), equal ones included.
    ``keys`` names the fields of the event that decide its partition.
    """

    old: Schema
    new: Schema
    twins: frozenset[tuple[str, str]]
    records: tuple[RecordPair, ...]
    fields: tuple[FieldPair, ...]
    types: tuple[TypePair, ...]
    unions: tuple[UnionPair, ...]
    named: tuple[NamedPair, ...]
    keys: frozenset[str] = frozenset()


def simple(name: str) -> str:
    """The name without its namespace."""
    return name.rpartition(".")[2]


def logical_of(node: Node) -> Logical | None:
    return node.logical if isinstance(node, Primitive | Fixed) else None
