"""Schemas -> the classes that say them, or `ExpressionError`: valid Avro that Python cannot say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import assert_never

from eventpact.contract import parse_all
from eventpact.errors import ExpressionError
from eventpact.schema import Schema
from eventpact.schema.tree import Array, EnumType, Fixed, Map, Named, Primitive, Record, Ref, Type, Union
from eventpact_codegen.model import Attribute, EnumClass, Module, Package, PythonClass, RecordClass
from eventpact_codegen.naming import class_name, distinct, field_name, member_name, module_name, package_parts
from eventpact_codegen.pii import is_personal
from eventpact_codegen.python_types import class_key

__all__ = ["express"]


def express(schemas: Mapping[str, str], package: str) -> Package:
    """All modules of a package, with every name decided.

    Raises:
        SchemaError: a text is not valid Avro.
        ExpressionError: it is, but there are no classes for it.
    """
    package_parts(package)
    parsed = parse_all(schemas)
    names = _module_names(parsed)
    homes: dict[str, Module] = {}
    modules: list[Module] = []
    for file, schema in parsed.items():
        own = _own_types(schema, homes)
        module = Module(names[file], file, schema, _classes(own, schema), schema.names)
        homes.update(dict.fromkeys(own, module))
        modules.append(module)
        _check_root(module)
    return Package(package, tuple(modules), homes)


def _module_names(parsed: Mapping[str, Schema]) -> dict[str, str]:
    names: dict[str, str] = {}
    owners: dict[str, str] = {}
    for file in sorted(parsed):
        names[file] = module_name(file)
        if (other := owners.setdefault(names[file], file)) != file:
            raise ExpressionError(
                f"{other} and {file} would both be the module {names[file]}", source=file, hint="rename one of them"
            )
    return names


def _own_types(schema: Schema, homes: Mapping[str, Module]) -> dict[str, Named]:
    """The types that this file is the first to define. A type may be repeated in another file, but not changed."""
    own: dict[str, Named] = {}
    for name, named in schema.names.items():
        home = homes.get(name)
        if home is None:
            own[name] = named
        elif home.schema.names[name] != named:
            raise ExpressionError(
                f"{name} is defined otherwise in {home.file}",
                source=schema.source,
                pointer=named.pointer,
                hint="define it once and use its name in the other file, or rename one of them",
            )
    return own


def _classes(own: Mapping[str, Named], schema: Schema) -> dict[str, PythonClass]:
    with_class = [name for name, named in own.items() if not isinstance(named, Fixed)]
    names = distinct(
        with_class, class_name, what="type", source=schema.source, pointer=_pointer(own, with_class), fold=True
    )
    found: dict[str, PythonClass] = {}
    for name, named in own.items():
        match named:
            case Record():
                found[name] = _record_class(names[name], named, schema)
            case EnumType():
                found[name] = _enum_class(names[name], named, schema)
            case Fixed():
                pass
            case _:
                assert_never(named)
    return found


def _record_class(name: str, record: Record, schema: Schema) -> RecordClass:
    fields = [field.name for field in record.fields]
    names = distinct(fields, field_name, what="field", source=schema.source, pointer=record.pointer)
    for field in record.fields:
        for union in _unions(field.type):
            _check_union(union, field.pointer, schema)
    attributes = (Attribute(names[f.name], f, is_personal(f, schema.names)) for f in record.fields)
    return RecordClass(name, record, tuple(attributes))


def _enum_class(name: str, enum: EnumType, schema: Schema) -> EnumClass:
    names = distinct(enum.symbols, member_name, what="symbol", source=schema.source, pointer=enum.pointer)
    if not enum.symbols:
        raise ExpressionError(
            f"the enum {enum.name} has no symbols, so no value",
            source=schema.source,
            pointer=enum.pointer,
            hint="add one",
        )
    return EnumClass(name, enum, tuple((names[symbol], symbol) for symbol in enum.symbols))


def _check_union(union: Union, pointer: str, schema: Schema) -> None:
    if not union.branches:
        raise ExpressionError("a union without branches has no value", source=schema.source, pointer=pointer)
    seen: dict[str, Type] = {}
    for branch in union.branches:
        key = class_key(branch, schema.names)
        if key in seen:
            raise ExpressionError(
                f"two branches of the union, {_label(seen[key])} and {_label(branch)}, are both {key} in Python",
                source=schema.source,
                pointer=pointer,
                hint="wrap one of them in a record",
            )
        seen[key] = branch


def _unions(type_: Type) -> Iterator[Union]:
    match type_:
        case Union(branches):
            yield type_
            for branch in branches:
                yield from _unions(branch)
        case Array(items=inner) | Map(values=inner):
            yield from _unions(inner)
        case Primitive() | Ref():
            return
        case _:
            assert_never(type_)


def _check_root(module: Module) -> None:
    """A file without any named type has nothing to say as classes."""
    if not module.schema.names:
        raise ExpressionError(
            "the schema names no type, so there is no class to generate",
            source=module.file,
            hint="make the root a record and this its field",
        )


def _label(type_: Type) -> str:
    match type_:
        case Primitive(kind, logical):
            return f"{kind} ({logical.kind})" if logical else str(kind)
        case Ref(name):
            return name
        case _:
            return type(type_).__name__.lower()


def _pointer(own: Mapping[str, Named], names: list[str]) -> str:
    return own[names[0]].pointer if names else ""
