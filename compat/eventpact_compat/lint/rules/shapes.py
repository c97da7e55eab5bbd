"""Rules about what a type is made of: recursion, and types without values or without bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from eventpact.schema.tree import Array, Fixed, Kind, Named, Primitive, Record, Ref, Type, Union
from eventpact_compat.finding import Rule, Severity
from eventpact_compat.lint.cycles import in_cycles
from eventpact_compat.lint.rule import LintRule
from eventpact_compat.lint.sites import Problem, Subject
from eventpact_compat.lint.types import leaves

__all__ = ["RULES"]


def _recursive(subject: Subject) -> Iterator[Problem]:
    names = subject.schema.names
    endless = _in_cycles(names, _held)
    loops = _in_cycles(names, _used)
    for site in subject.definitions:
        if site.named.name in loops and site.named.name not in endless:
            yield site.problem(
                f"{site.named.name} contains itself",
                "give it an id and the id of its parent, if the depth has no bound",
            )


def _held(type_: Type) -> Iterator[str]:
    """Records that every value of the type contains."""
    if isinstance(type_, Ref):
        yield type_.name
    elif isinstance(type_, Union) and len(type_.branches) == 1:
        yield from _held(type_.branches[0])


def _used(type_: Type) -> Iterator[str]:
    """Named types that a value of the type may contain."""
    return (leaf.name for leaf in leaves(type_) if isinstance(leaf, Ref))


def _in_cycles(names: Mapping[str, Named], below: Callable[[Type], Iterator[str]]) -> frozenset[str]:
    """The records that contain themselves by way of ``below``."""
    return in_cycles(
        {
            name: tuple({other: None for field in named.fields for other in below(field.type)})
            for name, named in names.items()
            if isinstance(named, Record)
        }
    )


def _no_bytes(type_: Type, names: Mapping[str, Named], seen: frozenset[str] = frozenset()) -> bool:
    """True when a value takes no bytes on the wire."""
    match type_:
        case Primitive(kind):
            return kind is Kind.NULL
        case Ref(name) if name not in seen:
            named = names[name]
            if isinstance(named, Fixed):
                return named.size == 0
            return isinstance(named, Record) and all(_no_bytes(f.type, names, seen | {name}) for f in named.fields)
        case _:
            return False


def _zero_items(subject: Subject) -> Iterator[Problem]:
    for site in subject.types:
        if isinstance(site.type, Array) and _no_bytes(site.type.items, subject.schema.names):
            yield site.problem(
                "the items take no bytes, so four bytes of a hostile record make millions of them",
                "send the count as a number",
                at="/items",
            )


RULES: Final = (
    LintRule(
        Rule(
            "RECURSIVE_TYPE",
            Severity.WARNING,
            "no type contains itself",
            "warehouses cannot store it, and a deep record exhausts the stack of every reader.",
            '{"name": "children", "type": {"type": "array", "items": "Node"}}, in the record Node',
            "Send a flat list with ids and parents. Where recursion is meant, allow the type.",
        ),
        _recursive,
    ),
    LintRule(
        Rule(
            "ZERO_SIZE_ITEMS",
            Severity.WARNING,
            "the items of an array take bytes",
            "a decoder has to believe any count, and builds a list that fills the memory.",
            '{"type": "array", "items": "null"}',
            "Send the count as a number.",
        ),
        _zero_items,
    ),
)
