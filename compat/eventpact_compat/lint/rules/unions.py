"""Rules about unions: can a value be told to be of one branch?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Final, assert_never

from eventpact.schema.tree import (
    Array,
    EnumType,
    Fixed,
    Kind,
    LogicalKind,
    Map,
    Named,
    Primitive,
    Record,
    Ref,
    Type,
    Union,
)
from eventpact_compat.finding import Rule, Severity
from eventpact_compat.lint.rule import LintRule
from eventpact_compat.lint.sites import Problem, Subject, TypeSite
from eventpact_compat.lint.types import spelled

__all__ = ["RULES"]

_LOGICAL: Final[Mapping[LogicalKind, str]] = {
    LogicalKind.DECIMAL: "Decimal",
    LogicalKind.BIG_DECIMAL: "bytes",
    LogicalKind.UUID: "UUID",
    LogicalKind.DATE: "date",
    LogicalKind.TIME_MILLIS: "time",
    LogicalKind.TIME_MICROS: "time",
    LogicalKind.TIMESTAMP_MILLIS: "datetime",
    LogicalKind.TIMESTAMP_MICROS: "datetime",
    LogicalKind.TIMESTAMP_NANOS: "int",
    LogicalKind.LOCAL_TIMESTAMP_MILLIS: "datetime",
    LogicalKind.LOCAL_TIMESTAMP_MICROS: "datetime",
    LogicalKind.LOCAL_TIMESTAMP_NANOS: "int",
    LogicalKind.DURATION: "Duration",
}
_PRIMITIVE: Final[Mapping[Kind, str]] = {
    Kind.NULL: "None",
    Kind.BOOLEAN: "bool",
    Kind.INT: "int",
    Kind.LONG: "int",
    Kind.FLOAT: "float",
    Kind.DOUBLE: "float",
    Kind.BYTES: "bytes",
    Kind.STRING: "str",
}
# Our codec tells these apart by class; tools that look at the value cannot.
_ALIKE: Final = (
    {"enum", "str"},
    {"dict", "record"},
    {"date", "datetime"},
)


def _class(type_: Type, names: Mapping[str, Named]) -> str:
    """The Python class of a branch's values; an enum or record has its own, so it is told by kind and name."""
    match type_:
        case Primitive(kind, None):
            return _PRIMITIVE[kind]
        case Primitive(_, logical) if logical is not None:
            return _LOGICAL[logical.kind]
        case Array():
            return "tuple"
        case Map():
            return "dict"
        case Ref(name):
            match names[name]:
                case Fixed(logical=logical):
                    return _LOGICAL[logical.kind] if logical is not None else "bytes"
                case EnumType():
                    return f"enum {name}"
                case Record():
                    return f"record {name}"
                case other:
                    assert_never(other)
        case _:
            return "union"


def _pairs(subject: Subject) -> Iterator[tuple[TypeSite, Type, str, Type, str]]:
    names = subject.schema.names
    for site in subject.types:
        if isinstance(site.type, Union):
            for one, other in combinations(site.type.branches, 2):
                yield site, one, _class(one, names), other, _class(other, names)


def _undecidable(subject: Subject) -> Iterator[Problem]:
    for site, one, first, other, second in _pairs(subject):
        if first == second:
            yield site.problem(
                f"{_both(one, other, subject)} are both {first} in Python",
                "keep one of them, or wrap each in a record of its own",
            )


def _ambiguous(subject: Subject) -> Iterator[Problem]:
    for site, one, first, other, second in _pairs(subject):
        kinds = {first.partition(" ")[0], second.partition(" ")[0]}
        if first != second and (kinds in _ALIKE or kinds == {"enum"}):
            yield site.problem(
                f"{_both(one, other, subject)} are told apart by class only, not by value",
                "keep one of them, or wrap each in a record of its own",
            )


def _both(one: Type, other: Type, subject: Subject) -> str:
    return f"{spelled(one, subject.schema.names)} and {spelled(other, subject.schema.names)}"


RULES: Final = (
    LintRule(
        Rule(
            "UNDECIDABLE_UNION",
            Severity.ERROR,
            "each branch of a union has a Python class of its own",
            "a value of that class has no one branch, so no class can be generated.",
            '["int", "long"]',
            "Keep the wider branch, or wrap each in a record.",
        ),
        _undecidable,
    ),
    LintRule(
        Rule(
            "AMBIGUOUS_UNION",
            Severity.WARNING,
            "the branches of a union look different",
            "libraries without generated classes choose the branch by the value and silently take the wrong one.",
            '["string", {"type": "enum", "name": "Colour", "symbols": ["RED"], "default": "RED"}]',
            "Keep one branch, or wrap each in a record.",
        ),
        _ambiguous,
    ),
)
