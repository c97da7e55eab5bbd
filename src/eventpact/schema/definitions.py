"""JSON -> definitions: records with their fields, enums and fixeds."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

from eventpact.schema.fields import read_fields
from eventpact.schema.limits import MAX_SYMBOLS
from eventpact.schema.logical import read_logical
from eventpact.schema.names import CONFUSING, PRIMITIVE_NAMES, is_namespace
from eventpact.schema.pointer import Pointer
from eventpact.schema.sheet import Sheet, shown
from eventpact.schema.trampoline import Task
from eventpact.schema.tree import NO_PROPS, EnumType, Fixed, Json, Props, Record, Ref, Type

__all__ = ["read_enum", "read_fixed", "read_record"]

ReadType: TypeAlias = Callable[[Sheet, Json, str, Pointer], Task[Type]]

_COMMON: Final = frozenset({"type", "name", "namespace", "doc", "aliases"})
_RECORD_KEYS: Final = _COMMON | {"fields"}
_ENUM_KEYS: Final = _COMMON | {"symbols", "default"}
_FIXED_KEYS: Final = _COMMON | {"size"}
_LOGICAL_KEYS: Final = _FIXED_KEYS | {"logicalType"}
_DECIMAL_KEYS: Final = _LOGICAL_KEYS | {"precision", "scale"}
_MAX_SIZE: Final = 2**31 - 1


class _Head(NamedTuple):
    """What all definitions share."""

    name: str
    namespace: str
    doc: str | None
    aliases: tuple[str, ...]


def read_record(sheet: Sheet, node: dict[str, Json], enclosing: str, at: Pointer, read_type: ReadType) -> Task[Ref]:
    head = _head(sheet, node, enclosing, at)
    first = sheet.begin(head.name, at)
    _no_logical_type(sheet, node, at)
    fields = yield read_fields(sheet, node, head.name, head.namespace, at, read_type)
    props = _props(sheet, node, _RECORD_KEYS, at)
    record = Record(head.name, fields, head.doc, head.aliases, node["type"] == "error", props, at)
    sheet.finish(record, at, first=first)
    return Ref(head.name)


def read_enum(sheet: Sheet, node: dict[str, Json], enclosing: str, at: Pointer) -> Ref:
    head = _head(sheet, node, enclosing, at)
    _no_logical_type(sheet, node, at)
    symbols = node.get("symbols")
    here = (at, "symbols")
    if not isinstance(symbols, list):
        sheet.fail("an enum needs 'symbols', a list of texts", here if "symbols" in node else at)
    if len(symbols) > MAX_SYMBOLS:
        sheet.fail(f"an enum of more than {MAX_SYMBOLS} symbols", here)
    if not symbols:
        sheet.warn("EMPTY_ENUM", "an enum without symbols has no value", here)
    met: dict[str, None] = {}
    for index, symbol in enumerate(symbols):
        if not isinstance(symbol, str):
            sheet.fail("a symbol is a text", (here, index))
        sheet.name(symbol, "symbol", (here, index))
        if symbol in met:
            sheet.fail(f"the symbol {shown(symbol)} stands twice in {head.name}", (here, index))
        met[symbol] = None
    default = node.get("default")
    if "default" in node and not (isinstance(default, str) and default in met):
        sheet.doubt("BAD_DEFAULT", "an enum's default is one of its symbols", (at, "default"))
    chosen = default if isinstance(default, str) and default in met else None
    props = _props(sheet, node, _ENUM_KEYS, at)
    sheet.define(EnumType(head.name, tuple(met), chosen, head.doc, head.aliases, props, at), at)
    return Ref(head.name)


def read_fixed(sheet: Sheet, node: dict[str, Json], enclosing: str, at: Pointer) -> Ref:
    head = _head(sheet, node, enclosing, at)
    size = node.get("size")
    here = (at, "size")
    if type(size) is not int or not 0 <= size <= _MAX_SIZE:
        message = f"a fixed needs 'size', a whole number of bytes from 0 to {_MAX_SIZE}"
        sheet.fail(message, here if "size" in node else at)
    if size == 0:
        sheet.warn("ZERO_SIZE", "a fixed of 0 bytes is refused by Redpanda", here)
    logical = read_logical(node, size)
    if isinstance(logical, str):
        sheet.warn("LOGICAL_TYPE_IGNORED", logical, (at, "logicalType"))
        logical = None
    known = _FIXED_KEYS if logical is None else _DECIMAL_KEYS if logical.precision else _LOGICAL_KEYS
    props = _props(sheet, node, known, at)
    sheet.define(Fixed(head.name, size, logical, head.doc, head.aliases, props, at), at)
    return Ref(head.name)


def _head(sheet: Sheet, node: dict[str, Json], enclosing: str, at: Pointer) -> _Head:
    name = sheet.text(node, "name", f"{'an' if node['type'] in {'enum', 'error'} else 'a'} {node['type']}", at)
    here = (at, "name")
    written = node.get("namespace")
    if not isinstance(written, str):
        if "namespace" in node:
            sheet.doubt(
                "BAD_NAME", "a namespace is a text; without one the enclosing namespace counts", (at, "namespace")
            )
        written = None
    if "." in name:
        namespace, _, simple = name.rpartition(".")
        if not namespace:
            sheet.warn("LEADING_DOT", f'write {shown(simple)} with "namespace": ""', here)
        if written is not None and written != namespace:
            message = f"the name {shown(name)} is full already, so this namespace is ignored"
            sheet.warn("IGNORED_NAMESPACE", message, (at, "namespace"))
    else:
        namespace, simple = enclosing if written is None else written, name
    sheet.name(simple, f"name for a type ({name})" if simple != name else "name for a type", here)
    # An inherited namespace was judged where it is written.
    if namespace != enclosing and not is_namespace(namespace):
        where = here if "." in name else (at, "namespace")
        sheet.doubt("BAD_NAME", f"{shown(namespace)} is no namespace: names with dots between them", where)
    if simple in PRIMITIVE_NAMES:
        _primitive_name(sheet, simple, namespace, here)
    elif simple in CONFUSING:
        sheet.warn("CONFUSING_NAME", f"a type named {simple!r} is easily misread", here)
    full = f"{namespace}.{simple}" if namespace else simple
    return _Head(full, namespace, sheet.doc(node, at), _aliases(sheet, node, full, namespace, at))


def _primitive_name(sheet: Sheet, simple: str, namespace: str, at: Pointer) -> None:
    message = f"{simple!r} is a primitive type and cannot be defined"
    if not namespace:
        sheet.fail(message, at)
    sheet.doubt("BAD_NAME", message, at)


def _aliases(sheet: Sheet, node: dict[str, Json], full: str, namespace: str, at: Pointer) -> tuple[str, ...]:
    """Full names. ``.Old`` stays as it is inside a namespace: there it matches nothing (as in Java)."""
    if "aliases" not in node:
        return ()
    here = (at, "aliases")
    aliases = node["aliases"]
    if not isinstance(aliases, list):
        sheet.fail("aliases are a list of texts", here)
    found: dict[str, None] = {}
    for index, alias in enumerate(aliases):
        if not isinstance(alias, str):
            sheet.fail("an alias is a text", (here, index))
        if not is_namespace(alias) or not alias:
            sheet.warn("TYPE_ALIAS_NAME", f"the alias {shown(alias)} is no name", (here, index))
        whole = alias if "." in alias or not namespace else f"{namespace}.{alias}"
        if not namespace:
            whole = whole.removeprefix(".")
        if whole == full or whole in found:
            sheet.warn("TYPE_ALIAS_REPEATED", f"the alias {shown(alias)} says nothing new", (here, index))
        found[whole] = None
    return tuple(found)


def _no_logical_type(sheet: Sheet, node: dict[str, Json], at: Pointer) -> None:
    if "logicalType" in node:
        sheet.warn("LOGICAL_TYPE_IGNORED", f"no logical type annotates a {node['type']}", (at, "logicalType"))


def _props(sheet: Sheet, node: dict[str, Json], known: frozenset[str], at: Pointer) -> Props:
    rest = sheet.rest(node, known, at)
    return MappingProxyType(rest) if rest else NO_PROPS
