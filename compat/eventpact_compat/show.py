"""Types and values as short text, for the before and after of a finding."""

from __future__ import annotations

import json
from collections.abc import Iterable

from eventpact.schema.tree import (
    Array,
    EnumType,
    Fixed,
    Json,
    LogicalKind,
    Map,
    NoDefault,
    Primitive,
    Record,
    Ref,
    Type,
    Union,
)
from eventpact_compat.pairs import Node

__all__ = ["show_default", "show_json", "show_list", "show_type"]

LIMIT = 80


def show_type(node: Node | Type | tuple[Node, ...]) -> str:
    """``long (timestamp-millis)``, ``null | string``, ``array<Line>``."""
    match node:
        case tuple():
            return " | ".join(show_type(branch) for branch in node)
        case Primitive(kind=kind, logical=None):
            return str(kind)
        case Primitive(kind=kind, logical=logical) if logical is not None:
            return f"{kind} ({_logical(logical.kind, logical.precision, logical.scale)})"
        case Fixed(name=name, size=size, logical=None):
            return f"{name} fixed({size})"
        case Fixed(name=name, size=size, logical=logical) if logical is not None:
            return f"{name} fixed({size}) ({_logical(logical.kind, logical.precision, logical.scale)})"
        case Array(items=items):
            return f"array<{show_type(items)}>"
        case Map(values=values):
            return f"map<{show_type(values)}>"
        case Union(branches=branches):
            return " | ".join(show_type(branch) for branch in branches)
        case Ref(name=name) | Record(name=name) | EnumType(name=name):
            return name
        case _:
            raise AssertionError(node)


def _logical(kind: LogicalKind, precision: int, scale: int) -> str:
    return f"decimal({precision}, {scale})" if kind is LogicalKind.DECIMAL else str(kind)


def show_json(value: Json) -> str:
    """A JSON value of a *schema* (a default, a property), cut where it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LIMIT else text[: LIMIT - 1] + "…"


def show_default(value: Json | NoDefault) -> str:
    return "no default" if isinstance(value, NoDefault) else show_json(value)


def show_list(words: Iterable[str]) -> str:
    """``A, B, C``; no more than eight of them."""
    listed = list(words)
    return ", ".join(listed[:8]) + (f" and {len(listed) - 8} more" if len(listed) > 8 else "")
