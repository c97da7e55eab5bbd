"""JSON -> fields of a record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Final, TypeAlias, cast

from eventpact.schema.limits import MAX_FIELDS
from eventpact.schema.names import is_name
from eventpact.schema.plain import PLAIN
from eventpact.schema.pointer import Pointer
from eventpact.schema.sheet import Promise, Sheet, shown
from eventpact.schema.trampoline import Task
from eventpact.schema.tree import NO_DEFAULT, NO_PROPS, Field, Json, Order, Type

__all__ = ["read_fields"]

ReadType: TypeAlias = Callable[[Sheet, Json, str, Pointer], Task[Type]]

_KEYS: Final = frozenset({"name", "type", "default", "doc", "aliases", "order"})
_ORDERS: Final = frozenset({"ascending", "descending", "ignore"})


def read_fields(
    sheet: Sheet, node: dict[str, Json], record: str, namespace: str, at: Pointer, read_type: ReadType
) -> Task[tuple[Field, ...]]:
    """The fields of the record ``record`` whose object is ``node``; types in them are seen from ``namespace``."""
    items = node.get("fields")
    if not isinstance(items, list):
        sheet.fail("a record needs 'fields', a list of objects", (at, "fields") if "fields" in node else at)
    at = (at, "fields")
    if len(items) > MAX_FIELDS:
        sheet.fail(f"a record of more than {MAX_FIELDS} fields", at)
    fields: list[Field] = []
    met: set[str] = set()
    aliased = False
    for index, item in enumerate(items):
        here = (at, index)
        if not isinstance(item, dict):
            sheet.fail("a field is an object with 'name' and 'type'", here)
        name = sheet.text(item, "name", "a field", here)
        if not is_name(name):
            sheet.name(name, "name for a field", (here, "name"))
        if name in met:
            sheet.fail(f"the field {shown(name)} stands twice in {record}", (here, "name"))
        met.add(name)
        if "type" not in item:
            sheet.fail(f"the field {shown(name)} needs 'type'", here)
        written = item["type"]
        type_: Type | None = PLAIN.get(written) if isinstance(written, str) else None
        if type_ is None:
            type_ = cast("Type", (yield read_type(sheet, written, namespace, (here, "type"))))
        if len(item) == 2:
            fields.append(Field(name, type_, at=here))
        else:
            field = _read_rest(sheet, item, name, type_, here, record)
            aliased = aliased or bool(field.aliases)
            fields.append(field)
    if aliased:
        _check_aliases(sheet, fields, met)
    return tuple(fields)


def _read_rest(sheet: Sheet, item: dict[str, Json], name: str, type_: Type, at: Pointer, record: str) -> Field:
    default = item.get("default", NO_DEFAULT)
    if default is not NO_DEFAULT:
        sheet.shallow(default, (at, "default"))
        sheet.promises.append(Promise(record, name, type_, default, (at, "default")))
    props = sheet.rest(item, _KEYS, at)
    if "logicalType" in props:
        message = "a logical type stands inside the type object; on the field it has no effect"
        sheet.warn("LOGICAL_TYPE_ON_FIELD", message, (at, "logicalType"))
    return Field(
        name,
        type_,
        default,
        sheet.doc(item, at) if "doc" in item else None,
        _aliases(sheet, item, at) if "aliases" in item else (),
        _order(sheet, item["order"], (at, "order")) if "order" in item else "ascending",
        MappingProxyType(props) if props else NO_PROPS,
        at,
    )


def _order(sheet: Sheet, order: Json, at: Pointer) -> Order:
    if not isinstance(order, str) or order.lower() not in _ORDERS:
        sheet.fail("an order is 'ascending', 'descending' or 'ignore'", at)
    if order not in _ORDERS:
        sheet.warn("ORDER_CASE", f"write {order.lower()!r} in lower case", at)
    return cast("Order", order.lower())


def _aliases(sheet: Sheet, item: dict[str, Json], at: Pointer) -> tuple[str, ...]:
    aliases = item["aliases"]
    if not isinstance(aliases, list):
        sheet.fail("aliases are a list of texts", (at, "aliases"))
    found: dict[str, None] = {}
    for index, alias in enumerate(aliases):
        here = ((at, "aliases"), index)
        if not isinstance(alias, str):
            sheet.fail("an alias is a text", here)
        if not is_name(alias):
            sheet.warn("FIELD_ALIAS_NAME", f"the alias {shown(alias)} is no name for a field", here)
        if alias == item["name"] or alias in found:
            sheet.warn("FIELD_ALIAS_REPEATED", f"the alias {shown(alias)} says nothing new", here)
        found[alias] = None
    return tuple(found)


def _check_aliases(sheet: Sheet, fields: Sequence[Field], names: set[str]) -> None:
    """Two forms that parsers and checkers pass and decoders fail on."""
    owners: dict[str, str] = {}
    for field in fields:
        for alias in field.aliases:
            here = (field.at, "aliases")
            if alias in names and alias != field.name:
                message = f"the alias {shown(alias)} is the name of another field of the record"
                sheet.warn("FIELD_ALIAS_TAKEN", message, here)
            elif owners.setdefault(alias, field.name) != field.name:
                sheet.warn("FIELD_ALIAS_SHARED", f"{owners[alias]} has the alias {shown(alias)} already", here)
