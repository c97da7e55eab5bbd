"""Two schemas -> what stands where in both. Each pair of named types is walked once, so this is linear and ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from eventpact.schema import Schema
from eventpact.schema.tree import Array, Field, Kind, Map, Primitive, Record, Ref, Type, Union
from eventpact_compat.pairs import Comparison, FieldPair, NamedPair, Node, RecordPair, Spot, TypePair, UnionPair, simple

__all__ = ["compare", "match_fields"]


# Where nobody says which field is the key, a tenant's id is taken for one: it decides partitions and rights.
_TENANT: Final = frozenset({"tenant", "tenant_id", "tenantId", "tenant_uuid", "tenantUuid"})


def compare(old: Schema, new: Schema, *, key: str | None = None) -> Comparison:
    """Pair fields by name, then by the new field's aliases; types by their place; union branches by what they are.

    ``key`` is the field of the event whose text is the record key.
    """
    walk = _Walk(old, new)
    walk.types_at(old.root, new.root, Spot("", simple(new.name) if new.name else "$", new.source), None)
    while walk.todo:
        walk.named_pair(*walk.todo.pop())
    return Comparison(
        old,
        new,
        frozenset(walk.seen),
        tuple(walk.records),
        tuple(walk.fields),
        tuple(walk.types),
        tuple(walk.unions),
        tuple(walk.named),
        _TENANT if key is None else frozenset({key}),
    )


class _Walk:
    def __init__(self, old: Schema, new: Schema) -> None:
        self.old, self.new = old, new
        self.records: list[RecordPair] = []
        self.fields: list[FieldPair] = []
        self.types: list[TypePair] = []
        self.unions: list[UnionPair] = []
        self.named: list[NamedPair] = []
        self.todo: list[tuple[str, str]] = []
        self.seen: set[tuple[str, str]] = set()

    def types_at(self, old: Type, new: Type, spot: Spot, field: FieldPair | None) -> None:
        match old, new:
            case Primitive(), Primitive():
                if old != new:
                    self.types.append(TypePair(old, new, spot, field))
            case Ref(), Ref() if type(self.old.names[old.name]) is type(self.new.names[new.name]):
                self._visit(old.name, new.name)
            case Array(), Array():
                if old.props != new.props:
                    self.types.append(TypePair(old, new, spot, field))
                self.types_at(old.items, new.items, spot.below("/items", "[]"), field)
            case Map(), Map():
                if old.props != new.props:
                    self.types.append(TypePair(old, new, spot, field))
                self.types_at(old.values, new.values, spot.below("/values", "{}"), field)
            case (Union(), _) | (_, Union()):
                self._branches(old, new, spot, field)
            case _:
                self.types.append(TypePair(_node(old, self.old), _node(new, self.new), spot, field))

    def _visit(self, old: str, new: str) -> None:
        if (old, new) not in self.seen:
            self.seen.add((old, new))
            self.todo.append((old, new))

    def _branches(self, old: Type, new: Type, spot: Spot, field: FieldPair | None) -> None:
        olds = old.branches if isinstance(old, Union) else (old,)
        news = new.branches if isinstance(new, Union) else (new,)
        matched = _match_branches(olds, news, self.old, self.new)
        if olds != news or isinstance(old, Union) is not isinstance(new, Union):
            pair = UnionPair(
                tuple(_node(t, self.old) for t in olds),
                tuple(_node(t, self.new) for t in news),
                matched,
                spot,
                field,
                isinstance(old, Union),
                isinstance(new, Union),
            )
            self.unions.append(pair)
        for i, j in matched:
            self.types_at(olds[i], news[j], spot.below(f"/{j}") if isinstance(new, Union) else spot, field)

    def named_pair(self, old_name: str, new_name: str) -> None:
        old, new = self.old.names[old_name], self.new.names[new_name]
        spot = Spot(new.pointer, simple(new.name), self.new.source)
        if old != new:
            self.named.append(NamedPair(old, new, spot))
        if isinstance(old, Record) and isinstance(new, Record):
            self._record(old, new, spot)
        elif old != new:
            self.types.append(TypePair(old, new, spot, None))

    def _record(self, old: Record, new: Record, spot: Spot) -> None:
        kept = match_fields(old.fields, new.fields)
        if old != new:
            gone = {o.name for o, _ in kept}
            here = {n.name for _, n in kept}
            added = tuple(f for f in new.fields if f.name not in here)
            removed = tuple(f for f in old.fields if f.name not in gone)
            self.records.append(RecordPair(old, new, spot, added, removed, kept))
        for o, n in kept:
            same = o == n
            if same and _ends_here(n.type):
                continue
            at = Spot(n.pointer, f"{simple(new.name)}.{n.name}", self.new.source)
            pair = FieldPair(new, o, n, at)
            if not same:
                self.fields.append(pair)
            self.types_at(o.type, n.type, at.below("/type"), pair)


def _ends_here(type_: Type) -> bool:
    """Are there no named types in it that could differ although the type is the same?"""
    if isinstance(type_, Union):
        return all(isinstance(branch, Primitive) for branch in type_.branches)
    return isinstance(type_, Primitive)


def match_fields(old: Sequence[Field], new: Sequence[Field]) -> tuple[tuple[Field, Field], ...]:
    """(old, new) of each field that both have, by name, else by the first alias that no field of today bears."""
    by_name = {f.name: f for f in old}
    free = by_name.keys() - {f.name for f in new}
    pairs: list[tuple[Field, Field]] = []
    for field in new:
        if field.name in by_name:
            pairs.append((by_name[field.name], field))
        elif (alias := next((a for a in field.aliases if a in free), None)) is not None:
            free -= {alias}
            pairs.append((by_name[alias], field))
    return tuple(pairs)


def _match_branches(
    olds: Sequence[Type], news: Sequence[Type], old: Schema, new: Schema
) -> tuple[tuple[int, int], ...]:
    """Equal types first, then types of one kind, then simple names and aliases, then the one that is left over."""
    left, right = dict(enumerate(olds)), dict(enumerate(news))
    pairs: list[tuple[int, int]] = []
    for alike in (_key, lambda t, _: _shape(t), lambda t, s: simple(t.name) if isinstance(t, Ref) else None):
        where: dict[object, int] = {}
        for j, branch in right.items():
            if (key := alike(branch, new)) is not None:
                where.setdefault(key, j)
        for i, branch in tuple(left.items()):
            if (key := alike(branch, old)) in where:
                j = where.pop(key)
                pairs.append((i, j))
                del left[i], right[j]
    _by_alias(left, right, new, pairs)
    rest = [i for i, t in left.items() if not _is_null(t)], [j for j, t in right.items() if not _is_null(t)]
    if len(rest[0]) == len(rest[1]) == 1:
        pairs.append((rest[0][0], rest[1][0]))
    return tuple(sorted(pairs))


def _by_alias(left: dict[int, Type], right: dict[int, Type], new: Schema, pairs: list[tuple[int, int]]) -> None:
    where = {t.name: i for i, t in left.items() if isinstance(t, Ref)}
    for j, branch in tuple(right.items()):
        if not isinstance(branch, Ref):
            continue
        i = next((where.pop(a) for a in new.names[branch.name].aliases if a in where), None)
        if i is not None:
            pairs.append((i, j))
            del left[i], right[j]


def _key(branch: Type, schema: Schema) -> object:
    return branch.name if isinstance(branch, Ref) else (_shape(branch), getattr(branch, "logical", None))


def _shape(branch: Type) -> object:
    match branch:
        case Primitive(kind=kind):
            return kind
        case Array() | Map():
            return type(branch)
        case _:
            return None


def _is_null(branch: Type) -> bool:
    return isinstance(branch, Primitive) and branch.kind is Kind.NULL


def _node(branch: Type, schema: Schema) -> Node:
    names: Mapping[str, Node] = schema.names
    return names[branch.name] if isinstance(branch, Ref) else branch
