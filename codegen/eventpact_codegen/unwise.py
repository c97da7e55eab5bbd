"""The third verdict: valid, expressible, and still a warning. Nothing is refused here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from eventpact.schema.tree import (
    Array,
    EnumType,
    Fixed,
    Kind,
    LogicalKind,
    Map,
    Primitive,
    Record,
    Ref,
    Type,
    Union,
)
from eventpact_codegen.doors import hidden_names
from eventpact_codegen.model import EnumClass, Module, Package, RecordClass
from eventpact_codegen.python_types import class_key, fixed_logical

__all__ = ["RULES", "Finding", "Rule", "unwise"]

Place: TypeAlias = tuple[str, str]
"""(JSON pointer, message)."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A warning about a schema file. ``path`` is ``file#pointer``."""

    path: str
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    promise: str
    judge: Callable[[Module, Package], Iterator[Place]]


def unwise(package: Package) -> tuple[Finding, ...]:
    """All warnings, sorted, each once."""
    found = {
        Finding(f"{module.file}#{pointer}", rule.id, message)
        for module in package.modules
        for rule in RULES
        for pointer, message in rule.judge(module, package)
    }
    return tuple(sorted(found))


def _enum_default(module: Module, _: Package) -> Iterator[Place]:
    for found in module.classes.values():
        if isinstance(found, EnumClass) and found.enum.default is None:
            message = f"the enum {found.avro_name} has no default, so old readers fail at a new symbol; add one"
            yield found.enum.pointer, message


def _branches_apart(module: Module, _: Package) -> Iterator[Place]:
    for pointer, type_ in _types(module):
        if isinstance(type_, Union):
            for left, right in _PAIRS:
                if (names := _two(type_, left, right, module)) is not None:
                    yield pointer, f"tools that look at values only cannot tell {names[0]} from {names[1]}"


def _one_event(module: Module, _: Package) -> Iterator[Place]:
    if module.event is None:
        yield "", "the root is no record, so this file has classes for other files but no event"


def _plain_bytes(module: Module, _: Package) -> Iterator[Place]:
    for pointer, type_ in _types(module):
        logical = fixed_logical(type_, module.known)
        if logical is not None and logical.kind is LogicalKind.BIG_DECIMAL:
            yield pointer, "big-decimal has no exact counterpart in other Avro libraries; it stays bytes"


def _read_well(module: Module, _: Package) -> Iterator[Place]:
    for warning in module.schema.warnings:
        yield warning.pointer, warning.message


def _seen_at_the_door(module: Module, package: Package) -> Iterator[Place]:
    for name, chosen in hidden_names(package).items():
        for found in module.classes.values():
            if found.name == name and module is not chosen:
                pointer = found.record.pointer if isinstance(found, RecordClass) else found.enum.pointer
                yield pointer, f"another file has a {name}, too: import it from {package.name}.{module.name}"


RULES: Final = (
    Rule("ENUM_DEFAULT", "every enum can grow", _enum_default),
    Rule("BRANCHES_APART", "every tool can tell a union's branches apart", _branches_apart),
    Rule("ONE_EVENT", "every file has an event", _one_event),
    Rule("PLAIN_BYTES", "every logical type has a Python type", _plain_bytes),
    Rule("READ_WELL", "the parser has nothing to remark", _read_well),
    Rule("SEEN_AT_THE_DOOR", "every class can be imported from the package", _seen_at_the_door),
)

_PAIRS: Final = (("enum", "enum"), ("enum", "string"), ("map", "record"), ("date", "datetime"))


def _two(union: Union, left: str, right: str, module: Module) -> tuple[str, str] | None:
    """Two different branches, one of each family."""
    families = [(_family(branch, module), branch) for branch in union.branches]
    for i, (family, branch) in enumerate(families):
        for j, (other_family, other) in enumerate(families):
            if i != j and (family, other_family) == (left, right):
                return _label(branch, left), _label(other, right)
    return None


def _label(type_: Type, family: str) -> str:
    return type_.name if isinstance(type_, Ref) else family


def _family(type_: Type, module: Module) -> str:
    match type_:
        case Ref(name):
            match module.known[name]:
                case Record():
                    return "record"
                case EnumType():
                    return "enum"
                case Fixed():
                    return "fixed"
        case Map():
            return "map"
        case Primitive(kind=Kind.STRING, logical=None):
            return "string"
        case Union():
            return "union"
        case _:
            return class_key(type_, module.known)


def _types(module: Module) -> Iterator[tuple[str, Type]]:
    """Every type of the module's own fields, with the pointer of its field."""
    for found in module.classes.values():
        if isinstance(found, RecordClass):
            for attribute in found.attributes:
                for type_ in _within(attribute.field.type):
                    yield attribute.field.pointer, type_


def _within(type_: Type) -> Iterator[Type]:
    yield type_
    match type_:
        case Union(branches):
            for branch in branches:
                yield from _within(branch)
        case Array(items=inner) | Map(values=inner):
            yield from _within(inner)
        case Primitive() | Ref():
            return
