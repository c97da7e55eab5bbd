"""Which branches of a reader's union are worth trying for a writer's type, and in which order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from eventpact.schema.dialect import Dialect
from eventpact.schema.names import simple_name
from eventpact.schema.tree import Array, EnumType, Fixed, Kind, Map, Named, Primitive, Record, Ref, Type, Union

__all__ = ["PROMOTIONS", "Branches", "sort_of"]

PROMOTIONS: Mapping[Kind, frozenset[Kind]] = {
    Kind.INT: frozenset({Kind.LONG, Kind.FLOAT, Kind.DOUBLE}),
    Kind.LONG: frozenset({Kind.FLOAT, Kind.DOUBLE}),
    Kind.FLOAT: frozenset({Kind.DOUBLE}),
    Kind.STRING: frozenset({Kind.BYTES}),
    Kind.BYTES: frozenset({Kind.STRING}),
}
"""Writer's kind -> the reader's kinds that take it (specification 1.12, "Schema Resolution")."""


def sort_of(named: Named) -> str:
    match named:
        case Record():
            return "record"
        case EnumType():
            return "enum"
        case Fixed():
            return "fixed"


class Branches:
    """One union of the reader, indexed, so that a union of many records stays linear."""

    def __init__(self, union: Union, names: Mapping[str, Named], dialect: Dialect) -> None:
        self._dialect = dialect
        self._unnamed: dict[str, int] = {}
        self._primitives: dict[Kind, tuple[int, Primitive]] = {}
        self._full: dict[tuple[str, str], int] = {}
        self._simple: dict[tuple[str, str], list[int]] = {}
        self._alias: dict[tuple[str, str], list[int]] = {}
        for index, branch in enumerate(union.branches):
            match branch:
                case Primitive():
                    self._unnamed[branch.kind] = index
                    self._primitives[branch.kind] = index, branch
                case Array():
                    self._unnamed["array"] = index
                case Map():
                    self._unnamed["map"] = index
                case Ref():
                    self._add(index, names[branch.name])
                case Union():  # unions do not hold unions
                    pass

    def _add(self, index: int, named: Named) -> None:
        sort = sort_of(named)
        self._full[sort, named.name] = index
        if not self._dialect.full_names:
            self._simple.setdefault((sort, simple_name(named.name)), []).append(index)
        if self._dialect.type_aliases:
            for alias in named.aliases:
                self._alias.setdefault((sort, alias), []).append(index)

    def of_kind(self, writer: Primitive) -> tuple[int, Primitive] | None:
        """The branch, and its index, that is of the writer's own kind."""
        return self._primitives.get(writer.kind)

    def candidates(self, writer: Type, names: Mapping[str, Named]) -> Iterator[int]:
        """Same type and full name first; then other name matches, in the order of the branches; then promotions."""
        match writer:
            case Ref():
                sort = sort_of(names[writer.name])
                first = self._full.get((sort, writer.name))
                if first is not None:
                    yield first
                others = {
                    *self._simple.get((sort, simple_name(writer.name)), ()),
                    *self._alias.get((sort, writer.name), ()),
                }
                yield from sorted(others - {first})
            case Primitive():
                if writer.kind in self._unnamed:
                    yield self._unnamed[writer.kind]
                takers = PROMOTIONS.get(writer.kind, frozenset())
                yield from sorted(self._unnamed[kind] for kind in takers if kind in self._unnamed)
            case Array() | Map():
                sort = "array" if isinstance(writer, Array) else "map"
                if sort in self._unnamed:
                    yield self._unnamed[sort]
            case Union():  # the writer's branch is resolved, never its union
                pass
