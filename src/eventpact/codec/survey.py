"""What the emitters must know about a schema as a whole: which records recur, and which types take no bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from eventpact.schema.tree import Array, Fixed, Kind, Map, Named, Primitive, Record, Ref, Type, Union

__all__ = ["Survey", "survey"]


@dataclass(frozen=True, slots=True)
class Survey:
    """``recursive``: records on a cycle (or between two). ``empty``: named types whose values take no bytes.

    ``uses`` counts the places that name a type. ``hollow``: some array holds items that take no bytes.
    """

    recursive: frozenset[str]
    empty: frozenset[str]
    uses: Mapping[str, int]
    hollow: bool

    def takes_no_bytes(self, type_: Type) -> bool:
        return _no_bytes(type_, self.empty)


def survey(names: Mapping[str, Named]) -> Survey:
    """Read off the tables of ``Schema.names``."""
    edges = {
        name: [ref.name for field in named.fields for ref in _refs(field.type)]
        for name, named in names.items()
        if isinstance(named, Record)
    }
    uses: dict[str, int] = dict.fromkeys(names, 0)
    for targets in edges.values():
        for target in targets:
            uses[target] += 1
    empty = _empty(names)
    hollow = any(
        _no_bytes(array.items, empty)
        for named in names.values()
        if isinstance(named, Record)
        for field in named.fields
        for array in _arrays(field.type)
    )
    return Survey(_between_cycles(edges), empty, uses, hollow)


def _parts(type_: Type) -> Iterator[Type]:
    """The type and every type inside it, down to the names."""
    yield type_
    match type_:
        case Array(items=inner) | Map(values=inner):
            yield from _parts(inner)
        case Union(branches):
            for branch in branches:
                yield from _parts(branch)
        case _:
            pass


def _refs(type_: Type) -> Iterator[Ref]:
    return (part for part in _parts(type_) if isinstance(part, Ref))


def _arrays(type_: Type) -> Iterator[Array]:
    return (part for part in _parts(type_) if isinstance(part, Array))


def _between_cycles(edges: Mapping[str, list[str]]) -> frozenset[str]:
    """The records that reach a cycle and are reached from one: those on a cycle, and any between two cycles."""
    backwards: dict[str, list[str]] = {name: [] for name in edges}
    for name, targets in edges.items():
        for target in targets:
            if target in backwards:
                backwards[target].append(name)
    forwards = {name: [target for target in targets if target in edges] for name, targets in edges.items()}
    return frozenset(_endless(forwards) & _endless(backwards))


def _endless(edges: Mapping[str, list[str]]) -> set[str]:
    """The nodes from which one can walk for ever: what is left when dead ends are taken away again and again."""
    callers: dict[str, list[str]] = {name: [] for name in edges}
    exits = {name: len(targets) for name, targets in edges.items()}
    for name, targets in edges.items():
        for target in targets:
            callers[target].append(name)
    dead = [name for name, count in exits.items() if count == 0]
    left = set(edges)
    while dead:
        name = dead.pop()
        left.discard(name)
        for caller in callers[name]:
            exits[caller] -= 1
            if exits[caller] == 0:
                dead.append(caller)
    return left


def _empty(names: Mapping[str, Named]) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    while True:
        larger = frozenset(name for name, named in names.items() if _named_is_empty(named, found))
        if larger == found:
            return found
        found = larger


def _named_is_empty(named: Named, known: frozenset[str]) -> bool:
    match named:
        case Record():
            return all(_no_bytes(field.type, known) for field in named.fields)
        case Fixed():
            return named.size == 0
        case _:
            return False


def _no_bytes(type_: Type, empty: frozenset[str]) -> bool:
    match type_:
        case Primitive():
            return type_.kind is Kind.NULL
        case Ref():
            return type_.name in empty
        case _:
            return False
