"""Records and defaults that never end."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

from eventpact.schema.tree import Field, Named, Record, Ref, Union

__all__ = ["circle", "endless_records"]

K = TypeVar("K", bound=Hashable)


def endless_records(names: Mapping[str, Named]) -> list[str]:
    """The records without any finite value, in the order of ``names``.

    A record is finite when each field is; a union when one branch is; arrays and maps always are. The least solution
    is spread from the records that need nothing.
    """
    missing: dict[str, int] = {}
    waiting: dict[str, list[tuple[str, int]]] = {}
    finite: list[str] = []
    for name, named in names.items():
        needs = list(_needs(named.fields)) if isinstance(named, Record) else []
        for number, need in enumerate(needs):
            for other in need:
                waiting.setdefault(other, []).append((name, number))
        missing[name] = len(needs)
        if not needs:
            finite.append(name)
    if not waiting and not any(missing.values()):
        return []
    met: set[tuple[str, int]] = set()
    while finite:
        for user, number in waiting.get(finite.pop(), ()):
            if (user, number) not in met:
                met.add((user, number))
                missing[user] -= 1
                if not missing[user]:
                    finite.append(user)
    return [name for name, left in missing.items() if left]


def _needs(fields: Iterable[Field]) -> Iterable[frozenset[str]]:
    for field in fields:
        type_ = field.type
        if isinstance(type_, Ref):
            yield frozenset((type_.name,))
        elif isinstance(type_, Union) and all(isinstance(branch, Ref) for branch in type_.branches):
            yield frozenset(branch.name for branch in type_.branches if isinstance(branch, Ref))


def circle(edges: Mapping[K, Iterable[K]]) -> K | None:
    """A node that leads back to itself, or ``None``."""
    done: set[K] = set()
    for start in edges:
        if start in done:
            continue
        path = [(start, iter(edges[start]))]
        on_path = {start}
        while path:
            node, rest = path[-1]
            for other in rest:
                if other in on_path:
                    return other
                if other not in done and other in edges:
                    path.append((other, iter(edges[other])))
                    on_path.add(other)
                    break
            else:
                path.pop()
                on_path.discard(node)
                done.add(node)
    return None
