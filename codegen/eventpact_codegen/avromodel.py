"""The other flavour: classes of dataclasses-avroschema, for teams that have code which wants its ``AvroModel``.

Written from our tree by our rules, never by its generator. No future import: the library reads the annotations, and
does not find its way through texts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final, assert_never

from eventpact.schema.tree import Array, Kind, Logical, LogicalKind, Map, Primitive, Record, Ref, Type, Union
from eventpact_codegen.avromodel_subset import ordered
from eventpact_codegen.defaults import default_of
from eventpact_codegen.expressions import Atom, Call, Expr, Subscript, Text
from eventpact_codegen.layout import assign
from eventpact_codegen.literals import docstring
from eventpact_codegen.model import EnumClass, Module, Package, RecordClass
from eventpact_codegen.modules import NOQA, header, listing, types_lines
from eventpact_codegen.python_types import class_key
from eventpact_codegen.records import constants, indented, masked_repr
from eventpact_codegen.scope import Scope
from eventpact_codegen.sorting import by_listing

__all__ = ["avromodel_text"]

_LIBRARY: Final = "dataclasses_avroschema"
_ALIASES: Final = {
    Kind.INT: "Int32",
    Kind.FLOAT: "Float32",
}
_LOGICAL_ALIASES: Final = {
    LogicalKind.TIME_MICROS: "TimeMicro",
    LogicalKind.TIMESTAMP_MICROS: "DateTimeMicro",
    LogicalKind.LOCAL_TIMESTAMP_MILLIS: "LocalDateTime",
    LogicalKind.LOCAL_TIMESTAMP_MICROS: "LocalDateTimeMicro",
}


def avromodel_text(module: Module, package: Package) -> str:
    """The module's text, for a package that `check_subset` has passed."""
    scope = Scope(package, module)
    body = list(_body(module, scope))
    digest = hashlib.sha256(module.schema.text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    named = sorted((found.name for found in module.classes.values()), key=by_listing)
    head, edit = header(f"{module.file} (sha256 {digest})")
    lines = [
        *(head, edit, *NOQA),
        *docstring(f"Classes of {module.file}, for {_LIBRARY}.", 0),
        "",
        *scope.imports.lines(),
        *listing(named),
        *body,
    ]
    return "\n".join(lines) + "\n"


def _body(module: Module, scope: Scope) -> Iterator[str]:
    yield ""
    yield from assign("AVRO_SCHEMA", Atom(scope.standard("Final")), Text(module.schema.text), 0)
    decimals = sorted({(d.precision, d.scale) for d in _decimals(module)})
    for precision, scale in decimals:
        info = Call(
            f"{scope.imports.member(_LIBRARY, 'types')}.DecimalFieldInfo",
            (("max_digits", Atom(str(precision))), ("decimal_places", Atom(str(scale)))),
        )
        shape = Subscript(scope.imports.member("typing", "Annotated"), (Atom(scope.standard("Decimal")), info))
        yield from assign(_decimal_name(precision, scale), Atom(scope.standard("TypeAlias")), shape, 0)
    for found in module.classes.values():
        if isinstance(found, EnumClass):
            yield from ("", "", *_enum_lines(found, scope))
    if aliases := scope.aliases(enums=True):
        yield from ("", "", *aliases)
    for record in ordered(module):
        yield from ("", "", *_record_lines(record, module, scope))
    yield from ("", "")
    yield from types_lines(module, scope)


def _enum_lines(found: EnumClass, scope: Scope) -> Iterator[str]:
    yield f"class {found.name}({scope.standard('StrEnum')}):"
    if doc := docstring(found.enum.doc, 4):
        yield from (*indented(doc), "")
    for member, symbol in found.members:
        yield from assign(member, None, Text(symbol), 4)
    yield ""
    yield f"    @{scope.imports.member('enum', 'nonmember')}"
    yield from _meta(found.avro_name, found.enum.default)


def _record_lines(found: RecordClass, module: Module, scope: Scope) -> Iterator[str]:
    yield f"@{scope.standard('dataclass')}(frozen=True, kw_only=True)"
    yield f"class {found.name}({scope.imports.member(_LIBRARY, 'AvroModel')}):"
    if doc := docstring(found.record.doc, 4):
        yield from (*indented(doc), "")
    for name, type_, value in constants(found, module, scope):
        yield from assign(name, Subscript(scope.standard("ClassVar"), (type_,)), value, 4)
    if found.attributes:
        yield ""
    for attribute in found.attributes:
        shape = _annotation(attribute.field.type, scope)
        yield from assign(attribute.name, shape, default_of(attribute.field, scope, module.file), 4)
        if doc := docstring(attribute.field.doc, 4):
            yield from indented(doc)
    yield ""
    yield from _meta(found.avro_name, None)
    if any(attribute.tagged for attribute in found.attributes):
        yield from ("", *masked_repr(found, scope))


def _meta(avro_name: str, default: str | None) -> Iterator[str]:
    namespace, _, simple = avro_name.rpartition(".")
    yield "    class Meta:"
    yield from assign("schema_name", None, Text(simple), 8)
    if namespace:
        yield from assign("namespace", None, Text(namespace), 8)
    if default is not None:
        yield from assign("default", None, Text(default), 8)


def _annotation(type_: Type, scope: Scope) -> Expr:
    """Union branches in the order of the wire; the widths of numbers and moments as the library's aliases."""
    match type_:
        case Array(items):
            return Subscript(scope.builtin("tuple"), (_annotation(items, scope), Atom("...")))
        case Map(values):
            return Subscript(scope.builtin("dict"), (Atom(scope.builtin("str")), _annotation(values, scope)))
        case Union(branches):
            union = scope.imports.member("typing", "Union")
            return Subscript(union, tuple(_annotation(branch, scope) for branch in branches))
        case Ref(name):
            return Atom(scope.generated(name))
        case Primitive(kind, logical):
            return Atom(_spelled(kind, logical, type_, scope))
        case _:
            assert_never(type_)


def _spelled(kind: Kind, logical: Logical | None, type_: Type, scope: Scope) -> str:
    alias = _ALIASES.get(kind) if logical is None else _LOGICAL_ALIASES.get(logical.kind)
    if alias is not None:
        return f"{scope.imports.member(_LIBRARY, 'types')}.{alias}"
    if logical is not None and logical.kind is LogicalKind.DECIMAL:
        return _decimal_name(logical.precision, logical.scale)
    key = class_key(type_, scope.named)
    if key in {"date", "time", "datetime"}:
        return f"{scope.standard('dt')}.{key}"
    if key == "UUID":
        return scope.standard(key)
    return "None" if key == "None" else scope.builtin(key)


def _decimal_name(precision: int, scale: int) -> str:
    return f"_Decimal_{precision}_{scale}"


def _decimals(module: Module) -> Iterator[Logical]:
    for named in module.known.values():
        if isinstance(named, Record):
            for field in named.fields:
                yield from _decimals_in(field.type)


def _decimals_in(type_: Type) -> Iterator[Logical]:
    match type_:
        case Primitive(logical=Logical(kind=LogicalKind.DECIMAL) as logical):
            yield logical
        case Array(items=inner) | Map(values=inner):
            yield from _decimals_in(inner)
        case Union(branches):
            for branch in branches:
                yield from _decimals_in(branch)
        case _:
            pass
