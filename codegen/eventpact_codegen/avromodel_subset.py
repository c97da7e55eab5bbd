"""What dataclasses-avroschema 0.71 turns back into the schema it came from; everything else is refused.

The rules are narrower than its abilities: each one keeps a known fault out (the G numbers of docs/codegen.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from eventpact.errors import ExpressionError
from eventpact.schema.tree import (
    Array,
    EnumType,
    Field,
    Fixed,
    Kind,
    LogicalKind,
    Map,
    Named,
    NoDefault,
    Primitive,
    Record,
    Ref,
    Type,
    Union,
)
from eventpact_codegen.model import EnumClass, Module, Package, RecordClass

__all__ = ["check_subset", "ordered"]

_MEMBERS: Final = frozenset(
    {"asdict", "avro_schema", "avro_schema_to_python", "deserialize", "deserialize_to_python", "fake"}
    | {"generate_schema", "get_fields", "get_fullname", "parse_obj", "serialize", "to_dict", "to_json", "validate"}
    | {"Annotated", "AvroModel", "Meta", "Union", "nonmember", "types"}
)
"""Names that its base class and our modules have already."""

_LOGICAL: Final = frozenset(
    {
        LogicalKind.DECIMAL,
        LogicalKind.UUID,
        LogicalKind.DATE,
        LogicalKind.TIME_MILLIS,
        LogicalKind.TIME_MICROS,
        LogicalKind.TIMESTAMP_MILLIS,
        LogicalKind.TIMESTAMP_MICROS,
        LogicalKind.LOCAL_TIMESTAMP_MILLIS,
        LogicalKind.LOCAL_TIMESTAMP_MICROS,
    }
)
_PLAIN_DEFAULTS: Final = {
    Kind.BOOLEAN: (bool,),
    Kind.INT: (int,),
    Kind.LONG: (int,),
    Kind.DOUBLE: (float,),
    Kind.STRING: (str,),
}


def check_subset(package: Package) -> None:
    """Raises ExpressionError for the first schema that would not survive the way there and back."""
    for module in package.modules:
        for problem, pointer, hint in _problems(module, package):
            raise ExpressionError(
                f"no AvroModel class says this: {problem}",
                source=module.file,
                pointer=pointer,
                hint=f"{hint}; or generate without --base avromodel",
            )


def ordered(module: Module) -> list[RecordClass]:
    """The module's records, the used before the users: their annotations are evaluated at once."""
    found: dict[str, RecordClass] = {}

    def visit(name: str) -> None:
        record = module.classes.get(name)
        if isinstance(record, RecordClass) and name not in found:
            for field in record.record.fields:
                for other in _refs(field.type):
                    visit(other)
            found[name] = record

    for name in module.classes:
        visit(name)
    return list(found.values())


def _problems(module: Module, package: Package) -> Iterator[tuple[str, str, str]]:
    if module.event is None:
        yield "the root is no record", "", "make the root a record"
        return
    if module.schema.references:
        yield "it uses types of other files", "", "put the types into one file"
    if any(package.homes[name] is not module for name in module.known):
        yield "it shares types with another file", "", "give them names of their own"
    if len({"." in name for name in module.known}) > 1:
        yield "types with and without a namespace, which it would inherit", "", "give every type a namespace"
    for found in module.classes.values():
        if isinstance(found, EnumClass):
            yield from _enum(found)
        else:
            yield from _record(found, module)


def _enum(found: EnumClass) -> Iterator[tuple[str, str, str]]:
    if found.name != found.avro_name.rpartition(".")[2]:
        yield f"the class of {found.avro_name} has another name (G19)", found.enum.pointer, "rename the enum"
    if any(member != symbol or symbol in {"Meta", "Mro"} for member, symbol in found.members):
        yield "a symbol that is no name of a member (G9)", found.enum.pointer, "rename the symbol"


def _record(found: RecordClass, module: Module) -> Iterator[tuple[str, str, str]]:
    if found.name != found.avro_name.rpartition(".")[2] or found.name in _MEMBERS:
        yield f"the class of {found.avro_name} has another name (G19)", found.record.pointer, "rename the record"
    if found.record.error:
        yield "an error type", found.record.pointer, "make it a record"
    if found.avro_name in _reached(found.avro_name, module):
        yield f"{found.avro_name} holds itself (G5)", found.record.pointer, "refer to the other one by an id"
    for attribute in found.attributes:
        field = attribute.field
        if attribute.name != field.name or field.name in _MEMBERS:
            yield f"the field {field.name} has another name in Python (G10, G19)", field.pointer, "rename the field"
        problem = _type_problem(field.type, module) or _default_problem(field, module)
        if problem is not None:
            yield problem, field.pointer, "change the field"


def _type_problem(type_: Type, module: Module, *, in_union: bool = False) -> str | None:
    match type_:
        case Primitive(kind=Kind.NULL):
            return None if in_union else "a null that is no union's branch"
        case Primitive(logical=logical):
            return None if logical is None or logical.kind in _LOGICAL else f"{logical.kind} (G23)"
        case Array(items=inner) | Map(values=inner):
            return _type_problem(inner, module)
        case Union(branches):
            others = [b for b in branches if not (isinstance(b, Primitive) and b.kind is Kind.NULL)]
            if len(branches) != 2 or len(others) != 1:
                return "a union of more than null and one type (G2, G3)"
            if any(isinstance(part, Union) for part in _parts(others[0])):
                # typing keeps Union[None, X] and gives it out for an equal X whose own branches have another order.
                return "a union within a union (G1)"
            if isinstance(others[0], Array):
                return "an array in a union: fastavro, below the library, takes a tuple for (branch, value)"
            return _type_problem(others[0], module, in_union=True)
        case Ref(name):
            return "a fixed, which is renamed after its field (G7, G8)" if _is_fixed(module.known[name]) else None


def _default_problem(field: Field, module: Module) -> str | None:
    default = field.default
    if isinstance(default, NoDefault):
        return None
    match field.type:
        case Union(branches) if default is None and _is_null(branches[0]):
            return None
        case Primitive(kind, None) if type(default) in _PLAIN_DEFAULTS.get(kind, ()):
            return None
        case Array() if default == []:
            return None
        case Map() if default == {}:
            return None
        case Ref(name) if isinstance(module.known[name], EnumType):
            return None
        case _:
            return "a default of this type (G2, G12 to G18)"


def _is_null(type_: Type) -> bool:
    return isinstance(type_, Primitive) and type_.kind is Kind.NULL


def _is_fixed(named: Named) -> bool:
    return isinstance(named, Fixed)


def _reached(name: str, module: Module) -> set[str]:
    """The named types inside a record, at any depth."""
    found: set[str] = set()
    todo = [name]
    while todo:
        record = module.known[todo.pop()]
        inner = {ref for field in record.fields for ref in _refs(field.type)} if isinstance(record, Record) else set()
        todo += sorted(inner - found)
        found |= inner
    return found


def _refs(type_: Type) -> Iterator[str]:
    for part in _parts(type_):
        if isinstance(part, Ref):
            yield part.name


def _parts(type_: Type) -> Iterator[Type]:
    yield type_
    match type_:
        case Union(branches):
            for branch in branches:
                yield from _parts(branch)
        case Array(items=inner) | Map(values=inner):
            yield from _parts(inner)
        case Primitive() | Ref():
            return
