"""JSON -> types: primitives, arrays, maps, unions and uses of named types. Definitions are in `definitions`.

Reading is a tree of tasks (see `trampoline`), so nesting costs no stack.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from eventpact.schema.definitions import read_enum, read_fixed, read_record
from eventpact.schema.limits import MAX_ANONYMOUS, MAX_BRANCHES
from eventpact.schema.logical import read_logical
from eventpact.schema.plain import PLAIN
from eventpact.schema.pointer import Pointer
from eventpact.schema.sheet import Sheet
from eventpact.schema.trampoline import Task
from eventpact.schema.tree import NO_PROPS, Array, Json, Map, Primitive, Props, Ref, Type, Union

__all__ = ["read_type"]

_ARRAY_KEYS: Final = frozenset({"type", "items"})
_MAP_KEYS: Final = frozenset({"type", "values"})
_PRIMITIVE_KEYS: Final = frozenset({"type"})
_LOGICAL_KEYS: Final = frozenset({"type", "logicalType"})
_DECIMAL_KEYS: Final = frozenset({"type", "logicalType", "precision", "scale"})


def read_type(sheet: Sheet, node: Json, namespace: str, at: Pointer, depth: int = 0) -> Task[Type]:
    """A type as used in ``namespace``. ``depth`` counts the arrays, maps and unions around it."""
    if isinstance(node, str):
        plain = PLAIN.get(node)
        used: Type = plain if plain is not None else (yield sheet.reference(node, namespace, at))
        return used
    if depth > MAX_ANONYMOUS:
        sheet.fail(f"more than {MAX_ANONYMOUS} arrays, maps and unions inside each other; name a record in between", at)
    if isinstance(node, list):
        union: Type = yield _read_union(sheet, node, namespace, at, depth)
        return union
    if not isinstance(node, dict):
        sheet.fail("a type is a name, an object or a list of union branches", at)
    if "type" not in node:
        sheet.fail("a type object needs 'type'", at)
    match node["type"]:
        case "record" | "error":
            record: Type = yield read_record(sheet, node, namespace, at, read_type)
            return record
        case "enum":
            return read_enum(sheet, node, namespace, at)
        case "fixed":
            return read_fixed(sheet, node, namespace, at)
        case "array":
            items = yield _inner(sheet, node, "items", namespace, at, depth)
            return Array(items, _props(sheet, node, _ARRAY_KEYS, at))
        case "map":
            values = yield _inner(sheet, node, "values", namespace, at, depth)
            return Map(values, _props(sheet, node, _MAP_KEYS, at))
        case str() as name if name in PLAIN:
            return _annotated(sheet, node, PLAIN[name], at)
        case str() as name:
            message = f"write {name!r} instead of an object around it; its other attributes have no effect"
            sheet.warn("REFERENCE_IN_OBJECT", message, at)
            wrapped: Type = yield sheet.reference(name, namespace, (at, "type"))
            return wrapped
        case dict() | list():
            sheet.fail("an object around a type: write the inner type in its place", (at, "type"))
        case _:
            sheet.fail("'type' is the name of a type", (at, "type"))


def _inner(sheet: Sheet, node: dict[str, Json], key: str, namespace: str, at: Pointer, depth: int) -> Task[Type]:
    if key not in node:
        sheet.fail(f"{'an array' if key == 'items' else 'a map'} needs {key!r}, the type of its {key}", at)
    return read_type(sheet, node[key], namespace, (at, key), depth + 1)


def _props(sheet: Sheet, node: dict[str, Json], known: frozenset[str], at: Pointer) -> Props:
    if len(node) == len(known):
        return NO_PROPS
    if "logicalType" in node:
        sheet.warn("LOGICAL_TYPE_IGNORED", f"no logical type annotates {node['type']}", (at, "logicalType"))
    return MappingProxyType(sheet.rest(node, known, at))


def _annotated(sheet: Sheet, node: dict[str, Json], plain: Primitive, at: Pointer) -> Primitive:
    if len(node) == 1:
        return plain
    logical = read_logical(node, plain.kind)
    if isinstance(logical, str):
        sheet.warn("LOGICAL_TYPE_IGNORED", logical, (at, "logicalType"))
        logical = None
    known = _PRIMITIVE_KEYS if logical is None else _DECIMAL_KEYS if logical.precision else _LOGICAL_KEYS
    rest = sheet.rest(node, known, at)
    return Primitive(plain.kind, logical, MappingProxyType(rest) if rest else NO_PROPS)


def _read_union(sheet: Sheet, node: list[Json], namespace: str, at: Pointer, depth: int) -> Task[Type]:
    if len(node) > MAX_BRANCHES:
        sheet.fail(f"a union of more than {MAX_BRANCHES} branches", at)
    if not node:
        sheet.warn("EMPTY_UNION", "a union without branches has no value", at)
    branches: list[Type] = []
    met: set[str] = set()
    for index, item in enumerate(node):
        here = (at, index)
        if isinstance(item, list):
            sheet.fail("a union directly in a union; write the inner branches into the outer one", here)
        branch: Type = yield read_type(sheet, item, namespace, here, depth + 1)
        key = _sort(branch)
        if key in met:
            hint = "" if isinstance(branch, Ref) else "; wrap one of the two in a record"
            sheet.fail(f"the union has the branch {key.removeprefix(':')} twice{hint}", here)
        met.add(key)
        branches.append(branch)
    return Union(tuple(branches))


def _sort(branch: Type) -> str:
    """What must differ between branches: the full name, else the type without its annotations."""
    match branch:
        case Ref():
            # A named type may be called "array"; the colon keeps it apart.
            return f":{branch.name}"
        case Primitive():
            return branch.kind.value
        case Array():
            return "array"
        case Map():
            return "map"
        case Union():
            return "union"
