"""Mend what can be mended without asking. A fix is kept only if the text is still a schema.

Each fix works on the document as written, so nothing else of the text changes but its layout.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, TypeAlias, cast

from eventpact.errors import SchemaError
from eventpact.schema import Schema, parse
from eventpact.schema.defaults import fits
from eventpact.schema.logical import read_logical
from eventpact.schema.tree import Json, Kind, Logical, Union
from eventpact_compat.layout import (
    Array,
    Node,
    Object,
    Scalar,
    at,
    format_text,
    print_node,
    read,
    replaced,
    string,
    without,
)
from eventpact_compat.lint.config import DEFAULT, LintConfig
from eventpact_compat.lint.defaults import default_sites
from eventpact_compat.lint.rules import BY_ID
from eventpact_compat.lint.sites import Problem, Subject

__all__ = ["CANONICAL", "FIXES", "fix"]

Edit: TypeAlias = Callable[[Node], Node]


def fix(
    text: str, *, source: str = "<schema>", references: Mapping[str, str] | None = None, config: LintConfig = DEFAULT
) -> str:
    """``text`` in the one layout, without the breaches that have a safe fix (see docs/lint.md).

    A text that is JSON but not Avro is only laid out.

    Raises:
        SchemaError: the text is not JSON.
    """
    text = format_text(text, source)
    try:
        schema = parse(text, references=references, source=source)
    except SchemaError:
        return text
    for rule in (*FIXES, *CANONICAL):
        if config.severity(rule) is not None:
            schema = _mended(schema, rule, config)
    return schema.text


def _mended(schema: Schema, rule: str, config: LintConfig) -> Schema:
    # All at once if that works, else one by one. The innermost first, so that the places of the others stay true.
    edits = _edits(schema, rule, _problems(schema, rule, config))
    for batch in (edits, *([edit] for edit in edits)) if len(edits) > 1 else (edits,):
        root = before = read(schema.text).root
        for edit in batch:
            root = edit(root)
        mended = None if root is before else _parsed(root, schema)
        if mended is not None:
            schema = mended
            if batch is edits:
                break
    return schema


def _edits(schema: Schema, rule: str, problems: list[Problem]) -> list[Edit]:
    """The edits that change anything, each by itself."""
    pointers = tuple(dict.fromkeys(problem.pointer for problem in problems))
    if rule in CANONICAL:
        branches = _default_branches(schema)
        return [partial(_branch_first, pointer, branches[pointer]) for pointer in pointers if pointer in branches]
    root = read(schema.text).root
    edits = [partial(FIXES[rule], pointer) for pointer in pointers]
    return [edit for edit in edits if edit(root) is not root]


def _parsed(root: Node, like: Schema) -> Schema | None:
    """The new document, ``None`` if it is no schema: a moved branch may have defined a type that others use."""
    try:
        return parse(print_node(root), references=like.references or None, source=like.source)
    except SchemaError:
        return None


def _problems(schema: Schema, rule: str, config: LintConfig) -> list[Problem]:
    subject = Subject(schema, read(schema.text, schema.source))
    found = [p for p in BY_ID[rule].find(subject) if not config.allows(rule, p.subject)]
    return sorted(dict.fromkeys(found), key=lambda problem: problem.pointer.count("/"), reverse=True)


def _inside_the_type(pointer: str, root: Node) -> Node:
    place = pointer.rpartition("/")[0]
    field = at(root, place)
    type_ = field.get("type") if isinstance(field, Object) else None
    if not isinstance(field, Object) or type_ is None:
        return root
    names = (
        ("logicalType", "precision", "scale")
        if _annotation(field).get("logicalType") == "decimal"
        else ("logicalType",)
    )
    moved = {name: value for name in names if (value := field.get(name)) is not None}
    attributes = {name: value for name, value in _annotation(field).items() if name in moved}
    annotated = _annotated(type_, moved, attributes)
    if annotated is None:
        return root
    mended = replaced(without(field, moved), "/type", annotated)
    return replaced(root, place, mended)


def _annotation(node: Object) -> dict[str, Json]:
    """The attributes of a type or field object that make a logical type."""
    found = {}
    for name in ("logicalType", "precision", "scale"):
        value = node.get(name)
        if value is not None:
            found[name] = value.value if isinstance(value, Scalar) else []
    return cast("dict[str, Json]", found)


def _annotated(type_: Node, moved: Mapping[str, Node], attributes: Mapping[str, Json]) -> Node | None:
    """The type with the annotation, where exactly one place can have it."""
    match type_:
        case Array(items):
            found = [(number, new) for number, item in enumerate(items) if (new := _annotated(item, moved, attributes))]
            return replaced(type_, f"/{found[0][0]}", found[0][1]) if len(found) == 1 else None
        case Scalar():
            return _with({"type": type_, **moved}) if _takes(type_.text, None, attributes) else None
        case Object():
            own = _annotation(type_)
            if own:
                return type_ if own == attributes else None
            inner, size = type_.get("type"), type_.get("size")
            kind = inner.text if isinstance(inner, Scalar) else None
            if not _takes(kind, size, attributes):
                return None
            added = tuple((string(name), value) for name, value in moved.items())
            return Object((*type_.members, *added), type_.start)


def _takes(kind: str | None, size: Node | None, attributes: Mapping[str, Json]) -> bool:
    base: Kind | int | None = Kind(kind) if kind in set(Kind) else None
    if kind == "fixed" and isinstance(size, Scalar):
        base = cast("int", size.value)
    return base is not None and isinstance(read_logical(attributes, base), Logical)


def _with(members: Mapping[str, Node]) -> Object:
    return Object(tuple((string(name), value) for name, value in members.items()))


def _default_branches(schema: Schema) -> dict[str, int]:
    """Pointer of a union -> the number of the branch that its default is of. An array's default may be of several."""
    found: dict[str, set[int]] = {}
    for site in default_sites(Subject(schema, read(schema.text))):
        if isinstance(site.type, Union) and site.type_at:
            branches = enumerate(site.type.branches)
            number = next((n for n, branch in branches if fits(branch, site.value, schema.names)), 0)
            found.setdefault(site.field.pointer + site.type_at, set()).add(number)
    return {pointer: min(numbers) for pointer, numbers in found.items() if len(numbers) == 1}


def _branch_first(pointer: str, number: int, root: Node) -> Node:
    union = at(root, pointer)
    if not isinstance(union, Array):
        return root
    items = (union.items[number], *union.items[:number], *union.items[number + 1 :])
    return replaced(root, pointer, Array(items, union.start))


def _lower_case(pointer: str, root: Node) -> Node:
    order = at(root, pointer)
    if not isinstance(order, Scalar) or order.text is None:
        return root
    return replaced(root, pointer, string(order.text.lower()))


def _unwrapped(pointer: str, root: Node) -> Node:
    node = at(root, pointer)
    if not isinstance(node, Object) or len(node.members) != 1:
        return root
    return replaced(root, pointer, node.members[0][1])


CANONICAL: Final = ("NULL_NOT_FIRST", "UNION_DEFAULT_NOT_FIRST")
"""Fixes that change the canonical form, and so the bytes, of what is written from now on. They move a branch."""

FIXES: Final[Mapping[str, Callable[[str, Node], Node]]] = {
    "LOGICAL_TYPE_ON_FIELD": _inside_the_type,
    "REFERENCE_IN_OBJECT": _unwrapped,
    "ORDER_CASE": _lower_case,
}
"""Rule id -> the fix of the breach at a pointer: the new document, or the same one when there is no safe fix."""
